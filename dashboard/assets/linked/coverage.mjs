/*
 * What the intervals on screen cover for groups like these: counted by the server once the comparison has been on screen
 * for a while, so that it is in nobody's way, and asked about until it is there or somebody has it stopped.
 */

import {addElement, setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {ask} from './remote.mjs';

/** @typedef {{line: string, explanation: string, methods: [string, string][], pending: boolean, action: string}} Answer */

const REST = 1500; // ms that a comparison has stood before its intervals are counted
const AGAIN = 800; // ms between questions
/** @type {Answer} */
const NOTHING = {line: '', explanation: '', methods: [], pending: false, action: ''};
let turn = 0; // of the comparisons; a newer one ends the questions about the one before

/** Another comparison is on screen: says what is known of it, and has the rest counted. */
export function countCoverage() {
    return askUntilCounted(false);
}

/** The button stops the count for what is on screen, or begins it again. */
export function listenToStop() {
    document.addEventListener('click', async (event) => {
        const button = event.target instanceof Element && event.target.closest(`#${ids.COVERAGE_STOP}`);
        if (!button) {
            return;
        }
        const counting = document.getElementById(ids.COVERAGE)?.getAttribute('aria-busy') === 'true';
        if (!counting) {
            askUntilCounted(true);
            return;
        }
        turn += 1;
        const mine = turn;
        const answer = await answered({stop: true});
        if (mine === turn) {
            write(answer || NOTHING);
        }
    });
}

async function askUntilCounted(begin) {
    turn += 1;
    const mine = turn;
    document.getElementById(ids.COVERAGE)?.setAttribute('aria-busy', 'true');
    for (let wait = REST; ; wait = AGAIN) {
        const answer = await answered({begin});
        if (mine !== turn) {
            return;
        }
        write(answer || NOTHING);
        if (!answer?.pending) {
            return;
        }
        await pause(wait);
        while (document.hidden && mine === turn) {
            await pause(REST);
        }
        begin = true;
    }
}

/** @returns {Promise<Answer | null>} null where the server cannot be reached, or has another page by now */
async function answered(question) {
    try {
        return await ask('coverage', question);
    } catch {
        return null;
    }
}

/** @param {Answer} answer */
function write({line, explanation, methods, pending, action}) {
    const place = document.getElementById(ids.COVERAGE);
    setText(place, line);
    place?.setAttribute('aria-busy', String(pending));
    place?.setAttribute('data-explain', explanation);
    const button = document.getElementById(ids.COVERAGE_STOP);
    if (button) {
        button.hidden = !action;
        setText(button, action);
    }
    const list = document.getElementById(ids.COVERAGE_BY_METHOD);
    list?.replaceChildren();
    for (const [label, text] of list ? methods : []) {
        const item = addElement(list, 'li', '');
        addElement(item, 'strong', '').textContent = `${label}: `;
        item.append(text);
    }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
