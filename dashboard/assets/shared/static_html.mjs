/* The component of pages/static_html.py: elements that nothing changes once they are drawn. */

/** A text, or [tag, attributes, elements] as React draws it; `key` is its place among its neighbours. */
function drawn(element, key) {
    if (typeof element === 'string') {
        return element;
    }
    const [tag, attributes, elements] = element;
    return React.createElement(tag, {...attributes, key}, ...elements.map(drawn));
}

/** Draws `elements` without a box around them. */
export function StaticHtml({elements}) {
    return React.createElement(React.Fragment, null, ...elements.map(drawn));
}
