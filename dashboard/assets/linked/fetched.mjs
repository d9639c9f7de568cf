/*
 * Linked views: groups that the server is asked about one by one, where the page is not told of all. What it answers is
 * kept for as long as the order on screen and the parts of the views are the same, so that pointing asks for nothing.
 */

import {withMarks} from './geometry.mjs';
import {ask, partOf} from './remote.mjs';

const PAUSE = 120; // milliseconds that typing rests before the server searches
const KEPT = 40; // answers

/** `viewsOf()` gives the views on the page; `redraw()` is called when something is there to be drawn. */
export function createFetched(state, viewsOf, redraw) {
    /** @type {{answer: any, parts: Map<string, string>}[]} */
    let answers = [];
    /** @type {Set<number>} */
    let known = new Set(); // keys that have been asked for
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let searching = false;
    let outlines = []; // of the selection that is made by outlines

    const partKey = (view) => JSON.stringify(partOf(view.id) || null);

    function remember(keys) {
        known = new Set([...known, ...keys]);
    }

    function forget() {
        answers = [];
        known = new Set();
        if (!state.index.complete) {
            needLit();
            if (state.query) {
                search();
            }
        }
    }

    function needLit() {
        need([...new Set([...state.picked, ...state.lit])]);
    }

    /** A view shows another part: where groups stand in it has to be asked anew. */
    function partChanged() {
        if (!state.index.complete) {
            known = new Set();
            needLit();
        }
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
        const missing = state.index.complete ? [] : keys.filter((key) => !known.has(key));
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
        need,
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
