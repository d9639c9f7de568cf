/*
 * Linked views: point at a group in one plot or in the table and it lights up in all of them, in the browser alone.
 *
 * This file wires the parts together; each keeps to one thing:
 *   state     which groups are pointed at, picked, found     views    graphs, pointer, keyboard
 *   geometry  pixels, nearest mark, label places             overlay  the drawing over a graph
 *   paths     bands, lines, marks and rings as path data     labels   the labels beside lit groups
 *   text      words and numbers                              zoom     the zoom outlives new figures
 *   lasso     box and lasso                                  cards    what every method says about a group
 *   table, search                                          coverage what the intervals cover
 *   checks    does the model suit
 * and where there are very many groups:
 *   remote    what the server is asked                       fetched  groups that it has told of
 *   parts     views answer to zooms and buttons              strip    the overview beside a list
 *   sight     what is out of sight waits to be drawn
 *
 * The page's side: graphs inside `div.linked-view`, traces with `meta.groups`, the stores "groups-index"
 * and "view-parts", the grid "table", the input "find-group", the live region "link-status".
 */

import {noUpdate, setProps, started} from '../shared/dash.mjs';
import {setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {askPanels} from './answer_panels.mjs';
import {createCards} from './cards.mjs';
import {countCoverage, listenToStop} from './coverage.mjs';
import {createFetched} from './fetched.mjs';
import {pointsOf} from './geometry.mjs';
import {placeLabels} from './labels.mjs';
import {drawOverlay} from './overlay.mjs';
import {createPinFollower, listenToButtons, showButtons} from './parts.mjs';
import {setChoices} from './remote.mjs';
import {createSearch} from './search.mjs';
import {createState} from './state.mjs';
import {createTable} from './table.mjs';
import {leaveOutText, pickedText, searchText, stepText} from './text.mjs';
import {createViews} from './views.mjs';

const MOST_IN_PICTURE = 6; // pinned groups that are named in a picture

function start() {
    const state = createState((cause, detail) => changed(cause, detail));
    const fetched = createFetched(state, () => views.drawable, schedule);
    const views = createViews(state, fetched, schedule, () => followPins(() => views.drawable));
    const table = createTable(state, fetched);
    const cards = createCards(state);
    listenToButtons((panel) => views.drawable.find((view) => panel?.contains(view.wrapper)), state);
    const followPins = createPinFollower(state);
    listenToStop();
    const search = createSearch(state);
    let due = false;
    let stored = '[null,[]]';

    /** One drawing a frame, however many things have changed. */
    function schedule() {
        if (!due) {
            due = true;
            requestAnimationFrame(() => {
                due = false;
                const tasks = views.drawable.flatMap((view) => drawOverlay(view, state));
                placeLabels(tasks);
                table.draw();
                cards.draw();
                showButtons(views.drawable, state);
            });
        }
    }

    function changed(cause, detail) {
        schedule();
        if (cause === 'index') {
            fetched.forget();
            cards.forget();
            views.refreshAll();
        } else if (cause === 'search') {
            fetched.search();
        } else if (cause === 'picked' && detail !== ids.TABLE && state.picked.length) {
            table.reveal(state.picked.at(-1));
        } else if (cause === 'step') {
            table.reveal(detail.key);
        } else if (cause === 'clear') {
            search.empty();
        }
        if (cause !== 'index' && cause !== 'clear') {
            fetched.needLit();
        }
        if (cause === 'picked' || cause === 'clear' || cause === 'index') {
            followPins(() => views.drawable);
        }
        if (cause !== 'hover') {
            setText(document.getElementById(ids.LINK_STATUS), statusText(cause, detail));
            offerLeavingOut();
            storePinned();
        }
    }

    /** The page's store of who is pinned; the server compares them. */
    function storePinned() {
        const {index, picked, pickedTotal} = state;
        const keys = picked.length === pickedTotal ? picked : [];
        const now = JSON.stringify([index.view, keys]);
        if (now !== stored && started()) {
            stored = now;
            setProps(ids.PINNED, {data: {view: index.view, keys}});
        }
    }

    /** The button stands beside the status while groups are picked, and says what it would do. */
    function offerLeavingOut() {
        const button = document.getElementById(ids.LEAVE_OUT);
        if (button) {
            const {length} = state.picked;
            const ofFile = !document.getElementById(ids.ROLES)?.hidden;
            const some = length > 0 && length < state.index.total && length === state.pickedTotal;
            button.hidden = !(ofFile && some);
            setText(button, leaveOutText(state.index, state.picked));
        }
    }

    function statusText(cause, detail) {
        if (cause === 'step') {
            return stepText(state.index, detail.key, detail.place, detail.total);
        }
        const found = fetched.searching
            ? ''
            : searchText(state.index, state.query, state.found, state.foundTotal);
        const picked = pickedText(state.index, state.picked, state.pickedTotal);
        return cause === 'search' && found ? found : picked || found;
    }

    function onEscape(event) {
        const elsewhere =
            event.target instanceof Element &&
            event.target.closest('[role="dialog"], [role="listbox"], [role="menu"]');
        if (event.key === 'Escape' && !event.defaultPrevented && !elsewhere) {
            state.clear();
        }
    }

    document.addEventListener('keydown', onEscape);
    let scanning = false;
    new MutationObserver(() => {
        if (!scanning) {
            scanning = true;
            requestAnimationFrame(() => {
                scanning = false;
                views.scan();
                table.scan();
            });
        }
    }).observe(document.body, {childList: true, subtree: true});
    views.scan();
    return {state, schedule, views};
}

const running = start();

/** @type {number | undefined} */
let taken; // the ticket of the answer whose groups are on screen

/** The groups on screen and the choices that they come from, those of one answer once. */
export function takeIndex(data, choices) {
    if (data?.ticket === undefined || data.ticket !== taken) {
        taken = data?.ticket;
        setChoices(choices, data?.view ?? null);
        running.state.setIndex(data);
    }
}

// What the page's clientside callbacks call

export function setIndex(data, choices) {
    takeIndex(data, choices);
    countCoverage();
    askPanels();
    return noUpdate();
}

/** Where a view has the marks of pinned groups, in its units; the first mark of a group has its name. */
export function pinnedMarks(graphId) {
    const {state, views} = running;
    const view = views.drawable.find((one) => one.id === graphId);
    return view ? state.picked.slice(-MOST_IN_PICTURE).flatMap((key) => marksOfKey(view, state, key)) : [];
}

function marksOfKey(view, state, key) {
    const points = view.traces
        .filter((trace) => trace.marker)
        .flatMap((trace) => pointsOf(trace, state.positionOf(key)));
    return points.map((point, i) => ({...point, label: i ? '' : state.index.labels[key]}));
}

/**
 * The groups that are picked, with the view that they are of, for the button that leaves them out; not where the page
 * knows some of them only.
 */
export function selectedGroups() {
    const {index, picked, pickedTotal} = running.state;
    return picked.length && picked.length === pickedTotal
        ? {view: index.view, labels: picked.map((key) => index.labels[key])}
        : noUpdate();
}
