/* Which groups are pointed at, picked and found. */
import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {createState} from '../../dashboard/assets/linked/state.mjs';

const INDEX = {
    view: 'v',
    order: 'v-1',
    total: 3,
    groups: {
        positions: [0, 1, 2],
        keys: [2, 0, 1],
        labels: ['Zo\u00eb', 'Ann', 'Bob'],
        n: [5, 3, 4],
        error: null,
    },
    published: false,
    unit: {one: 'school', many: 'schools'},
    row: {one: 'row', many: 'rows'},
};
let heard = [];
let state = createState(() => {});

beforeEach(() => {
    heard = [];
    state = createState((cause, detail) => heard.push([cause, detail]));
    state.setIndex(INDEX);
    heard = [];
});

const causes = () => heard.map(([cause]) => cause);

test('pointing at the same mark twice is heard once', () => {
    const mark = {trace: 't', i: 1};
    state.point(0, 'view', mark);
    state.point(0, 'view', {...mark});
    state.point(0, 'view', {...mark, i: 2});
    state.point(7, 'view'); // no such group
    assert.deepEqual(causes(), ['hover', 'hover']);
    assert.deepEqual(state.hover, {key: 0, source: 'view', at: {trace: 't', i: 2}});
});

test('only who points can stop it, or anybody who does not say who', () => {
    state.point(0, 'table');
    state.leave('view');
    assert.equal(state.hover?.key, 0);
    state.leave();
    assert.equal(state.hover, null);
});

test('a click pins one group, another one moves the pin, the same one takes it away', () => {
    state.pick(0, 'view');
    state.pick(1, 'view');
    assert.deepEqual(state.picked, [1]);
    state.pick(1, 'view');
    assert.deepEqual(state.picked, []);
});

test('with a key held clicks add and take away', () => {
    state.pick(0, 'view', true);
    state.pick(1, 'view', true);
    assert.deepEqual(state.picked, [0, 1]);
    state.pick(0, 'view', true);
    assert.deepEqual(state.picked, [1]);
});

test('a lasso picks those that are there, adding where a key is held', () => {
    state.pickMany([2, 9], 'view');
    state.pickMany([0], 'view', true);
    assert.deepEqual(state.picked, [2, 0]);
});

test('a search finds by parts of names, whatever their case, in display order', () => {
    state.search('O');
    assert.deepEqual(state.found, [2, 1]);
    assert.equal(state.current, 2);
    assert.deepEqual(state.lit, [2, 1]);
    state.search('  ');
    assert.deepEqual(state.found, []);
});

test('matches are stepped through around the ends', () => {
    state.search('o');
    state.stepMatch(-1);
    assert.equal(state.hover?.key, 1);
    state.stepMatch(1);
    assert.equal(state.hover?.key, 2);
    assert.deepEqual(heard.at(-1), ['step', {key: 2, place: 1, total: 2}]);
});

test('arrow keys go through the display order and stop at its ends', () => {
    state.stepPosition(1, 'view');
    assert.equal(state.hover?.key, 2);
    state.stepPosition(Infinity, 'view');
    assert.equal(state.hover?.key, 1);
    state.stepPosition(1, 'view');
    assert.equal(state.hover?.key, 1);
    state.stepPosition(-1, 'view');
    assert.equal(state.hover?.key, 0);
});

test('another order keeps what is picked, other data do not', () => {
    state.pickMany([0, 1], 'view');
    state.search('z');
    const turned = {...INDEX.groups, positions: [0, 1], keys: [1, 0], labels: ['Bob', 'Ann'], n: [4, 3]};
    state.setIndex({...INDEX, order: 'v-2', total: 2, groups: turned});
    assert.deepEqual(state.picked, [0, 1]);
    assert.deepEqual(state.found, []);
    state.setIndex({...INDEX, view: 'other'});
    assert.deepEqual([state.picked, state.query, state.lit], [[], '', []]);
    state.setIndex({...INDEX, order: [0, 1]}); // and the first ones again
    assert.deepEqual(
        [state.picked, state.lit],
        [
            [0, 1],
            [0, 1],
        ]
    );
    state.clear();
    state.setIndex({...INDEX, view: 'other'});
    state.setIndex(INDEX);
    assert.deepEqual(state.picked, []);
    state.setIndex(null);
    assert.deepEqual(state.index.order, []);
});

test('clearing is heard only where there is something to clear', () => {
    state.clear();
    assert.deepEqual(causes(), []);
    state.pick(0, 'view');
    state.clear();
    assert.deepEqual(causes(), ['picked', 'clear']);
    assert.deepEqual(state.lit, []);
});

test('of very many groups those are known that it was told of, in the order on screen', () => {
    state.setIndex({...INDEX, view: 'many', order: 'many-1', total: 9000, groups: null});
    state.point(7, 'view');
    assert.equal(state.hover, null);
    const told = {positions: [8000], keys: [7], labels: ['Eve'], n: [2], error: null};
    state.learn(told, 'another order');
    assert.equal(state.positionOf(7), undefined);
    state.learn(told, 'many-1');
    state.pickMany([7], 'view', false, 450);
    assert.deepEqual([state.picked, state.pickedTotal, state.index.order[8000]], [[7], 450, 7]);
    state.search('e');
    state.setFound('e', [7], 321);
    state.setFound('something typed before', [], 0);
    assert.deepEqual([state.found, state.foundTotal], [[7], 321]);
    state.setIndex({...INDEX, view: 'many', order: 'many-2', total: 9000, groups: null});
    assert.deepEqual([state.picked, state.index.labels[7]], [[7], 'Eve']);
    assert.equal(state.positionOf(7), undefined);
});
