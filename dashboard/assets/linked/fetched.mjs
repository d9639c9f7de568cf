/*
 * Linked views: groups that the server is asked about one by one, where the page is not told of all. What it answers is
 * kept for as long as the order on screen and the parts of the views are the same, so that pointing asks for nothing.
 */

import {withMarks} from './geometry.mjs';
import {ask, partOf} from './remote.mjs';

const PAUSE = 120; // milliseconds that typing rests before the server searches
const KEPT = 40; // answers
const MOST_ASKED = 200; // groups of one question
const MOST_BEFOREHAND = 100; // groups that are asked about before anybody points at them

/** `viewsOf()` gives the views on the page; `redraw()` is called when something is there to be drawn. */
export function createFetched(state, viewsOf, redraw) {
    /** @type {{answer: any, parts: Map<string, string>}[]} */
    let answers = [];
    /** @type {Set<number>} */
    let known = new Set(); // keys that have been asked for
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let prefetch;
    let searching = false;
    let outlines = []; // of the selection that is made by outlines

    const partKey = (view) => JSON.stringify(partOf(view.id) || null);

    function remember(keys) {
        known = new Set([...known, ...keys]);
    }

    function forget() {
        answers = [];
        known = new Set();
        needLit();
        if (!state.index.complete && state.query) {
            search();
        }
    }

    /** Whether a view draws some of the groups only. */
    function anySparse() {
        return viewsOf().some((view) => !view.pins && view.traces.some((trace) => trace.places));
    }

    /** Whoever is drawn in one view is to be found in all: those that stand out are asked about beforehand. */
    function needDrawn() {
        clearTimeout(prefetch);
        prefetch = setTimeout(() => {
            const traces = viewsOf().flatMap((view) => view.traces.filter((trace) => trace.places));
            const drawn = new Set(
                traces.flatMap((trace) => trace.positions.slice(0, trace.drawn / trace.stride))
            );
            if (drawn.size <= MOST_BEFOREHAND) {
                need([...drawn].map((position) => state.index.order[position]).filter(Number.isFinite));
            }
        }, PAUSE);
    }

    function needLit() {
        need([...new Set([...state.picked, ...state.lit, ...(state.hover ? [state.hover.key] : [])])]);
    }

    /** A view shows another part: where groups stand in it has to be asked anew. */
    function partChanged() {
        known = new Set();
        needLit();
    }

    function take(answer) {
        if (!answer || answer.order !== state.index.orderKey) {
            return false;
        }
        state.learn(answer.groups, answer.order);
        remember(answer.groups.keys);
        answers.push({answer, parts: new Map(viewsOf().map((view) => [view.id, partKey(view)]))});
        answers.splice(0, answers.length - KEPT);
        for (const view of viewsOf()) {
            view.traces = traced(view, view.traces, answers.slice(-1));
        }
        redraw();
        return true;
    }

    /** A view's traces with what is known of groups that the figure does not draw. */
    function traced(view, traces, from = answers) {
        for (const {answer, parts} of from) {
            const marks = answer.marks[view.id];
            if (marks && parts.get(view.id) === partKey(view)) {
                traces = withMarks(traces, answer.groups.positions, marks);
            }
        }
        return traces;
    }

    /** Asks for those of some groups that are not known yet; says whether there is something new. */
    async function need(keys) {
        const missing = anySparse() ? keys.filter((key) => !known.has(key)).slice(0, MOST_ASKED) : [];
        if (!missing.length) {
            return false;
        }
        remember(missing);
        return take(await ask('groups/some', {keys: missing}));
    }

    /** Asks who stands at some positions. */
    async function needPositions(positions) {
        return take(await ask('groups/some', {positions}));
    }

    function search() {
        const {query} = state;
        clearTimeout(timer);
        if (state.index.complete || !query.trim() || state.found.length) {
            searching = false;
            return;
        }
        searching = true;
        timer = setTimeout(async () => {
            const answer = await ask('groups/named', {text: query});
            if (query === state.query) {
                searching = false;
                if (take(answer) && answer.count) {
                    state.setFound(query, answer.groups.keys, answer.count);
                } else {
                    redraw();
                }
            }
        }, PAUSE);
    }

    /** Picks what lies within an outline of a view; `adds` to what was picked so before. */
    async function pickInside(view, outline, isPolygon, adds) {
        const one = {id: view.id, x: outline.x, y: outline.y, polygon: isPolygon};
        outlines = adds ? [...outlines, one] : [one];
        const answer = await ask('groups/inside', {outlines});
        if (take(answer)) {
            state.pickMany(answer.groups.keys, view.id, false, answer.count);
        }
    }

    return {
        forget,
        anySparse,
        need,
        needDrawn,
        needLit,
        needPositions,
        partChanged,
        pickInside,
        search,
        traced,
        get searching() {
            return searching;
        },
    };
}
