/*
 * Linked views: what is drawn for some groups, as SVG path data in pixels of the plot area. Pure functions over the
 * traces and the frame of geometry.mjs; a list of {d, fill, stroke, width} is a drawing, from back to front.
 * The colours "accent", "band" and "surface" stand for those of the theme.
 */
import {shapeOf} from '../shared/symbols.mjs';
import {eachPoint, intervalOf, toX, toY} from './geometry.mjs';

const LEAST_BAND = 3; // pixels; a row of a very large view would be thinner than the eye sees
const RING_GAP = 4;

export function short(pixel) {
    return Math.round(pixel * 10) / 10;
}

// Marker symbols around (x, y) with radius r

function circle(x, y, r) {
    return `M${short(x - r)} ${short(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
}

/** Corners [x, y, x, y, ...] of a radius of 1 as the start of a path, joined by lines. */
function joined(points, x, y, r) {
    let d = '';
    for (let i = 0; i < points.length; i += 2) {
        d += `${i ? 'L' : 'M'}${short(x + r * points[i])} ${short(y + r * points[i + 1])}`;
    }
    return d;
}

/** How a Plotly symbol name is drawn: {path(x, y, r), hollow}; hollow ones are outlines. */
function symbolOf(name) {
    const {corners, strokes, open} = shapeOf(name);
    if (strokes) {
        return {path: (x, y, r) => strokes.map((ends) => joined(ends, x, y, r)).join(''), hollow: true};
    }
    return {path: corners ? (x, y, r) => `${joined(corners, x, y, r)}z` : circle, hollow: open};
}

// Groups

/** Where the rows of groups stand: at their positions, or where their marks are in a view of some groups only. */
export function rowsOf(traces, positions) {
    const sparse = traces.find((trace) => trace.places && trace.marker);
    if (!sparse) {
        return positions;
    }
    const middle = traces.filter((trace) => trace.places && trace.marker);
    return positions
        .filter((position) => sparse.places.has(position))
        .map((position) => {
            const rows = middle.map((trace) => trace.y[trace.places.get(position)]);
            return (Math.min(...rows) + Math.max(...rows)) / 2;
        });
}

export function bandsOf(frame, positions) {
    const pieces = positions.map((position) => {
        const [a, b] = [toY(frame, position - 0.5), toY(frame, position + 0.5)];
        const height = Math.max(LEAST_BAND, Math.abs(b - a));
        const top = (a + b - height) / 2;
        const hidden = top + height < 0 || top > frame.height;
        return hidden
            ? ''
            : `M0 ${short(top)}h${short(frame.width)}v${short(height)}h${-short(frame.width)}z`;
    });
    return [{d: pieces.join(''), fill: 'band'}];
}

export function linesOf(traces, frame, positions, width) {
    let d = '';
    for (const trace of traces.filter((one) => one.line && one.stride > 1)) {
        for (const position of positions) {
            let last = -2;
            eachPoint(trace, frame, position, (i, x, y) => {
                d += `${i === last + 1 ? 'L' : 'M'}${short(x)} ${short(y)}`;
                last = i;
            });
        }
    }
    return [{d, stroke: 'accent', width}];
}

/** The marks of the groups once more, each in its own colour and symbol, `grow` pixels larger, over its interval. */
export function marksOf(traces, frame, positions, grow) {
    return traces.flatMap((trace) => {
        const {color, size, symbol} = trace.marker || {};
        const shape = trace.marker && symbolOf(symbol);
        let shapes = '';
        let bars = '';
        for (const position of positions) {
            eachPoint(trace, frame, position, (i, x, y) => {
                bars += bar(trace, frame, i, x, y);
                shapes += shape ? shape.path(x, y, size / 2 + grow) : '';
            });
        }
        return [
            bars && {d: bars, stroke: trace.error.color || color, width: trace.error.thickness + 2 * grow},
            shapes && {
                d: shapes,
                fill: shape.hollow ? 'surface' : color,
                stroke: color,
                width: shape.hollow ? 1.6 : 0.5,
            },
        ].filter(Boolean);
    });
}

function bar(trace, frame, i, x, y) {
    const ends = intervalOf(trace, i);
    if (!ends) {
        return '';
    }
    return trace.error.axis === 'x'
        ? `M${short(toX(frame, ends[0]))} ${short(y)}H${short(toX(frame, ends[1]))}`
        : `M${short(x)} ${short(toY(frame, ends[0]))}V${short(toY(frame, ends[1]))}`;
}

export function ringsOf(traces, frame, positions) {
    let d = '';
    for (const trace of traces.filter((one) => one.marker)) {
        for (const position of positions) {
            eachPoint(trace, frame, position, (_, x, y) => {
                d += circle(x, y, trace.marker.size / 2 + RING_GAP);
            });
        }
    }
    return [{d, stroke: 'accent', width: 2}];
}
