/* shared/store_news.mjs: many changes of the renderer's store are told as one. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {tellTogether} from '../../dashboard/assets/shared/store_news.mjs';

/** A store as redux makes them, in the place where the renderer leaves its own; node's own channels never end. */
function placed() {
    globalThis.window = /** @type {any} */ ({});
    globalThis.MessageChannel = /** @type {any} */ (
        class {
            port1 = {onmessage() {}};
            port2 = {postMessage: () => setImmediate(() => this.port1.onmessage())};
        }
    );
    globalThis.UIEvent = /** @type {any} */ (class {});
    tellTogether();
    const listeners = new Set();
    const store = {
        state: 0,
        subscribe(listener) {
            listeners.add(listener);
            return () => listeners.delete(listener);
        },
        dispatch() {
            store.state += 1;
            for (const listener of listeners) {
                listener();
            }
        },
    };
    const first = [];
    store.subscribe(() => first.push(store.state));
    globalThis.window.store = store;
    return {store, first};
}

/** Until what was posted before is heard. */
const later = () => new Promise((heard) => setTimeout(heard, 20));

test('changes of a moment are told once, and what listened before hears of each', async () => {
    const {store, first} = placed();
    const heard = [];
    const stop = globalThis.window.store.subscribe(() => heard.push(store.state));
    store.dispatch();
    await null;
    store.dispatch();
    assert.deepEqual(heard, []);
    await later();
    assert.deepEqual([first, heard], [[1, 2], [2]]);
    store.dispatch();
    await later();
    assert.deepEqual(heard, [2, 3]);
    stop();
    store.dispatch();
    await later();
    assert.deepEqual(heard, [2, 3]);
});

test('what a hand does is told at once, with all that waited', async () => {
    const {store} = placed();
    const heard = [];
    globalThis.window.store.subscribe(() => heard.push(store.state));
    store.dispatch();
    globalThis.event = /** @type {any} */ (new UIEvent('input'));
    store.dispatch();
    assert.deepEqual(heard, [2]);
    globalThis.event = undefined;
    await later();
    assert.deepEqual(heard, [2]);
});
