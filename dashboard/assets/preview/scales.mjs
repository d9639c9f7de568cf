/*
 * Preview: where a figure's values are on the canvas. Margins and plot area are those of the graph as Plotly has drawn
 * it, so that nothing moves when the picture changes hands; ranges are the figure's, or the one zoomed to by hand.
 */
import {marginsOf, resetRange, resetsToAutorange} from '../shared/plotly.mjs';
import {widthBeside} from './labels.mjs';
import {fontOf} from './text.mjs';
import {ticksOf} from './ticks.mjs';
import {listOf, perPoint} from './values.mjs';

const MARGIN = {l: 80, r: 80, t: 100, b: 80}; // Plotly's own
const PADDING = 0.05; // share of an axis that Plotly leaves free at both ends
const TITLE_ROOM = 1.35; // times its size

/**
 * {area: {left, top, width, height}, x, y} for a canvas of `width` x `height` pixels; each axis is {layout, letter,
 * offset, length, range, ticks, pixel(value)}. `live` is the graph's full layout, or null; `pen` measures text.
 */
export function scalesOf(pen, figure, live, width, height) {
    const layout = figure.layout || {};
    const margin = (live && marginsOf(live)) || {...MARGIN, ...layout.margin};
    const same = live && viewOf(live) === viewOf(layout) ? live : {};
    const extent = (letter, length) => {
        const axis = {...layout[`${letter}axis`]};
        const range = zoomedRange(same[`${letter}axis`]) || ownRange(axis, figure, letter, length);
        return {letter, layout: axis, length, range, ticks: ticksOf(axis, range, length, letter)};
    };
    const y = extent('y', Math.round(height - margin.t - margin.b)); // Plotly rounds too
    const left = leftOf(pen, y, layout, margin.l);
    const area = {left, top: margin.t, width: Math.round(width - left - margin.r), height: y.length};
    const x = extent('x', area.width);
    return {area, x: placed(x, area.left, false), y: placed(y, area.top, true)};
}

function viewOf(layout) {
    return layout.meta?.view || null;
}

function placed(axis, offset, upwards) {
    const [a, b] = axis.range;
    const per = axis.length / (b - a);
    const pixel = upwards ? (value) => offset + (b - value) * per : (value) => offset + (value - a) * per;
    return {...axis, offset, pixel};
}

/** The left margin: the graph's, or what longer labels ask for where the axis makes room for them. */
function leftOf(pen, axis, layout, margin) {
    if (!axis.layout.automargin) {
        return margin;
    }
    const title = axis.layout.title || {};
    const room = title.text ? TITLE_ROOM * fontOf(layout, title.font).size : 0;
    const needed = widthBeside(pen, axis, layout) + (title.standoff || 0) + room;
    return needed > margin + 1 ? Math.round(needed) : margin;
}

/** The live range of an axis that was zoomed by hand, else null; how Plotly remembers the range it was given. */
function zoomedRange(live) {
    if (!live?.range) {
        return null;
    }
    if (resetsToAutorange(live)) {
        return live.autorange === false ? live.range : null;
    }
    const given = resetRange(live);
    if (!given) {
        return null;
    }
    const tolerance = 1e-6 * Math.abs(given[1] - given[0]);
    return given.some((end, i) => Math.abs(end - live.range[i]) > tolerance) ? live.range : null;
}

function ownRange(axis, figure, letter, length) {
    const given = axis.range && listOf(axis.range);
    if (given && Number.isFinite(given[0]) && Number.isFinite(given[1]) && given[0] !== given[1]) {
        return given;
    }
    const range = autorange(endsOf(figure, letter), length);
    return axis.autorange === 'reversed' ? range.reverse() : range;
}

// The range that shows everything

/** The smallest and the largest value of every mark on an axis, as {low, high, room}: room in pixels around it. */
function endsOf(figure, letter) {
    const ends = [];
    for (const trace of (figure.data || []).filter((one) => one.visible !== false)) {
        const values = listOf(trace[letter]);
        if ((trace.mode || '').includes('markers')) {
            ends.push(...markerEnds(values, trace.marker || {}));
        } else {
            ends.push({...lowHigh(values), room: 0, bare: letter === 'x'});
        }
        const bars = trace[`error_${letter}`];
        if (bars?.array && bars.visible !== false) {
            const above = listOf(bars.array);
            const below = bars.symmetric === false ? listOf(bars.arrayminus) : above;
            const reached = Array.from(values, (v, i) => [v - (below[i] || 0), v + (above[i] || 0)]);
            ends.push({...lowHigh(reached.flat()), room: 0});
        }
    }
    for (const shape of (figure.layout.shapes || []).filter((one) => one[`${letter}ref`] === letter)) {
        const values = [shape[`${letter}0`], shape[`${letter}1`]];
        ends.push({...lowHigh(values), room: (shape.line?.width || 2) / 2, bare: true});
    }
    return ends.filter((end) => end.low <= end.high);
}

function lowHigh(values) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < values.length; i++) {
        if (Number.isFinite(values[i])) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
        }
    }
    return {low, high};
}

/** One end for each size of marker. */
function markerEnds(values, marker) {
    const size = perPoint(marker.size, 6);
    const bySize = new Map();
    for (let i = 0; i < values.length; i++) {
        const same = bySize.get(size(i)) || [];
        same.push(values[i]);
        bySize.set(size(i), same);
    }
    return Array.from(bySize, ([each, some]) => ({...lowHigh(some), room: Math.max(3, each / 1.6)}));
}

function autorange(ends, length) {
    if (ends.length === 0) {
        return [-1, 6]; // what Plotly shows of an empty axis
    }
    const padding = (end) => end.room + (end.bare ? 0 : PADDING * length);
    let best = {per: 0};
    for (const a of ends) {
        for (const b of ends) {
            const per = (b.high - a.low) / (length - padding(a) - padding(b));
            if (per > best.per) {
                best = {per, a, b};
            }
        }
    }
    if (!best.a) {
        return [ends[0].low - 1, ends[0].low + 1];
    }
    return [best.a.low - best.per * padding(best.a), best.b.high + best.per * padding(best.b)];
}
