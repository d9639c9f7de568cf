/*
 * Linked views: the drawing over one graph. An absolutely placed box beside the graph's own elements, which takes no
 * pointer events, holds one SVG and the labels; it is drawn from the state and the graph's live axis ranges, and
 * nothing is ever asked of Plotly, so that pointing costs a few path attributes.
 */
(function () {
    'use strict';

    const linked = (window.blupboardLinked = window.blupboardLinked || {});
    const SVG = 'http://www.w3.org/2000/svg';
    const MOST_DRAWN = 2000; // groups lit at once; the status line counts them all
    const MOST_NAMED = 6; // groups that get a label and a ring each
    const LABEL_GAP = 10;

    function svg(tag, className, parent) {
        const made = document.createElementNS(SVG, tag);
        made.setAttribute('class', className);
        parent.append(made);
        return made;
    }

    function createOverlay(wrapper) {
        const root = document.createElement('div');
        root.className = 'linked-overlay';
        root.setAttribute('aria-hidden', 'true');
        const canvas = svg('svg', 'linked-canvas', root);
        const margin = svg('g', 'linked-margin', canvas);
        const area = svg('svg', 'linked-area', canvas); // a nested svg clips to the plot area
        const layer = {};
        for (const name of ['detail', 'veil', 'litBands', 'litLines', 'litMarks', 'bands', 'lines', 'marks', 'rings']) {
            layer[name] = svg('g', `linked-${name.toLowerCase()}`, area);
        }
        wrapper.append(root);
        return {wrapper, root, canvas, margin, area, layer, labels: []};
    }

    /** Puts the overlay exactly over its graph; to be called when either may have moved. */
    function fit(overlay, gd) {
        const outer = overlay.wrapper.getBoundingClientRect();
        const inner = gd.getBoundingClientRect();
        const place = {
            left: inner.left - outer.left - overlay.wrapper.clientLeft,
            top: inner.top - outer.top - overlay.wrapper.clientTop,
            width: inner.width,
            height: inner.height,
        };
        for (const [side, pixels] of Object.entries(place)) {
            overlay.root.style[side] = `${pixels}px`;
        }
    }

    // Paths: a layer holds as many <path> elements as it needs, and keeps them

    function setPaths(group, paths) {
        while (group.childElementCount > paths.length) {
            group.lastElementChild.remove();
        }
        paths.forEach((attributes, i) => {
            const path = group.children[i] || svg('path', '', group);
            for (const name of ['d', 'fill', 'stroke', 'stroke-width', 'class']) {
                if (attributes[name] === undefined) {
                    path.removeAttribute(name);
                } else if (path.getAttribute(name) !== String(attributes[name])) {
                    path.setAttribute(name, attributes[name]);
                }
            }
        });
    }

    function bandPath(frame, positions) {
        const {short, toY} = linked.geometry;
        const pieces = positions.map((position) => {
            const a = toY(frame, position - 0.5);
            const b = toY(frame, position + 0.5);
            const height = Math.max(3, Math.abs(b - a));
            const top = (a + b - height) / 2;
            return top + height < 0 || top > frame.height ? '' : `M0 ${short(top)}h${frame.width}v${short(height)}h${-frame.width}z`;
        });
        return pieces.join('');
    }

    function linePath(traces, frame, positions) {
        const {eachPoint, short} = linked.geometry;
        const lines = traces.filter((trace) => trace.line && trace.stride > 1);
        let d = '';
        for (const position of positions) {
            for (const trace of lines) {
                let last = -2;
                eachPoint([trace], frame, position, (_, i, x, y) => {
                    d += `${i === last + 1 ? 'L' : 'M'}${short(x)} ${short(y)}`;
                    last = i;
                });
            }
        }
        return d;
    }

    /** The marks of the groups drawn again, one path a trace, each in its own colour and symbol, after its intervals. */
    function markPaths(traces, frame, positions, grow) {
        const {eachPoint, symbolPath} = linked.geometry;
        return traces.flatMap((trace) => {
            let marks = '';
            let bars = '';
            for (const position of positions) {
                eachPoint([trace], frame, position, (_, i, x, y) => {
                    bars += barPath(trace, frame, i, x, y);
                    marks += trace.marker ? symbolPath(trace.marker.symbol, x, y, trace.marker.size / 2 + grow) : '';
                });
            }
            const {color, symbol} = trace.marker || {};
            const open = /open/.test(symbol);
            return [
                bars && {d: bars, stroke: trace.error.color || color, 'stroke-width': trace.error.thickness + grow},
                marks && {d: marks, class: open ? 'linked-open' : undefined, fill: open ? undefined : color, stroke: color},
            ].filter(Boolean);
        });
    }

    function barPath(trace, frame, i, x, y) {
        const {intervalOf, short, toX, toY} = linked.geometry;
        const ends = intervalOf(trace, i);
        if (!ends) {
            return '';
        }
        return trace.error.axis === 'x'
            ? `M${short(toX(frame, ends[0]))} ${short(y)}H${short(toX(frame, ends[1]))}`
            : `M${short(x)} ${short(toY(frame, ends[0]))}V${short(toY(frame, ends[1]))}`;
    }

    function ringPath(traces, frame, positions) {
        const {eachPoint, symbolPath} = linked.geometry;
        let d = '';
        for (const position of positions) {
            eachPoint(traces.filter((trace) => trace.marker), frame, position, (trace, i, x, y) => {
                d += symbolPath('circle', x, y, trace.marker.size / 2 + 4);
            });
        }
        return d;
    }

    // One drawing

    /** An even sample, so that a selection too large to draw still shows its shape. */
    function thin(list, most) {
        const step = list.length / most;
        return step <= 1 ? list : Array.from({length: most}, (_, i) => list[Math.floor(i * step)]);
    }

    /**
     * Draws the state over one view: {overlay, gd, id, traces, rows, detail}. Returns the labels that still have to be
     * placed, see `placeLabels`: placing reads sizes, which is done once for all views together.
     */
    function draw(view, state) {
        const {overlay, traces, rows} = view;
        const frame = linked.geometry.frameOf(view.gd._fullLayout);
        overlay.root.hidden = !frame || !traces;
        if (overlay.root.hidden) {
            return [];
        }
        const wanted = {x: frame.left, y: frame.top, width: frame.width, height: frame.height};
        for (const [name, pixels] of Object.entries(wanted)) {
            overlay.area.setAttribute(name, pixels);
        }
        linked.drawDetail(view, frame);

        const lit = thin(state.lit, MOST_DRAWN);
        const focus = lit.length <= MOST_NAMED ? [...lit] : [];
        if (state.hover && !focus.includes(state.hover.key)) {
            focus.push(state.hover.key);
        }
        const at = (keys) => keys.map(state.positionOf).filter((position) => position !== undefined);
        drawLit(view, frame, lit.length > 1 ? at(lit) : []);
        const strong = at(focus);
        const hasLines = traces.some((trace) => trace.line && trace.stride > 1);
        const thick = rows && Math.abs(frame.perY) >= 5;
        setPaths(overlay.layer.bands, rows ? [{d: bandPath(frame, strong)}] : []);
        setPaths(overlay.layer.lines, hasLines ? [{d: linePath(traces, frame, strong)}] : []);
        setPaths(overlay.layer.marks, markPaths(traces, frame, strong, 0.5));
        setPaths(overlay.layer.rings, thick || hasLines ? [] : [{d: ringPath(traces, frame, strong)}]);
        return setLabels(view, state, frame, focus);
    }

    function drawLit({overlay, traces, rows}, frame, positions) {
        const {layer} = overlay;
        const veil = `M0 0h${frame.width}v${frame.height}h${-frame.width}z`;
        setPaths(layer.veil, positions.length ? [{d: veil}] : []);
        setPaths(layer.litBands, rows && positions.length ? [{d: bandPath(frame, positions)}] : []);
        setPaths(layer.litLines, positions.length ? [{d: linePath(traces, frame, positions)}] : []);
        setPaths(layer.litMarks, positions.length ? markPaths(traces, frame, positions, 0) : []);
    }

    // Labels

    function labelElement(overlay, i) {
        if (!overlay.labels[i]) {
            const box = document.createElement('div');
            box.className = 'linked-label';
            box.append(document.createElement('span'), document.createElement('span'));
            overlay.root.append(box);
            overlay.labels[i] = box;
        }
        return overlay.labels[i];
    }

    function setText(element, text) {
        if (element.textContent !== text) {
            element.textContent = text;
        }
    }

    /** Writes the labels of the groups in focus; those without a mark in the plot area get none. */
    function setLabels(view, state, frame, keys) {
        const {overlay} = view;
        const tasks = [];
        for (const key of [...keys].reverse()) {
            const hover = state.hover && state.hover.key === key ? state.hover : null;
            const pointed = hover && hover.source === view.id ? hover.at : null;
            const points = pointsOf(view, frame, state.positionOf(key));
            const seen = points.filter(([x, y]) => x >= -1 && y >= -1 && x <= frame.width + 1 && y <= frame.height + 1);
            if (seen.length) {
                const box = labelElement(overlay, tasks.length);
                setText(box.children[0], linked.text.nameAndRows(state.index, key));
                setText(box.children[1], pointed ? reading(view, pointed) : '');
                box.hidden = false;
                box.style.maxWidth = `${Math.max(40, frame.width - 4)}px`;
                box.classList.toggle('linked-pointed', Boolean(hover));
                tasks.push({view, frame, box, points, anchor: anchorOf(view, frame, pointed, seen)});
            }
        }
        overlay.labels.slice(tasks.length).forEach((box) => { box.hidden = true; });
        return tasks;
    }

    function anchorOf(view, frame, pointed, seen) {
        const {toX, toY} = linked.geometry;
        return pointed ? [toX(frame, pointed.trace.x[pointed.i]), toY(frame, pointed.trace.y[pointed.i])] : seen[0];
    }

    function reading(view, {trace, i}) {
        const layout = view.gd._fullLayout;
        const along = view.rows ? 'x' : 'y';
        const across = view.rows ? layout.yaxis : layout.xaxis;
        const ticks = Array.from(across.tickvals || []);
        const tick = trace.stride > 1 ? (across.ticktext || [])[ticks.indexOf(trace[view.rows ? 'y' : 'x'][i])] : null;
        const axis = layout[`${along}axis`];
        const name = trace.stride > 1 ? tick || '' : trace.name;
        return linked.text.reading(name, Number(trace[along][i]), linked.geometry.intervalOf(trace, i), axis.range, axis.tickformat);
    }

    /** What a group's label must not cover, in pixels: its marks, points along its line, the ends of its intervals. */
    function pointsOf(view, frame, position) {
        const {eachPoint, intervalOf, toX, toY} = linked.geometry;
        const points = [];
        for (const trace of view.traces) {
            let before = null;
            eachPoint([trace], frame, position, (_, i, x, y) => {
                if (before && trace.line) {
                    for (const part of [0.15, 0.3, 0.45, 0.6, 0.75, 0.9]) {
                        points.push([before[0] + part * (x - before[0]), before[1] + part * (y - before[1])]);
                    }
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

    function candidates(view, frame, [x, y], points, {w, h}) {
        if (view.rows) { // beside the whole row, so that its intervals stay readable
            const right = Math.max(...points.map(([px]) => px)) + LABEL_GAP;
            const left = Math.min(...points.map(([px]) => px)) - w - LABEL_GAP;
            const sides = [[right, y - h / 2], [left, y - h / 2]];
            return [...sides, [frame.width - w - 4, y + 14], [frame.width - w - 4, y - h - 14], [4, y + 14], [4, y - h - 14]];
        }
        const [right, left] = [x + LABEL_GAP, x - w - LABEL_GAP];
        const [above, below] = [y - h - LABEL_GAP, y + LABEL_GAP];
        return [
            [right, above], [right, below], [left, above], [left, below], [x - w / 2, above - 6], [x - w / 2, below + 6],
            [right + 16, above - 24], [right + 16, below + 24], [left - 16, above - 24], [left - 16, below + 24],
        ];
    }

    function placeLabels(tasks) {
        const sizes = tasks.map(({box}) => ({w: box.offsetWidth, h: box.offsetHeight}));
        const taken = new Map();
        tasks.forEach(({view, frame, box, points, anchor}, i) => {
            const others = taken.get(view) || [];
            const places = candidates(view, frame, anchor, points, sizes[i]);
            const rect = linked.geometry.placeLabel(places, sizes[i], {w: frame.width, h: frame.height}, points, others);
            box.style.transform = `translate(${Math.round(frame.left + rect.x)}px, ${Math.round(frame.top + rect.y)}px)`;
            taken.set(view, [...others, rect]);
        });
    }

    linked.overlay = {create: createOverlay, draw, fit, placeLabels, setPaths, svg};
})();
