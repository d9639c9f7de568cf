/*
 * The dials of the simulation: inputs and sliders kept together, a frame from the server for every turn, painted over
 * the graphs, and the design handed to the page's callbacks once the hand rests. While a slider is dragged, dash hears
 * nothing of it: its stores would take longer than a frame.
 */

import {partsShown} from '../linked/remote.mjs';
import {isInSight} from '../linked/sight.mjs';
import {inTheme} from '../linked/theme.mjs';
import {asZoomed} from '../linked/zoom.mjs';
import {undrawable} from '../preview/drawable.mjs';
import {createDriver} from '../preview/driver.mjs';
import {clear, handOver, paint} from '../preview/figure.mjs';
import {context, noUpdate, setProps} from '../shared/dash.mjs';
import {elements} from '../shared/elements.mjs';
import {ids, kinds, largestSeed, pages, simulatedToken, sliders, textFields} from '../shared/facts.mjs';
import {graphIn} from '../shared/plotly.mjs';
import {handOverWords, showWords} from './live_words.mjs';
import {placeOf, valueAt} from './scale.mjs';
import {forgetTaken, takeInto} from './take_data.mjs';

/** @typedef {Record<string, any>} Design the fields of a simulation's design by name */

const driver = createDriver({fetchFrame, showFrame, commit});
/** @type {Record<string, any> | null} */
let choices = null;
/** @type {Design | null} */
let design = null; // as the dials stand
/** @type {Design | null} */
let committed = null; // as the page's callbacks know it
let known = {}; // the inputs' values as dash has them
const placed = new Map(); // sliders' places that were set here, by name
let live = false; // whether simulated data are on screen
/** @type {Graph[]} */
let painted = []; // graphs that hold a preview
/** @type {Design | null} */
let refused = null; // the last design that was asked for, where it could not be drawn
let animating = false; // whether draws follow each other by themselves
/** @type {((frame: object) => void) | null} */
let waiting = null; // takes the next frame, for an animation

const keyOf = (type, name) => JSON.stringify({name, type});
const find = (type, name) => document.getElementById(keyOf(type, name));
const setDash = (type, name, props) => setProps({type, name}, props);

// Sliders

/** Puts a slider's thumb where the input says, unless it stands for that already. */
function follow(name, value, place) {
    const scale = sliders[name];
    const number = Number(value);
    if (
        value !== '' &&
        Number.isFinite(number) &&
        valueAt(place, scale) !== number &&
        placeOf(number, scale) !== place
    ) {
        placed.set(name, placeOf(number, scale));
        setDash(kinds.dial_slider, name, {value: placed.get(name)});
    }
}

/** A thumb has moved under a hand or a key. */
function dragged(thumb) {
    const box = thumb.closest('.dial-slider');
    const {name} = JSON.parse(box.id);
    const number = valueAt(Number(thumb.getAttribute('aria-valuenow')), sliders[name]);
    const value = name === 'per_group' ? String(number) : number;
    if (design && String(design[name]) !== String(value)) {
        write(name, value);
        turn({...design, [name]: value});
    }
}

/** What an input shows, without dash hearing of it. */
function write(name, value) {
    const input = find(kinds.dial, name);
    if (input instanceof HTMLInputElement) {
        input.value = String(value);
    }
}

new MutationObserver((changes) => {
    for (const {target} of changes) {
        if (
            held &&
            target instanceof Element &&
            target.matches('.dial-slider [role="slider"]') &&
            held.contains(target)
        ) {
            dragged(target);
        }
    }
}).observe(document.documentElement, {subtree: true, attributes: true, attributeFilter: ['aria-valuenow']});

/** @type {Element | null} */
let held = null; // the slider that a pointer or the keyboard has

document.addEventListener(
    'pointerdown',
    (event) => {
        const slider = event.target instanceof Element && event.target.closest('.dial-slider');
        if (slider) {
            held = slider;
            document.body.classList.add('dial-held');
            driver.hold();
        }
    },
    true
);
for (const end of ['pointerup', 'pointercancel']) {
    document.addEventListener(
        end,
        () => {
            if (held) {
                setTimeout(() => {
                    // the thumb's last place is on its way
                    held = null;
                    document.body.classList.remove('dial-held');
                    driver.release();
                }, 30);
            }
        },
        true
    );
}

// The design

function named(entries) {
    return Object.fromEntries(entries.map(({id, value}) => [id.name, value]));
}

function designOf(values) {
    const given = {};
    for (const [name, value] of Object.entries(values)) {
        given[name] =
            name === 'shape' && (value === '' || value === undefined)
                ? null
                : textFields.includes(name)
                  ? String(value)
                  : value;
    }
    return given;
}

function same(one, other) {
    return (
        Boolean(one && other) && Object.keys(one).every((name) => String(one[name]) === String(other[name]))
    );
}

/** Called by dash whenever an input or a slider has settled, and with what the page shows. */
export function turnDials(_values, _places, shown, dataset) {
    const {
        triggered,
        inputs_list: [inputs, thumbs],
    } = context();
    live = Boolean(dataset && dataset.token === simulatedToken);
    choices = shown || choices;
    known = named(inputs);
    const now = {...known};
    for (const [name, place] of Object.entries(named(thumbs))) {
        const moved = triggered.some(
            ({prop_id}) => prop_id.includes(kinds.dial_slider) && prop_id.includes(`"${name}"`)
        );
        const byKey =
            moved &&
            placed.get(name) !== place &&
            find(kinds.dial_slider, name)?.contains(document.activeElement);
        if (byKey) {
            const value = valueAt(place, sliders[name]);
            now[name] = name === 'per_group' ? String(value) : value;
            setDash(kinds.dial, name, {value: now[name]});
        } else {
            follow(name, now[name], place);
        }
    }
    const next = designOf(now);
    markPreset(next);
    forgetTaken(next);
    if (design === null) {
        design = next; // the page has just been opened with it
        committed = next;
    } else if (!held && !animating && !same(next, design)) {
        turn(next);
    }
    return noUpdate();
}

/**
 * @param {Design} next
 * @param {boolean} isDraw whether it is another draw of the same design; else what was counted over draws is of no use
 */
function turn(next, isDraw = false) {
    if (!isDraw) {
        setTally('');
    }
    design = next;
    driver.change(next);
}

/** The line that counts who came closest over the draws of one design. */
export function setTally(text) {
    const line = document.getElementById(ids.DRAW_TALLY);
    if (line && line.textContent !== text) {
        line.textContent = text;
    }
}

function markPreset(current) {
    for (const chip of elements('.dials .chip')) {
        chip.setAttribute('aria-pressed', String(same(JSON.parse(chip.dataset.design || '{}'), current)));
    }
}

/** Tells dash of the values that it does not have yet. */
function setDials(values) {
    for (const [name, given] of Object.entries(values)) {
        const value = given === null ? '' : given;
        if (String(known[name]) !== String(value)) {
            setDash(kinds.dial, name, {value});
        }
    }
}

export function choosePreset() {
    const {triggered} = context();
    const chip =
        triggered[0].value && document.getElementById(triggered[0].prop_id.replace(/\.n_clicks$/, ''));
    if (chip) {
        setDials(JSON.parse(chip.dataset.design));
        setProps(ids.SIZE_RULE, {value: chip.dataset.sizes});
    }
    return noUpdate();
}

/** Turns the dials to groups like those on screen and shows the risk page, which says what it took. */
export function takeData(clicks) {
    if (clicks) {
        takeInto(setDials);
    }
    return noUpdate();
}

// Frames

async function fetchFrame(wanted, signal) {
    const answer = await fetch('simulate/frame', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({design: wanted, choices, parts: partsShown()}),
        signal,
    });
    if (!answer.ok) {
        const said = await answer.json().catch(() => ({}));
        throw new Error(said.error || 'The server did not answer; try again.');
    }
    return answer.json();
}

/** @param {{frame?: Record<string, any>, problem?: string | null, state: Design}} answered */
function showFrame({frame = {}, problem = null, state}) {
    const wrong = frame.problem || (problem && {field: '', message: problem});
    refused = wrong ? state : null;
    say(wrong);
    if (frame.figures && onCompare()) {
        paintViews(frame.figures);
        showWords(frame.words);
    }
    answer(frame);
}

function answer(frame) {
    const take = waiting;
    waiting = null;
    if (take) {
        take(frame);
    }
}

function onCompare() {
    return live && document.documentElement.dataset.page === pages[0];
}

function paintViews(figures) {
    painted = [];
    for (const [id, figure] of Object.entries(figures)) {
        const graph = graphIn(document.getElementById(id));
        if (graph && (!isInSight(id) || undrawable(figure).length)) {
            clear(graph); // of an earlier frame that was to be seen, or could be drawn
        } else if (graph) {
            paint(graph, inTheme(asZoomed(figure, id)));
            painted.push(graph);
        }
    }
}

/** @param {{field: string, message: string} | null} problem */
function say(problem) {
    const field = problem ? problem.field : null;
    for (const line of document.querySelectorAll('.dial-error')) {
        const {name} = JSON.parse(line.id);
        const text = problem && name === field ? problem.message : '';
        if (line.textContent !== text) {
            setDash(kinds.dial_error, name, {children: text});
        }
    }
    if (problem && !find(kinds.dial_error, field)) {
        setProps(ids.PROBLEM, {children: problem.message});
    }
}

/**
 * The page's callbacks take over; pictures and words go when the page holds the same.
 *
 * @param {Design} settled
 */
function commit(settled) {
    answer({});
    if (refused === settled) {
        return;
    }
    say(null); // of an earlier design; what is wrong with this one nobody has said, if its frame has not come in time
    painted.forEach(handOver);
    painted = [];
    handOverWords();
    if (!same(settled, committed)) {
        committed = settled;
        setDials(settled);
        setProps(ids.DESIGN, {data: settled});
    }
}

// What an animation of draws needs: see draws.mjs

/** While draws follow each other by themselves, what the inputs say of it is no turn of theirs. */
export function setAnimating(on) {
    animating = on;
}

/** Shows the next draw; the frame of it is promised. */
export function nextDraw() {
    /** @type {Promise<any>} */
    const frame = new Promise((resolve) => {
        waiting = resolve;
    });
    const seed = Number(design?.seed);
    const next = {...design, seed: seed < largestSeed ? seed + 1 : 1, skip: 0};
    write('seed', next.seed);
    write('skip', 0);
    turn(next, true);
    return frame;
}

/** Commits nothing until `release`. */
export function hold() {
    driver.hold();
}

export function release() {
    driver.release();
}
