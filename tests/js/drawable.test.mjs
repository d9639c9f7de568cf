/* What the preview says it draws is what its code reads. */
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {test} from 'node:test';
import {DRAWABLE, UNSEEN, undrawable} from '../../dashboard/assets/preview/drawable.mjs';

const FOLDER = new URL('../../dashboard/assets/preview/', import.meta.url);
const FIGURE = {
    data: [{mode: 'markers', x: [1], y: [2], name: 'a'}],
    layout: {showlegend: false, xaxis: {zeroline: false}, yaxis: {zeroline: false}},
};

function names(allowed) {
    const parts = Array.isArray(allowed) ? allowed.slice(0, 1) : [allowed];
    return parts.flatMap((part) =>
        typeof part === 'object'
            ? Object.entries(part).flatMap(([name, value]) => [name, ...names(value)])
            : []
    );
}

test('every property that is drawn is read somewhere, save those that have to be off', () => {
    const files = readdirSync(FOLDER).filter((file) => file !== 'drawable.mjs');
    const code = files.map((file) => readFileSync(new URL(file, FOLDER), 'utf-8')).join('\n');
    const off = new Set([
        'zeroline',
        'showarrow',
        'showlegend',
        'paper_bgcolor',
        'plot_bgcolor',
        'error_x',
        'error_y',
        'yaxis',
        'xaxis',
        'x0',
        'y0',
        'x1',
        'y1',
    ]);
    const unread = names(DRAWABLE).filter(
        (name) => !off.has(name) && !new RegExp(`\\b${name}\\b`).test(code)
    );
    assert.deepEqual(unread, []);
    assert.deepEqual(
        names(DRAWABLE).filter((name) => UNSEEN.has(name)),
        []
    );
});

test('a plain figure is drawn, and what is beyond is named', () => {
    assert.deepEqual(undrawable(FIGURE), []);
    const [trace] = FIGURE.data;
    const {layout} = FIGURE;
    const beyond = {
        'data[0].type': {data: [{...trace, type: 'bar'}], layout},
        'data[0].mode': {data: [{...trace, mode: 'text'}], layout},
        'data[0].fill': {data: [{...trace, fill: 'tozeroy'}], layout},
        'data[0].line.shape': {data: [{...trace, line: {shape: 'spline'}}], layout},
        'layout.showlegend': {data: [trace], layout: {...layout, showlegend: undefined}},
        'layout.xaxis.zeroline': {data: [trace], layout: {...layout, xaxis: {}}},
        'layout.yaxis2': {data: [trace], layout: {...layout, yaxis2: {}}},
        'layout.annotations[0].showarrow': {data: [trace], layout: {...layout, annotations: [{text: 'a'}]}},
        'layout.shapes[0].type': {data: [trace], layout: {...layout, shapes: [{type: 'rect'}]}},
    };
    for (const [path, figure] of Object.entries(beyond)) {
        assert.deepEqual(undrawable(figure), [path]);
    }
});
