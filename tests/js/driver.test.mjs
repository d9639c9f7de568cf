/* The driver of the preview asks for, shows and commits the right states, in the right order. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createDriver, frameTimes} from '../../dashboard/assets/preview/driver.mjs';

/** A clock that goes on only when it is told to. */
function createClock() {
    let time = 0;
    let timers = [];
    return {
        now: () => time,
        setTimeout: (call, wait) => {
            timers.push({call, at: time + wait});
            return timers.at(-1);
        },
        clearTimeout: (timer) => {
            timers = timers.filter((one) => one !== timer);
        },
        wait: (ms) => {
            time += ms;
            const due = timers.filter((one) => one.at <= time);
            timers = timers.filter((one) => one.at > time);
            due.forEach(({call}) => void call());
        },
    };
}

/** What a driver does, one word of the script after the other: `change:a answer:0 wait:200`. */
async function drive(script) {
    const log = [];
    const asked = [];
    const clock = createClock();
    const driver = createDriver({
        clock,
        settle: 200,
        fetchFrame: (state, signal) =>
            new Promise((resolve, reject) => {
                log.push(`ask ${state}`);
                asked.push({state, resolve, reject});
                signal.addEventListener('abort', () => log.push(`forget ${state}`));
            }),
        showFrame: ({frame, problem}) => log.push(problem ? `problem ${problem}` : `show ${frame}`),
        commit: (state) => log.push(`commit ${state}`),
    });
    const acts = {
        change: (state) => driver.change(state),
        answer: (place) => asked[place].resolve(`frame of ${asked[place].state}`),
        fail: (place) => asked[place].reject(new Error('the server is busy')),
        wait: (ms) => clock.wait(Number(ms)),
        hold: () => driver.hold(),
        release: () => driver.release(),
        stop: () => driver.stop(),
    };
    for (const word of script.split(' ')) {
        const [act, what] = word.split(':');
        acts[act](what);
        await new Promise((resolve) => setTimeout(resolve));
    }
    return {log, frames: driver.frames, times: frameTimes()};
}

const CASES = [
    [
        'one state after the other',
        'change:a answer:0 change:b answer:1',
        ['ask a', 'show frame of a', 'ask b', 'show frame of b'],
    ],
    [
        'one at a time, the newest next',
        'change:a change:b change:c change:d answer:0 answer:1',
        ['ask a', 'show frame of a', 'ask d', 'show frame of d'],
    ],
    [
        'committed once, when nothing has changed for a while',
        'change:a answer:0 wait:150 change:b wait:150 change:c answer:1 wait:199 answer:2 wait:1 wait:9',
        ['ask a', 'show frame of a', 'ask b', 'show frame of b', 'ask c', 'show frame of c', 'commit c'],
    ],
    [
        'committed at once when let go, and not again',
        'change:a answer:0 release release wait:5000',
        ['ask a', 'show frame of a', 'commit a'],
    ],
    [
        'nothing while a hand holds the dial, however long it rests',
        'hold change:a answer:0 wait:5000 change:b answer:1 wait:5000 release wait:5000',
        ['ask a', 'show frame of a', 'ask b', 'show frame of b', 'commit b'],
    ],
    [
        'a hand that takes hold stops what was about to be committed',
        'change:a answer:0 wait:100 hold wait:5000 release',
        ['ask a', 'show frame of a', 'commit a'],
    ],
    ['nothing to commit', 'release wait:5000', []],
    [
        'a frame that comes after the commit is not shown',
        'change:a change:b release answer:0 wait:5000',
        ['ask a', 'forget a', 'commit b'],
    ],
    [
        'a late frame never covers a newer one',
        'change:a release change:b answer:0 answer:1',
        ['ask a', 'forget a', 'commit a', 'ask b', 'show frame of b'],
    ],
    [
        'a failure is told, and the next state asked for',
        'change:a answer:0 change:b change:c fail:1 answer:2 wait:200',
        [
            'ask a',
            'show frame of a',
            'ask b',
            'problem the server is busy',
            'ask c',
            'show frame of c',
            'commit c',
        ],
    ],
    ['stopped', 'change:a stop answer:0 wait:5000 release', ['ask a', 'forget a']],
];

for (const [name, script, expected] of CASES) {
    test(name, async () => {
        assert.deepEqual((await drive(script)).log, expected);
    });
}

test('the times of frames are kept for the last ones', async () => {
    const ran = await drive('change:a answer:0 wait:40 change:b fail:1 wait:40 change:c answer:2');
    assert.deepEqual(ran.frames, [0, 80]);
    assert.deepEqual(ran.times, [0, 80]);
    const many = Array.from({length: 260}, (_, i) => `change:s${i} answer:${i} wait:1`).join(' ');
    assert.deepEqual(
        (await drive(many)).times,
        Array.from({length: 240}, (_, i) => 20 + i)
    );
});
