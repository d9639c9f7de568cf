/*
 * What the keyboard and screen readers get besides: a way past the bar and the rail, a table that is one stop of the Tab
 * key, sliders that say their values, and explanations for whoever has no pointer to rest on a word.
 */
import {addElement, elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';

const EXPLAINED = '[data-explain]';
const EDGE = 8; // pixels between an explanation and the edge of the window

// Past the bar and the rail

function skip(event) {
    const main = elements('main').find((page) => page.checkVisibility());
    if (event.target instanceof Element && event.target.closest('.skip-link') && main) {
        event.preventDefault();
        main.tabIndex = -1;
        main.focus();
    }
}

// The table: Tab leaves it, arrow keys go about in it

function openTable() {
    const grid = document.getElementById(ids.TABLE);
    if (grid) {
        grid.inert = false;
    }
}

function leaveTable(event) {
    openTable(); // a timer may come later than the next key
    const grid = document.getElementById(ids.TABLE);
    const inside = event.target instanceof Element && grid?.contains(event.target);
    if (event.key === 'Tab' && grid && inside && !event.target.closest('.ag-popup')) {
        event.stopImmediatePropagation();
        grid.inert = true; // as long as the browser looks for the next stop
        setTimeout(openTable);
    }
}

// Sliders: their place is a number from 0 to 200, the input beside them has the value

function sayValue(thumb) {
    const input = thumb.closest('.dial')?.querySelector('input:not([type="hidden"])');
    if (input?.value && thumb.getAttribute('aria-valuetext') !== input.value) {
        thumb.setAttribute('aria-valuetext', input.value);
    }
}

new MutationObserver((changes) => {
    const moved = changes.map(({target}) => target).filter((target) => target instanceof Element);
    moved.filter((target) => target.matches('.dial-slider [role="slider"]')).forEach(sayValue);
}).observe(document.documentElement, {subtree: true, attributes: true, attributeFilter: ['aria-valuenow']});

// Explanations

/** @type {HTMLElement | null} */
let bubble = null;
/** @type {Element | null} */
let explained = null;

function hide() {
    bubble?.remove();
    explained?.removeAttribute('aria-describedby');
    bubble = null;
    explained = null;
}

function show(target) {
    if (explained === target) {
        return;
    }
    hide();
    const text = target.getAttribute('data-explain');
    if (text) {
        explained = target;
        const made = /** @type {HTMLElement} */ (addElement(document.body, 'div', 'explanation'));
        made.id = 'explanation';
        made.setAttribute('role', 'tooltip');
        made.textContent = text;
        target.setAttribute('aria-describedby', made.id);
        const box = target.getBoundingClientRect();
        const {offsetWidth: width, offsetHeight: height} = made;
        const below = box.bottom + 6 + height < window.innerHeight;
        made.style.left = `${Math.max(EDGE, Math.min(box.left, window.innerWidth - width - EDGE))}px`;
        made.style.top = `${below ? box.bottom + 6 : Math.max(EDGE, box.top - 6 - height)}px`;
        bubble = made;
    }
}

const explainedAt = (event) => event.target instanceof Element && event.target.closest(EXPLAINED);

document.addEventListener('click', skip);
document.addEventListener('keydown', leaveTable, true);
document.addEventListener(
    'keydown',
    (event) => {
        if (event.key === 'Escape' && bubble) {
            // what a button did is undone at the same press
            if (!explained?.matches('button')) {
                event.stopImmediatePropagation();
            }
            hide();
        }
    },
    true
);
document.addEventListener('focusin', (event) => {
    if (event.target instanceof Element && event.target.matches('.dial-slider [role="slider"]')) {
        sayValue(event.target);
    }
});
for (const kind of ['pointerover', 'focusin', 'click']) {
    document.addEventListener(kind, (event) => {
        const target = explainedAt(event);
        if (target) {
            show(target);
        } else if (kind !== 'focusin' || explained !== document.activeElement) {
            hide();
        }
    });
}
window.addEventListener('scroll', hide, {capture: true, passive: true});
