/*
 * What stands in a view's card around its picture: subtitle, a sentence in the picture's place, legend. They are written
 * here and not by dash, whose renderer goes through the whole page for each part that it changes; and only where they
 * say something else than before.
 */

/** @typedef {{label: string, note: string, light: string, dark: string}} LegendEntry */

/** The card of a graph; dash has another element in the graph's own place until its code is there. */
export function cardOf(graphId) {
    const card = document.getElementById(graphId)?.closest('.panel');
    return card instanceof HTMLElement ? card : null;
}

/** Writes a text into a part of a card. */
function write(card, part, text) {
    const line = card.querySelector(part);
    if (line && line.textContent !== text) {
        line.textContent = text;
    }
}

/** Says what is drawn, beside the title. */
export function writeSubtitle(card, text) {
    write(card, '.subtitle', text);
}

/** Says in place of a picture why there is none; an empty text takes that back. */
export function writeProblem(card, text) {
    write(card, '.view-problem', text);
}

/**
 * Says what the colours and symbols are; `light` and `dark` are the pictures of a symbol on such a page.
 *
 * @param {HTMLElement} card
 * @param {LegendEntry[]} entries
 */
function writeLegend(card, entries) {
    const list = card.querySelector('.view-legend');
    const written = JSON.stringify(entries);
    if (list instanceof HTMLElement && (list.dataset.entries ?? '[]') !== written) {
        list.dataset.entries = written;
        list.replaceChildren(...entries.map(legendItem));
    }
}

/** @param {LegendEntry} entry */
function legendItem({label, note, light, dark}) {
    const item = document.createElement('li');
    item.append(symbol(light, dark), label);
    if (note) {
        const behind = document.createElement('span');
        behind.className = 'legend-note';
        behind.textContent = note;
        item.append(behind);
    }
    return item;
}

function symbol(light, dark) {
    const box = document.createElement('span');
    box.className = 'symbol-box';
    for (const [source, look] of [
        [light, 'only-light'],
        [dark, 'only-dark'],
    ]) {
        const picture = document.createElement('img');
        picture.src = source;
        picture.alt = '';
        picture.className = `symbol ${look}`;
        box.append(picture);
    }
    return box;
}

/** Writes what stands around a picture, and hides the card where there is nothing to show. */
export function writeCard(graphId, {hidden, subtitle, problem, legend}) {
    const card = cardOf(graphId);
    if (card) {
        writeSubtitle(card, subtitle);
        writeProblem(card, problem);
        writeLegend(card, legend);
        card.hidden = hidden;
    }
}
