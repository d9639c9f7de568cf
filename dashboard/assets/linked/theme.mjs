/*
 * The views' colours. The server draws for a light page; on a dark one each of its colours is turned into its
 * counterpart here, so that another theme asks nothing of the server. What was drawn for one theme stays as it is.
 */

const COLORS = new Set([
    'color',
    'gridcolor',
    'linecolor',
    'fillcolor',
    'activecolor',
    'bgcolor',
    'colorscale',
]);
const TRANSLUCENT = /^rgba\((\d+),(\d+),(\d+),([^)]+)\)$/;

let dark = false;
/** @type {Record<string, string>} */
let palette = {};

/** The theme of the page, and what each colour on light becomes on dark. */
export function setTheme(theme, pairs) {
    dark = theme === 'dark';
    palette = pairs || {};
}

/** What was set last. */
export function themeOf() {
    return {dark, palette};
}

/** The figure in the page's theme; the one that is given is not changed. */
export function inTheme(figure) {
    return dark && figure && !figure.layout?.meta?.themed ? turned(figure, false) : figure;
}

function turned(value, isColor) {
    if (typeof value === 'string') {
        return isColor ? onDark(value) : value;
    }
    if (Array.isArray(value)) {
        return isColor || (value[0] && typeof value[0] === 'object')
            ? value.map((one) => turned(one, isColor))
            : value;
    }
    if (!value || typeof value !== 'object') {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, turned(inner, isColor || COLORS.has(name))])
    );
}

function onDark(color) {
    const found = TRANSLUCENT.exec(color);
    if (!found) {
        return palette[color] || color;
    }
    const hex = (text) => Number(text).toString(16).padStart(2, '0');
    const solid = `#${found.slice(1, 4).map(hex).join('')}`;
    const other = palette[solid];
    return other
        ? `rgba(${[1, 3, 5].map((at) => Number.parseInt(other.slice(at, at + 2), 16)).join(',')},${found[4]})`
        : color;
}
