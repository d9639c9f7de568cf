/*
 * Linked views: a view of very many groups answers to the range that is looked at. A zoom, a button or a double click
 * asks the server for that part of it, which takes the place of the figure; scrolling the list asks for nothing.
 */

import {drawGraph} from '../shared/graph.mjs';
import {isResetButton, metaOf, plotArea} from '../shared/plotly.mjs';
import {writeProblem, writeSubtitle} from './card_content.mjs';
import {ask, partOf, setPart} from './remote.mjs';
import {dropRedrawn} from './sight.mjs';
import {inTheme} from './theme.mjs';
import {ownRanges, withZoom} from './zoom.mjs';

const WAIT = 60; // milliseconds without movement before the server is asked
const AROUND = 10; // rows on each side of a pinned group
const MOST_PINS = 41; // pinned groups that a view is told of: one more than it draws
const END = 20; // rows of one end
const LIST_ROW = 17; // pixels
const MOST_BESIDE = 620; // pixels that the columns of a view may need that stands beside others
const LIST_MARGIN = 56; // pixels above and below the rows of a list

/**
 * Gives the card of a view the room that a figure needs, before it is drawn: a list is as high as its rows, and scrolls
 * inside its card.
 */
export function makeRoom(figure, graphId) {
    const {list = 0, zoom = false, least_width: least = 0} = figure?.layout?.meta || {};
    const wrapper = document.getElementById(graphId)?.closest('.linked-view');
    if (wrapper instanceof HTMLElement) {
        wrapper.classList.toggle('linked-list', list > 0);
        wrapper.closest('.panel')?.classList.toggle('listed', list > 0);
        wrapper.closest('.panel')?.classList.toggle('many', zoom);
        wrapper.classList.toggle('linked-wide', least > 0);
        wrapper.closest('.panel')?.classList.toggle('spread', least > MOST_BESIDE);
        wrapper.style.setProperty('--least-width', `${least}px`);
        wrapper.style.setProperty('--list-height', `${list * LIST_ROW + LIST_MARGIN}px`);
    }
}

/** Views of what is pinned are drawn anew when something else is; of very many pins the first are enough. */
export function createPinFollower(state) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    return (views) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
            const keys = state.picked.slice(0, MOST_PINS);
            for (const view of views()) {
                const now = partOf(view.id)?.keys || [];
                if (metaOf(view.gd).pins && now.join() !== keys.join()) {
                    view.showPins(keys);
                }
            }
        }, WAIT);
    };
}

/** Makes a view answer to zooms; `drawn(view)` is called when another part of it is there. */
export function answerZooms(view, drawn) {
    let turn = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    async function show(part) {
        turn += 1;
        const mine = turn;
        setPart(view.id, part);
        const answer = await ask('views/part', {id: view.id});
        const card = view.wrapper.closest('.panel');
        if (answer?.figure && mine === turn) {
            const {meta} = answer.figure.layout;
            if (part && meta.window) {
                setPart(view.id, {rows: meta.window, height: part.height});
            }
            writeSubtitle(card, meta.subtitle);
            writeProblem(card, '');
            makeRoom(answer.figure, view.id);
            dropRedrawn(view.id);
            drawGraph(view.id, inTheme(withZoom(answer.figure, view.id)));
            view.wrapper.scrollTop = 0;
            drawn(view);
        } else if (answer?.problem && mine === turn) {
            writeProblem(card, answer.problem);
        }
    }

    function onRelayout(change) {
        const meta = metaOf(view.gd);
        const area = plotArea(view.gd);
        const moved = ['x', 'y'].filter((axis) =>
            Object.keys(change).some((name) => name.startsWith(`${axis}axis.range`))
        );
        clearTimeout(timer);
        if (!meta.zoom || !area || !moved.length || isOwn(area)) {
            return;
        }
        const height = Math.round(view.wrapper.clientHeight);
        const seen = Object.fromEntries(moved.map((axis) => [axis, area[axis].range]));
        timer = setTimeout(() => {
            if (meta.rows && seen.y) {
                show({rows: meta.window, y: seen.y, height});
            } else if (!meta.rows) {
                show({...partOf(view.id), ...seen, height});
            }
        }, WAIT);
    }

    /** Whether the ranges are those of the figure. */
    function isOwn(area) {
        const own = ownRanges(view.id);
        return ['x', 'y'].every((axis) => {
            const [a, b] = own[`${axis}axis`]?.range || [Number.NaN, Number.NaN];
            const near = (one, other) => Math.abs(one - other) <= 1e-9 * Math.abs(b - a);
            return Number.isNaN(a) || (near(area[axis].range[0], a) && near(area[axis].range[1], b));
        });
    }

    function reset() {
        clearTimeout(timer);
        if (partOf(view.id)) {
            show(null);
        }
    }

    view.showRows = (first, last) => show({rows: [first, last], height: view.wrapper.clientHeight});
    view.showAll = reset;
    view.showPins = (keys) => show(keys.length ? {keys, height: view.wrapper.clientHeight} : null);
    view.gd.on('plotly_relayout', onRelayout);
    view.gd.on('plotly_doubleclick', reset);
    view.wrapper.addEventListener(
        'click',
        (event) => {
            if (isResetButton(event.target)) {
                reset();
            }
        },
        true
    );
}

/** The buttons over a list of very many: both ends, and around what is pinned. */
export function listenToButtons(viewOf, state) {
    document.addEventListener('click', (event) => {
        const button = event.target instanceof Element && event.target.closest('.view-parts button');
        const view = button && viewOf(button.closest('.panel'));
        if (!view?.showRows) {
            return;
        }
        const last = state.index.total - 1;
        const pinned = state.positionOf([...state.picked].pop());
        const rows = {
            top: [0, END - 1],
            bottom: [last - END + 1, last],
            pin: pinned === undefined ? null : [pinned - AROUND, pinned + AROUND],
        };
        const wanted = rows[/** @type {HTMLElement} */ (button).dataset.part || ''];
        if (wanted) {
            view.showRows(Math.max(wanted[0], 0), Math.min(wanted[1], last));
        } else if (/** @type {HTMLElement} */ (button).dataset.part === 'all') {
            view.showAll();
        }
    });
}

/** Which buttons make sense now. */
export function showButtons(views, state) {
    for (const view of views) {
        const panel = view.wrapper.closest('.panel');
        const meta = metaOf(view.gd);
        const lists = Boolean(meta.rows) && Boolean(meta.zoom);
        for (const button of panel ? panel.querySelectorAll('.view-parts button') : []) {
            const {part} = button.dataset;
            button.hidden =
                part === 'all'
                    ? !partOf(view.id)
                    : !lists || (part === 'pin' && state.positionOf([...state.picked].pop()) === undefined);
        }
    }
}
