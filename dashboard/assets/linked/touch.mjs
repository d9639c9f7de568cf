/*
 * Charts under a hand: one finger scrolls the page, unless the box or the lasso was chosen; two fingers zoom. Plotly
 * takes every touch for the beginning of a zoom, so that it hears of none here.
 */
import {axesOf, fullLayout, graphIn, plotArea} from '../shared/plotly.mjs';

const CHARTS = '.linked-view:not(.linked-tool), .risk-graph';
const LEAST_SPREAD = 24; // pixels between two fingers along an axis, below which it is not zoomed

/** @type {{graph: any, from: Touch[], to?: Touch[], ranges: Record<string, number[]>} | null} */
let pinch = null;

const chartAt = (event) => (event.target instanceof Element ? event.target.closest(CHARTS) : null);

function begin(event) {
    const chart = chartAt(event);
    if (!chart) {
        return;
    }
    event.stopPropagation();
    const graph = event.touches.length === 2 ? graphIn(chart) : null;
    const layout = graph && fullLayout(graph);
    pinch = layout
        ? {
              graph,
              from: Array.from(event.touches),
              ranges: Object.fromEntries(
                  axesOf(layout)
                      .filter(([, axis]) => !axis.fixedrange)
                      .map(([name, axis]) => [name, axis.range.map(Number)])
              ),
          }
        : null;
}

/**
 * The range that puts what was under two fingers at first under them again.
 *
 * @param {number[]} range
 * @param {number[][]} fingers along the axis, in pixels of the window: before and after
 * @param {{offset: number, length: number}} area
 * @param {number} origin where the graph begins in the window
 */
export function pinchedRange([low, high], [before, after], {offset, length}, origin) {
    const [one, other] = before.map((at) => (at - origin - offset) / length);
    const [one2, other2] = after.map((at) => (at - origin - offset) / length);
    if (Math.abs(other - one) * length < LEAST_SPREAD || Math.abs(other2 - one2) * length < 1) {
        return [low, high];
    }
    const scale = (other - one) / (other2 - one2);
    const start = one - one2 * scale;
    return [low + start * (high - low), low + (start + scale) * (high - low)];
}

function move(event) {
    if (pinch && event.touches.length === 2) {
        if (event.cancelable) {
            event.preventDefault(); // the page is not zoomed besides
        }
        pinch.to = Array.from(event.touches);
    }
}

function end() {
    const done = pinch;
    pinch = null;
    const area = done?.to && plotArea(done.graph);
    if (!area) {
        return;
    }
    const box = done.graph.getBoundingClientRect();
    const across = (touches, name) => touches.map((touch) => (name === 'x' ? touch.clientX : touch.clientY));
    const changes = {};
    for (const [name, range] of Object.entries(done.ranges)) {
        const side = name.charAt(0);
        const {offset, length} = area[side];
        const origin = side === 'x' ? box.left : box.top;
        // a vertical axis begins at its top
        const given = side === 'x' ? range : [range[1], range[0]];
        const found = pinchedRange(
            given,
            [across(done.from, side), across(done.to, side)],
            {offset, length},
            origin
        );
        changes[`${name}.range`] = side === 'x' ? found : [found[1], found[0]];
    }
    window.Plotly.relayout(done.graph, changes);
}

document.addEventListener('touchstart', begin, {capture: true, passive: true});
document.addEventListener('touchmove', move, {capture: true, passive: false});
document.addEventListener('touchend', end, {capture: true, passive: true});
document.addEventListener('touchcancel', end, {capture: true, passive: true});
