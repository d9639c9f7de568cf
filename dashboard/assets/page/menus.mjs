/* Menus: what a screen reader hears of the kit's buttons, and those of pictures, which are plain elements. */
import {setProps} from '../shared/dash.mjs';
import {elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';

/**
 * The kit wraps what opens a menu in a box, and tells that box instead of the button inside what it opens; a
 * screen reader hears of neither there.
 */
function tellTheButton(box) {
    const button = box.querySelector('button');
    if (button && box.localName === 'div') {
        for (const name of ['aria-haspopup', 'aria-expanded', 'aria-controls']) {
            if (box.hasAttribute(name)) {
                button.setAttribute(name, box.getAttribute(name));
                box.removeAttribute(name);
            }
        }
    }
}

new MutationObserver((changes) => {
    for (const {type, target, addedNodes} of changes) {
        const changed = type === 'attributes' ? [target] : Array.from(addedNodes);
        for (const element of changed.filter((node) => node instanceof Element)) {
            const inside = type === 'attributes' ? [] : element.querySelectorAll('[aria-haspopup]');
            [element, ...inside]
                .filter((box) => box.matches('div[aria-haspopup], div[aria-expanded]'))
                .forEach(tellTheButton);
        }
    }
}).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['aria-expanded'],
});

function openMenus() {
    return elements('.save-menu[open]');
}

/** A click beside a menu closes it, one on an entry saves the picture too. */
function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    const entry = target?.closest('button[data-picture]');
    for (const menu of openMenus()) {
        if (entry || !menu.contains(target)) {
            menu.removeAttribute('open');
        }
    }
    if (entry instanceof HTMLElement) {
        const {view, picture: kind} = entry.dataset;
        setProps(ids.PICTURE, {data: {view, kind, asked: event.timeStamp}});
    }
}

function onKey(event) {
    const [menu] = event.key === 'Escape' ? openMenus() : [];
    if (menu) {
        menu.removeAttribute('open');
        menu.querySelector('summary')?.focus();
        event.preventDefault();
    }
}

document.addEventListener('click', onClick);
document.addEventListener('keydown', onKey, true);
