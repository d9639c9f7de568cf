/* Elements of the page: found, made, written to. */

export const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';

/** The elements that a selector finds, in the page's order. */
export function elements(selector) {
    return Array.from(/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector)));
}

/** Appends a new element of a name space to another, and returns it. */
export function addElement(parent, tag, className, space = HTML) {
    const made = document.createElementNS(space, tag);
    made.setAttribute('class', className);
    parent.append(made);
    return made;
}

/** Gives an element a text, unless it has it already: a live region announces every write. */
export function setText(element, text) {
    if (element && element.textContent !== text) {
        element.textContent = text;
    }
}
