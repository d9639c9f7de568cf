/*
 * Preview: Plotly's marker symbols as paths around the origin, each made once for its name and size.
 */

const MOST_KEPT = 400; // paths; a figure uses a dozen
const made = new Map(); // "name size" -> symbol

// Shapes for a radius of 1: rings of corners [x, y, x, y, ...], y downwards

/** Corners on circles, one after the other, from `start` (turns, clockwise from the top). */
function around(count, radii, start = 0) {
    return Array.from({length: count}, (_, i) => {
        const angle = 2 * Math.PI * (start + i / count);
        const radius = radii[i % radii.length];
        return [radius * Math.sin(angle), -radius * Math.cos(angle)];
    }).flat();
}

function turned(corners, turns) {
    const [cos, sin] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
    return corners.map((_, i) => {
        const [x, y] = [corners[i - (i % 2)], corners[i - (i % 2) + 1]];
        return i % 2 ? x * sin + y * cos : x * cos - y * sin;
    });
}

const TRIANGLE = [0, -1, 2 / Math.sqrt(3), 0.5, -2 / Math.sqrt(3), 0.5];
const ARM = [0.4, -0.4, 0.4, -1.2, -0.4, -1.2]; // a corner of the cross, then the arm that points up
const CROSS = [0, 3 / 4, 1 / 2, 1 / 4].flatMap((turns) => turned(ARM, turns));
const CORNERS = {
    square: [1, 1, -1, 1, -1, -1, 1, -1],
    diamond: around(4, [1.3]),
    cross: CROSS,
    x: turned(CROSS, 1 / 8),
    'triangle-up': TRIANGLE,
    'triangle-right': turned(TRIANGLE, 1 / 4),
    'triangle-down': turned(TRIANGLE, 1 / 2),
    'triangle-left': turned(TRIANGLE, 3 / 4),
    pentagon: around(5, [1]),
    hexagon: around(6, [1]),
    hexagon2: around(6, [1], 1 / 12),
    octagon: around(8, [1], 1 / 16),
    star: around(10, [1.4, 0.535]),
    hexagram: around(12, [1.32, 0.762]),
    hourglass: [1, 1, -1, 1, 1, -1, -1, -1],
    bowtie: [1, 1, 1, -1, -1, 1, -1, -1],
};
const STROKES = {
    'line-ns': [[0, 1.4, 0, -1.4]],
    'line-ew': [[1.4, 0, -1.4, 0]],
    'cross-thin': [[0, 1.4, 0, -1.4], [1.4, 0, -1.4, 0]],
    'x-thin': [[1, 1, -1, -1], [1, -1, -1, 1]],
    asterisk: [[0, 1.2, 0, -1.2], [1.2, 0, -1.2, 0], [0.85, 0.85, -0.85, -0.85], [0.85, -0.85, -0.85, 0.85]],
};

function pathOf(base, radius) {
    const path = new Path2D();
    const scaled = (corners) => corners.map((v) => v * radius);
    if (STROKES[base]) {
        for (const [x0, y0, x1, y1] of STROKES[base].map(scaled)) {
            path.moveTo(x0, y0);
            path.lineTo(x1, y1);
        }
    } else if (CORNERS[base]) {
        const corners = scaled(CORNERS[base]);
        for (let i = 0; i < corners.length; i += 2) {
            path.lineTo(corners[i], corners[i + 1]);
        }
        path.closePath();
    } else {
        path.arc(0, 0, radius, 0, 2 * Math.PI);
    }
    return path;
}

/** How Plotly draws a symbol of `size` pixels: {path, open}. Open ones are outlines, unknown ones circles. */
export function symbolOf(name, size) {
    const key = `${name} ${size}`;
    if (!made.has(key)) {
        if (made.size >= MOST_KEPT) {
            made.clear();
        }
        const open = name.includes('-open');
        made.set(key, {path: pathOf(name.replace(/-(open|dot)/g, ''), size / 2), open});
    }
    return made.get(key);
}
