/*
 * What Plotly keeps for itself and this page reads all the same: the layout and the traces with every default filled
 * in, where the plot area is, which range an axis was given, and what its parts are called in the document. None of
 * it is promised by Plotly, so that it is all here; tests/browser/test_plotly.py says when an update has moved some.
 */

const GRAPH = '.js-plotly-plot';
const BUTTON = '.modebar-btn[data-attr="dragmode"]';
const DRAG_LAYER = '.nsewdrag';
const TOOLBAR = '.modebar';
const RESET = '.modebar-btn[data-attr="zoom"][data-val="reset"]';
const AXIS = /^[xy]axis\d*$/;

/** The graph inside an element, or null. */
export function graphIn(element) {
    return element?.querySelector(GRAPH) ?? null;
}

/** Whether Plotly has drawn a graph, so that the other functions have something to read. */
export function isDrawn(graph) {
    return Boolean(graph?._fullLayout);
}

/** How large a graph was drawn, in pixels; null before. */
export function drawnSize(graph) {
    const layout = graph?._fullLayout;
    return layout ? {width: layout.width, height: layout.height} : null;
}

/** The layout as drawn, with every default filled in; null before. */
export function fullLayout(graph) {
    return graph?._fullLayout ?? null;
}

/** The traces as drawn, with every default filled in and their arrays unpacked. */
export function fullTraces(graph) {
    return graph._fullData || [];
}

/** What the figure says of itself to this page, `layout.meta`. */
export function metaOf(graph) {
    return graph._fullLayout.meta || {};
}

/**
 * The plot area of a drawn graph, or null while it has none: for x and y where the axis starts and how long it is, in
 * pixels of the graph, and the range that is live, while panning too.
 */
export function plotArea(graph) {
    const {xaxis, yaxis} = graph?._fullLayout || {};
    if (![xaxis, yaxis].every((axis) => axis?._length > 0 && axis.range)) {
        return null;
    }
    const extent = (axis) => ({offset: axis._offset, length: axis._length, range: axis.range.map(Number)});
    return {x: extent(xaxis), y: extent(yaxis)};
}

/** The ticks of an axis as drawn, as [pixels along it, text], and its title; Plotly holds a hint where it has none. */
export function ticksOf(graph, name) {
    const axis = graph._fullLayout[name];
    const title = axis.title?.text;
    return {
        ticks: (axis._vals || [])
            .filter(({noTick}) => !noTick)
            .map(({x, text}) => [axis.l2p(x), String(text)]),
        title: !title || title === graph._fullLayout._dfltTitle[name[0]] ? '' : title,
    };
}

/** The margins around the plot area, {l, r, t, b} in pixels, with what labels have made Plotly add. */
export function marginsOf(layout) {
    return layout._size;
}

/** The axes of a layout as drawn, as [name, axis]. */
export function axesOf(layout) {
    return Object.entries(layout).filter(([name]) => AXIS.test(name));
}

/** What "reset axes" goes back to: a range, or null where an axis ranges by itself or has not been given any. */
export function resetRange(axis) {
    const range = [axis._rangeInitial0, axis._rangeInitial1];
    return !axis._autorangeInitial && range.every(Number.isFinite) ? range : null;
}

/** Whether "reset axes" lets an axis range by itself. */
export function resetsToAutorange(axis) {
    return Boolean(axis._autorangeInitial);
}

/** Makes "reset axes" and double click go back to a range, or to an autorange where there is none. */
export function setResetRange(axis, range, autorange) {
    [axis._rangeInitial0, axis._rangeInitial1] = range || [undefined, undefined];
    axis._autorangeInitial = autorange;
}

/** The buttons in an element that choose what a drag does. */
export function dragButtons(element) {
    return element.querySelectorAll(BUTTON);
}

/** The mode that the button under an event chooses, or null where there is no such button. */
export function dragModeAt(target) {
    const button = target.closest(BUTTON);
    return button ? dragModeOf(button) : null;
}

/** The mode of a drag that a button chooses, such as "zoom" or "lasso". */
export function dragModeOf(button) {
    return button.getAttribute('data-val');
}

/** Whether an element is the one that hears drags over the plot area. */
export function isDragLayer(element) {
    return element.matches(DRAG_LAYER);
}

/** Whether an element is the button that shows everything again. */
export function isResetButton(element) {
    return Boolean(element.closest(RESET));
}

/** Whether an element belongs to a graph's toolbar. */
export function isInToolbar(element) {
    return Boolean(element.closest(TOOLBAR));
}
