/* shared/once_shown.mjs: what is drawn once its place shows. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {OnceShown} from '../../dashboard/assets/shared/once_shown.mjs';

test('a line stands in the place until it has a height, then what was given for good', () => {
    let shown = false;
    let sized;
    let ended = 0;
    globalThis.ResizeObserver = class {
        constructor(callback) {
            sized = callback;
        }
        observe() {}
        disconnect() {
            ended += 1;
        }
    };
    globalThis.React = {
        Fragment: 'fragment',
        createElement: (tag, _props, ...children) => ({tag, children}),
        useState: () => [shown, (value) => (shown = value)],
        useRef: () => ({current: {}}),
        useEffect: (effect) => effect(),
    };
    const draw = () => OnceShown({children: ['given']});
    assert.equal(draw().tag, 'span');
    sized([{contentRect: {height: 0}}]); // it is hidden
    assert.equal(draw().tag, 'span');
    sized([{contentRect: {height: 1}}]);
    assert.equal(ended, 1);
    assert.deepEqual(draw(), {tag: 'fragment', children: [['given']]});
});
