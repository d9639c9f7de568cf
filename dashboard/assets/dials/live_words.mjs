/*
 * The page's sentences and numbers while a dial is turned: stand-ins beside what dash manages, since a new property
 * costs dash tens of milliseconds. They go when dash has drawn the same.
 */

import {setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';

const PATIENCE = 1500; // ms after which a stand-in goes although nothing has changed behind it
const standing = new Map(); // element -> its stand-in

function standInFor(element) {
    let copy = standing.get(element);
    if (!copy?.isConnected) {
        copy = element.cloneNode(true);
        copy.removeAttribute('id');
        copy.removeAttribute('aria-live');
        copy.setAttribute('aria-hidden', 'true');
        for (const part of copy.querySelectorAll('[id]')) {
            part.removeAttribute('id');
        }
        element.after(copy);
        element.classList.add('stood-in-for');
        standing.set(element, copy);
    }
    return copy;
}

function withId(id, use) {
    const element = document.getElementById(id);
    if (element) {
        use(standInFor(element));
    }
}

/** {headline: [bold, rest], cards: [[value, extra, interval], ...], how_sure, closest, under_way} */
export function showWords({headline, cards, how_sure: howSure, closest, under_way: underWay}) {
    withId(ids.HEADLINE, (copy) => {
        setText(copy.querySelector('strong'), headline[0]);
        setText(copy.querySelector('span'), headline[1]);
    });
    withId(ids.CARDS, (copy) =>
        cards.forEach(([value, extra, interval], i) => {
            const card = copy.children[i];
            setText(card?.querySelector('.card-value'), value);
            setText(card?.querySelector('.card-extra'), extra);
            setText(card?.querySelector('.card-interval'), interval);
        })
    );
    withId(ids.HOW_SURE, (copy) => setText(copy, howSure));
    withId(ids.CLOSEST, (copy) => setText(copy, closest));
    if (underWay) {
        withId(ids.UNDER_WAY, (copy) => setText(copy, underWay));
    }
}

/** Lets the page's own words show again, each as soon as it has changed. */
export function handOverWords() {
    for (const [element, copy] of standing) {
        standing.delete(element);
        const done = () => {
            watcher.disconnect();
            clearTimeout(timer);
            copy.remove();
            if (!standing.has(element)) {
                element.classList.remove('stood-in-for');
            }
        };
        const watcher = new MutationObserver(done);
        watcher.observe(element, {childList: true, characterData: true, subtree: true});
        const timer = setTimeout(done, PATIENCE);
    }
}
