/*
 * Linked views: the one place that knows which groups are pointed at, picked and found. Groups are held by key, so a
 * new order leaves them be; a new view (other data or roles) clears them, and one that comes back has what was picked.
 */
import {matches, normalise} from './text.mjs';

/**
 * @typedef {{one: string, many: string}} Noun
 * @typedef {{positions: number[], keys: number[], labels: string[], n: number[] | null, error: string[] | null}} Entries
 *     some groups, one entry for each in every list
 * @typedef {{view: string | null, order: string, total: number, groups: Entries | null, published: boolean,
 *     unit: Noun, row: Noun}} Given what the server says; no groups where they are too many to be told of
 * @typedef {{view: string | null, orderKey: string, total: number, complete: boolean, order: number[],
 *     labels: Record<number, string>, n: Record<number, number> | null, error: Record<number, string> | null,
 *     unit: Noun, row: Noun}} Index the groups that are known: their keys by position, the rest by key
 * @typedef {{key: number, source: string, at: import('./geometry.mjs').Mark | null}} Hover
 */

/** @type {Index} */
const EMPTY = {
    view: null,
    orderKey: '',
    total: 0,
    complete: true,
    order: [],
    labels: {},
    n: {},
    error: null,
    unit: {one: 'group', many: 'groups'},
    row: {one: 'row', many: 'rows'},
};

/** `changed(cause)` is called after every change; cause is one of index, hover, step, picked, search, clear. */
export function createState(changed) {
    let index = EMPTY;
    /** @type {Map<number, number>} */
    let positions = new Map();
    /** @type {Record<number, string> | null} */
    let normalised = null;
    let pickedTotal = 0;
    let foundTotal = 0;
    /** @type {Hover | null} */
    let hover = null;
    /** @type {Set<number>} */
    let picked = new Set();
    let query = '';
    /** @type {number[]} */
    let found = [];
    let cursor = -1;
    /** @type {number[]} */
    let lit = [];
    /** @type {Map<string, Set<number>>} what was picked in the views that were there before */
    const pickedBefore = new Map();

    function forget() {
        hover = null;
        picked = new Set();
        pickedTotal = 0;
        query = '';
        found = [];
        foundTotal = 0;
        cursor = -1;
        relight();
    }

    function relight() {
        lit = [...new Set([...picked, ...found])];
    }

    /** @param {Given | null} given */
    function setIndex(given) {
        const next = given ? indexOf(given) : EMPTY;
        if (next.view !== index.view) {
            if (index.view !== null && picked.size) {
                pickedBefore.set(index.view, picked);
            } else if (index.view !== null) {
                pickedBefore.delete(index.view);
            }
            forget();
            picked = new Set(pickedBefore.get(next.view ?? ''));
            pickedTotal = picked.size;
        } else if (!next.complete) {
            Object.assign(next, {labels: index.labels, n: index.n, error: index.error}); // keys outlive an order
        }
        index = next;
        positions = new Map();
        normalised = null;
        hover = null;
        if (given?.groups) {
            learn(given.groups, given.order);
        }
        if (index.complete) {
            picked = new Set([...picked].filter((key) => positions.has(key)));
            pickedTotal = picked.size;
        }
        refind();
        changed('index');
    }

    /** Takes in who some groups are; of another order than the one on screen they are of no use. */
    function learn(entries, order) {
        if (!entries || order !== index.orderKey) {
            return;
        }
        entries.keys.forEach((key, i) => {
            index.order[entries.positions[i]] = key;
            positions.set(key, entries.positions[i]);
            index.labels[key] = entries.labels[i];
            if (index.n && entries.n) {
                index.n[key] = entries.n[i];
            } else if (index.error && entries.error) {
                index.error[key] = entries.error[i];
            }
        });
    }

    function refind() {
        if (query.trim() && !normalised && index.complete) {
            normalised = Object.fromEntries(
                Object.entries(index.labels).map(([key, label]) => [key, normalise(label)])
            );
        }
        found = index.complete ? matches(query, index.order, normalised) : [];
        foundTotal = found.length;
        cursor = -1;
        relight();
    }

    /** What the server found for a text, while that is what is searched for; `total` of them, some by key. */
    function setFound(text, keys, total) {
        if (text === query) {
            found = keys;
            foundTotal = total;
            cursor = -1;
            relight();
            changed('search');
        }
    }

    /**
     * Point at a group; `source` says where, `at` (optional) which mark of it.
     *
     * @param {number} key
     * @param {string} source
     * @param {Hover['at']} at
     */
    function point(key, source, at = null) {
        const before = hover?.key === key && hover.source === source ? hover : null;
        if (before && sameMark(before.at, at)) {
            return;
        }
        if (positions.has(key)) {
            hover = {key, source, at};
            changed('hover');
        }
    }

    /** Stop pointing, if it is `source` that points; without a source whoever does. */
    function leave(source) {
        if (hover && (!source || hover.source === source)) {
            hover = null;
            changed('hover');
        }
    }

    /** Pin a group and no other; `add` toggles it among the picked; pinning the only pinned one unpins it. */
    function pick(key, source, add = false) {
        if (!positions.has(key)) {
            return;
        }
        const only = picked.size === 1 && picked.has(key);
        const kept = add ? picked : new Set();
        picked = new Set(kept);
        if (only || (add && kept.has(key))) {
            picked.delete(key);
        } else {
            picked.add(key);
        }
        pickedTotal = picked.size;
        relight();
        changed('picked', source);
    }

    /** Pick groups; `total` are meant where these are a sample of them. */
    function pickMany(keys, source, add = false, total = undefined) {
        picked = new Set([...(add ? picked : []), ...keys.filter((key) => positions.has(key))]);
        pickedTotal = total ?? picked.size;
        relight();
        changed('picked', source);
    }

    function search(text) {
        if (text !== query) {
            query = text;
            refind();
            changed('search');
        }
    }

    /** Point at the next (+1) or previous (-1) match of the search, around the ends. */
    function stepMatch(by) {
        if (found.length) {
            cursor = cursor < 0 && by < 0 ? found.length - 1 : (cursor + by + found.length) % found.length;
            hover = {key: found[cursor], source: 'search', at: null};
            changed('step', {key: hover.key, place: cursor + 1, total: found.length});
        }
    }

    /** Point at the group `by` places further down the display order, from the one pointed at or pinned. */
    function stepPosition(by, source) {
        const {total} = index;
        const place = placeFrom(by);
        if (!total || index.order[place] === undefined) {
            return;
        }
        hover = {key: index.order[place], source, at: null};
        changed('step', {key: hover.key, place: place + 1, total});
    }

    /** The position that a step of `by` leads to. */
    function placeFrom(by) {
        const {total} = index;
        const from = hover ? hover.key : [...picked].pop();
        const start = (from === undefined ? undefined : positions.get(from)) ?? (by > 0 ? -1 : total);
        return Math.max(0, Math.min(total - 1, start + by));
    }

    function clear() {
        if (hover || picked.size || query) {
            forget();
            changed('clear');
        }
    }

    return {
        setIndex,
        learn,
        setFound,
        placeFrom,
        point,
        leave,
        pick,
        pickMany,
        search,
        stepMatch,
        stepPosition,
        clear,
        get index() {
            return index;
        },
        get hover() {
            return hover;
        },
        get query() {
            return query;
        },
        get found() {
            return found;
        },
        get current() {
            return found.length ? found[Math.max(cursor, 0)] : undefined;
        },
        get pickedTotal() {
            return pickedTotal;
        },
        get foundTotal() {
            return foundTotal;
        },
        get picked() {
            return [...picked];
        },
        /** Keys that stay lit without being pointed at, the picked ones first; a new array whenever they change. */
        get lit() {
            return lit;
        },
        positionOf: (key) => positions.get(key),
    };
}

/** @param {Given} given @returns {Index} */
function indexOf(given) {
    return {
        view: given.view,
        orderKey: given.order,
        total: given.total,
        complete: Boolean(given.groups),
        order: [],
        labels: {},
        n: given.published ? null : {},
        error: given.published ? {} : null,
        unit: given.unit,
        row: given.row,
    };
}

function sameMark(one, other) {
    return one === other || Boolean(one && other && one.trace === other.trace && one.i === other.i);
}
