/*
 * Linked views: box and lasso. The buttons are Plotly's own, but what they do is ours: Plotly would select per trace,
 * dim the rest its own way and draw the whole plot anew, for seconds where there are many groups. Here a tool is a
 * word on the view, the outline a path in the overlay, and the result a list of positions.
 */
import {dragButtons, dragModeAt, dragModeOf, fullLayout, isDragLayer, plotArea} from '../shared/plotly.mjs';
import {frameOf} from './geometry.mjs';
import {short} from './paths.mjs';

const TOOLS = ['select', 'lasso'];
const LEAST = 5; // pixels of movement that make a drag
const STEP = 3; // pixels between two corners of a lasso

/** Gives a view the tools; `picked(outline, isPolygon, event)` is called with what a drag went around. */
export function listenForLasso(view, picked) {
    const {wrapper} = view;
    /** @type {{frame: import('./geometry.mjs').Frame, left: number, top: number, corners: number[][]} | null} */
    let drag = null;

    function onButton(event) {
        const mode = dragModeAt(event.target);
        if (mode === null) {
            return;
        }
        view.tool = TOOLS.includes(mode) && view.tool !== mode ? mode : null;
        if (TOOLS.includes(mode)) {
            event.stopPropagation();
            event.preventDefault();
        }
        showTool(view);
    }

    function keepFromPlotly(event) {
        if (view.tool && isDragLayer(event.target)) {
            event.stopPropagation();
        }
    }

    function onDown(event) {
        const frame = frameOf(plotArea(view.gd));
        if (!view.tool || !frame || event.button !== 0 || !isDragLayer(event.target)) {
            return;
        }
        const box = view.gd.getBoundingClientRect();
        drag = {frame, left: box.left + frame.left, top: box.top + frame.top, corners: []};
        follow(event);
        document.addEventListener('pointermove', follow);
        document.addEventListener('pointerup', finish);
        document.addEventListener('pointercancel', stop);
        document.addEventListener('keydown', onKey, true);
    }

    function follow(event) {
        if (!drag) {
            return;
        }
        const {frame, corners} = drag;
        const x = Math.max(0, Math.min(frame.width, event.clientX - drag.left));
        const y = Math.max(0, Math.min(frame.height, event.clientY - drag.top));
        const [lastX, lastY] = corners[corners.length - 1] || [-Infinity, -Infinity];
        if (view.tool === 'select') {
            drag.corners = corners.length ? [corners[0], [x, y]] : [[x, y]];
        } else if (Math.hypot(x - lastX, y - lastY) >= STEP) {
            corners.push([x, y]);
        }
        view.overlay.outline.setAttribute('d', pathOf(view.tool, drag.corners));
    }

    function finish(event) {
        follow(event);
        if (!drag) {
            return;
        }
        const {frame, corners} = drag;
        stop();
        const reach = Math.max(...corners.map(([x, y]) => Math.hypot(x - corners[0][0], y - corners[0][1])));
        if (reach >= LEAST && view.traces) {
            const outline = {
                x: corners.map(([x]) => frame.x0 + x / frame.perX),
                y: corners.map(([, y]) => frame.y1 + y / frame.perY),
            };
            picked(outline, view.tool === 'lasso', event);
        }
    }

    function onKey(event) {
        if (event.key === 'Escape') {
            event.stopPropagation(); // gives up this outline, and keeps what was selected before
            stop();
        }
    }

    function stop() {
        drag = null;
        view.overlay.outline.setAttribute('d', '');
        document.removeEventListener('pointermove', follow);
        document.removeEventListener('pointerup', finish);
        document.removeEventListener('pointercancel', stop);
        document.removeEventListener('keydown', onKey, true);
    }

    wrapper.addEventListener('click', onButton, true);
    wrapper.addEventListener('mousedown', keepFromPlotly, true);
    wrapper.addEventListener('touchstart', keepFromPlotly, {capture: true, passive: true});
    wrapper.addEventListener('pointerdown', onDown);
}

function pathOf(tool, corners) {
    if (tool === 'select' && corners.length === 2) {
        const [[x0, y0], [x1, y1]] = corners;
        return `M${short(x0)} ${short(y0)}H${short(x1)}V${short(y1)}H${short(x0)}z`;
    }
    return corners.length > 1 ? `M${corners.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}z` : '';
}

/** Marks the button of the tool in hand; Plotly draws its buttons anew now and then. */
export function showTool(view) {
    view.wrapper.classList.toggle('linked-tool', Boolean(view.tool));
    for (const button of dragButtons(view.wrapper)) {
        const mode = dragModeOf(button);
        button.classList.toggle('active', mode === (view.tool || fullLayout(view.gd).dragmode));
    }
}
