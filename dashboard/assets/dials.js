/*
 * The dials of the simulation: inputs and sliders kept together, a frame from the server for every turn, painted over
 * the graphs, and the design handed to the page's callbacks once the hand rests. While a slider is dragged, dash hears
 * nothing of it: its stores would take longer than a frame.
 */
(function () {
    'use strict';

    const dash = (window.dash_clientside = window.dash_clientside || {});
    const STEPS = 200; // places of a slider, as in pages/dials.py
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
    let waiting = null; // takes the next frame, for an animation

    const keyOf = (type, name) => JSON.stringify({name, type});
    const find = (type, name) => document.getElementById(keyOf(type, name));
    const setDash = (type, name, props) => dash.set_props({type, name}, props);

    // Sliders

    function scaleOf(name) {
        const element = find('dial-slider', name);
        const box = element && element.closest('.dial');
        return box && {low: Number(box.dataset.low), high: Number(box.dataset.high), step: Number(box.dataset.step), log: box.dataset.log === 'true'};
    }

    function valueAt(place, {low, high, step, log}) {
        const share = place / STEPS;
        const value = log ? low * Math.pow(high / low, share) : low + (high - low) * share;
        return Number((Math.round(value / step) * step).toFixed(6));
    }

    function placeOf(value, {low, high, log}) {
        const inside = Math.min(Math.max(value, low), high);
        return Math.round(STEPS * (log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low)));
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
    function turnDials(values, places, shown, dataset) {
        const {triggered, inputs_list: [inputs, sliders]} = dash.callback_context;
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
        } else if (!held && !animating() && !same(next, design)) {
            turn(next);
        }
        return dash.no_update;
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

    function choosePreset() {
        const {triggered} = dash.callback_context;
        const chip = triggered[0].value && document.getElementById(triggered[0].prop_id.replace(/\.n_clicks$/, ''));
        if (chip) {
            setDials(JSON.parse(chip.dataset.design));
            dash.set_props('size-rule', {value: 'equal'});
        }
        return dash.no_update;
    }

    /** The text that a rule for the sizes begins with. */
    function chooseSizes(rule, text, groups) {
        const typed = String(text);
        const is = {huge: typed === 'one-huge', list: typed.includes(','), drawn: typed.startsWith('~'), equal: /^\d+$/.test(typed), range: /^\d+-\d+$/.test(typed)};
        if (is[rule]) {
            return dash.no_update;
        }
        const numbers = (typed.match(/\d+/g) || ['10']).map(Number);
        const high = Math.max(...numbers);
        const low = numbers.length > 1 ? Math.min(...numbers) : Math.min(2, high);
        const list = Array.from({length: Math.min(groups || 5, 500)}, (_, i) => [5, 10, 20][i % 3]).join(',');
        return {equal: String(high), range: `${low}-${high}`, drawn: `~${low}-${high}`, huge: 'one-huge', list}[rule];
    }

    // Frames

    /** Made at the first turn, when all scripts are there. */
    function running() {
        driver = driver || window.blupboardPreview.createDriver({fetchFrame, showFrame, commit});
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
            paint(frame.figures);
            window.blupboardWords.show(frame.words);
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

    function paint(figures) {
        painted = [];
        for (const [id, figure] of Object.entries(figures)) {
            const box = document.getElementById(id);
            const graph = box && box.querySelector('.js-plotly-plot');
            if (graph) {
                window.blupboardPreview.paint(graph, window.blupboardLinked.zoom.asZoomed(figure, id));
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
            dash.set_props('problem', {children: problem.message});
        }
    }

    /** The page's callbacks take over; pictures and words go when the page holds the same. */
    function commit(settled) {
        answer({});
        if (refused) {
            return;
        }
        painted.forEach((graph) => window.blupboardPreview.handOver(graph));
        painted = [];
        window.blupboardWords.handOver();
        if (!same(settled, committed)) {
            committed = settled;
            setDials(settled);
            dash.set_props('design', {data: settled});
        }
    }

    // What an animation of draws needs: see draws.js

    function animating() {
        return Boolean(window.blupboardDraws && window.blupboardDraws.running());
    }

    /** Shows the next draw; the frame of it is promised. */
    function nextDraw() {
        const frame = new Promise((resolve) => { waiting = resolve; });
        const seed = Number(design.seed);
        const next = {...design, seed: seed < 2147483647 ? seed + 1 : 1, skip: 0};
        write('seed', next.seed);
        write('skip', 0);
        turn(next);
        return frame;
    }

    window.blupboardDials = {nextDraw, hold: () => running().hold(), release: () => running().release()};
    dash.blupboard = Object.assign(dash.blupboard || {}, {turnDials, choosePreset, chooseSizes});
})();
