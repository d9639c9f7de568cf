/* shared/static_html.mjs: elements as React draws them. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {StaticHtml} from '../../dashboard/assets/shared/static_html.mjs';

test('texts stay texts, elements have their attributes and what is in them', () => {
    globalThis.React = {
        Fragment: 'fragment',
        createElement: (tag, props, ...children) => ({tag, props, children}),
    };
    const drawn = StaticHtml({elements: ['a', ['b', {className: 'x'}, ['c', ['i', {}, []]]]]});
    assert.deepEqual(drawn, {
        tag: 'fragment',
        props: null,
        children: [
            'a',
            {
                tag: 'b',
                props: {className: 'x', key: 1},
                children: ['c', {tag: 'i', props: {key: 1}, children: []}],
            },
        ],
    });
});
