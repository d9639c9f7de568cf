/* Cells that are pasted: what they are called, and what is no table. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {nameOfPaste, whyNoTable} from '../../dashboard/assets/page/pasted_text.mjs';

test('pasted cells are numbered past those that are there', () => {
    assert.equal(nameOfPaste([]), 'pasted cells');
    assert.equal(nameOfPaste(['scores.csv', 'pasted cells.csv']), 'pasted cells');
    assert.equal(nameOfPaste(['pasted cells']), 'pasted cells 2');
    assert.equal(nameOfPaste(['pasted cells 7', 'pasted cells', 'x']), 'pasted cells 8');
});

test('what has no rows below its first line is no table', () => {
    assert.match(whyNoTable(' \r\n\t'), /holds no cells/);
    assert.match(whyNoTable('school\tscore\r\n'), /one line/);
    assert.equal(whyNoTable('school\tscore\r\nA\t1'), '');
});
