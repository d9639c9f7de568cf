/*
 * Linked views: the overview beside a list that scrolls: every row as a point, the rows in sight as a frame, lit groups
 * as lines. A press or a drag on it scrolls the list.
 */

import {fullTraces} from '../shared/plotly.mjs';

const LEAST_FRAME = 6; // pixels

/** The strip beside a view, or null where the page has none. */
export function createStrip(view) {
    const canvas = view.wrapper.parentElement?.querySelector('canvas.list-strip');
    if (!(canvas instanceof HTMLCanvasElement)) {
        return null;
    }
    const scroll = (event) => {
        const {top, height} = canvas.getBoundingClientRect();
        const share = (event.clientY - top) / height;
        view.wrapper.scrollTop = share * view.wrapper.scrollHeight - view.wrapper.clientHeight / 2;
    };
    canvas.addEventListener('pointerdown', (event) => {
        canvas.setPointerCapture(event.pointerId);
        scroll(event);
    });
    canvas.addEventListener('pointermove', (event) => {
        if (canvas.hasPointerCapture(event.pointerId)) {
            scroll(event);
        }
    });
    return canvas;
}

/** Draws the strip of a list; of any other view there is none. */
export function drawStrip(view, frame, positions) {
    const {strip, wrapper} = view;
    if (!strip || !wrapper.classList.contains('linked-list')) {
        return;
    }
    const sharp = window.devicePixelRatio || 1;
    const [width, height] = [strip.clientWidth, strip.clientHeight];
    strip.width = Math.round(width * sharp);
    strip.height = Math.round(height * sharp);
    const pen = strip.getContext('2d');
    const theme = getComputedStyle(wrapper);
    pen.scale(sharp, sharp);
    const down = (y) => ((y - frame.y1) / (frame.y0 - frame.y1)) * height;
    const along = ranged(view);
    for (const {trace, x, y} of along.traces) {
        pen.fillStyle = trace.marker.color;
        pen.globalAlpha = 0.7;
        for (let i = 0; i < x.length; i++) {
            pen.fillRect(
                3 + ((x[i] - along.low) / along.span) * (width - 6) - 0.75,
                down(y[i]) - 0.75,
                1.5,
                1.5
            );
        }
    }
    pen.globalAlpha = 1;
    pen.fillStyle = theme.getPropertyValue('--linked-accent');
    for (const position of positions) {
        pen.fillRect(0, down(position) - 1, width, 2);
    }
    const scale = height / wrapper.scrollHeight;
    pen.strokeStyle = theme.getPropertyValue('--linked-accent');
    pen.lineWidth = 1.5;
    pen.strokeRect(
        0.75,
        wrapper.scrollTop * scale + 0.75,
        width - 1.5,
        Math.max(LEAST_FRAME, wrapper.clientHeight * scale - 1.5)
    );
}

/** The marks of a view and the range that they take up. */
function ranged(view) {
    const traces = fullTraces(view.gd)
        .filter((trace) => trace.meta?.groups && trace.visible === true)
        .map((trace) => ({trace, x: trace.x, y: trace.y}));
    let [low, high] = [Infinity, -Infinity];
    for (const {x} of traces) {
        for (let i = 0; i < x.length; i++) {
            low = Math.min(low, x[i]);
            high = Math.max(high, x[i]);
        }
    }
    return {traces, low, span: high - low || 1};
}
