/* Where a figure's values are on the canvas, and the places of the dials' sliders. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {placeOf, valueAt} from '../../dashboard/assets/dials/scale.mjs';
import {scalesOf} from '../../dashboard/assets/preview/scales.mjs';
import {places} from './facts.mjs';

/** Measures text as 6 pixels a letter. */
const pen = {
    font: '',
    measureText: (text) => ({width: 6 * text.length, fontBoundingBoxAscent: 10, fontBoundingBoxDescent: 3}),
};
const margin = {l: 50, r: 10, t: 20, b: 30};

function scales(figure, live = null) {
    return scalesOf(pen, {data: [], ...figure, layout: {margin, ...figure.layout}}, live, 460, 250);
}

test('the area is what the margins leave, and a range fills it', () => {
    const {area, x, y} = scales({layout: {xaxis: {range: [0, 10]}, yaxis: {range: [0, 4]}}});
    assert.deepEqual(area, {left: 50, top: 20, width: 400, height: 200});
    assert.deepEqual([x.pixel(0), x.pixel(10)], [50, 450]);
    assert.deepEqual([y.pixel(0), y.pixel(4)], [220, 20]);
});

test('the margins of the drawn graph go before those of the figure', () => {
    const live = {_size: {l: 100, r: 0, t: 0, b: 50}};
    assert.deepEqual(scales({}, live).area, {left: 100, top: 0, width: 360, height: 200});
});

test('an axis that was zoomed by hand keeps its range, in the same view only', () => {
    const given = {xaxis: {range: [0, 10]}, meta: {view: 'a'}};
    const zoomed = {range: [2, 3], autorange: false, _rangeInitial0: 0, _rangeInitial1: 10};
    const live = (view, axis) => ({_size: margin, xaxis: axis, meta: {view}});
    assert.deepEqual(scales({layout: given}, live('a', zoomed)).x.range, [2, 3]);
    assert.deepEqual(scales({layout: given}, live('b', zoomed)).x.range, [0, 10]);
    const untouched = {...zoomed, range: [0, 10]};
    assert.deepEqual(
        scales({layout: {...given, xaxis: {range: [0, 12]}}}, live('a', untouched)).x.range,
        [0, 12]
    );
});

test('without a range everything is shown, with 5% of room for lines and more for marks', () => {
    const line = {mode: 'lines', x: [0, 10], y: [0, 10]};
    const {x, y} = scales({data: [line]});
    assert.deepEqual(x.range, [0, 10]);
    assert.ok(Math.abs(y.range[0] + 10 / 18) < 1e-12 && Math.abs(y.range[1] - 10 - 10 / 18) < 1e-12);
    const marks = scales({data: [{...line, mode: 'markers'}]}).x.range;
    assert.ok(marks[0] < 0 && marks[1] > 10);
});

test('intervals and hidden traces are reckoned with', () => {
    const trace = {mode: 'lines', x: [5], y: [5], error_y: {array: [20]}};
    const [low, high] = scales({data: [trace]}).y.range;
    assert.ok(low < -15 && high > 25);
    assert.deepEqual(scales({data: [{...trace, visible: false}]}).y.range, [-1, 6]);
});

test('long labels get the room they need, where the axis makes room for them', () => {
    const yaxis = {tickvals: [0], ticktext: ['a label of thirty letters or so'], range: [-1, 1]};
    assert.equal(scales({layout: {yaxis}}).area.left, 50);
    assert.ok(scales({layout: {yaxis: {...yaxis, automargin: true}}}).area.left > 180);
});

test('a slider with factors has its middle at the geometric mean, an even one at the mean', () => {
    const even = {low: 0, high: 10, step: 0.1, log: false};
    const factors = {low: 1, high: 100, step: 1, log: true};
    assert.equal(valueAt(placeOf(5, even), even), 5);
    assert.equal(placeOf(5, even), 100);
    assert.equal(placeOf(10, factors), 100);
    assert.equal(valueAt(100, factors), 10);
    assert.deepEqual([placeOf(-3, even), placeOf(99, even)], [0, 200]);
    assert.deepEqual([valueAt(0, factors), valueAt(200, factors)], [1, 100]);
});

test('a value is at the same place of a slider in Python and here', () => {
    assert.ok(places.length > 2);
    for (const [{name, ...scale}, known] of places) {
        for (const [value, place] of known) {
            assert.ok(Math.abs(placeOf(value, scale) - place) <= 0.5, `${name} ${value}`);
        }
    }
});
