/*
 * Linked views: the drawing over one graph. An absolutely placed box beside the graph's own elements, which takes no
 * pointer events, is drawn from the state and the graph's live axis ranges; nothing is ever asked of Plotly.
 *
 * It has two sheets, so that pointing repaints little: a canvas holds what stays (the veil and the groups that are
 * picked or found), an SVG above it what follows the pointer.
 */

import {addElement, SVG} from '../shared/elements.mjs';
import {plotArea} from '../shared/plotly.mjs';
import {frameOf} from './geometry.mjs';
import {writeLabels} from './labels.mjs';
import {bandsOf, linesOf, marksOf, ringsOf, rowsOf} from './paths.mjs';
import {drawStrip} from './strip.mjs';

const MOST_DRAWN = 500; // groups lit at once in a plot; the status line counts them all
const MOST_NAMED = 6; // groups that get a label and a thick line each
const MOST_SOLID = 30; // lit lines past which they turn translucent
/** @type {{lit: number[], picked: number[]}} */
const NOTHING_LIT = {lit: [], picked: []}; // for a view that shows what is picked and nothing else
const ROW_READABLE = 5; // pixels of row height from which a band is enough to find a mark

export function createOverlay(wrapper) {
    const root = addElement(wrapper, 'div', 'linked-overlay');
    root.setAttribute('aria-hidden', 'true');
    const still = addElement(root, 'canvas', 'linked-still');
    const moving = addElement(root, 'svg', 'linked-moving', SVG);
    const area = addElement(moving, 'svg', 'linked-area', SVG); // a nested svg clips to the plot area
    const marks = addElement(area, 'g', '', SVG);
    const outline = addElement(area, 'path', 'linked-outline', SVG);
    return {wrapper, root, still, area, marks, outline, labels: [], drawn: {}};
}

/** Puts the overlay exactly over its graph; to be called when either may have moved. */
export function fitOverlay(overlay, gd) {
    const outer = overlay.wrapper.getBoundingClientRect();
    const inner = gd.getBoundingClientRect();
    const {clientLeft, clientTop, scrollLeft, scrollTop} = overlay.wrapper;
    overlay.root.style.left = `${inner.left - outer.left - clientLeft + scrollLeft}px`;
    overlay.root.style.top = `${inner.top - outer.top - clientTop + scrollTop}px`;
    overlay.root.style.width = `${inner.width}px`;
    overlay.root.style.height = `${inner.height}px`;
    overlay.drawn = {};
}

/** An even sample, so that a selection too large to draw still shows its shape. */
function thin(list, most) {
    const step = list.length / most;
    return step <= 1 ? list : Array.from({length: most}, (_, i) => list[Math.floor(i * step)]);
}

/**
 * Draws the state over one view {overlay, gd, id, traces, rows}; returns the labels that `placeLabels` has
 * still to place.
 */
export function drawOverlay(view, given) {
    const {overlay, traces, rows} = view;
    // a view of what is pinned shows nobody else then
    const state =
        view.pins && given.picked.length
            ? {...NOTHING_LIT, index: given.index, hover: given.hover, positionOf: given.positionOf}
            : given;
    const frame = frameOf(plotArea(view.gd));
    overlay.root.hidden = !frame;
    if (!frame) {
        return [];
    }
    drawStill(view, frame, state);
    drawStrip(view, frame, state.lit.map(state.positionOf));
    const keys = focusOf(state);
    const positions = keys.map(state.positionOf);
    const hasLines = traces.some((trace) => trace.line && trace.stride > 1);
    const ringed = !hasLines && !(rows && Math.abs(frame.perY) >= ROW_READABLE);
    drawMoving(
        overlay,
        frame,
        positions.length === 0
            ? []
            : [
                  ...(rows ? bandsOf(frame, rowsOf(traces, positions)) : []),
                  ...(hasLines ? linesOf(traces, frame, positions, 3) : []),
                  ...marksOf(traces, frame, positions, 0.5),
                  ...(ringed ? ringsOf(traces, frame, positions) : []),
              ]
    );
    return writeLabels(view, state, frame, keys);
}

/** The few groups that are drawn strongest, the one pointed at last. */
function focusOf(state) {
    const shown = [state.lit, state.picked].find((keys) => keys.length <= MOST_NAMED) || [];
    const pointed = state.hover ? [state.hover.key] : [];
    return [...shown.filter((key) => !pointed.includes(key)), ...pointed];
}

// The sheet that follows the pointer

function drawMoving({area, marks}, frame, drawing) {
    const wanted = {x: frame.left, y: frame.top, width: frame.width, height: frame.height};
    for (const [name, value] of Object.entries(wanted)) {
        setAttribute(area, name, value);
    }
    while (marks.childElementCount > drawing.length) {
        marks.lastElementChild.remove();
    }
    drawing.forEach(({d, fill, stroke, width}, i) => {
        const path = marks.children[i] || addElement(marks, 'path', '', SVG);
        setAttribute(path, 'd', d);
        setAttribute(path, 'fill', themed(fill));
        setAttribute(path, 'stroke', themed(stroke));
        setAttribute(path, 'stroke-width', width || 0);
    });
}

function themed(color) {
    const named = {
        accent: 'var(--linked-accent)',
        band: 'var(--linked-band)',
        surface: 'var(--linked-surface)',
    };
    return named[color] || color || 'none';
}

function setAttribute(element, name, value) {
    if (element.getAttribute(name) !== String(value)) {
        element.setAttribute(name, value);
    }
}

// The sheet that stays

function drawStill(view, frame, state) {
    const {overlay, traces, rows} = view;
    const place = JSON.stringify(frame);
    const {drawn} = overlay;
    if (
        drawn.lit === state.lit &&
        drawn.order === state.index &&
        drawn.traces === traces &&
        drawn.place === place
    ) {
        return;
    }
    overlay.drawn = {lit: state.lit, order: state.index, traces, place};
    const positions = state.lit.length > 1 ? thin(state.lit, MOST_DRAWN).map(state.positionOf) : [];
    const veil = {d: `M0 0h${frame.width}v${frame.height}h${-frame.width}z`, fill: 'veil'};
    paint(overlay, frame, [
        ...(positions.length ? [veil] : []),
        ...(positions.length && rows && Math.abs(frame.perY) >= ROW_READABLE
            ? bandsOf(frame, rowsOf(traces, positions))
            : []),
        ...(positions.length ? fainter(linesOf(traces, frame, positions, 1.5), positions.length) : []),
        ...(positions.length ? marksOf(traces, frame, positions, 0) : []),
    ]);
}

function fainter(drawing, count) {
    return drawing.map((one) => ({...one, opacity: Math.min(1, Math.max(0.15, MOST_SOLID / count))}));
}

function paint({root, still}, frame, drawing) {
    const sharp = window.devicePixelRatio || 1;
    still.hidden = drawing.length === 0;
    if (still.hidden) {
        return;
    }
    Object.assign(still.style, {
        left: `${frame.left}px`,
        top: `${frame.top}px`,
        width: `${frame.width}px`,
        height: `${frame.height}px`,
    });
    still.width = Math.round(frame.width * sharp); // also wipes it
    still.height = Math.round(frame.height * sharp);
    const pen = still.getContext('2d');
    const theme = getComputedStyle(root);
    const color = (name) => theme.getPropertyValue(`--linked-${name}`) || name;
    pen.scale(sharp, sharp);
    pen.lineJoin = 'round';
    for (const {d, fill, stroke, width, opacity = 1} of drawing) {
        const path = new Path2D(d);
        pen.globalAlpha = opacity;
        if (fill) {
            pen.fillStyle = color(fill);
            pen.fill(path);
        }
        if (stroke) {
            pen.strokeStyle = color(stroke);
            pen.lineWidth = width;
            pen.stroke(path);
        }
    }
}
