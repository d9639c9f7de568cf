/*
 * Linked views: the user's zoom outlives a new figure from the server. What the server last gave for each graph is
 * remembered; an axis whose live range differs from it was zoomed by hand, and that range goes into the next figure.
 */
import {axesOf, fullLayout, graphIn, setResetRange} from '../shared/plotly.mjs';

/** @type {Map<string, any>} */
const latest = new Map(); // graph id -> the figure as the server gave it
const given = new Map(); // graph id -> {view, dragmode, axes: {name: {range, autorange}}}

function viewOf(layout) {
    return layout.meta?.view || null;
}

function rangesOf(layout) {
    return Object.fromEntries(axesOf(layout).map(([name, {range, autorange}]) => [name, {range, autorange}]));
}

function fixed(axis) {
    return Boolean(axis?.range && (axis.autorange === undefined || axis.autorange === false));
}

/** Whether a live axis shows something else than what was given for it. */
function zoomed(live, axis) {
    if (!fixed(axis)) {
        return live.autorange === false;
    }
    const [a, b] = axis.range;
    const tolerance = 1e-6 * Math.abs(b - a);
    return Math.abs(live.range[0] - a) > tolerance || Math.abs(live.range[1] - b) > tolerance;
}

/** What plotly is to be given instead of a figure: with the ranges that the user zoomed to. Remembers the figure. */
export function withZoom(figure, graphId) {
    const zoomedIn = asZoomed(figure, graphId);
    if (figure?.layout) {
        latest.set(graphId, figure);
        given.set(graphId, {
            view: viewOf(figure.layout),
            dragmode: figure.layout.dragmode,
            axes: rangesOf(figure.layout),
        });
    }
    return zoomedIn;
}

/** The figure that the server last gave for a graph. */
export function latestFigure(graphId) {
    return latest.get(graphId);
}

/** The ranges that the server last gave for a graph's axes, by name. */
export function ownRanges(graphId) {
    return given.get(graphId)?.axes || {};
}

/**
 * The figure with the ranges the user zoomed to in the graph now on the page; the figure itself is not changed. One that
 * answers to zooms has the ranges that were asked for.
 */
export function asZoomed(figure, graphId) {
    if (!figure?.layout || figure.layout.meta?.zoom) {
        return figure;
    }
    const before = given.get(graphId);
    const view = viewOf(figure.layout);
    const drawn = fullLayout(graphIn(document.getElementById(graphId)));
    if (!drawn || !before || before.view !== view) {
        return figure;
    }
    const layout = {...figure.layout};
    for (const [name, live] of axesOf(drawn)) {
        if (live.range && zoomed(live, before.axes[name])) {
            layout[name] = {...layout[name], range: live.range.slice(), autorange: false};
        }
    }
    if (drawn.dragmode !== (before.dragmode === undefined ? 'zoom' : before.dragmode)) {
        layout.dragmode = drawn.dragmode;
    }
    return {...figure, layout};
}

/**
 * Makes double click and "reset axes" go back to the figure's own range. Plotly takes the range of the first
 * drawing for that, which is the zoomed one wherever `withZoom` has put it there.
 */
export function rememberOwnRanges(gd, graphId) {
    const {axes} = given.get(graphId) || {axes: {}};
    for (const [name, live] of axesOf(fullLayout(gd))) {
        const own = axes[name];
        if (own && fixed(own)) {
            setResetRange(live, own.range, false);
        } else if (own) {
            setResetRange(live, null, own.autorange || true);
        }
    }
}
