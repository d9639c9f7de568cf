/*
 * Linked views: the one place that knows which groups are pointed at, picked and found. Groups are held by key, so a
 * new order leaves them be; a new view (other data or roles) clears them.
 */
import {matches, normalise} from './text.mjs';

/**
 * @typedef {{view: string | null, order: number[], labels: string[], n: number[], unit: {one: string, many: string}}} Index the groups in
 *     display order, with their names and rows by key
 * @typedef {{key: number, source: string, at: import('./geometry.mjs').Mark | null}} Hover
 */

/** @type {Index} */
const EMPTY = {view: null, order: [], labels: [], n: [], unit: {one: 'group', many: 'groups'}};

/** `changed(cause)` is called after every change; cause is one of index, hover, step, picked, search, clear. */
export function createState(changed) {
    let index = EMPTY;
    /** @type {Map<number, number>} */
    let positions = new Map();
    /** @type {string[] | null} */
    let normalised = null;
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

    function forget() {
        hover = null;
        picked = new Set();
        query = '';
        found = [];
        cursor = -1;
        relight();
    }

    function relight() {
        lit = [...new Set([...picked, ...found])];
    }

    function setIndex(data) {
        const next = data && Array.isArray(data.order) ? data : EMPTY;
        if (next.view !== index.view) {
            forget();
        }
        index = next;
        positions = new Map(index.order.map((key, position) => [key, position]));
        normalised = null;
        hover = null;
        picked = new Set([...picked].filter((key) => positions.has(key)));
        refind();
        changed('index');
    }

    function refind() {
        if (query.trim() && !normalised) {
            normalised = index.labels.map(normalise);
        }
        found = matches(query, index.order, normalised);
        cursor = -1;
        relight();
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
        relight();
        changed('picked', source);
    }

    function pickMany(keys, source, add = false) {
        picked = new Set([...(add ? picked : []), ...keys.filter((key) => positions.has(key))]);
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
        const total = index.order.length;
        if (!total) {
            return;
        }
        const from = hover ? hover.key : [...picked].pop();
        const start = from === undefined ? (by > 0 ? -1 : total) : positions.get(from);
        const place = Math.max(0, Math.min(total - 1, start + by));
        hover = {key: index.order[place], source, at: null};
        changed('step', {key: hover.key, place: place + 1, total});
    }

    function clear() {
        if (hover || picked.size || query) {
            forget();
            changed('clear');
        }
    }

    return {
        setIndex,
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

function sameMark(one, other) {
    return one === other || Boolean(one && other && one.trace === other.trace && one.i === other.i);
}
