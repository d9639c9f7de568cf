/*
 * The pages of the bar: the part of the address behind the hash says which one shows, so that a page can be kept as a
 * bookmark and the browser's back button works.
 */

import {noUpdate, setProps, started} from '../shared/dash.mjs';
import {ids, pages} from '../shared/facts.mjs';

const RISK = pages[1];

function shown() {
    const wanted = window.location.hash.slice(1);
    return pages.includes(wanted) ? wanted : pages[0];
}

function show() {
    const page = shown();
    document.documentElement.dataset.page = page;
    for (const link of document.querySelectorAll('.page-link')) {
        if (link.getAttribute('href') === `#${page}`) {
            link.setAttribute('aria-current', 'page');
        } else {
            link.removeAttribute('aria-current');
        }
    }
    if (started() && document.querySelector('.page-link')) {
        setProps(ids.PAGE, {data: page});
    }
    window.scrollTo(0, 0);
    window.dispatchEvent(new Event('resize')); // graphs that were hidden have no size yet
}

/** What the page of risks goes by: the choices while it shows, so that it asks for nothing else where it does not. */
export function choicesOnRisk(choices, page) {
    return page === RISK && choices ? choices : noUpdate();
}

window.addEventListener('hashchange', show);
document.documentElement.dataset.page = shown();
const ready = new MutationObserver(() => {
    if (document.querySelector('.page-link')) {
        ready.disconnect();
        show();
    }
});
ready.observe(document.documentElement, {childList: true, subtree: true});
