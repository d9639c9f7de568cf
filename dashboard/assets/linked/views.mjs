/*
 * Linked views: the graphs on the page, each with its overlay, and what pointer and keyboard do over them.
 * Everything inside a `.linked-view` is found by that class; graphs may come, go and be drawn anew at any time.
 */
import {fullTraces, graphIn, isDragLayer, isDrawn, isInToolbar, metaOf, plotArea} from '../shared/plotly.mjs';
import {frameOf, markNear, nearest, positionsInside, tracesOf} from './geometry.mjs';
import {listenForLasso, showTool} from './lasso.mjs';
import {writeListAxis} from './list_axis.mjs';
import {createOverlay, fitOverlay} from './overlay.mjs';
import {answerZooms} from './parts.mjs';
import {rowsOf} from './paths.mjs';
import {waitingFigure} from './sight.mjs';
import {createStrip} from './strip.mjs';
import {rememberOwnRanges} from './zoom.mjs';

const REACH = {mouse: 20, pen: 24, touch: 32}; // pixels around the pointer in which a mark counts as meant
const NEARBY = 10; // positions on each side that are asked for with the next one
const CLICK = 5; // pixels a pointer may move between down and up to be a click
const ROW_READABLE = 5; // pixels of row height from which pointing at the row is enough
const STEPS = {
    ArrowDown: 1,
    ArrowRight: 1,
    ArrowUp: -1,
    ArrowLeft: -1,
    PageDown: 10,
    PageUp: -10,
    Home: -Infinity,
    End: Infinity,
};

/** `redraw()` is called when something is to be drawn over views, `pinsDue()` when a view of what is pinned is there. */
export function createViews(state, fetched, redraw, pinsDue) {
    const views = new Map(); // wrapper -> view
    /** @type {{view: any, x: number, y: number, found: ReturnType<typeof hit>} | null} */
    let pressed = null;

    // Which group the pointer means

    function hit(view, event) {
        const frame = frameOf(plotArea(view.gd));
        if (!frame || !view.traces || isInToolbar(event.target)) {
            return null;
        }
        const box = view.gd.getBoundingClientRect();
        const x = event.clientX - box.left - frame.left;
        const y = event.clientY - box.top - frame.top;
        const reach = REACH[event.pointerType] || REACH.mouse;
        const position =
            view.rows && Math.abs(frame.perY) >= ROW_READABLE
                ? rowAt(view, frame, x, y)
                : markAt(view, frame, x, y, reach);
        const key = state.index.order[position];
        if (key === undefined && position >= 0 && !state.index.complete) {
            fetched.needPositions([position]); // of a view that draws all groups, whoever they are
        }
        return key === undefined ? null : {key, mark: markNear(view.traces, frame, position, x, y)};
    }

    function rowAt(view, frame, x, y) {
        const within = y >= 0 && y <= frame.height && x <= frame.width; // the names left of the plot count too
        const row = within ? Math.round(frame.y1 + y / frame.perY) : -1;
        const some = view.traces.find((trace) => trace.places && trace.marker);
        if (!within || !some) {
            return row;
        }
        const drawn = some.positions.slice(0, some.drawn);
        const at = rowsOf(view.traces, drawn).findIndex((middle) => Math.round(middle) === row);
        return drawn[at] ?? -1;
    }

    function markAt(view, frame, x, y, reach) {
        const within = x >= -reach && y >= -reach && x <= frame.width + reach && y <= frame.height + reach;
        return within ? nearest(view.traces, frame, x, y, reach) : -1;
    }

    function onMove(view, event) {
        if (event.pointerType === 'touch') {
            return;
        }
        const found = event.buttons ? null : hit(view, event);
        if (found) {
            state.point(found.key, view.id, found.mark);
        } else {
            state.leave();
        }
        view.wrapper.classList.toggle('linked-hit', Boolean(found));
    }

    /** Plotly's own hover searches every trace, for seconds where there are many groups, and would say no more. */
    function keepHoverFromPlotly(event) {
        if (event.buttons === 0 && isDragLayer(event.target)) {
            event.stopPropagation();
        }
    }

    // A click pins. Plotly covers the page while a button is down, so the release is heard on the document.

    function onDown(view, event) {
        pressed =
            event.button === 0 ? {view, x: event.clientX, y: event.clientY, found: hit(view, event)} : null;
    }

    function onUp(event) {
        const down = pressed;
        pressed = null;
        if (!down || Math.hypot(event.clientX - down.x, event.clientY - down.y) >= CLICK) {
            return;
        }
        if (down.found) {
            const adds = event.ctrlKey || event.metaKey || event.shiftKey;
            state.pick(down.found.key, down.view.id, adds);
        } else if (event.pointerType === 'touch') {
            state.clear();
        }
    }

    // Keyboard

    function onKey(view, event) {
        if (event.target !== view.wrapper || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        if (event.key in STEPS) {
            step(STEPS[event.key], view.id);
        } else if ((event.key === 'Enter' || event.key === ' ') && state.hover) {
            state.pick(state.hover.key, view.id, event.shiftKey);
        } else {
            return;
        }
        event.preventDefault();
    }

    /** Steps to another group, who may have to be asked for. */
    async function step(by, source) {
        const place = state.placeFrom(by);
        if (!state.index.complete && state.index.order[place] === undefined) {
            const first = Math.max(0, place - NEARBY);
            const last = Math.min(state.index.total - 1, place + NEARBY);
            await fetched.needPositions(Array.from({length: last - first + 1}, (_, i) => first + i));
        }
        state.stepPosition(by, source);
    }

    // Box and lasso

    function pickInside(view, outline, isPolygon, event) {
        const adds = event.shiftKey || event.ctrlKey || event.metaKey;
        if (view.traces.every((trace) => !trace.places)) {
            const positions = positionsInside(view.traces, outline, isPolygon);
            const keys = positions.map((position) => state.index.order[position]);
            state.pickMany(
                keys.filter((key) => key !== undefined),
                view.id,
                adds
            );
        } else {
            fetched.pickInside(view, outline, isPolygon, adds);
        }
    }

    // Coming and going

    function listen(view) {
        const {wrapper} = view;
        wrapper.addEventListener('pointermove', (event) => onMove(view, event));
        wrapper.addEventListener('mousemove', keepHoverFromPlotly, true);
        wrapper.addEventListener('pointerleave', () => {
            state.leave(view.id);
            wrapper.classList.remove('linked-hit');
        });
        wrapper.addEventListener('pointerdown', (event) => onDown(view, event));
        wrapper.addEventListener('keydown', (event) => onKey(view, event));
        wrapper.addEventListener('blur', () => state.leave(view.id));
        listenForLasso(view, (outline, isPolygon, event) => pickInside(view, outline, isPolygon, event));
        wrapper.addEventListener('scroll', redraw, {passive: true});
        new ResizeObserver(() => refresh(view)).observe(wrapper);
    }

    function attach(view, gd) {
        view.gd = gd;
        view.id = (gd.closest('.dash-graph') || gd).id || gd.id;
        gd.on('plotly_afterplot', () => refresh(view));
        gd.on('plotly_relayouting', () => redraw());
        answerZooms(view, () => fetched.partChanged());
        refresh(view);
    }

    function refresh(view) {
        if (!isDrawn(view.gd)) {
            return;
        }
        const {groups, order} = metaOf(view.gd);
        state.learn(groups, order);
        view.traces = fetched.traced(view, tracesOf(fullTraces(view.gd)));
        view.rows = Boolean(metaOf(view.gd).rows);
        view.pins = Boolean(metaOf(view.gd).pins);
        rememberOwnRanges(view.gd, view.id);
        fitOverlay(view.overlay, view.gd);
        writeListAxis(view);
        showTool(view);
        fetched.needDrawn();
        redraw();
        if (view.pins) {
            pinsDue(); // which may have changed while it was out of sight
        }
    }

    /** Takes up new wrappers and graphs and lets go of those that are gone; cheap enough for every mutation. */
    function scan() {
        for (const wrapper of views.keys()) {
            if (!wrapper.isConnected) {
                views.delete(wrapper);
            }
        }
        for (const wrapper of document.querySelectorAll('.linked-view')) {
            let view = views.get(wrapper);
            if (!view) {
                view = {
                    wrapper,
                    overlay: createOverlay(wrapper),
                    gd: null,
                    id: '',
                    traces: null,
                    rows: false,
                    pins: false,
                    tool: null,
                    strip: /** @type {HTMLCanvasElement | null} */ (null),
                };
                view.strip = createStrip(view);
                views.set(wrapper, view);
                listen(view);
            }
            const gd = graphIn(wrapper);
            if (gd && gd !== view.gd && gd.on && isDrawn(gd)) {
                attach(view, gd);
            }
        }
    }

    document.addEventListener('pointerup', onUp, true);
    return {
        scan,
        /** Those that wait to be drawn anew are refreshed when they are. */
        refreshAll: () => {
            for (const view of views.values()) {
                if (!waitingFigure(view.id)) {
                    refresh(view);
                }
            }
        },
        get drawable() {
            const drawn = (view) => view.traces && isDrawn(view.gd) && !waitingFigure(view.id);
            return [...views.values()].filter(drawn);
        },
    };
}
