/* Which ticks an axis has and how they are written, as Plotly does it. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ticksOf} from '../../dashboard/assets/preview/ticks.mjs';

const texts = (axis, range, length = 400, letter = 'x') =>
    ticksOf(axis, range, length, letter).map(({text}) => text);
const values = (axis, range, length = 400, letter = 'x') =>
    ticksOf(axis, range, length, letter).map(({value}) => value);

test('the step is 1, 2 or 5 times a power of ten and fits the length', () => {
    assert.deepEqual(values({}, [0, 10]), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(values({}, [0, 10], 160), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(values({}, [0, 10], 800), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(values({}, [0, 3], 400), [0, 0.5, 1, 1.5, 2, 2.5, 3]);
});

test('a range turned round has the same ticks', () => {
    assert.deepEqual(values({}, [10, 0]), values({}, [0, 10]));
});

test('numbers have the digits that their step asks for, a minus sign, and commas from five digits', () => {
    assert.deepEqual(texts({}, [-0.5, 0.5]), ['\u22120.4', '\u22120.2', '0', '0.2', '0.4']);
    assert.deepEqual(texts({}, [1450, 1650]), ['1450', '1500', '1550', '1600', '1650']);
    assert.deepEqual(texts({dtick: 5000}, [10000, 20000]), ['10k', '15k', '20k']);
    assert.deepEqual(texts({dtick: 1e6}, [0, 2e6]), ['0', '1M', '2M']);
});

test('sizes that have no letter are written as powers of ten', () => {
    assert.deepEqual(texts({dtick: 1e20}, [1e20, 2e20]), ['1\u00d710\u00b2\u2070', '2\u00d710\u00b2\u2070']);
});

test('a tick format is kept', () => {
    assert.deepEqual(texts({tickformat: '.0%', dtick: 0.5}, [0, 1]), ['0%', '50%', '100%']);
    assert.deepEqual(texts({tickformat: ',.1f', dtick: 1500}, [-1500, 1500]), [
        '\u22121,500.0',
        '0.0',
        '1,500.0',
    ]);
});

test('given ticks stay, within the range, with their words as plain text', () => {
    const axis = {tickvals: [0, 1, 2, 9], ticktext: ['a', '<b>b</b> &amp; c']};
    assert.deepEqual(ticksOf(axis, [2.5, -0.5], 400, 'y'), [
        {value: 0, text: 'a'},
        {value: 1, text: 'b & c'},
        {value: 2, text: '2'},
    ]);
});
