/*
 * The renderer's store as components hear of it. It tells every component on the page of every change, one at a time;
 * one choice of a visitor makes some 270 of them, most in the same moment. Here those of a moment are told as one.
 */

/** Whether a person's own key or pointer is at work, whose fields must not fall behind what is typed into them. */
function byHand() {
    return globalThis.event instanceof UIEvent;
}

/** A listener that is told once of all that happens until the browser takes up its next task. */
function together(listener) {
    const {port1: waiting, port2: call} = new MessageChannel();
    let due = false;
    const tell = () => {
        if (due) {
            due = false;
            listener();
        }
    };
    waiting.onmessage = tell;
    return () => {
        if (byHand()) {
            due = true;
            tell();
        } else if (!due) {
            due = true;
            call.postMessage(null);
        }
    };
}

/**
 * Has whoever listens to the renderer's store from now on hear of changes together.
 *
 * The renderer puts its store into `window.store` once its own observers listen, which go on hearing of each change by
 * itself, and before components are drawn.
 */
export function tellTogether() {
    let store;
    Object.defineProperty(window, 'store', {
        configurable: true,
        get: () => store,
        set(made) {
            const {subscribe} = made;
            store = made;
            store.subscribe = (listener) => subscribe(together(listener));
        },
    });
}
