"""The driver of the preview asks for, shows and commits the right states, in the right order."""

import pytest

_TRIAL = """
async (steps) => {
    const {createDriver, frameTimes} = await import('/assets/preview/driver.mjs');
    const log = [], asked = [];
    let time = 0, timers = [];
    const clock = {
        now: () => time,
        setTimeout: (call, wait) => { timers.push({call, at: time + wait}); return timers.at(-1); },
        clearTimeout: (timer) => { timers = timers.filter((one) => one !== timer); },
    };
    const driver = createDriver({
        clock, settle: 200,
        fetchFrame: (state, signal) => new Promise((resolve, reject) => {
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
        wait: (ms) => {
            time += ms;
            const due = timers.filter((one) => one.at <= time);
            timers = timers.filter((one) => one.at > time);
            due.forEach((one) => one.call());
        },
        hold: () => driver.hold(),
        release: () => driver.release(),
        stop: () => driver.stop(),
    };
    for (const [act, what] of steps) {
        acts[act](what);
        await new Promise((resolve) => setTimeout(resolve));
    }
    return {log, frames: driver.frames, times: frameTimes()};
}
"""


def drive(page, script):
    """What a driver did, one word of the script after the other: ``change:a answer:0 wait:200``."""
    steps = []
    for word in script.split():
        act, _, what = word.partition(":")
        steps.append([act, int(what) if what.isdigit() else what])
    return page.evaluate(_TRIAL, steps)


@pytest.mark.parametrize(
    ("script", "expected"),
    {
        "one state after the other": (
            "change:a answer:0 change:b answer:1",
            ["ask a", "show frame of a", "ask b", "show frame of b"],
        ),
        "one at a time, the newest next": (
            "change:a change:b change:c change:d answer:0 answer:1",
            ["ask a", "show frame of a", "ask d", "show frame of d"],
        ),
        "committed once, when nothing has changed for a while": (
            "change:a answer:0 wait:150 change:b wait:150 change:c answer:1 wait:199 answer:2 wait:1 wait:9",
            ["ask a", "show frame of a", "ask b", "show frame of b", "ask c", "show frame of c", "commit c"],
        ),
        "committed at once when let go, and not again": (
            "change:a answer:0 release release wait:5000",
            ["ask a", "show frame of a", "commit a"],
        ),
        "nothing while a hand holds the dial, however long it rests": (
            "hold change:a answer:0 wait:5000 change:b answer:1 wait:5000 release wait:5000",
            ["ask a", "show frame of a", "ask b", "show frame of b", "commit b"],
        ),
        "a hand that takes hold stops what was about to be committed": (
            "change:a answer:0 wait:100 hold wait:5000 release",
            ["ask a", "show frame of a", "commit a"],
        ),
        "nothing to commit": ("release wait:5000", []),
        "a frame that comes after the commit is not shown": (
            "change:a change:b release answer:0 wait:5000",
            ["ask a", "forget a", "commit b"],
        ),
        "a late frame never covers a newer one": (
            "change:a release change:b answer:0 answer:1",
            ["ask a", "forget a", "commit a", "ask b", "show frame of b"],
        ),
        "a failure is told, and the next state asked for": (
            "change:a answer:0 change:b change:c fail:1 answer:2 wait:200",
            [
                "ask a",
                "show frame of a",
                "ask b",
                "problem the server is busy",
                "ask c",
                "show frame of c",
                "commit c",
            ],
        ),
        "stopped": ("change:a stop answer:0 wait:5000 release", ["ask a", "forget a"]),
    }.values(),
)
def test_the_driver(board, script, expected):
    assert drive(board, script)["log"] == expected


def test_the_times_of_frames_are_kept_for_the_last_ones(board):
    ran = drive(board, "change:a answer:0 wait:40 change:b fail:1 wait:40 change:c answer:2")
    assert ran["frames"] == ran["times"] == [0, 80]
    many = " ".join(f"change:s{i} answer:{i} wait:1" for i in range(260))
    kept = drive(board, many)["times"]
    assert kept == list(range(20, 260))
