/*
 * Panels below the views that ask the server once they are opened, and again when one is open and another comparison
 * comes on screen or a field of it is changed: sentences, pictures and tables.
 */

import {addElement} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {ask} from './remote.mjs';
import {inTheme} from './theme.mjs';

/** @typedef {{name: string, label: string, value: string}} Field */
/**
 * @typedef {{note: string, sentences: [string, string][], tables: string[][][], figures: any[], fields?: Field[]}} Answer
 * @typedef {{panel: string, place: string, path: string, turn: number, shown: Answer | null}} Panel `turn` counts the
 *     questions: the answer to an older one is not shown
 */

/** @type {Answer} */
const NO_ANSWER = {note: 'The server did not answer; try again.', sentences: [], tables: [], figures: []};
/** @type {Panel[]} */
const panels = [
    {panel: ids.CHECKS_PANEL, place: ids.CHECKS_ANSWER, path: 'checks', turn: 0, shown: null},
    {panel: ids.PLAN_PANEL, place: ids.PLAN_ANSWER, path: 'plan', turn: 0, shown: null},
];

/** Another comparison is on screen: panels that are open ask anew. */
export function askPanels() {
    for (const panel of panels) {
        askPanel(panel);
    }
}

/** The pictures in another theme. */
export function panelsInTheme() {
    for (const panel of panels) {
        const place = document.getElementById(panel.place);
        if (place && panel.shown) {
            // in their places: a theme may come several times at once, and none is taken away while it is drawn
            drawPictures([...place.querySelectorAll('.check-picture')], panel.shown.figures);
        }
    }
}

/** @param {Panel} panel */
async function askPanel(panel) {
    panel.turn += 1;
    const mine = panel.turn;
    const place = document.getElementById(panel.place);
    const details = /** @type {HTMLDetailsElement | null} */ (document.getElementById(panel.panel));
    if (!place || !details?.open) {
        panel.shown = null;
        empty(place);
        return;
    }
    place.setAttribute('aria-busy', 'true');
    const asked = typedIn(place);
    const answer = (await ask(panel.path, asked ? {asked} : {})) || NO_ANSWER;
    if (mine === panel.turn) {
        panel.shown = answer;
        draw(panel, place, answer);
        place.setAttribute('aria-busy', 'false');
    }
}

/** What stands in the fields, by name; null where there are none. */
function typedIn(place) {
    const inputs = [...place.querySelectorAll('input[name]')];
    return inputs.length ? Object.fromEntries(inputs.map(({name, value}) => [name, value])) : null;
}

/** @param {Panel} panel @param {HTMLElement} place @param {Answer} answer */
function draw(panel, place, {note, sentences, tables, figures, fields}) {
    const typing = /** @type {HTMLInputElement | null} */ (place.querySelector('input:focus'))?.name;
    empty(place);
    drawFields(panel, place, fields || [], typing);
    for (const [question, answer] of sentences) {
        const line = addElement(place, 'p', 'conclusion');
        addElement(line, 'strong', '').textContent = question;
        line.append(` ${answer}`);
    }
    const pictures = addElement(place, 'div', 'check-pictures');
    const boxes = figures.map(() => addElement(pictures, 'div', 'check-picture')); // all, so that each has its width
    drawPictures(boxes, figures);
    addElement(place, 'p', 'quiet').textContent = note;
    for (const [head, ...lines] of tables) {
        const box = /** @type {HTMLElement} */ (addElement(place, 'div', 'check-table'));
        box.tabIndex = 0; // it may be wider than its place, which arrow keys then move
        box.setAttribute('role', 'group');
        box.setAttribute('aria-label', head.filter(Boolean).join(', '));
        const body = addElement(box, 'table', 'parameters');
        row(addElement(body, 'thead', ''), head, 'col');
        const rows = addElement(body, 'tbody', '');
        for (const line of lines) {
            row(rows, line, 'row');
        }
    }
}

/** @param {Panel} panel @param {HTMLElement} place @param {Field[]} fields @param {string | undefined} typing */
function drawFields(panel, place, fields, typing) {
    if (!fields.length) {
        return;
    }
    const box = addElement(place, 'div', 'panel-fields');
    for (const {name, label, value} of fields) {
        const around = addElement(box, 'label', '');
        around.append(label);
        const input = /** @type {HTMLInputElement} */ (addElement(around, 'input', ''));
        Object.assign(input, {name, value, inputMode: 'decimal', autocomplete: 'off'});
        input.addEventListener('change', () => askPanel(panel));
        if (name === typing) {
            input.focus();
        }
    }
}

/** @param {any[]} boxes elements, one for each figure @param {any[]} figures */
function drawPictures(boxes, figures) {
    for (const [i, figure] of figures.entries()) {
        const {data, layout} = inTheme(figure);
        window.Plotly.react(boxes[i], data, layout, {displayModeBar: false, responsive: true});
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
        const panel = panels.find((one) => target === document.getElementById(one.panel));
        if (panel) {
            askPanel(panel);
        }
    },
    true
);
