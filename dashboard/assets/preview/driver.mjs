/*
 * Preview: when to ask for a frame, when to show it, when to commit. Knows nothing of the page.
 */

const RING = 240; // frames whose times are kept
const CLOCK = {
    now: () => performance.now(),
    setTimeout: (call, wait) => setTimeout(call, wait),
    clearTimeout: (timer) => clearTimeout(timer),
};
/** @type {{frames: number[]} | null} */
let newest = null;

/**
 * Drives a preview.
 *
 * fetchFrame(state, signal)  gives a promise of a frame; `signal` aborts when the frame is of no use any more
 * showFrame({frame, state})  shows it; showFrame({problem, state}) says why there is none, and the last one stays
 * commit(state)              makes the last state the real one; called once, `settle` ms after the last change
 *
 * While a hand holds a dial (`hold`), nothing is committed, however long it rests. At most one frame is asked for at a time, the newest state next; states in between are left out.
 */
export function createDriver({fetchFrame, showFrame, commit, settle = 220, clock = CLOCK}) {
    /** @type {number[]} */
    const frames = []; // when each was shown, in ms of the page's clock, the last one last
    /** @type {{state: any} | null} */
    let wanted = null; // {state}: to be asked for next
    /** @type {AbortController | null} */
    let underway = null; // AbortController of the frame that is asked for
    /** @type {{state: any} | null} */
    let uncommitted = null; // {state}
    /** @type {any} */
    let timer = null;
    let held = false;

    function change(state) {
        wanted = {state};
        uncommitted = {state};
        clock.clearTimeout(timer);
        if (!held) {
            timer = clock.setTimeout(release, settle);
        }
        ask();
    }

    async function ask() {
        if (underway || !wanted) {
            return;
        }
        const {state} = wanted;
        const mine = new AbortController();
        [wanted, underway] = [null, mine];
        let answer;
        try {
            answer = {frame: await fetchFrame(state, mine.signal), state};
        } catch (error) {
            answer = {problem: String((error instanceof Error && error.message) || error), state};
        }
        underway = null;
        try {
            show(answer, mine.signal);
        } finally {
            ask();
        }
    }

    function show(answer, signal) {
        if (signal.aborted) {
            return;
        }
        if ('frame' in answer) {
            frames.push(clock.now());
            frames.splice(0, frames.length - RING);
        }
        showFrame(answer);
    }

    /** Forgets what is asked for, so that no late frame covers what is committed. */
    function stop() {
        clock.clearTimeout(timer);
        [wanted, uncommitted] = [null, null];
        if (underway) {
            underway.abort();
        }
    }

    /** Commits nothing until `release`. */
    function hold() {
        held = true;
        clock.clearTimeout(timer);
    }

    /** Commits at once what has not been committed yet. */
    function release() {
        held = false;
        if (uncommitted) {
            const {state} = uncommitted;
            stop();
            commit(state);
        }
    }

    const driver = {
        change,
        hold,
        release,
        stop,
        frames,
    };
    newest = driver;
    return driver;
}

/** When the frames of the newest driver were shown, in ms. */
export function frameTimes() {
    return newest ? newest.frames.slice() : [];
}
