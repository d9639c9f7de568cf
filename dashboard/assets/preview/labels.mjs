/*
 * Preview: the words around a plot: tick labels, axis titles, annotations, at Plotly's distances.
 */
import {lineWidth, placeOn} from './backdrop.mjs';
import {boxOf, fontOf, writeText} from './text.mjs';
import {plainText} from './values.mjs';

const GAP = 0.2; // between an axis' line and its labels, times their size
const LINE_HEIGHT = 1.25;
const TILTS = [30, 90]; // degrees that labels turn by when they would overlap
const ANNOTATION_PADDING = 2;
const [COLUMNS, ROWS] = [
    ['left', 'center', 'right'],
    ['top', 'middle', 'bottom'],
];

function distance(axis, font) {
    return (axis.layout.linewidth || 1) / 2 + lineWidth(axis) / 2 + (lineWidth(axis) ? GAP * font.size : 0);
}

function labelled(axis) {
    return axis.layout.showticklabels === false ? [] : axis.ticks.filter((tick) => tick.text !== '');
}

/** How far the labels of a y axis reach to the left of the plot area. */
export function widthBeside(pen, axis, layout) {
    const font = fontOf(layout, axis.layout.tickfont);
    const widths = labelled(axis).map((tick) => boxOf(pen, tick.text, font).width);
    return widths.length ? distance(axis, font) + Math.max(...widths) : 0;
}

// Below the plot

/** The angle, in degrees, at which the labels of an x axis do not touch. */
function tiltOf(pen, axis, ticks, font) {
    if (Number.isFinite(axis.layout.tickangle)) {
        return axis.layout.tickangle;
    }
    const boxes = ticks.map((tick) => {
        const {width} = boxOf(pen, tick.text, font);
        const middle = axis.pixel(tick.value);
        return {left: middle - width / 2, right: middle + width / 2 + 2};
    });
    const touch = (a, b) => a.left <= b.right && a.right >= b.left;
    if (!boxes.some((box, i) => i > 0 && touch(box, boxes[i - 1]))) {
        return 0;
    }
    const [first, last] = [ticks[0], ticks[ticks.length - 1]].map((tick) => axis.pixel(tick.value));
    const apart = Math.abs(last - first) / (ticks.length - 1);
    const most = apart / Math.hypot(apart, font.size * LINE_HEIGHT);
    return TILTS.find((tilt) => Math.cos((tilt * Math.PI) / 180) <= most) || 90;
}

/** Writes the labels of the x axis; returns how far down they reach. */
function writeBelow(pen, layout, {area, x}, width) {
    const font = fontOf(layout, x.layout.tickfont);
    const ticks = labelled(x);
    const baseline = area.top + area.height + distance(x, font) + font.size;
    const tilt = (tiltOf(pen, x, ticks, font) * Math.PI) / 180;
    const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
    let lowest = area.top + area.height;
    for (const {value, text} of ticks) {
        const box = boxOf(pen, text, font);
        const at = x.pixel(value);
        if (!tilt) {
            if (at - box.width / 2 >= 0 && at + box.width / 2 <= width) {
                writeText(pen, text, font, at, baseline, 'center');
            }
            lowest = Math.max(lowest, baseline + box.descent);
            continue;
        }
        const middle = font.size / 2; // labels turn around the middle of their height
        if (at + box.width * cos <= width) {
            writeText(pen, text, font, at - middle * sin, baseline - middle + middle * cos, 'left', tilt);
        }
        lowest = Math.max(lowest, baseline - middle + box.width * sin + (middle + box.descent) * cos);
    }
    return lowest;
}

function writeBeside(pen, layout, {area, y}, height) {
    const font = fontOf(layout, y.layout.tickfont);
    const right = area.left - distance(y, font);
    for (const {value, text} of labelled(y)) {
        const baseline = y.pixel(value) + 0.35 * font.size;
        const box = boxOf(pen, text, font);
        if (baseline - box.ascent >= 0 && baseline + box.descent <= height) {
            writeText(pen, text, font, right, baseline, 'right');
        }
    }
    return area.left - widthBeside(pen, y, layout);
}

export function drawAxes(pen, layout, scales, width, height) {
    const {area, x, y} = scales;
    const lowest = writeBelow(pen, layout, scales, width);
    const leftmost = writeBeside(pen, layout, scales, height);
    const titles = {x: x.layout.title || {}, y: y.layout.title || {}};
    if (titles.x.text) {
        const font = fontOf(layout, titles.x.font);
        const down = lowest - lineWidth(x) / 2 + (titles.x.standoff || 0) + 0.7 * font.size;
        const middle = area.left + area.width / 2;
        writeText(pen, plainText(titles.x.text), font, middle, down, 'center');
    }
    if (titles.y.text) {
        const font = fontOf(layout, titles.y.font);
        const across = leftmost + lineWidth(y) / 2 - (titles.y.standoff || 0) - 0.35 * font.size;
        const middle = area.top + area.height / 2;
        const text = plainText(titles.y.text);
        writeText(pen, text, font, across, middle, 'center', -Math.PI / 2);
    }
}

// Annotations

/** The start of a stretch of `size` that is anchored at `at`: "auto" takes the nearest third of the paper. */
function anchored(anchor, names, at, size, share) {
    const third = share === null ? 1 : Math.min(2, Math.floor(share * 3));
    const place = !anchor || anchor === 'auto' ? third : names.indexOf(anchor);
    return at - (size * place) / 2;
}

export function drawAnnotations(pen, layout, {x, y}) {
    for (const note of (layout.annotations || []).filter((one) => one.visible !== false && one.text)) {
        const [xref, yref] = [note.xref || 'x', note.yref || 'y'];
        const [px, py] = [placeOn(x, xref, note.x), placeOn(y, yref, note.y)];
        const beyond = (axis, at) => at < axis.offset || at > axis.offset + axis.length;
        const outside = (axis, ref, at) => ref === axis.letter && beyond(axis, at);
        if (outside(x, xref, px) || outside(y, yref, py)) {
            continue;
        }
        const font = fontOf(layout, note.font);
        const text = plainText(note.text);
        const box = boxOf(pen, text, font);
        const width = Math.round(box.width + 2 * ANNOTATION_PADDING);
        const height = box.ascent + box.descent + 2 * ANNOTATION_PADDING;
        const [shareX, shareY] = [xref === 'x' ? null : note.x, yref === 'y' ? null : 1 - note.y];
        const left = Math.round(anchored(note.xanchor, COLUMNS, px + (note.xshift || 0), width, shareX));
        const top = Math.round(anchored(note.yanchor, ROWS, py - (note.yshift || 0), height, shareY));
        const baseline = top + ANNOTATION_PADDING + box.ascent;
        writeText(pen, text, font, left + ANNOTATION_PADDING + box.width / 2, baseline, 'center');
    }
}
