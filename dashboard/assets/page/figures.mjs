/*
 * Figures as they come. Those of views are drawn when the answer is there that brings them, before dash takes it up: its
 * renderer goes through the whole page for each of the parts that it then writes. What dash stores in their place is a
 * ticket; its turn comes where they could not be drawn before, and at another theme.
 */
import {panelsInTheme} from '../linked/answer_panels.mjs';
import {writeCard} from '../linked/card_content.mjs';
import {takeIndex} from '../linked/links.mjs';
import {makeRoom} from '../linked/parts.mjs';
import {drawnInSight, drawWhenNear, waitingFigure} from '../linked/sight.mjs';
import {setTheme} from '../linked/theme.mjs';
import {latestFigure} from '../linked/zoom.mjs';
import {context, noUpdate} from '../shared/dash.mjs';
import {elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {graphIn, isDrawn} from '../shared/plotly.mjs';

const ANSWERS = '_dash-update-component';
const STORES = [ids.FIGURES, ids.LATER_FIGURES];
const LONGEST_WAIT = 3_000; // milliseconds that dash is kept waiting; a page that nobody sees draws no frames

/** @type {Map<string, number>} */
const asked = new Map(); // store -> how often it was asked for
/** @typedef {{ticket: number, contents: Record<string, any>, groups: any, choices: any, drawn: boolean}} Came */
/** @type {Map<string, Came>} */
const newest = new Map(); // store -> what came for it last
/** @type {Map<string, Came>} */
const taken = new Map(); // store -> what dash has taken up last
/** @type {Map<string, {figure: any, text: string}>} */
const given = new Map(); // graph id -> the figure that came for it last, and what was written in it then
let tickets = 0;
let themed = false; // whether the page's theme is known

/** The browser's `fetch`, but that an answer of dash's goes on when the pictures in it that are in sight are drawn. */
export function picturesFirst(fetch) {
    return async (resource, options) => {
        const store = storeOf(resource, options);
        if (!store) {
            return fetch(resource, options);
        }
        const turn = (asked.get(store) || 0) + 1;
        const isNewest = () => asked.get(store) === turn;
        asked.set(store, turn);
        pale(store, true);
        try {
            const response = await fetch(resource, options);
            if (response.status === 200) {
                return await withTickets(response, store, isNewest);
            }
            goBack(store, isNewest);
            return response;
        } finally {
            if (isNewest()) {
                pale(store, false);
            }
        }
    };
}

/** Which store of views' contents dash asks for; undefined where it asks for something else. */
function storeOf(resource, options) {
    if (!String(resource).includes(ANSWERS) || typeof options?.body !== 'string') {
        return undefined;
    }
    const {output = ''} = JSON.parse(options.body);
    return STORES.find((store) => `.${output}`.includes(`.${store}.data`));
}

/** The answer for dash, with a ticket for what views show; `isNewest()`: nothing newer was asked for meanwhile. */
async function withTickets(response, store, isNewest) {
    const answer = await response.json();
    const contents = answer.response?.[store]?.data;
    if (contents) {
        tickets += 1;
        const drawn = themed && !document.hidden && isNewest();
        const groups = answer.response[ids.GROUPS_INDEX]?.data;
        if (groups) {
            groups.ticket = tickets;
        }
        const came = {ticket: tickets, contents, groups, choices: answer.response[ids.CHOICES]?.data, drawn};
        answer.response[store].data = tickets;
        if (isNewest()) {
            newest.set(store, came);
        }
        if (drawn) {
            showAll(came);
            const late = new Promise((resolve) => window.setTimeout(resolve, LONGEST_WAIT));
            await Promise.race([drawnInSight(), late]);
        }
    } else {
        goBack(store, isNewest);
    }
    return new Response(JSON.stringify(answer), {status: 200, headers: response.headers});
}

/** What is in sight at first pales while it is computed anew. */
function pale(store, waits) {
    for (const box of store === ids.FIGURES ? elements('.comparison .views') : []) {
        box.classList.toggle('waits', waits);
    }
}

/** An answer that brings no pictures: dash, which had asked anew, has dropped the one before that was drawn already. */
function goBack(store, isNewest) {
    const last = taken.get(store);
    if (last && isNewest() && newest.get(store)?.drawn && newest.get(store) !== last) {
        newest.set(store, last);
        showAll(last);
    }
}

function showAll({contents, groups, choices}) {
    show(contents);
    if (groups) {
        takeIndex(groups, choices);
    }
}

function show(contents) {
    for (const [id, content] of Object.entries(contents)) {
        writeCard(id, content);
        if (!stays(id, content.figure)) {
            draw(id, content.figure);
        }
    }
}

function draw(id, figure) {
    makeRoom(figure, id);
    drawWhenNear(figure, id);
}

/** Whether a figure says what the one does that is shown, or waits to be: another level changes few of them. */
function stays(id, figure) {
    const before = given.get(id);
    const isShown = isDrawn(graphIn(document.getElementById(id)));
    const latest = waitingFigure(id) || (isShown ? latestFigure(id) : undefined);
    const text = JSON.stringify(figure); // now, since plotly writes into what it draws
    const same = before?.text === text && before.figure === latest;
    given.set(id, same ? before : {figure, text});
    return same;
}

/** Draws what a ticket stands for, where it was not drawn when it came, and all views in another theme. */
export function drawViews(ticket, theme, palette) {
    const graphs = takeTheme(theme, palette);
    const [store, came] = [...newest].find(([, one]) => one.ticket === ticket) || [];
    if (store && came) {
        taken.set(store, came);
    }
    if (theme && came && !came.drawn) {
        came.drawn = true;
        show(came.contents);
    } else if (theme && has(ids.THEME)) {
        redraw(graphs);
    }
    return graphs.map(noUpdate);
}

/** Draws figures that stand alone, each as soon as it is near what is in sight. */
export function drawFigures(figures, theme, palette) {
    const graphs = takeTheme(theme, palette);
    const themeAlone = context().triggered.length === 1 && has(ids.THEME);
    if (theme && themeAlone && graphs.every(latestFigure)) {
        redraw(graphs);
    } else if (theme) {
        for (const id of graphs.filter((graph) => figures?.[graph])) {
            draw(id, figures[id]);
        }
    }
    return graphs.map(noUpdate);
}

/** The graphs that the callback is for, once the page's theme is known. */
function takeTheme(theme, palette) {
    themed = themed || Boolean(theme);
    setTheme(theme, palette);
    panelsInTheme();
    return context().outputs_list.map((output) => output.id);
}

function redraw(graphs) {
    for (const id of graphs) {
        const figure = waitingFigure(id) || latestFigure(id);
        if (figure) {
            draw(id, figure);
        }
    }
}

/** Whether a store is among what has called the callback. */
function has(store) {
    return context().triggered.some(({prop_id}) => prop_id === `${store}.data`);
}
