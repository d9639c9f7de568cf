/*
 * Preview: what is behind and around the traces: grid lines, axis lines, and a figure's own lines (layout.shapes).
 */
import {dashOf} from './traces.mjs';

/** A bar of whole pixels of the screen, as SVG draws its crisp lines; all in pixels of the page. */
function crisp(pen, color, left, top, width, height) {
    const sharp = pen.getTransform().a;
    const start = (at) => Math.round(at * sharp) / sharp;
    const size = (length) => Math.max(1, Math.round(length * sharp)) / sharp;
    pen.fillStyle = color;
    pen.fillRect(start(left), start(top), size(width), size(height));
}

export function drawGrid(pen, {area, x, y}) {
    for (const axis of [x, y]) {
        const {showgrid = true, gridcolor = '#eee', gridwidth = 1} = axis.layout;
        for (const {value} of showgrid ? axis.ticks : []) {
            const at = Math.round(axis.pixel(value) * 100) / 100; // Plotly's precision decides which pixel it is
            const within = at - axis.offset > 1 && at - axis.offset < axis.length - 1;
            if (within && axis.letter === 'x') {
                crisp(pen, gridcolor, at - gridwidth / 2, area.top, gridwidth, area.height);
            } else if (within) {
                crisp(pen, gridcolor, area.left, at - gridwidth / 2, area.width, gridwidth);
            }
        }
    }
}

/** The width of an axis' own line; none unless the figure speaks of it. */
export function lineWidth({layout}) {
    const spoken = layout.linecolor !== undefined || layout.linewidth !== undefined;
    return (layout.showline === undefined ? spoken : layout.showline) ? layout.linewidth || 1 : 0;
}

export function drawAxisLines(pen, {area, x, y}) {
    const [below, beside] = [lineWidth(x), lineWidth(y)];
    const bottom = area.top + area.height;
    if (below) {
        crisp(pen, x.layout.linecolor || '#444', area.left - beside, bottom, area.width + beside, below);
    }
    if (beside) {
        crisp(pen, y.layout.linecolor || '#444', area.left - beside, area.top, beside, area.height);
    }
}

/** Where a shape's or an annotation's value is: on the axis, or a share of the plot area. */
export function placeOn(axis, ref, value) {
    if (ref === axis.letter) {
        return axis.pixel(value);
    }
    return axis.offset + axis.length * (axis.letter === 'x' ? value : 1 - value);
}

/** The lines of `layout.shapes` in one layer: "below" the grid, "between" grid and traces, "above" them. */
export function drawShapes(pen, shapes, layer, {area, x, y}) {
    for (const shape of shapes || []) {
        if (shape.type !== 'line' || (shape.layer || 'above') !== layer || shape.visible === false) {
            continue;
        }
        const {color = '#444', width = 2, dash} = shape.line || {};
        const edge = width; // room outside the plot for a line along its border
        pen.save();
        pen.beginPath();
        const [acrossX, acrossY] = [shape.xref === 'x' ? 0 : edge, shape.yref === 'y' ? 0 : edge];
        pen.rect(
            area.left - acrossX,
            area.top - acrossY,
            area.width + 2 * acrossX,
            area.height + 2 * acrossY
        );
        pen.clip();
        pen.globalAlpha = shape.opacity === undefined ? 1 : shape.opacity;
        pen.strokeStyle = color;
        pen.lineWidth = width;
        pen.setLineDash(dashOf(dash, width));
        pen.beginPath();
        pen.moveTo(placeOn(x, shape.xref || 'x', shape.x0), placeOn(y, shape.yref || 'y', shape.y0));
        pen.lineTo(placeOn(x, shape.xref || 'x', shape.x1), placeOn(y, shape.yref || 'y', shape.y1));
        pen.stroke();
        pen.restore();
    }
}
