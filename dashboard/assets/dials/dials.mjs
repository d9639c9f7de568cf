/*
 * The dials of the simulation: inputs and sliders kept together, a frame from the server for every turn, painted over
 * the graphs, and the design handed to the page's callbacks once the hand rests. While a slider is dragged, dash hears
 * nothing of it: its stores would take longer than a frame.
 */
import {placeOf, valueAt} from './scale.mjs';
import {handOverWords, showWords} from './live_words.mjs';
import {asZoomed} from '../linked/zoom.mjs';
import {createDriver} from '../preview/driver.mjs';
import {handOver, paint} from '../preview/figure.mjs';
import {context, noUpdate, setProps} from '../shared/dash.mjs';

const TEXT = new Set(['per_group', 'effects', 'stream']);
let driver = null;
let choices = null;
let design = null; // as the dials stand
let committed = null; // as the page's callbacks know it
let known = {}; // the inputs' values as dash has them
const placed = new Map(); // sliders' places that were set here, by name
let live = false; // whether simulated data are on screen
let painted = []; // graphs that hold a preview
let refused = null; // what was wrong with the last design, {field, message}
let animating = false; // whether draws follow each other by themselves
let waiting = null; // takes the next frame, for an animation

const keyOf = (type, name) => JSON.stringify({name, type});
const find = (type, name) => document.getElementById(keyOf(type, name));
const setDash = (type, name, props) => setProps({type, name}, props);

// Sliders

function scaleOf(name) {
    const element = find('dial-slider', name);
    const box = element && element.closest('.dial');
    return box && {low: Number(box.dataset.low), high: Number(box.dataset.high), step: Number(box.dataset.step), log: box.dataset.log === 'true'};
}

/** Puts a slider's thumb where the input says, unless it stands for that already. */
function follow(name, value, place) {
    const scale = scaleOf(name);
    const number = Number(value);
    if (scale && value !== '' && Number.isFinite(number) && valueAt(place, scale) !== number && placeOf(number, scale) !== place) {
        placed.set(name, placeOf(number, scale));
        setDash('dial-slider', name, {value: placed.get(name)});
    }
}

/** A thumb has moved under a hand or a key. */
function dragged(thumb) {
    const box = thumb.closest('.dial-slider');
    const {name} = JSON.parse(box.id);
    const number = valueAt(Number(thumb.getAttribute('aria-valuenow')), scaleOf(name));
    const value = name === 'per_group' ? String(number) : number;
    if (design && String(design[name]) !== String(value)) {
        write(name, value);
        turn({...design, [name]: value});
    }
}

/** What an input shows, without dash hearing of it. */
function write(name, value) {
    const input = find('dial', name);
    if (input) {
        input.value = String(value);
    }
}

new MutationObserver((changes) => {
    for (const {target} of changes) {
        if (held && target.matches('.dial-slider [role="slider"]') && held.contains(target)) {
            dragged(target);
        }
    }
}).observe(document.documentElement, {subtree: true, attributes: true, attributeFilter: ['aria-valuenow']});

let held = null; // the slider that a pointer or the keyboard has

document.addEventListener('pointerdown', (event) => {
    const slider = event.target instanceof Element && event.target.closest('.dial-slider');
    if (slider) {
        held = slider;
        document.body.classList.add('dial-held');
        running().hold();
    }
}, true);
for (const end of ['pointerup', 'pointercancel']) {
    document.addEventListener(end, () => {
        if (held) {
            setTimeout(() => { // the thumb's last place is on its way
                held = null;
                document.body.classList.remove('dial-held');
                running().release();
            }, 30);
        }
    }, true);
}

// The design

function named(entries) {
    return Object.fromEntries(entries.map(({id, value}) => [id.name, value]));
}

function designOf(values) {
    const given = {};
    for (const [name, value] of Object.entries(values)) {
        given[name] = name === 'shape' && (value === '' || value === undefined) ? null : TEXT.has(name) ? String(value) : value;
    }
    return given;
}

function same(one, other) {
    return Boolean(one && other) && Object.keys(one).every((name) => String(one[name]) === String(other[name]));
}

/** Called by dash whenever an input or a slider has settled, and with what the page shows. */
export function turnDials(values, places, shown, dataset) {
    const {triggered, inputs_list: [inputs, sliders]} = context();
    live = Boolean(dataset && dataset.token === 'simulated');
    choices = shown || choices;
    known = named(inputs);
    const now = {...known};
    for (const [name, place] of Object.entries(named(sliders))) {
        const scale = scaleOf(name);
        const moved = triggered.some(({prop_id}) => prop_id.includes('dial-slider') && prop_id.includes(`"${name}"`));
        const byKey = moved && placed.get(name) !== place && find('dial-slider', name).contains(document.activeElement);
        if (byKey && scale) {
            const value = valueAt(place, scale);
            now[name] = name === 'per_group' ? String(value) : value;
            setDash('dial', name, {value: now[name]});
        } else {
            follow(name, now[name], place);
        }
    }
    const next = designOf(now);
    markPreset(next);
    if (design === null) {
        design = next; // the page has just been opened with it
        committed = next;
    } else if (!held && !animating && !same(next, design)) {
        turn(next);
    }
    return noUpdate();
}

function turn(next) {
    design = next;
    running().change(next);
}

function markPreset(current) {
    for (const chip of document.querySelectorAll('.dials .chip')) {
        chip.setAttribute('aria-pressed', String(same(JSON.parse(chip.dataset.design), current)));
    }
}

/** Tells dash of the values that it does not have yet. */
function setDials(values) {
    for (const [name, given] of Object.entries(values)) {
        const value = given === null ? '' : given;
        if (String(known[name]) !== String(value)) {
            setDash('dial', name, {value});
        }
    }
}

export function choosePreset() {
    const {triggered} = context();
    const chip = triggered[0].value && document.getElementById(triggered[0].prop_id.replace(/\.n_clicks$/, ''));
    if (chip) {
        setDials(JSON.parse(chip.dataset.design));
        setProps('size-rule', {value: 'equal'});
    }
    return noUpdate();
}

// Frames

/** Made at the first turn. */
function running() {
    driver = driver || createDriver({fetchFrame, showFrame, commit});
    return driver;
}

async function fetchFrame(wanted, signal) {
    const asked = {design: wanted, choices: {...choices, token: 'simulated', outcome: 'y', group: 'group', design: null}};
    const answer = await fetch('simulate/frame', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify(asked),
        signal,
    });
    if (!answer.ok) {
        const said = await answer.json().catch(() => ({}));
        throw new Error(said.error || 'The server did not answer; try again.');
    }
    return answer.json();
}

function showFrame({frame = {}, problem = null}) {
    refused = frame.problem || (problem && {field: '', message: problem});
    say(refused);
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
    return live && document.documentElement.dataset.page === 'compare';
}

function paintViews(figures) {
    painted = [];
    for (const [id, figure] of Object.entries(figures)) {
        const box = document.getElementById(id);
        const graph = box && box.querySelector('.js-plotly-plot');
        if (graph) {
            paint(graph, asZoomed(figure, id));
            painted.push(graph);
        }
    }
}

function say(problem) {
    const field = problem ? problem.field : null;
    for (const line of document.querySelectorAll('.dial-error')) {
        const {name} = JSON.parse(line.id);
        const text = name === field ? problem.message : '';
        if (line.textContent !== text) {
            setDash('dial-error', name, {children: text});
        }
    }
    if (problem && !find('dial-error', field)) {
        setProps('problem', {children: problem.message});
    }
}

/** The page's callbacks take over; pictures and words go when the page holds the same. */
function commit(settled) {
    answer({});
    if (refused) {
        return;
    }
    painted.forEach((graph) => handOver(graph));
    painted = [];
    handOverWords();
    if (!same(settled, committed)) {
        committed = settled;
        setDials(settled);
        setProps('design', {data: settled});
    }
}

// What an animation of draws needs: see draws.mjs

/** While draws follow each other by themselves, what the inputs say of it is no turn of theirs. */
export function setAnimating(on) {
    animating = on;
}

/** Shows the next draw; the frame of it is promised. */
export function nextDraw() {
    const frame = new Promise((resolve) => { waiting = resolve; });
    const seed = Number(design.seed);
    const next = {...design, seed: seed < 2147483647 ? seed + 1 : 1, skip: 0};
    write('seed', next.seed);
    write('skip', 0);
    turn(next);
    return frame;
}

/** Commits nothing until `release`. */
export function hold() {
    running().hold();
}

export function release() {
    running().release();
}
