/*
 * Preview: the traces of a figure on a canvas, in Plotly's order: for each its intervals, its lines, its markers.
 * `scales` says where values are: {area, x: {pixel}, y: {pixel}}, see scales.mjs.
 */
import {symbolOf} from './symbols.mjs';
import {listOf, perPoint} from './values.mjs';

const MOST_STROKES = 600; // lines of one trace drawn one by one, so that translucent ones darken where they cross
const DASHES = {
    dot: [1, 1],
    dash: [3, 3],
    longdash: [5, 5],
    dashdot: [3, 1, 1, 1],
    longdashdot: [5, 2, 1, 2],
};

/** Plotly's dashes for a line's width, as canvas takes them. */
export function dashOf(dash, width) {
    if (DASHES[dash]) {
        return DASHES[dash].map((length) => length * Math.max(width, 3));
    }
    const lengths = String(dash || '').match(/[\d.]+/g);
    return lengths ? lengths.map(Number) : [];
}

export function drawTraces(pen, traces, scales) {
    const shown = (traces || []).filter((trace) => trace.visible === undefined || trace.visible === true);
    const isGl = (trace) => trace.type === 'scattergl';
    const {left, top, width, height} = scales.area;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.miterLimit = 4;
    for (const trace of [...shown.filter((one) => !isGl(one)), ...shown.filter(isGl)]) {
        drawTrace(pen, trace, scales);
    }
    pen.restore();
}

function drawTrace(pen, trace, scales) {
    const points = pointsOf(trace, scales);
    const mode = trace.mode || 'lines';
    pen.globalAlpha = trace.opacity === undefined ? 1 : trace.opacity;
    for (const axis of ['x', 'y']) {
        drawIntervals(pen, trace, axis, points, scales);
    }
    if (mode.includes('lines')) {
        drawLines(pen, trace, points);
    }
    if (mode.includes('markers')) {
        drawMarkers(pen, trace, points);
    }
}

/** Where the points of a trace are, in pixels; not a number where there is none. */
function pointsOf(trace, scales) {
    const x = listOf(trace.x);
    const y = listOf(trace.y);
    const count = Math.min(x.length, y.length);
    const points = {count, x: new Float64Array(count), y: new Float64Array(count)};
    for (let i = 0; i < count; i++) {
        const there = Number.isFinite(x[i]) && Number.isFinite(y[i]);
        points.x[i] = there ? scales.x.pixel(x[i]) : NaN;
        points.y[i] = there ? scales.y.pixel(y[i]) : NaN;
    }
    return points;
}

// Intervals

function drawIntervals(pen, trace, axis, points, scales) {
    const bars = trace[`error_${axis}`];
    if (!bars || bars.visible === false || !bars.array) {
        return;
    }
    const values = listOf(trace[axis]);
    const above = listOf(bars.array);
    const below = bars.symmetric === false ? listOf(bars.arrayminus) : above;
    const cap = bars.width === undefined ? 4 : bars.width;
    const {pixel} = scales[axis];
    pen.beginPath();
    for (let i = 0; i < points.count; i++) {
        if (!Number.isNaN(points.x[i])) {
            const from = Number.isFinite(below[i]) ? pixel(values[i] - below[i]) : points[axis][i];
            const to = Number.isFinite(above[i]) ? pixel(values[i] + above[i]) : points[axis][i];
            addBar(pen, axis, from, to, axis === 'x' ? points.y[i] : points.x[i], cap);
        }
    }
    pen.setLineDash([]);
    pen.strokeStyle = bars.color || colorOf(trace);
    pen.lineWidth = bars.thickness === undefined ? 2 : bars.thickness;
    pen.stroke();
}

function addBar(pen, axis, from, to, across, cap) {
    const line = (x0, y0, x1, y1) => {
        pen.moveTo(...(axis === 'x' ? [x0, y0] : [y0, x0]));
        pen.lineTo(...(axis === 'x' ? [x1, y1] : [y1, x1]));
    };
    line(from, across, to, across);
    if (cap > 0) {
        line(from, across - cap, from, across + cap);
        line(to, across - cap, to, across + cap);
    }
}

function colorOf(trace) {
    const own = [trace.marker?.color, trace.line?.color];
    return own.find((color) => typeof color === 'string') || '#444';
}

// Lines

function drawLines(pen, trace, points) {
    const line = trace.line || {};
    const width = line.width === undefined ? 2 : line.width;
    if (trace.fill === 'toself') {
        fillArea(pen, trace, points);
    }
    if (width === 0) {
        return; // a canvas would take the width that was drawn with before
    }
    pen.strokeStyle = line.color || colorOf(trace);
    pen.lineWidth = width;
    pen.setLineDash(dashOf(line.dash, width));
    let strokes = 0;
    let length = 0; // of the line under way, in points
    pen.beginPath();
    for (let i = 0; i <= points.count; i++) {
        const there = i < points.count && !Number.isNaN(points.x[i]);
        if (there) {
            pen[length ? 'lineTo' : 'moveTo'](points.x[i], points.y[i]);
            length++;
        } else if (length && !(trace.connectgaps && i < points.count)) {
            length = 0;
            if (strokes++ < MOST_STROKES) {
                pen.stroke();
                pen.beginPath();
            }
        }
    }
    pen.stroke();
}

/** The area around which a line goes. */
function fillArea(pen, trace, points) {
    pen.fillStyle = trace.fillcolor || colorOf(trace);
    pen.beginPath();
    for (let i = 0; i < points.count; i++) {
        pen[i ? 'lineTo' : 'moveTo'](points.x[i], points.y[i]);
    }
    pen.fill();
}

// Markers

function drawMarkers(pen, trace, points) {
    const marker = trace.marker || {};
    const edge = marker.line || {};
    const [size, color] = [perPoint(marker.size, 6), perPoint(marker.color, '#444')];
    const [name, alpha] = [perPoint(marker.symbol, 'circle'), perPoint(marker.opacity, 1)];
    const [edgeWidth, edgeColor] = [perPoint(edge.width, 0), perPoint(edge.color, '#444')];
    const whole = pen.globalAlpha;
    const base = pen.getTransform();
    pen.setLineDash([]);
    for (let i = 0; i < points.count; i++) {
        if (Number.isNaN(points.x[i])) {
            continue;
        }
        const {path, open} = symbolOf(name(i), size(i));
        const width = edgeWidth(i) || (open ? 1 : 0);
        pen.setTransform(base.a, 0, 0, base.d, base.e + base.a * points.x[i], base.f + base.d * points.y[i]);
        pen.globalAlpha = whole * alpha(i);
        if (!open) {
            pen.fillStyle = color(i);
            pen.fill(path);
        }
        if (width > 0) {
            pen.strokeStyle = open ? color(i) : edgeColor(i);
            pen.lineWidth = width;
            pen.stroke(path);
        }
    }
    pen.setTransform(base);
    pen.globalAlpha = whole;
}
