/* Plotly's marker symbols as shapes around a point; what draws them makes paths of its own of these. */
import {markerShapes} from './facts.mjs';

/**
 * The shape behind the name of a symbol, for a radius of 1: a ring of `corners` [x, y, x, y, ...], or `strokes` [x0, y0,
 * x1, y1] that are lines and nothing more, or neither: a circle. An `open` one is an outline.
 *
 * @param {string} name
 * @returns {{corners: number[] | null, strokes: number[][] | null, open: boolean}}
 */
export function shapeOf(name) {
    const base = name.replace(/-(open|dot)/g, '');
    const {corners, strokes} = markerShapes;
    return {corners: corners[base] || null, strokes: strokes[base] || null, open: name.includes('-open')};
}
