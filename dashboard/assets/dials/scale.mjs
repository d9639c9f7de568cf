/* A slider's scale: places from 0 to `sliderSteps` stand for values, evenly or by factors. Pure functions. */
import {sliderSteps} from '../shared/facts.mjs';

/** @typedef {{low: number, high: number, step: number, log: boolean}} Scale */

/**
 * The value at a place.
 *
 * @param {number} place
 * @param {Scale} scale
 */
export function valueAt(place, {low, high, step, log}) {
    const share = place / sliderSteps;
    const value = log ? low * (high / low) ** share : low + (high - low) * share;
    return Number((Math.round(value / step) * step).toFixed(6));
}

/**
 * The place nearest to a value; the nearest end for what lies beyond.
 *
 * @param {number} value
 * @param {Omit<Scale, 'step'>} scale
 */
export function placeOf(value, {low, high, log}) {
    const inside = Math.min(Math.max(value, low), high);
    return Math.round(
        sliderSteps * (log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low))
    );
}
