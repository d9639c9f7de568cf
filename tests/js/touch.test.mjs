/* Where two fingers lead an axis. */
import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.document = {addEventListener: () => {}, getElementById: () => null};
const {pinchedRange} = await import('../../dashboard/assets/linked/touch.mjs');
const AREA = {offset: 10, length: 100};

test('fingers that move apart zoom in between them, and what was under each stays there', () => {
    const [low, high] = pinchedRange(
        [0, 10],
        [
            [60, 90],
            [50, 90],
        ],
        AREA,
        20
    );
    const under = (at) => low + ((at - 30) / 100) * (high - low);
    assert.ok(Math.abs(under(50) - 3) < 1e-9);
    assert.ok(Math.abs(under(90) - 6) < 1e-9);
    assert.ok(high - low < 10);
});

test('a turned axis stays turned, and fingers that move together leave its length', () => {
    const [low, high] = pinchedRange(
        [10, 0],
        [
            [60, 90],
            [70, 100],
        ],
        AREA,
        20
    );
    assert.ok(Math.abs(low - 11) < 1e-9);
    assert.ok(Math.abs(high - 1) < 1e-9);
});

test('an axis along which the fingers do not lie apart is left as it is', () => {
    assert.deepEqual(
        pinchedRange(
            [0, 10],
            [
                [60, 70],
                [50, 90],
            ],
            AREA,
            20
        ),
        [0, 10]
    );
});
