/*
 * Possible truths: sets of true means that the data allow, shown one after the other over the views, so that it is seen
 * how much of an order is certain. Who asks for less motion sees one at each press.
 */

import {ask} from '../linked/remote.mjs';
import {drawNow} from '../linked/sight.mjs';
import {inTheme} from '../linked/theme.mjs';
import {asZoomed} from '../linked/zoom.mjs';
import {undrawable} from '../preview/drawable.mjs';
import {clear, paint} from '../preview/figure.mjs';
import {noUpdate} from '../shared/dash.mjs';
import {setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {graphIn} from '../shared/plotly.mjs';

const PAUSE = 650; // ms between truths: slow enough to read the first names
const LAST = 2500; // ms that the last one stays
let turn = 0; // of the plays; a newer one ends the one before
let next = 0; // the truth that comes next where they are stepped through
let playing = false;
/** @type {Set<Graph>} */
const painted = new Set();

/** Plays all truths, or ends the play; with less motion the next truth. */
export function playTruths(clicks, method) {
    if (!clicks) {
        return noUpdate();
    }
    if (playing) {
        stop();
    } else if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
        step(method);
    } else {
        play(method);
    }
    return noUpdate();
}

async function show(draw, method) {
    const answer = await ask('truths/frame', {draw, method});
    if (!answer) {
        return {figures: {}, words: 'The server did not answer; try again.', draws: 0};
    }
    await drawNow(Object.keys(answer.figures)); // who scrolls to a view out of sight finds the truth there too
    return answer;
}

function draw({figures, words}) {
    for (const [id, figure] of Object.entries(figures)) {
        const graph = graphIn(document.getElementById(id));
        if (graph && !undrawable(figure).length) {
            paint(graph, inTheme(asZoomed(figure, id)));
            painted.add(graph);
        }
    }
    setText(document.getElementById(ids.TRUTHS_SHOWN), words);
}

async function play(method) {
    turn += 1;
    const mine = turn;
    setPlaying(true);
    let draws = 1;
    for (let number = 0; number < draws && mine === turn; number += 1) {
        const frame = await show(number, method);
        if (mine !== turn) {
            return;
        }
        draws = frame.draws;
        draw(frame);
        await pause(number + 1 < draws ? PAUSE : LAST);
    }
    if (mine === turn && draws) {
        stop();
    } else if (mine === turn) {
        setPlaying(false);
    }
}

async function step(method) {
    turn += 1;
    const mine = turn;
    const frame = await show(next, method);
    if (mine !== turn) {
        return;
    }
    if (next >= frame.draws) {
        stop(frame.draws ? '' : frame.words);
        return;
    }
    next += 1;
    draw(frame);
}

function stop(words = '') {
    turn += 1;
    next = 0;
    painted.forEach((graph) => {
        if (graph.isConnected) {
            clear(graph);
        }
    });
    painted.clear();
    setText(document.getElementById(ids.TRUTHS_SHOWN), words);
    setPlaying(false);
}

function setPlaying(on) {
    playing = on;
    const button = document.getElementById(ids.TRUTHS_PLAY);
    setText(button, on ? 'Stop' : 'Play possible truths');
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && painted.size) {
        stop();
    }
});
