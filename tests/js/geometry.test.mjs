/* Where marks are on the screen, which one is meant, and where a label goes. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
    eachPoint,
    frameOf,
    intervalOf,
    markNear,
    nearest,
    placeLabel,
    positionsInside,
    toX,
    toY,
    tracesOf,
    withMarks,
} from '../../dashboard/assets/linked/geometry.mjs';

/** 100 x 200 pixels that start at (40, 10), for x from 0 to 10 and y from 0 (below) to 20. */
const AREA = {x: {offset: 40, length: 100, range: [0, 10]}, y: {offset: 10, length: 200, range: [0, 20]}};
const frame = /** @type {import('../../dashboard/assets/linked/geometry.mjs').Frame} */ (frameOf(AREA));

function trace(given) {
    return {
        name: 'REML',
        stride: 1,
        marker: {color: 'red', size: 6, symbol: 'circle'},
        line: false,
        error: null,
        places: null,
        positions: [],
        drawn: given.x?.length,
        ...given,
    };
}

test('a frame has the pixels of its area and turns values into them', () => {
    assert.deepEqual([frame.left, frame.top, frame.width, frame.height], [40, 10, 100, 200]);
    assert.deepEqual([toX(frame, 0), toX(frame, 10)], [0, 100]);
    assert.deepEqual([toY(frame, 15), toY(frame, 0)], [50, 200]);
});

test('an axis turned round, as that of the groups is, turns the pixels round', () => {
    const turned = frameOf({...AREA, y: {...AREA.y, range: [20, 0]}});
    assert.deepEqual([toY(turned, 0), toY(turned, 20)], [0, 200]);
});

test('there is no frame without an area, nor where an axis shows a single value', () => {
    assert.equal(frameOf(null), null);
    assert.equal(frameOf({...AREA, x: {...AREA.x, range: [3, 3]}}), null);
});

test('only visible traces that show groups are taken, with their intervals', () => {
    const bars = {visible: true, array: [1, 2], arrayminus: [3, 4], symmetric: false, color: 'blue'};
    const all = [
        {
            name: 'a',
            meta: {groups: true},
            visible: true,
            x: [1, 2],
            y: [3, 4],
            mode: 'markers',
            error_x: bars,
        },
        {name: 'b', meta: {groups: true, stride: 3}, visible: true, x: [1], y: [2], mode: 'lines'},
        {name: 'hidden', meta: {groups: true}, visible: 'legendonly', x: [1], y: [2], mode: 'lines'},
        {name: 'a curve', visible: true, x: [1], y: [2], mode: 'lines'},
    ];
    const [a, b, ...more] = tracesOf(all);
    assert.equal(more.length, 0);
    assert.deepEqual([a.name, b.name], ['a', 'b']);
    assert.deepEqual([a.line, b.line, b.marker, b.stride], [false, true, null, 3]);
    assert.deepEqual(intervalOf(a, 0), [1 - 3, 1 + 1]);
    assert.equal(intervalOf(b, 0), null);
});

test('a group has no interval where one of its ends is missing', () => {
    const error = {axis: 'x', above: [1, null], below: [NaN, 1], color: 'red', thickness: 1};
    const one = trace({x: [5, 5], y: [5, 5], error});
    assert.deepEqual([intervalOf(one, 0), intervalOf(one, 1)], [null, null]);
});

test('the points of a group are those of its stride, without the missing ones', () => {
    const lines = trace({x: [0, 5, 10, 0, 5, 10], y: [1, null, 3, 4, 5, 6], stride: 3});
    const seen = [];
    eachPoint(lines, frame, 0, (i, x, y) => seen.push([i, x, y]));
    assert.deepEqual(seen, [
        [0, 0, 190],
        [2, 100, 170],
    ]);
});

test('the nearest mark within reach is meant, and none beyond it', () => {
    const one = trace({x: [2, 8], y: [10, 10]});
    assert.equal(nearest([one], frame, 25, 100, 20), 0);
    assert.equal(nearest([one], frame, 70, 95, 20), 1);
    assert.equal(nearest([one], frame, 50, 100, 20), -1);
    assert.equal(nearest([trace({x: [null], y: [10]})], frame, 0, 100, 20), -1);
});

test('a line is meant between its corners too, but not across to the next group', () => {
    const lines = trace({
        x: [0, 10, NaN, 0, 10, NaN],
        y: [20, 20, NaN, 0, 0, NaN],
        stride: 3,
        marker: null,
        line: true,
    });
    assert.equal(nearest([lines], frame, 50, 3, 10), 0);
    assert.equal(nearest([lines], frame, 50, 197, 10), 1);
    assert.equal(nearest([lines], frame, 50, 100, 10), -1);
});

test('of one group the nearest mark is read, a marker before the corner of a line at the same place', () => {
    const corner = trace({x: [5], y: [10], marker: null, line: true});
    const marker = trace({x: [5], y: [10]});
    assert.equal(markNear([corner, marker], frame, 0, 52, 100)?.trace, marker);
    assert.equal(markNear([], frame, 0, 52, 100), null);
});

test('a box takes what is inside it, a polygon what is inside its corners', () => {
    const one = trace({x: [1, 5, 9], y: [1, 5, 9]});
    assert.deepEqual(positionsInside([one], {x: [0, 6], y: [6, 0]}, false), [0, 1]);
    const triangle = {x: [0, 10, 0], y: [0, 0, 10]};
    assert.deepEqual(positionsInside([trace({x: [1, 9], y: [1, 9]})], triangle, true), [0]);
    assert.deepEqual(positionsInside([trace({x: [1], y: [1], marker: null})], triangle, true), []);
});

test('a label takes the first place that covers nothing, and stays inside', () => {
    const [size, area] = [
        {w: 20, h: 10},
        {w: 100, h: 100},
    ];
    const around = {own: [[15, 15]], others: [], taken: []};
    const places = [
        [10, 10],
        [40, 40],
        [60, 60],
    ];
    assert.deepEqual(placeLabel(places, size, area, around), {x: 40, y: 40, ...size});
    const crowded = {...around, taken: [{x: 40, y: 40, w: 20, h: 10}]};
    assert.deepEqual(placeLabel(places, size, area, crowded), {x: 60, y: 60, ...size});
    const {x, y} = placeLabel([[500, -500]], size, area, {own: [], others: [], taken: []});
    assert.deepEqual([x, y], [78, 2]);
});

test('a trace of some groups knows whose points it has, and takes in those of further ones', () => {
    const meta = {groups: true, stride: 1, positions: [7, 3]};
    const [some] = tracesOf([{name: 'REML', visible: true, mode: 'markers', x: [1, 5], y: [1, 5], meta}]);
    const [more] = withMarks([some], [3, 9], [{x: [4, 8], y: [4, 8]}]);
    const at = (position) => {
        const seen = [];
        eachPoint(more, frame, position, (i) => seen.push(more.x[i]));
        return seen;
    };
    assert.deepEqual([at(7), at(3), at(9), at(0)], [[1], [5], [8], []]);
    assert.deepEqual(positionsInside([more], {x: [0, 10], y: [0, 10]}, false), [3, 7]);
    assert.equal(nearest([more], frame, toX(frame, 5), toY(frame, 5), 10), 3);
    assert.equal(nearest([more], frame, toX(frame, 8), toY(frame, 8), 10), -1, 'it is not drawn');
});
