/*
 * The component of pages/graph.py, and what draws in it. A figure goes to Plotly as it is, past dash; one for a graph
 * that is not on the page yet is drawn when it comes.
 */
import {ids} from './facts.mjs';
import {drawnSize} from './plotly.mjs';

const script = document.getElementById(ids.PLOTLY);
const there = new Promise((resolve) => {
    if (window.Plotly) {
        resolve(null);
    } else {
        script?.addEventListener('load', resolve);
    }
});

/** @typedef {{data?: object[], layout?: object}} Figure */

/** @type {Map<string, {box: HTMLElement, config: object}>} */
const graphs = new Map(); // graph id -> where Plotly draws, and how
/** @type {Map<string, Figure>} */
const early = new Map(); // graph id -> what was given before the graph was there

/** Draws a figure in a graph; the figure itself is not changed. */
export function drawGraph(graphId, figure) {
    const graph = graphs.get(graphId);
    if (graph) {
        return draw(graph.box, figure, graph.config);
    }
    early.set(graphId, figure);
    return Promise.resolve();
}

/** @param {HTMLElement} box @param {Figure} figure @param {object} config */
async function draw(box, {data = [], layout = {}}, config) {
    if (!window.Plotly) {
        await there;
    }
    return window.Plotly.react(box, data, structuredClone(layout), config); // which writes ranges into a layout
}

/** Gives a drawn graph the size of its place. */
function fit(box) {
    const drawn = drawnSize(box);
    const {clientWidth: width, clientHeight: height} = box;
    const changed = drawn && (Math.abs(width - drawn.width) >= 1 || Math.abs(height - drawn.height) >= 1); // Plotly has fractions
    if (changed && width > 0 && height > 0) {
        window.Plotly.relayout(box, {autosize: true});
    }
}

export function Graph({id, className, config, figure}) {
    const place = React.useRef(/** @type {HTMLElement | null} */ (null));
    React.useEffect(() => {
        const box = /** @type {HTMLElement} */ (place.current);
        const sizes = new ResizeObserver(() => requestAnimationFrame(() => fit(box)));
        sizes.observe(box);
        const first = early.get(id) ?? figure;
        graphs.set(id, {box, config});
        early.delete(id);
        if (first) {
            draw(box, first, config);
        }
        return () => {
            sizes.disconnect();
            graphs.delete(id);
            window.Plotly?.purge(box);
        };
    }, []);
    const inner = React.createElement('div', {ref: place, className: 'graph-box'});
    return React.createElement('div', {id, className: `dash-graph ${className}`}, inner);
}
