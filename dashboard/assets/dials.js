/*
 * The dials of the simulation: inputs and sliders kept together, a frame from the server for every turn, painted over
 * the graphs, and the design handed to the page's callbacks once the hand rests.
 */
(function () {
    'use strict';

    const dash = (window.dash_clientside = window.dash_clientside || {});
    const STEPS = 200; // places of a slider, as in pages/dials.py
    const DRAWS = 20;
    const DRAW_PAUSE = 140; // ms between animated draws: slow enough to see, fast enough not to wait
    const TEXT = new Set(['per_group', 'effects', 'stream']);
    let driver = null;
    let choices = null;
    let design = null;
    let live = false; // whether simulated data are on screen
    let painted = []; // graphs that hold a preview
    let waiting = null; // resolves with the next frame, for the animation
    let animating = 0;

    const dialId = (name) => ({type: 'dial', name});
    const sliderId = (name) => ({type: 'dial-slider', name});
    const errorId = (name) => ({type: 'dial-error', name});

    // Sliders

    function scaleOf(name) {
        const element = document.getElementById(JSON.stringify({name, type: 'dial-slider'}));
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

    /** Puts a slider's thumb where the input says, unless it stands there already. */
    function follow(name, value, place) {
        const scale = scaleOf(name);
        const number = Number(value);
        if (scale && value !== '' && Number.isFinite(number) && valueAt(place, scale) !== number && placeOf(number, scale) !== place) {
            dash.set_props(sliderId(name), {value: placeOf(number, scale)});
        }
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
        return Boolean(one && other) && Object.keys(one).every((name) => one[name] === other[name] || Number(one[name]) === other[name]);
    }

    /** Called whenever an input or a slider has changed, and with what the page shows. */
    function turnDials(values, places, shown, dataset) {
        const {triggered, inputs_list: [inputs, sliders]} = dash.callback_context;
        live = Boolean(dataset && dataset.token === 'simulated');
        choices = shown || choices;
        const now = named(inputs);
        const thumbs = named(sliders);
        const turned = triggered.map(({prop_id}) => prop_id).filter((id) => id.includes('dial-slider'));
        for (const [name, place] of Object.entries(thumbs)) {
            const scale = scaleOf(name);
            if (turned.some((id) => id.includes(`"${name}"`)) && scale && triggered.length === 1) {
                const value = valueAt(place, scale);
                now[name] = name === 'per_group' ? String(value) : value;
                dash.set_props(dialId(name), {value: now[name]});
            } else {
                follow(name, now[name], place);
            }
        }
        const next = designOf(now);
        markPreset(next);
        if (design === null) {
            design = next; // the page has just been opened with it
        } else if (!same(next, design)) {
            design = next;
            running().change(next);
        }
        return dash.no_update;
    }

    function markPreset(current) {
        for (const chip of document.querySelectorAll('.dials .chip')) {
            const wanted = JSON.parse(chip.dataset.design);
            chip.setAttribute('aria-pressed', String(Object.keys(wanted).every((name) => String(wanted[name]) === String(current[name]))));
        }
    }

    function setDials(values) {
        for (const [name, value] of Object.entries(values)) {
            dash.set_props(dialId(name), {value: value === null ? '' : value});
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
        const numbers = (String(text).match(/\d+/g) || ['10']).map(Number);
        const high = Math.max(...numbers);
        const low = numbers.length > 1 ? Math.min(...numbers) : 2;
        const typed = String(text);
        const is = {huge: typed === 'one-huge', list: typed.includes(','), drawn: typed.startsWith('~'), equal: /^\d+$/.test(typed), range: /^\d+-\d+$/.test(typed)};
        if (is[rule]) {
            return dash.no_update;
        }
        const range = `${Math.min(low, high)}-${Math.max(high, low)}`;
        const list = Array.from({length: Math.min(groups || 5, 500)}, (_, i) => [5, 10, 20][i % 3]).join(',');
        return {equal: String(high > 1 && typed !== 'one-huge' ? high : 10), range, drawn: `~${range}`, huge: 'one-huge', list}[rule];
    }

    // Frames

    function running() {
        driver = driver || window.blupboardPreview.createDriver({fetchFrame, showFrame, commit});
        return driver;
    }

    async function fetchFrame(wanted) {
        const asked = {design: wanted, choices: {...choices, token: 'simulated', outcome: 'y', group: 'group', design: null}};
        const answer = await fetch('simulate/frame', {
            method: 'POST',
            headers: {'Content-Type': 'application/json'},
            body: JSON.stringify(asked),
        });
        if (!answer.ok) {
            const said = await answer.json().catch(() => ({}));
            return {problem: {field: '', message: said.error || 'The server did not answer; try again.'}};
        }
        return answer.json();
    }

    function showFrame(frame) {
        say(frame.problem || null);
        if (!frame.problem && frame.figures && live) {
            paint(frame.figures);
            for (const [id, children] of Object.entries(frame.props)) {
                dash.set_props(id, {children});
            }
        }
        if (waiting) {
            waiting(frame);
            waiting = null;
        }
    }

    function paint(figures) {
        painted = [];
        for (const [id, figure] of Object.entries(figures)) {
            const box = document.getElementById(id);
            const graph = box && box.querySelector('.js-plotly-plot');
            if (graph) {
                window.blupboardPreview.paint(graph, dash.blupboard.withZoom(figure, id));
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
                dash.set_props(errorId(name), {children: text});
            }
        }
        if (problem && !document.getElementById(JSON.stringify({name: field, type: 'dial-error'}))) {
            dash.set_props('problem', {children: problem.message});
        }
    }

    /** The page's callbacks take over; the pictures go when the graphs hold the same. */
    function commit(settled, frame) {
        if (frame && frame.problem) {
            return;
        }
        for (const graph of painted) {
            graph.once('plotly_afterplot', () => window.blupboardPreview.clear(graph));
        }
        dash.set_props('design', {data: settled});
    }

    // More draws

    function drawMore(again, many) {
        const pressed = dash.callback_context.triggered_id;
        if (pressed === 'draw-many' && many) {
            animate();
        } else if (pressed === 'draw-again' && again) {
            stopAnimation();
            dash.set_props('draw-tally', {children: ''});
            nextDraw();
        }
        return dash.no_update;
    }

    function nextDraw() {
        const seed = Number(design.seed);
        setDials({seed: seed < 2147483647 ? seed + 1 : 1, skip: 0});
    }

    function stopAnimation() {
        animating += 1;
    }

    async function animate() {
        const mine = (animating += 1);
        const won = {};
        for (let draw = 1; draw <= DRAWS && mine === animating; draw += 1) {
            const frame = new Promise((resolve) => { waiting = resolve; });
            nextDraw();
            const {closest = [], problem} = await frame;
            if (problem || mine !== animating) {
                return;
            }
            closest.forEach((id) => { won[id] = (won[id] || 0) + 1; });
            dash.set_props('draw-tally', {children: tally(won, draw)});
            await new Promise((resolve) => setTimeout(resolve, DRAW_PAUSE));
        }
    }

    function tally(won, draws) {
        const names = Object.fromEntries([...document.querySelectorAll('.estimator-row')].map((row) => [row.dataset.id, row.querySelector('.estimator-name').textContent]));
        const parts = Object.entries(won).sort((a, b) => b[1] - a[1]).map(([id, count]) => `${names[id] || id} ${count}`);
        return `Closest in ${draws} ${draws === 1 ? 'draw' : 'draws'} (ties count for each): ${parts.join(', ')}`;
    }

    dash.blupboard = Object.assign(dash.blupboard || {}, {turnDials, choosePreset, chooseSizes, drawMore});
})();
