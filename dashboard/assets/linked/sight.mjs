/*
 * Linked views: a view is drawn when it comes near what is in sight; until then its newest figure waits. A card whose
 * figure waits is busy; out of sight it hides what was drawn in it before, and nothing reads that. Those in sight are
 * drawn one a frame, so that the first is there before the last is begun.
 */
import {drawGraph} from '../shared/graph.mjs';
import {cardOf} from './card_content.mjs';
import {inTheme} from './theme.mjs';
import {latestFigure, withZoom} from './zoom.mjs';

const NEAR = '50px 0px'; // around what is in sight
const BUSY = 'aria-busy';
const FAR = 'out-of-sight';

/** @type {Map<string, any>} */
const waiting = new Map(); // graph id -> the figure as the server gave it
/** @type {Map<string, boolean>} */
const near = new Map(); // graph id -> whether its card is
/** @type {Map<Element, string>} */
const cards = new Map(); // card -> graph id
let due = false;
/** @type {(() => void)[]} */
let watchers = []; // called when nothing near waits

const observer = new IntersectionObserver(
    (entries) => {
        for (const {target, isIntersecting} of entries) {
            const graphId = cards.get(target) || '';
            near.set(graphId, isIntersecting);
            target.classList.toggle(FAR, !isIntersecting);
        }
        drawSoon();
    },
    {rootMargin: NEAR}
);

function drawSoon() {
    if (!due) {
        due = true;
        requestAnimationFrame(drawNext);
    }
}

function drawNext() {
    due = false;
    const next = [...waiting.keys()].find((graphId) => near.get(graphId));
    if (next) {
        drawGraph(next, taken(next));
        drawSoon();
        return;
    }
    const done = watchers;
    watchers = [];
    for (const resolve of done) {
        resolve();
    }
}

/** Done in the frame after the last of what is near was drawn. */
export function drawnInSight() {
    drawSoon();
    return new Promise((resolve) => watchers.push(() => resolve(null)));
}

function taken(graphId) {
    const figure = waiting.get(graphId);
    waiting.delete(graphId);
    cardOf(graphId)?.removeAttribute(BUSY);
    return inTheme(withZoom(figure, graphId));
}

/** Draws a figure in the page's theme and with the user's zoom once the card of its graph is near. */
export function drawWhenNear(figure, graphId) {
    const card = cardOf(graphId);
    if (!card) {
        drawGraph(graphId, inTheme(withZoom(figure, graphId))); // once it is on the page
        return;
    }
    waiting.set(graphId, figure);
    card.setAttribute(BUSY, 'true');
    if (!cards.has(card)) {
        cards.set(card, graphId);
        observer.observe(card);
    }
    drawSoon();
}

/** Lets go of what waits where that is what was last drawn, in another theme: something newer takes its place. */
export function dropRedrawn(graphId) {
    if (waiting.has(graphId) && waiting.get(graphId) === latestFigure(graphId)) {
        waiting.delete(graphId);
        cardOf(graphId)?.removeAttribute(BUSY);
    }
}

/** Whether a graph shows what it was last given, and is near what is in sight. */
export function isInSight(graphId) {
    return Boolean(near.get(graphId)) && !waiting.has(graphId);
}

/** The figure that waits for a graph to come into sight; undefined where none does. */
export function waitingFigure(graphId) {
    return waiting.get(graphId);
}

/** Draws those of some graphs that wait, in sight or not; done when they are drawn. */
export async function drawNow(graphIds) {
    const found = graphIds.filter((graphId) => waiting.has(graphId));
    await Promise.all(found.map((graphId) => drawGraph(graphId, taken(graphId))));
}

/** What waits, as [graph id, figure to be drawn now]: paper has no sight. */
export function takeWaiting() {
    return [...waiting.keys()].map((graphId) => [graphId, taken(graphId)]);
}
