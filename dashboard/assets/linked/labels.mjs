/*
 * Linked views: the small labels beside the groups in focus. `write` sets their text for one view, `place` then puts
 * those of all views where they cover least; sizes are read once in between, so that a frame lays out once.
 */
import {setText} from '../shared/elements.mjs';
import {fullLayout, metaOf} from '../shared/plotly.mjs';
import {eachPoint, intervalOf, placeLabel, toX, toY} from './geometry.mjs';
import {nameAndRows, RATIO, readingText} from './text.mjs';

const GAP = 10; // pixels between a mark and its label
const MOST_AVOIDED = 2000; // points of other groups; where there are more, every place covers some
const ALONG = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9]; // points of a line that a label should leave free

function boxOf(overlay, i) {
    if (!overlay.labels[i]) {
        const box = document.createElement('div');
        box.className = 'linked-label';
        box.append(document.createElement('span'), document.createElement('span'));
        overlay.root.append(box);
        overlay.labels[i] = box;
    }
    return overlay.labels[i];
}

/** Writes the labels of the groups `keys` (the last one first); a group without a mark in the plot gets none. */
export function writeLabels(view, state, frame, keys) {
    const {overlay} = view;
    const tasks = [];
    for (const key of [...keys].reverse()) {
        const hover = state.hover && state.hover.key === key ? state.hover : null;
        const pointed = hover && hover.source === view.id ? hover.at : null;
        const points = pointsOf(view, frame, state.positionOf(key));
        const seen = points.filter(
            ([x, y]) => x >= -1 && y >= -1 && x <= frame.width + 1 && y <= frame.height + 1
        );
        if (seen.length) {
            const box = boxOf(overlay, tasks.length);
            setText(box.children[0], nameAndRows(state.index, key));
            setText(box.children[1], pointed ? reading(view, pointed) : '');
            box.hidden = false;
            box.style.maxWidth = `${Math.max(40, frame.width - 4)}px`;
            tasks.push({view, frame, box, points, anchor: pointed ? pixelOf(frame, pointed) : seen[0]});
        }
    }
    overlay.labels.slice(tasks.length).forEach((box) => {
        box.hidden = true;
    });
    return tasks;
}

function pixelOf(frame, {trace, i}) {
    return [toX(frame, trace.x[i]), toY(frame, trace.y[i])];
}

/** "REML BLUP 61.4 [53.9, 68.8]": the mark's trace, or the column of a line's corner, and its value. */
function reading(view, {trace, i}) {
    const {xaxis, yaxis} = fullLayout(view.gd);
    const [along, axis, across] = view.rows ? ['x', xaxis, yaxis] : ['y', yaxis, xaxis];
    const place = trace[view.rows ? 'y' : 'x'][i];
    const tick = Array.from(across.tickvals || []).indexOf(place);
    const name = trace.marker ? trace.name : (across.ticktext || [])[tick] || '';
    const interval = intervalOf(trace, i);
    const format = metaOf(view.gd).ratios ? RATIO : axis.tickformat;
    if (view.rows && trace.scale) {
        const [low, span, start] = trace.scale; // of the panel
        const own = (x) => low + (x - start) * span;
        const ends = interval?.map(own);
        return readingText(name, own(Number(trace.x[i])), ends, [low, low + span], format);
    }
    return readingText(name, Number(trace[along][i]), interval, axis.range, format);
}

/** What the label of a group should leave free, in pixels: its marks, its line, the ends of its intervals. */
function pointsOf(view, frame, position) {
    /** @type {number[][]} */
    const points = [];
    for (const trace of view.traces) {
        /** @type {number[] | null} */
        let before = null;
        eachPoint(trace, frame, position, (i, x, y) => {
            if (before && trace.line) {
                const [fromX, fromY] = before;
                points.push(...ALONG.map((part) => [fromX + part * (x - fromX), fromY + part * (y - fromY)]));
            }
            points.push([x, y]);
            before = trace.stride > 1 ? [x, y] : null;
            for (const end of intervalOf(trace, i) || []) {
                points.push(trace.error.axis === 'x' ? [toX(frame, end), y] : [x, toY(frame, end)]);
            }
        });
    }
    return points;
}

/** The marks of all groups, which a label had better leave free too. */
function everyMark({traces}, frame) {
    const marked = traces.filter((trace) => trace.marker);
    const points = [];
    if (marked.reduce((sum, trace) => sum + trace.x.length, 0) <= MOST_AVOIDED) {
        for (const trace of marked) {
            for (let i = 0; i < trace.x.length; i++) {
                points.push(pixelOf(frame, {trace, i}));
            }
        }
    }
    return points;
}

function candidates(view, frame, [x, y], points, {w, h}) {
    if (view.rows) {
        // beside the whole row, so that its intervals stay readable
        const right = Math.max(...points.map(([px]) => px)) + GAP;
        const left = Math.min(...points.map(([px]) => px)) - w - GAP;
        const ends = [frame.width - w - 4, 4];
        return [
            [right, y - h / 2],
            [left, y - h / 2],
            ...ends.flatMap((end) => [
                [end, y + 14],
                [end, y - h - 14],
            ]),
        ];
    }
    const sides = (gap) => [
        [x + GAP, y - h - gap],
        [x + GAP, y + gap],
        [x - w - GAP, y - h - gap],
        [x - w - GAP, y + gap],
        [x - w / 2, y - h - gap - 4],
        [x - w / 2, y + gap + 4],
    ];
    return [...sides(GAP), ...sides(3 * GAP)];
}

export function placeLabels(tasks) {
    const sizes = tasks.map(({box}) => ({w: box.offsetWidth, h: box.offsetHeight}));
    const around = new Map(); // view -> {others, taken}
    tasks.forEach(({view, frame, box, points, anchor}, i) => {
        const seen = around.get(view) || {others: everyMark(view, frame), taken: []};
        const places = candidates(view, frame, anchor, points, sizes[i]);
        const area = {w: frame.width, h: frame.height};
        const own = tasks.filter((task) => task.view === view).flatMap((task) => task.points);
        const rect = placeLabel(places, sizes[i], area, {own, ...seen});
        box.style.transform = `translate(${Math.round(frame.left + rect.x)}px, ${Math.round(frame.top + rect.y)}px)`;
        around.set(view, {...seen, taken: [...seen.taken, rect]});
    });
}
