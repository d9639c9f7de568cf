/*
 * Linked views: what the server is asked where there are more groups than the page is told of. Answers come with the
 * key of the order that they hold for, and with marks for every view; who asks decides what becomes of them.
 */

import {setProps} from '../shared/dash.mjs';
import {ids} from '../shared/facts.mjs';

/** @typedef {{rows?: number[], keys?: number[], x?: number[], y?: number[], height?: number}} Part what of a view is shown */

/** @type {unknown} */
let choices = null;
/** @type {string | null} */
let selection = null; // what the parts belong to
/** @type {Map<string, Part>} */
let parts = new Map(); // graph id -> part

/** The page's choices, and what a zoom belongs to; another selection shows everything again. */
export function setChoices(given, view) {
    choices = given;
    if (view !== selection) {
        selection = view;
        parts = new Map();
        tell();
    }
}

/** What of a view is shown; undefined: all of it. */
export function partOf(graphId) {
    return parts.get(graphId);
}

/** @param {string} graphId @param {Part | null} part */
export function setPart(graphId, part) {
    if (part) {
        parts.set(graphId, part);
    } else {
        parts.delete(graphId);
    }
    tell();
}

/** The parts as the server takes them. */
export function partsShown() {
    return {view: selection, parts: Object.fromEntries(parts)};
}

function tell() {
    setProps(ids.VIEW_PARTS, {data: partsShown()});
}

/** The answer to a question about what is on screen; null where there is none. */
export async function ask(path, question) {
    const answer = await fetch(path, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({choices, parts: partsShown(), ...question}),
    });
    return answer.ok ? answer.json() : null;
}
