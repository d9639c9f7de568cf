/*
 * Preview: which ticks a linear axis has and what stands beside them, chosen as Plotly chooses. Pure functions.
 */
import {listOf, plainText} from './values.mjs';

const ROOM = {x: 80, y: 40}; // pixels an axis gives each tick
const BEYOND = 1e-4; // share of the range by which a tick may lie outside
const MINUS = '\u2212';
const PREFIXES = {
    '-15': 'f',
    '-12': 'p',
    '-9': 'n',
    '-6': '\u03bc',
    '-3': 'm',
    3: 'k',
    6: 'M',
    9: 'B',
    12: 'T',
};
const RAISED = '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079';

/** The step between ticks: 1, 2 or 5 times a power of ten, for an axis of `length` pixels. */
function stepOf([a, b], length, letter) {
    const count = Math.min(9, Math.max(4, length / ROOM[letter])) + 1;
    const rough = Math.abs(b - a) / count;
    const ten = 10 ** Math.floor(Math.log10(rough));
    return ten * ([1, 2, 5].find((times) => rough <= times * ten) || 10);
}

/** An axis' ticks that lie in its range, as {value, text}. */
export function ticksOf(axis, range, length, letter) {
    const [low, high] = [Math.min(...range), Math.max(...range)];
    const beyond = BEYOND * (high - low);
    const inside = (value) => value >= low - beyond && value <= high + beyond;
    if (axis.tickvals) {
        const texts = axis.ticktext ? listOf(axis.ticktext) : [];
        const text = textWriter(axis, range, (high - low) / 1000);
        return Array.from(listOf(axis.tickvals), (value, i) => ({
            value,
            text: texts[i] === undefined ? text(value) : plainText(texts[i]),
        })).filter((tick) => inside(tick.value));
    }
    const step = axis.dtick > 0 ? axis.dtick : stepOf(range, length, letter);
    const start = axis.tick0 || 0;
    const text = textWriter(axis, range, step);
    const first = Math.ceil((low - beyond - start) / step);
    const count = Math.max(0, Math.min(1000, Math.floor((high + beyond - start) / step) - first + 1));
    return Array.from({length: count}, (_, i) => {
        const value = start + (first + i) * step;
        return {value, text: text(value)};
    });
}

/** How the numbers of an axis are written: with the digits its step asks for, in thousands where they are large. */
function textWriter(axis, range, step) {
    const format = /^(,?)\.(\d+)([f%])$/.exec(axis.tickformat || '');
    if (format) {
        const [, comma, digits, kind] = format;
        const [times, unit] = kind === '%' ? [100, '%'] : [1, ''];
        return (value) =>
            signed(value, separated(times * Math.abs(value), Number(digits), Boolean(comma)) + unit);
    }
    const digits = 2 - Math.floor(Math.log10(step) + 0.01);
    const size = Math.floor(Math.log10(Math.max(...range.map(Math.abs))) + 0.01);
    const small = size < -15 || size > 14;
    const exponent = Math.abs(size) <= 3 ? 0 : small ? size : 3 * Math.round((size - 1) / 3);
    return (value) => {
        if (Math.abs(value) < 10 ** -digits / 2) {
            return '0';
        }
        return signed(
            value,
            rounded(Math.abs(value) * 10 ** -exponent, digits + exponent) + suffix(exponent)
        );
    };
}

function signed(value, text) {
    return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function rounded(value, digits) {
    const text =
        digits > 0
            ? value.toFixed(Math.min(20, digits)).replace(/\.?0+$/, '')
            : String(Math.round(value * 10 ** digits) / 10 ** digits);
    return grouped(text, text.includes('.') || text.length > 4);
}

function separated(value, digits, comma) {
    return grouped(value.toFixed(Math.min(20, digits)), comma);
}

function grouped(text, wanted) {
    const [whole, rest] = text.split('.');
    const commas = wanted ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
    return rest === undefined ? commas : `${commas}.${rest}`;
}

function suffix(exponent) {
    if (!exponent) {
        return '';
    }
    const power = Array.from(String(Math.abs(exponent)), (digit) => RAISED[digit]).join('');
    return PREFIXES[exponent] || `\u00d710${exponent < 0 ? '\u207b' : ''}${power}`;
}
