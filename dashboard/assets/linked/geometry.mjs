/*
 * Linked views: where marks are on the screen and which one is meant. Pure functions.
 *
 * A `frame` is the plot area in pixels of its graph and the axis ranges over it; `traces` are the traces that show
 * groups, in Plotly's own arrays. Coordinates are relative to the plot area's top left corner.
 */

/**
 * @typedef {{left: number, top: number, width: number, height: number, x0: number, y0: number, y1: number,
 *     perX: number, perY: number}} Frame
 * @typedef {{color: string, size: number, symbol: string}} Marker
 * @typedef {{axis: 'x' | 'y', above: ArrayLike<number>, below: ArrayLike<number>, color: string, thickness: number}} Bars
 * @typedef {{name: string, x: ArrayLike<number>, y: ArrayLike<number>, stride: number, marker: Marker | null,
 *     line: boolean, scale: number[] | null, error: Bars | null, places: Map<number, number> | null, positions: number[], drawn: number}} Trace a
 *     trace of some groups only has their `positions`, and the `places` of their first points; the first `drawn` points are
 *     Plotly's, those behind them of groups that are lit
 * @typedef {{trace: Trace, i: number, x: number, y: number}} Mark
 * @typedef {{x: number, y: number, w: number, h: number}} Rect
 */

/**
 * Pixels and ranges of a plot area, see `plotArea`; null where there is none or an axis has no length.
 *
 * @param {ReturnType<typeof import('../shared/plotly.mjs').plotArea>} area
 * @returns {Frame | null}
 */
export function frameOf(area) {
    if (!area) {
        return null;
    }
    const [x0, x1] = area.x.range;
    const [y0, y1] = area.y.range;
    const [width, height] = [area.x.length, area.y.length];
    const [perX, perY] = [width / (x1 - x0), height / (y0 - y1)]; // pixels grow downwards
    const frame = {left: area.x.offset, top: area.y.offset, width, height, x0, y0, perX, perY, y1};
    return [perX, perY].every(Number.isFinite) ? frame : null;
}

/** @param {Frame} frame @param {number} x */
export function toX(frame, x) {
    return (x - frame.x0) * frame.perX;
}

/** @param {Frame} frame @param {number} y */
export function toY(frame, y) {
    return (y - frame.y1) * frame.perY;
}

function drawn(value) {
    return value !== null && value !== undefined && !Number.isNaN(value);
}

/**
 * What Plotly made of the traces marked `meta.groups`.
 *
 * @param {any[]} fullData
 * @returns {Trace[]}
 */
export function tracesOf(fullData) {
    return fullData
        .filter((trace) => trace.meta?.groups && trace.visible === true && trace.x && trace.y)
        .map((trace) => ({
            name: trace.name,
            x: trace.x,
            y: trace.y,
            stride: Math.max(1, Math.trunc(trace.meta.stride || 1)),
            marker: (trace.mode || '').includes('markers') ? markerOf(trace.marker || {}) : null,
            line: (trace.mode || '').includes('lines'),
            error: errorOf(trace),
            drawn: trace.x.length,
            scale: trace.meta.x_scale || null,
            ...placesOf(trace),
        }));
}

/** Where the groups of a trace of some groups have their points. */
function placesOf(trace) {
    const positions = trace.meta.positions;
    if (!positions) {
        return {places: null, positions: []};
    }
    const stride = Math.max(1, Math.trunc(trace.meta.stride || 1));
    return {
        positions: [...positions],
        places: new Map(positions.map((position, i) => [position, i * stride])),
    };
}

/**
 * The traces with points of further groups, which Plotly does not draw; `marks` has an entry for each trace.
 *
 * @param {Trace[]} traces
 * @param {number[]} positions
 * @param {{x: number[], y: number[], above?: number[], below?: number[]}[]} marks
 * @returns {Trace[]}
 */
export function withMarks(traces, positions, marks) {
    return traces.map((trace, at) => {
        const added = marks[at];
        if (!trace.places || !added) {
            return trace;
        }
        const {places, stride} = trace;
        const fresh = positions
            .map((position, i) => ({position, i}))
            .filter((one) => !places.has(one.position));
        const pick = (old, values) => [
            ...Array.from(old),
            ...fresh.flatMap(({i}) => values.slice(i * stride, (i + 1) * stride)),
        ];
        return {
            ...trace,
            x: pick(trace.x, added.x),
            y: pick(trace.y, added.y),
            error: trace.error && {
                ...trace.error,
                above: pick(trace.error.above, added.above || []),
                below: pick(trace.error.below, added.below || []),
            },
            positions: [...trace.positions, ...fresh.map((one) => one.position)],
            places: new Map([
                ...places,
                ...fresh.map(
                    ({position}, i) =>
                        /** @type {[number, number]} */ ([position, trace.x.length + i * stride])
                ),
            ]),
        };
    });
}

/** Whose point of a trace it is. */
function positionOf(trace, i) {
    const place = Math.floor(i / trace.stride);
    return trace.places ? trace.positions[place] : place;
}

function markerOf(marker) {
    const plain = (value, type, otherwise) => (typeof value === type ? value : otherwise);
    return {
        color: plain(marker.color, 'string', 'currentColor'),
        size: plain(marker.size, 'number', 6),
        symbol: String(Array.isArray(marker.symbol) ? 'circle' : marker.symbol),
    };
}

/** @returns {Bars | null} */
function errorOf(trace) {
    const axis = /** @type {const} */ (['x', 'y']).find(
        (name) => trace[`error_${name}`]?.visible && trace[`error_${name}`].array
    );
    if (!axis) {
        return null;
    }
    const bars = trace[`error_${axis}`];
    const below = bars.symmetric === false && bars.arrayminus ? bars.arrayminus : bars.array;
    return {axis, above: bars.array, below, color: bars.color, thickness: bars.thickness || 1.5};
}

/**
 * The ends of a point's interval in data units, or null where it has none.
 *
 * @param {Trace} trace
 * @param {number} i
 */
export function intervalOf(trace, i) {
    const error = trace.error;
    if (!error || !drawn(error.above[i]) || !drawn(error.below[i])) {
        return null;
    }
    const centre = trace[error.axis][i];
    return [centre - error.below[i], centre + error.above[i]];
}

/**
 * Calls `visit(i, x, y)` for every drawn point of a trace that belongs to the group at a position, in pixels.
 *
 * @param {Trace} trace
 * @param {Frame} frame
 * @param {number} position
 * @param {(i: number, x: number, y: number) => void} visit
 */
export function eachPoint(trace, frame, position, visit) {
    const start = trace.places ? trace.places.get(position) : position * trace.stride;
    if (start === undefined) {
        return;
    }
    const end = Math.min(start + trace.stride, trace.x.length);
    for (let i = start; i < end; i++) {
        if (drawn(trace.x[i]) && drawn(trace.y[i])) {
            visit(i, toX(frame, trace.x[i]), toY(frame, trace.y[i]));
        }
    }
}

/**
 * The drawn points of a trace that belong to the group at a position, in the units of the axes.
 *
 * @param {Trace} trace
 * @param {number} position
 */
export function pointsOf(trace, position) {
    const start = trace.places ? trace.places.get(position) : position * trace.stride;
    const indices = start === undefined ? [] : Array.from({length: trace.stride}, (_, i) => start + i);
    return indices
        .filter((i) => drawn(trace.x[i]) && drawn(trace.y[i]))
        .map((i) => ({x: Number(trace.x[i]), y: Number(trace.y[i])}));
}

// Which group is meant

function squaredToSegment(px, py, ax, ay, bx, by) {
    const dx = bx - ax;
    const dy = by - ay;
    const length = dx * dx + dy * dy;
    const along = length > 0 ? Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
    const ex = ax + along * dx - px;
    const ey = ay + along * dy - py;
    return ex * ex + ey * ey;
}

/** The nearest point of one trace that is closer than `best`, as [index, squared distance]. */
function nearestPoint(trace, frame, px, py, best) {
    const {x, y} = trace;
    let found = -1;
    for (let i = 0; i < trace.drawn; i++) {
        const dx = (x[i] - frame.x0) * frame.perX - px;
        const dy = (y[i] - frame.y1) * frame.perY - py;
        const distance = dx * dx + dy * dy;
        if (distance < best && drawn(x[i]) && drawn(y[i])) {
            best = distance;
            found = i;
        }
    }
    return [found, best];
}

function nearestSegment(trace, frame, px, py, best) {
    const {x, y} = trace;
    const reach = Math.sqrt(best);
    let found = -1;
    for (let i = 1; i < trace.drawn; i++) {
        const ax = (x[i - 1] - frame.x0) * frame.perX;
        const bx = (x[i] - frame.x0) * frame.perX;
        if ((ax < px - reach && bx < px - reach) || (ax > px + reach && bx > px + reach)) {
            continue;
        }
        if (!drawn(x[i - 1]) || !drawn(x[i]) || !drawn(y[i - 1]) || !drawn(y[i])) {
            continue;
        }
        const distance = squaredToSegment(px, py, ax, toY(frame, y[i - 1]), bx, toY(frame, y[i]));
        if (distance < best) {
            best = distance;
            found = i - 1;
        }
    }
    return [found, best];
}

/**
 * The position whose mark or line is nearest to a pixel and within `radius` of it, or -1. A scan over the typed
 * arrays: 20,000 groups on four estimators take about a millisecond, less than any index would cost to build.
 *
 * @param {Trace[]} traces
 * @param {Frame} frame
 */
export function nearest(traces, frame, px, py, radius) {
    let best = radius * radius;
    let position = -1;
    for (const trace of traces) {
        for (const search of [trace.marker && nearestPoint, trace.line && nearestSegment]) {
            if (search) {
                const [found, distance] = search(trace, frame, px, py, best);
                if (found >= 0) {
                    best = distance;
                    position = positionOf(trace, found);
                }
            }
        }
    }
    return position;
}

/**
 * The mark of one group nearest to a pixel, markers before line corners; null without one.
 *
 * @param {Trace[]} traces
 * @param {Frame} frame
 * @returns {Mark | null}
 */
export function markNear(traces, frame, position, px, py) {
    let best = Infinity;
    /** @type {Mark | null} */
    let mark = null;
    for (const trace of traces) {
        eachPoint(trace, frame, position, (i, x, y) => {
            const distance = (x - px) ** 2 + (y - py) ** 2 + (trace.marker ? 0 : 1);
            if (distance < best) {
                best = distance;
                mark = {trace, i, x, y};
            }
        });
    }
    return mark;
}

// Box and lasso

function insidePolygon(px, py, xs, ys) {
    let inside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
        if (ys[i] > py !== ys[j] > py && px < ((xs[j] - xs[i]) * (py - ys[i])) / (ys[j] - ys[i]) + xs[i]) {
            inside = !inside;
        }
    }
    return inside;
}

/**
 * The positions with a mark inside an outline of corners in data units: a polygon, or two corners of a box.
 *
 * @param {Trace[]} traces
 * @param {{x: number[], y: number[]}} outline
 * @param {boolean} isPolygon
 */
export function positionsInside(traces, outline, isPolygon) {
    const [left, right] = [Math.min(...outline.x), Math.max(...outline.x)];
    const [low, high] = [Math.min(...outline.y), Math.max(...outline.y)];
    const found = new Set();
    for (const trace of traces.filter((one) => one.marker)) {
        for (let i = 0; i < trace.drawn; i++) {
            const x = trace.x[i];
            const y = trace.y[i];
            const near = drawn(x) && drawn(y) && x >= left && x <= right && y >= low && y <= high;
            if (near && (!isPolygon || insidePolygon(x, y, outline.x, outline.y))) {
                found.add(positionOf(trace, i));
            }
        }
    }
    return [...found].sort((a, b) => a - b);
}

// Where a label goes

function inside(rect, x, y, room) {
    return x > rect.x - room && x < rect.x + rect.w + room && y > rect.y - room && y < rect.y + rect.h + room;
}

function overlap(a, b) {
    const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
    const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
    return Math.max(0, width) * Math.max(0, height);
}

/**
 * The place of a label of `size` {w, h} that stays inside `area` {w, h} and covers least of the labelled groups'
 * own points, then of the rectangles that are `taken` and of the points of `others`; earlier candidates [x, y] win ties.
 *
 * @param {number[][]} candidates
 * @param {{w: number, h: number}} size
 * @param {{w: number, h: number}} area
 * @param {{own: number[][], others: number[][], taken: Rect[]}} around
 * @returns {Rect}
 */
export function placeLabel(candidates, size, area, {own, others, taken}) {
    let best = {rect: {x: 2, y: 2, ...size}, cost: Infinity};
    for (const [x, y] of candidates) {
        const rect = {
            x: Math.max(2, Math.min(x, area.w - size.w - 2)),
            y: Math.max(2, Math.min(y, area.h - size.h - 2)),
            w: size.w,
            h: size.h,
        };
        const moved = Math.hypot(rect.x - x, rect.y - y);
        const covered = (points) => points.filter(([x1, y1]) => inside(rect, x1, y1, 3)).length;
        const crowd = taken.reduce((sum, other) => sum + overlap(rect, other), 0);
        const cost = moved + 40 * covered(own) + 6 * covered(others) + crowd;
        if (cost < best.cost) {
            best = {rect, cost};
        }
    }
    return best.rect;
}
