/* A view as a picture to take away. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {legendLines, pictureOf} from '../../dashboard/assets/page/picture.mjs';

const figure = {
    data: [
        {name: 'REML', mode: 'lines', x: [0], y: [1]},
        {name: 'REML', mode: 'markers', x: [0], y: [1]},
        {name: 'ML', mode: 'lines', x: [0], y: [1]},
        {mode: 'lines', x: [0], y: [1]},
    ],
    layout: {
        meta: {legend: ['REML', 'ML']},
        margin: {l: 20, r: 10, t: 8, b: 40},
        annotations: [{text: 'kept'}],
    },
};
const around = {
    title: 'Groups',
    subtitle: 'estimate and interval',
    source: 'schools.csv',
    pins: [
        {x: 1, y: 2, label: 'School 4'},
        {x: 3, y: 4, label: ''},
    ],
    width: 600,
    height: 400,
    left: 60,
    ground: '#fff',
    ink: '#000',
    faint: '#777',
    accent: '#06c',
};

test('a picture says its title, where the data come from, and who is pinned', () => {
    const {layout} = pictureOf(figure, around).figure;
    assert.deepEqual(
        layout.annotations.map(({text}) => text),
        ['kept', '<b>Groups</b>', 'estimate and interval', 'School 4', 'schools.csv']
    );
    const rows = {...figure, layout: {...figure.layout, meta: {rows: true}}};
    const said = pictureOf(rows, around).figure.layout.annotations.map(({text}) => text);
    assert.ok(!said.includes('School 4'), 'a row has its name beside it');
    assert.equal(layout.paper_bgcolor, '#fff');
});

test('each name of the legend stands in it once, by its mark where there is one', () => {
    const {data, layout} = pictureOf(figure, around).figure;
    assert.deepEqual(
        data.map((trace) => Boolean(trace.showlegend)),
        [false, true, true, false, false]
    );
    assert.equal(layout.showlegend, true);
    assert.deepEqual(data[4].x, [1, 3]);
    const plain = pictureOf({...figure, layout: {meta: {}}}, {...around, pins: []});
    assert.equal(plain.figure.layout.showlegend, false);
    assert.equal(plain.figure.data.length, 4);
});

test('the plot keeps its size, and the figure that is given stays as it is', () => {
    const {figure: drawn, width, height} = pictureOf(figure, around);
    const {t, b} = drawn.layout.margin;
    assert.equal(width, 600);
    assert.equal(height - t - b, 400 - 8 - 40);
    assert.equal(figure.layout.annotations.length, 1);
    assert.equal('showlegend' in figure.data[0], false);
});

test('a legend takes as many lines as its names need', () => {
    assert.equal(legendLines([], 300), 0);
    assert.equal(legendLines(['one', 'two'], 300), 1);
    assert.equal(legendLines(['one', 'two', 'A method with a long name'], 300), 3);
    assert.equal(legendLines(Array(6).fill('A method with a name'), 300), 6);
});
