/* Linked views: the words and numbers they show. Pure functions, no element is touched. */
import {counted} from '../shared/words.mjs';

/** What a group's own data are: its rows or trials, or the standard error that was published with its mean. */
function ownData(index, key) {
    return index.n
        ? counted(index.n[key], index.row.one, index.row.many)
        : `standard error ${index.error[key]}`;
}

/** "3 schools". */
function groups(number, {one, many}) {
    return counted(number, one, many);
}

export function nameAndRows(index, key) {
    return `${index.labels[key]} \u00b7 ${ownData(index, key)}`;
}

/** The format of an axis of logarithms that is read as ratios. */
export const RATIO = 'ratio';

/** Decimals that tell two neighbouring pixels of an axis of this length apart, and no more. */
function decimalsFor(span) {
    return Math.min(12, Math.max(0, Math.ceil(2 - Math.log10(span))));
}

/** A value as an axis with this range and tick format would write it. */
function value(number, range, tickformat) {
    const span = Math.abs(range[1] - range[0]);
    if (!Number.isFinite(number) || !(span > 0)) {
        return String(number);
    }
    if (tickformat === RATIO) {
        return Math.exp(number).toPrecision(3);
    }
    if (/%$/.test(tickformat || '')) {
        return `${minus((100 * number).toFixed(decimalsFor(100 * span)))}%`;
    }
    const size = Math.max(Math.abs(number), span);
    if (size >= 1e15 || span < 1e-9) {
        return minus(number.toPrecision(4));
    }
    return minus(number.toFixed(Number.isInteger(number) && span > 2 ? 0 : decimalsFor(span)));
}

function minus(text) {
    return text.replace(/-/g, '\u2212');
}

/** Text of a figure as it reads on the screen: the figures write & and < as entities, since Plotly reads tags. */
export function unescaped(text) {
    const characters = {'&lt;': '<', '&gt;': '>', '&amp;': '&'};
    return text.replace(/&(lt|gt|amp);/g, (entity) => characters[entity]);
}

/** What a pointed-at mark says: "REML BLUP 61.4 [53.9, 68.8]". `interval` may be null. */
export function readingText(name, number, interval, range, tickformat) {
    const say = (x) => value(x, range, tickformat);
    const bounds = interval ? ` [${say(interval[0])}, ${say(interval[1])}]` : '';
    return `${name ? `${unescaped(name)} ` : ''}${say(number)}${bounds}`;
}

// Search

export function normalise(text) {
    return text.normalize('NFKC').toLowerCase().trim();
}

/**
 * The keys, in display order, whose normalised label contains the query, those that are the query first: who types
 * "School 1" in full wants neither School 10 nor School 11. None for an empty query.
 */
export function matches(query, order, normalised) {
    const wanted = normalise(query);
    if (!wanted) {
        return [];
    }
    const found = order.filter((key) => normalised[key].includes(wanted));
    const exact = found.filter((key) => normalised[key] === wanted);
    return exact.length ? [...exact, ...found.filter((key) => normalised[key] !== wanted)] : found;
}

// The status line

export function pickedText(index, picked, total = picked.length) {
    if (picked.length === 0) {
        return '';
    }
    if (picked.length === 1) {
        return `${index.labels[picked[0]]} pinned: ${ownData(index, picked[0])}`;
    }
    return `${groups(total, index.unit)} selected`;
}

/** What the button says that leaves the picked groups out. */
export function leaveOutText(index, picked) {
    return picked.length < 2 ? 'Leave it out' : `Leave ${groups(picked.length, index.unit)} out`;
}

export function searchText(index, query, found, total = found.length) {
    if (!query.trim()) {
        return '';
    }
    if (found.length === 0) {
        return `No ${index.unit.one} has \u201c${query.trim()}\u201d in its name`;
    }
    if (found.length === 1) {
        return `${index.labels[found[0]]} found: ${ownData(index, found[0])}`;
    }
    return `${groups(total, index.unit)} found`;
}

export function stepText(index, key, place, total) {
    return `${index.labels[key]}: ${ownData(index, key)}, ${place} of ${total.toLocaleString('en')}`;
}
