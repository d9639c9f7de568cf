/*
 * Linked views: what a groups view of many groups shows once it is zoomed in: the groups' names, and their intervals,
 * which the figure is too large to carry. The window in view goes to the store "view-window"; the server answers in
 * the store "view-detail". `layout.meta` says which of the two the figure leaves to us: `detail` and `intervals`.
 */

import {setProps} from '../shared/dash.mjs';
import {addElement, SVG} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {metaOf, plotArea} from '../shared/plotly.mjs';
import {frameOf, toX, toY} from './geometry.mjs';
import {short} from './paths.mjs';

const MOST = 200; // positions in a window
const WAIT = 120; // milliseconds without movement before the server is asked
const LINE_HEIGHT = 11; // pixels of row height from which every row has its name
const LETTER_WIDTH = 6.2;
const LEAST_MARGIN = 60; // pixels left of the plot in which names have room
const INSIDE_LETTERS = 24;

let detail = null;
/** @type {string | null} */
let asked = null; // the window, as JSON
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The positions shown, {first, last}, or null where they are too many. */
function windowOf(frame, total) {
    const first = Math.max(0, Math.ceil(Math.min(frame.y0, frame.y1)));
    const last = Math.min(total - 1, Math.floor(Math.max(frame.y0, frame.y1)));
    return last >= first && last - first < MOST ? {first, last} : null;
}

/** Looks at the groups view after it was drawn, zoomed or panned, and asks for what is now in view. */
export function watchDetail(view, index) {
    const frame = frameOf(plotArea(view.gd));
    const lacking = metaOf(view.gd).intervals === false;
    const seen = frame && lacking ? windowOf(frame, index.order.length) : null;
    clearTimeout(timer);
    if (!seen) {
        forgetDetail();
        return;
    }
    timer = setTimeout(() => {
        const data = {...seen, view: index.view};
        if (JSON.stringify(data) !== asked) {
            asked = JSON.stringify(data);
            setProps(ids.VIEW_WINDOW, {data});
        }
    }, WAIT);
}

/** What the server last answered, or null where it is of no use any more. */
export function currentDetail() {
    return detail;
}

/** Another order or other numbers: what was answered before no longer holds. */
export function forgetDetail() {
    detail = null;
    asked = null;
}

export function takeDetail(data, index) {
    detail = data && asked && data.view === index.view ? data : null;
}

/** The intervals of the groups in view, as a drawing. */
export function intervalsInView(shown, frame) {
    return (shown ? shown.traces : []).map((trace) => {
        const pieces = trace.low.map((low, i) => {
            const y = short(toY(frame, shown.first + i + trace.offset));
            const missing = low === null || trace.high[i] === null;
            return missing ? '' : `M${short(toX(frame, low))} ${y}H${short(toX(frame, trace.high[i]))}`;
        });
        return {d: pieces.join(''), stroke: trace.color, width: 1.4};
    });
}

/** Writes the names of the rows in view into an SVG group, once the rows are high enough for all of them. */
export function drawNames(group, view, frame, index) {
    const wanted = view && metaOf(view.gd).detail && Math.abs(frame.perY) >= LINE_HEIGHT;
    const seen = wanted ? windowOf(frame, index.order.length) : null;
    const outside = frame.left >= LEAST_MARGIN;
    const letters = outside ? Math.floor((frame.left - 10) / LETTER_WIDTH) : INSIDE_LETTERS;
    const count = seen ? seen.last - seen.first + 1 : 0;
    group.setAttribute('class', `linked-names ${outside ? 'linked-outside' : ''}`);
    while (group.childElementCount > count) {
        group.lastElementChild?.remove();
    }
    const first = seen ? seen.first : 0;
    for (let i = 0; i < count; i++) {
        const label = index.labels[index.order[first + i]];
        const text = group.children[i] || addElement(group, 'text', '', SVG);
        text.textContent = label.length > letters ? `${label.slice(0, letters - 1)}\u2026` : label;
        text.setAttribute('x', outside ? frame.left - 6 : frame.left + 4);
        text.setAttribute('y', frame.top + toY(frame, first + i));
    }
}
