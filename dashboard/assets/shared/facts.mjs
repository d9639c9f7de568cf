/* What this page and its server both go by, from the element that `pages/facts.py` writes. */

const FACTS = JSON.parse(document.getElementById('facts')?.textContent || '');

/** @type {Record<string, string>} the ids of the page's elements, by their names in pages/ids.py */
export const ids = FACTS.ids;

/** @type {Record<string, string>} the types of ids with parts, by the names of their functions in pages/ids.py */
export const kinds = FACTS.kinds;

/** @type {string[]} the pages, the one that a visitor arrives at first */
export const pages = FACTS.pages;

/** @type {string[]} the fields of a design that are text */
export const textFields = FACTS.textFields;

/** @type {number} the last place of a slider; the first one is 0 */
export const sliderSteps = FACTS.sliderSteps;

/** @type {Record<string, import('../dials/scale.mjs').Scale>} by the names of their fields */
export const sliders = FACTS.sliders;

/** @type {number} */
export const largestSeed = FACTS.largestSeed;

/** @type {string} what the store of the dataset holds while a simulation is on screen */
export const simulatedToken = FACTS.simulatedToken;

/** @type {{corners: Record<string, number[]>, strokes: Record<string, number[][]>}} Plotly's marker symbols, radius 1 */
export const markerShapes = FACTS.markerShapes;
