/* The words and numbers of the linked views, and the shapes of their marks. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {marksOf} from '../../dashboard/assets/linked/paths.mjs';
import {
    matches,
    nameAndRows,
    normalise,
    pickedText,
    RATIO,
    readingText,
    searchText,
    stepText,
} from '../../dashboard/assets/linked/text.mjs';
import {listOf, perPoint, plainText} from '../../dashboard/assets/preview/values.mjs';
import {shapeOf} from '../../dashboard/assets/shared/symbols.mjs';

const index = {
    labels: ['Ann', 'Bob', 'Zo\u00eb'],
    n: [1, 1200, 5],
    order: [0, 1, 2],
    view: 'v',
    unit: {one: 'person', many: 'people'},
    row: {one: 'row', many: 'rows'},
};

test('groups are counted with the noun of their column', () => {
    assert.equal(nameAndRows(index, 0), 'Ann \u00b7 1 row');
    assert.equal(nameAndRows(index, 1), 'Bob \u00b7 1,200 rows');
    const trials = {...index, row: {one: 'trial', many: 'trials'}};
    assert.equal(nameAndRows(trials, 1), 'Bob \u00b7 1,200 trials');
    const published = {...index, n: null, error: ['0.5', '1', '2']};
    assert.equal(nameAndRows(published, 0), 'Ann \u00b7 standard error 0.5');
    assert.equal(pickedText(index, []), '');
    assert.equal(pickedText(index, [2]), 'Zo\u00eb pinned: 5 rows');
    assert.equal(pickedText(index, [0, 1, 2]), '3 people selected');
    assert.equal(stepText(index, 0, 3, 1200), 'Ann: 1 row, 3 of 1,200');
});

test('a search says how many it found, or that there is none', () => {
    assert.equal(searchText(index, ' ', [0]), '');
    assert.equal(searchText(index, ' x ', []), 'No person has \u201cx\u201d in its name');
    assert.equal(searchText(index, 'a', [0]), 'Ann found: 1 row');
    assert.equal(searchText(index, 'o', [1, 2]), '2 people found');
});

test('names are searched whatever their case, in display order', () => {
    const names = index.labels.map(normalise);
    assert.deepEqual(matches('O', [2, 1, 0], names), [2, 1]);
    assert.deepEqual(matches('', [2, 1, 0], names), []);
    assert.equal(normalise(' \uff21\ufb01 '), 'afi');
});

test('a name in full is found before those that go on after it', () => {
    const names = ['School 11', 'School 10', 'school 1', 'Old School 1'].map(normalise);
    assert.deepEqual(matches('School 1', [0, 1, 2, 3], names), [2, 0, 1, 3]);
    assert.deepEqual(matches('School', [0, 1, 2, 3], names), [0, 1, 2, 3]);
});

test('numbers have the digits that an axis tells apart', () => {
    assert.equal(readingText('REML', 61.42, [53.9, -6], [0, 10]), 'REML 61.4 [53.9, \u22126]');
    assert.equal(readingText('a &amp; b', 0.1234, null, [0, 1]), 'a & b 0.12');
    assert.equal(readingText('', 0.5, null, [0, 1], '.0%'), '50%');
    assert.equal(readingText('', 3e20, null, [0, 4e20]), '3.000e+20');
    assert.equal(
        readingText('RR', Math.log(0.5), [Math.log(0.25), 0], [-2, 1], RATIO),
        'RR 0.500 [0.250, 1.00]'
    );
    assert.equal(readingText('', NaN, null, [0, 1]), 'NaN');
});

test('figures are read as JSON brings them', () => {
    const packed = {
        dtype: 'f8',
        bdata: btoa(String.fromCharCode(...new Uint8Array(new Float64Array([1, 2.5]).buffer))),
    };
    assert.deepEqual([...listOf(packed)], [1, 2.5]);
    assert.deepEqual(listOf([1]), [1]);
    assert.deepEqual(listOf(undefined), []);
    assert.deepEqual([0, 1, 2].map(perPoint([4, null], 6)), [4, 6, 6]);
    assert.equal(perPoint(undefined, 6)(0), 6);
    assert.equal(plainText('<b>a</b><br>b &lt; c'), 'a\nb < c');
});

test('a symbol is drawn in the shape it has in Plotly, an unknown one as a circle', () => {
    assert.equal(shapeOf('cross').corners?.length, 24);
    assert.deepEqual(shapeOf('cross-thin-open').strokes?.length, 2);
    assert.deepEqual(shapeOf('no-such'), {corners: null, strokes: null, open: false});
    assert.equal(shapeOf('diamond-open').open, true);
});

test('the mark of a cross is an area, not two strokes', () => {
    const frame = {left: 0, top: 0, width: 10, height: 10, x0: 0, y0: 0, y1: 10, perX: 1, perY: -1};
    const marker = {color: 'red', size: 10, symbol: 'cross'};
    const trace = {name: '', x: [5], y: [5], stride: 1, marker, line: false, error: null};
    const [mark] = marksOf([trace], frame, [0], 0);
    assert.equal(mark.fill, 'red');
    assert.match(mark.d, /^M[^M]*z$/);
    assert.equal(mark.d.split('L').length, 12);
});
