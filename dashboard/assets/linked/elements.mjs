/* Linked views: new elements of the overlay. */

export const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';

/** Appends a new element of a name space to another, and returns it. */
export function addElement(parent, tag, className, space = HTML) {
    const made = document.createElementNS(space, tag);
    made.setAttribute('class', className);
    parent.append(made);
    return made;
}
