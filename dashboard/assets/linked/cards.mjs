/*
 * Linked views: what every method says about the groups that are pinned, side by side, and about the one pointed at.
 * Few groups are asked about as soon as they are on screen, so that pointing asks for nothing; of many, those that are
 * pinned or rested on.
 */

import {addElement, setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {ask} from './remote.mjs';

/**
 * @typedef {{key: number, name: string, facts: string[], rows: string[][]}} Card
 * @typedef {{label: string, light: string, dark: string}} Method
 * @typedef {{order: string, methods: Method[], headings: string[], cards: Card[]}} Answer
 */

const MOST_BEFOREHAND = 60; // groups
const MOST_SHOWN = 12; // cards side by side
const REST = 150; // milliseconds that the pointer rests on a group before it is asked about

export function createCards(state) {
    /** @type {Map<number, Card>} */
    let known = new Map();
    /** @type {Set<number>} */
    let asked = new Set();
    /** @type {{methods: Method[], headings: string[]}} */
    let table = {methods: [], headings: []};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let rest;
    let drawn = '';
    let inSight = true;

    /** Another comparison: what was said does not hold any more, and stays until the new answer is there. */
    async function forget() {
        asked = new Set();
        const {order, total, orderKey} = state.index;
        const keys = total <= MOST_BEFOREHAND ? order : order.slice(0, 1);
        if (!orderKey || (await need([...new Set([...keys, ...state.picked.slice(0, MOST_SHOWN)])], true))) {
            return;
        }
        known = new Map();
        draw();
    }

    /** Asks for those that are not known; says whether they came. */
    async function need(keys, anew = false) {
        const missing = keys.filter((key) => !asked.has(key));
        if (!missing.length) {
            return false;
        }
        for (const key of missing) {
            asked.add(key);
        }
        /** @type {Answer | null} */
        const answer = await ask('groups/cards', {keys: missing});
        if (!answer || answer.order !== state.index.orderKey) {
            return false;
        }
        known = new Map([
            ...(anew ? [] : known),
            ...answer.cards.map((card) => /** @type {const} */ ([card.key, card])),
        ]);
        table = answer;
        drawn = '';
        draw();
        return true;
    }

    /** The groups whose cards are shown, the pinned ones first. */
    function shownKeys() {
        const pointed = state.hover ? [state.hover.key] : [];
        return [...new Set([...state.picked.slice(0, MOST_SHOWN), ...pointed])];
    }

    function draw() {
        const place = document.getElementById(ids.GROUP_CARDS);
        const panel = place?.closest('section');
        if (!place || !panel) {
            return;
        }
        const keys = shownKeys();
        clearTimeout(rest);
        need(keys.filter((key) => state.picked.includes(key)));
        if (keys.some((key) => !asked.has(key))) {
            rest = setTimeout(() => need(shownKeys()), REST);
        }
        const cards = keys.map((key) => known.get(key)).filter((card) => card !== undefined);
        const key = JSON.stringify([cards.map((card) => card.key), state.picked, table.methods.length]);
        panel.classList.toggle('has-pins', state.picked.length > 0);
        panel.style.setProperty('--card-rows', String(Math.max(table.methods.length, 1)));
        offerJump(panel);
        if (cards.length) {
            open(panel);
        }
        if (key !== drawn) {
            drawn = key;
            place.replaceChildren();
            for (const card of cards) {
                drawCard(place, card, state.picked.includes(card.key));
            }
            const more = state.pickedTotal - Math.min(state.picked.length, MOST_SHOWN);
            if (cards.length && more > 0) {
                addElement(place, 'p', 'quiet').textContent = `and ${more.toLocaleString('en')} more`;
            }
        }
    }

    /** The panel gets its height with the first card; where somebody is below it, that stays where it is. */
    function open(panel) {
        const kept = document.querySelector('.view:hover, .table-panel:hover') || document.body;
        const before = kept.getBoundingClientRect().top;
        panel.classList.add('open');
        window.scrollBy({top: kept.getBoundingClientRect().top - before, behavior: 'instant'});
    }

    function drawCard(place, card, isPinned) {
        const box = addElement(place, 'article', isPinned ? 'group-card pinned' : 'group-card');
        addElement(box, 'h3', '').textContent = card.name;
        addElement(box, 'p', 'quiet').textContent = card.facts.join(' \u00b7 ');
        const body = addElement(box, 'table', '');
        const head = addElement(addElement(body, 'thead', ''), 'tr', '');
        for (const heading of ['method', ...table.headings]) {
            const cell = addElement(head, 'th', '');
            cell.setAttribute('scope', 'col');
            cell.textContent = heading;
        }
        const rows = addElement(body, 'tbody', '');
        table.methods.forEach((method, i) => {
            const row = addElement(rows, 'tr', '');
            const name = addElement(row, 'th', '');
            name.setAttribute('scope', 'row');
            for (const theme of ['light', 'dark']) {
                const symbol = addElement(name, 'img', `symbol only-${theme}`);
                symbol.setAttribute('src', method[theme]);
                symbol.setAttribute('alt', '');
            }
            addElement(name, 'span', '').textContent = method.label;
            for (const text of card.rows[i]) {
                addElement(row, 'td', '').textContent = text;
            }
        });
    }

    /** Where the cards are out of sight, a button beside the status leads to them. */
    function offerJump(panel) {
        const button = document.getElementById(ids.GROUP_CARDS_JUMP);
        if (button) {
            watch(panel);
            button.hidden = inSight || state.picked.length === 0;
            setText(button, state.picked.length > 1 ? 'See their numbers' : 'See its numbers');
        }
    }

    /** @type {HTMLElement | null} */
    let watched = null;
    const sight = new IntersectionObserver(
        (entries) => {
            inSight = entries[entries.length - 1].isIntersecting;
            draw();
        },
        {threshold: 0.5}
    );

    function watch(panel) {
        if (watched !== panel) {
            sight.disconnect();
            sight.observe(panel);
            watched = panel;
        }
    }

    document.addEventListener('click', (event) => {
        const button = event.target instanceof Element ? event.target.closest('button') : null;
        if (button?.id === ids.GROUP_CARDS_CLOSE) {
            state.clear();
        } else if (button?.id === ids.GROUP_CARDS_JUMP) {
            watched?.scrollIntoView({block: 'center'});
            document.getElementById(ids.GROUP_CARDS)?.focus({preventScroll: true});
        }
    });

    return {draw, forget};
}
