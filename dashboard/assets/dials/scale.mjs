/* A slider's scale: places from 0 to STEPS stand for values, evenly or by factors. Pure functions. */

const STEPS = 200; // places of a slider, as in pages/dials.py

/** The value at a place. */
export function valueAt(place, {low, high, step, log}) {
    const share = place / STEPS;
    const value = log ? low * Math.pow(high / low, share) : low + (high - low) * share;
    return Number((Math.round(value / step) * step).toFixed(6));
}

/** The place nearest to a value; the nearest end for what lies beyond. */
export function placeOf(value, {low, high, log}) {
    const inside = Math.min(Math.max(value, low), high);
    return Math.round(STEPS * (log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low)));
}
