/*
 * What the intervals on screen cover for groups like these: counted by the server once the comparison has been on screen
 * for a while, so that it is in nobody's way, and asked about until it is there.
 */

import {addElement, setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {ask} from './remote.mjs';

/** @typedef {{line: string, explanation: string, methods: [string, string][], pending: boolean}} Answer */

const REST = 1500; // ms that a comparison has stood before its intervals are counted
const AGAIN = 800; // ms between questions
/** @type {Answer} */
const NOTHING = {line: '', explanation: '', methods: [], pending: false};
let turn = 0; // of the comparisons; a newer one ends the questions about the one before

/** Another comparison is on screen: says what is known of it, and has the rest counted. */
export async function countCoverage() {
    turn += 1;
    const mine = turn;
    let begin = false;
    document.getElementById(ids.COVERAGE)?.setAttribute('aria-busy', 'true');
    for (let wait = REST; ; wait = AGAIN) {
        const answer = await answered(begin);
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
async function answered(begin) {
    try {
        return await ask('coverage', {begin});
    } catch {
        return null;
    }
}

/** @param {Answer} answer */
function write({line, explanation, methods, pending}) {
    const place = document.getElementById(ids.COVERAGE);
    setText(place, line);
    place?.setAttribute('aria-busy', String(pending));
    place?.setAttribute('data-explain', explanation);
    const list = document.getElementById(ids.COVERAGE_BY_METHOD);
    list?.replaceChildren();
    for (const [label, text] of list ? methods : []) {
        const item = addElement(list, 'li', '');
        addElement(item, 'strong', '').textContent = `${label}: `;
        item.append(text);
    }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
