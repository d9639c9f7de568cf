/*
 * Preview: Plotly's marker symbols as paths around the origin, each made once for its name and size.
 */
import {shapeOf} from '../shared/symbols.mjs';

const MOST_KEPT = 400; // paths; a figure uses a dozen
const made = new Map(); // "name size" -> symbol

function pathOf({corners, strokes}, radius) {
    const path = new Path2D();
    const scaled = (points) => points.map((v) => v * radius);
    if (strokes) {
        for (const [x0, y0, x1, y1] of strokes.map(scaled)) {
            path.moveTo(x0, y0);
            path.lineTo(x1, y1);
        }
    } else if (corners) {
        const ring = scaled(corners);
        for (let i = 0; i < ring.length; i += 2) {
            path.lineTo(ring[i], ring[i + 1]);
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
        const shape = shapeOf(name);
        made.set(key, {path: pathOf(shape, size / 2), open: shape.open});
    }
    return made.get(key);
}
