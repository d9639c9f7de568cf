/*
 * Does the model suit these data? A panel that asks the server once it is opened, and again when it is open and another
 * comparison comes on screen: sentences, two pictures, and what single groups do.
 */

import {addElement} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {ask} from './remote.mjs';
import {inTheme} from './theme.mjs';

/** @typedef {{note: string, sentences: [string, string][], table: string[][], figures: any[]}} Checks */

/** @type {Checks} */
const NO_ANSWER = {note: 'The server did not answer; try again.', sentences: [], table: [], figures: []};
let turn = 0; // of the questions; the answer to an older one is not shown
/** @type {Checks | null} */
let shown = null;

const panel = () => /** @type {HTMLDetailsElement | null} */ (document.getElementById(ids.CHECKS_PANEL));

/** Another comparison is on screen: asks anew where the panel is open. */
export async function checkModel() {
    turn += 1;
    const mine = turn;
    const place = document.getElementById(ids.CHECKS_ANSWER);
    if (!place || !panel()?.open) {
        shown = null;
        empty(place);
        return;
    }
    place.setAttribute('aria-busy', 'true');
    const answer = (await ask('checks', {})) || NO_ANSWER;
    if (mine === turn) {
        shown = answer;
        draw(place, answer);
        place.setAttribute('aria-busy', 'false');
    }
}

/** The pictures in another theme. */
export function checksInTheme() {
    const place = document.getElementById(ids.CHECKS_ANSWER);
    if (place && shown) {
        draw(place, shown);
    }
}

/** @param {HTMLElement} place @param {Checks} answer */
function draw(place, {note, sentences, table, figures}) {
    empty(place);
    for (const [question, answer] of sentences) {
        const line = addElement(place, 'p', 'conclusion');
        addElement(line, 'strong', '').textContent = question;
        line.append(` ${answer}`);
    }
    const pictures = addElement(place, 'div', 'check-pictures');
    const boxes = figures.map(() => addElement(pictures, 'div', 'check-picture')); // all, so that each has its width
    for (const [i, figure] of figures.entries()) {
        const {data, layout} = inTheme(figure);
        const box = /** @type {HTMLElement} */ (boxes[i]);
        window.Plotly.react(box, data, layout, {displayModeBar: false, responsive: true});
    }
    addElement(place, 'p', 'quiet').textContent = note;
    if (table.length) {
        const [head, ...lines] = table;
        const body = addElement(addElement(place, 'div', 'check-table'), 'table', 'parameters');
        row(addElement(body, 'thead', ''), head, 'col');
        const rows = addElement(body, 'tbody', '');
        for (const line of lines) {
            row(rows, line, 'row');
        }
    }
}

function empty(place) {
    for (const picture of place?.querySelectorAll('.check-picture') ?? []) {
        window.Plotly.purge(picture);
    }
    place?.replaceChildren();
}

function row(parent, texts, scope) {
    const line = addElement(parent, 'tr', '');
    for (const [i, text] of texts.entries()) {
        const cell = addElement(line, i === 0 || scope === 'col' ? 'th' : 'td', '');
        cell.textContent = text;
        if (cell.localName === 'th') {
            cell.setAttribute('scope', scope);
        }
    }
}

document.addEventListener(
    'toggle',
    ({target}) => {
        if (target === panel()) {
            checkModel();
        }
    },
    true
);
