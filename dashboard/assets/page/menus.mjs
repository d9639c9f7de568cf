/* Menus: what a screen reader hears of their buttons. */

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
