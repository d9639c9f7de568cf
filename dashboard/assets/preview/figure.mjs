/*
 * Preview: while a dial is dragged, figures are drawn by hand on a canvas over their graphs, since Plotly takes a
 * quarter of a second for them. The figures are the same ones that Plotly gets when the drag ends.
 *
 *   driver    which frame is asked for, shown, committed       scales    plot area, ranges, pixels
 *   figure    the canvas over a graph                          ticks     which ticks, how written
 *   backdrop  grid, axis lines, a figure's own lines           labels    the words around a plot
 *   traces    intervals, lines, markers                        text      fonts, room that text takes
 *   symbols   Plotly's marker symbols                          values    arrays, properties, text
 *
 * Drawn are traces of points and lines on one pair of linear axes. A figure stays as Plotly's is where it says nothing.
 */
import {fullLayout} from '../shared/plotly.mjs';
import {drawAxisLines, drawGrid, drawShapes} from './backdrop.mjs';
import {drawAnnotations, drawAxes} from './labels.mjs';
import {scalesOf} from './scales.mjs';
import {drawTraces} from './traces.mjs';

const SHOWING = 'previewing';
const PATIENCE = 3000; // ms that a canvas waits for Plotly to draw beneath it
const sheets = new WeakMap(); // wrapper -> {canvas, pen, painted}

function wrapperOf(graphDiv) {
    const wrapper = graphDiv.closest('.linked-view');
    if (!wrapper) {
        throw new Error('A preview needs a graph inside an element of the class linked-view.');
    }
    return wrapper;
}

function sheetOf(wrapper) {
    let sheet = sheets.get(wrapper);
    if (!sheet?.canvas.isConnected) {
        const canvas = document.createElement('canvas');
        canvas.className = 'preview-sheet';
        canvas.setAttribute('aria-hidden', 'true');
        wrapper.append(canvas);
        sheet = {canvas, pen: canvas.getContext('2d'), painted: 0};
        sheets.set(wrapper, sheet);
    }
    return sheet;
}

/** Lays the canvas over the graph, wiped; returns the size to draw in, in pixels of the page. */
function layOut(sheet, wrapper, graphDiv) {
    const outer = wrapper.getBoundingClientRect();
    const inner = graphDiv.getBoundingClientRect();
    const sharp = window.devicePixelRatio || 1;
    const {canvas, pen} = sheet;
    const left = inner.left - outer.left - wrapper.clientLeft;
    const top = inner.top - outer.top - wrapper.clientTop;
    const [width, height] = [Math.round(inner.width), Math.round(inner.height)];
    const place = String([left, top, width, height, sharp]);
    if (place !== sheet.place) {
        sheet.place = place;
        const style = {left, top, width, height};
        Object.entries(style).forEach(([name, pixels]) => {
            canvas.style[name] = `${pixels}px`;
        });
        canvas.width = Math.round(width * sharp);
        canvas.height = Math.round(height * sharp);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    return {width: inner.width, height: inner.height};
}

/**
 * Draws one figure {data, layout} over a Plotly graph and hides Plotly's own drawing, until `clear` or `handOver`.
 * Raises an Error for a graph outside `.linked-view`.
 */
export function paint(graphDiv, figure) {
    const wrapper = wrapperOf(graphDiv);
    const sheet = sheetOf(wrapper);
    const {width, height} = layOut(sheet, wrapper, graphDiv);
    const {pen} = sheet;
    const layout = figure.layout || {};
    const scales = scalesOf(pen, {...figure, layout}, fullLayout(graphDiv), width, height);
    drawShapes(pen, layout.shapes, 'below', scales);
    drawGrid(pen, scales);
    drawShapes(pen, layout.shapes, 'between', scales);
    drawTraces(pen, figure.data, scales);
    drawAxisLines(pen, scales);
    drawAxes(pen, layout, scales, width, height);
    drawShapes(pen, layout.shapes, 'above', scales);
    drawAnnotations(pen, layout, scales);
    sheet.painted += 1;
    wrapper.classList.add(SHOWING);
}

/** Shows Plotly's own drawing again. */
export function clear(graphDiv) {
    const wrapper = wrapperOf(graphDiv);
    wrapper.classList.remove(SHOWING);
    const sheet = sheets.get(wrapper);
    if (sheet) {
        sheet.canvas.remove();
        sheets.delete(wrapper);
    }
}

/**
 * Clears as soon as Plotly has drawn beneath; to be called before the figure is given to Plotly. A figure painted
 * in the meantime stays: another drag has begun.
 */
export function handOver(graphDiv) {
    const wrapper = wrapperOf(graphDiv);
    const sheet = sheets.get(wrapper);
    if (!sheet) {
        return;
    }
    const {painted} = sheet;
    const done = () => {
        graphDiv.removeListener('plotly_afterplot', done);
        clearTimeout(timer);
        if (sheets.get(wrapper) === sheet && sheet.painted === painted) {
            clear(graphDiv);
        }
    };
    const timer = setTimeout(done, PATIENCE); // a figure that did not change is not drawn
    graphDiv.on('plotly_afterplot', done);
}
