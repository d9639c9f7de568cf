/*
 * More draws of the same design: one, or twenty in a row with a count of who came closest, so that luck is seen as luck.
 */

import {context, noUpdate} from '../shared/dash.mjs';
import {elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {hold, nextDraw, release, setAnimating, setTally} from './dials.mjs';

const DRAWS = 20;
const PAUSE = 140; // ms between draws: slow enough to see, fast enough not to wait
let turn = 0; // of the animations; a newer one ends the one before

export function drawMore(again, many) {
    const pressed = context().triggered_id;
    if (pressed === ids.DRAW_MANY && many) {
        animate();
    } else if (pressed === ids.DRAW_AGAIN && again) {
        turn += 1;
        setTally('');
        nextDraw();
    }
    return noUpdate();
}

async function animate() {
    turn += 1;
    const mine = turn;
    /** @type {Record<string, number>} */
    const won = {};
    setAnimating(true);
    hold();
    for (let draw = 1; draw <= DRAWS && mine === turn; draw += 1) {
        const {closest} = await nextDraw();
        if (!closest || mine !== turn) {
            break;
        }
        closest.forEach((id) => {
            won[id] = (won[id] || 0) + 1;
        });
        setTally(tally(won, draw));
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    if (mine === turn) {
        setAnimating(false);
    }
    release();
}

function tally(won, draws) {
    const rows = elements('.estimator-row');
    const names = Object.fromEntries(
        rows.map((row) => [row.dataset.id, row.querySelector('.estimator-name')?.textContent])
    );
    const parts = Object.entries(won)
        .sort((a, b) => b[1] - a[1])
        .map(([id, count]) => `${names[id] || id} ${count}`);
    return `Closest in ${draws} ${draws === 1 ? 'draw' : 'draws'} (ties count for each): ${parts.join(', ')}`;
}
