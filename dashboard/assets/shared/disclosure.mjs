/* The component of pages/disclosure.py: a button, and what it opens behind it, without a box around both. */

export function Disclosure({children, icon, label}) {
    const [open, setOpen] = React.useState(false);
    const button = React.useRef(/** @type {HTMLElement | null} */ (null));

    /** Escape closes it, unless something in it has closed by that itself. */
    function onKeyDown(event) {
        if (event.key === 'Escape' && !event.defaultPrevented) {
            event.preventDefault();
            event.stopPropagation();
            setOpen(false);
            button.current?.focus();
        }
    }

    return React.createElement(
        React.Fragment,
        null,
        React.createElement(
            'button',
            {
                type: 'button',
                className: 'disclose',
                'aria-label': label,
                'aria-expanded': open,
                ref: button,
                onClick: () => setOpen(!open),
            },
            React.createElement('img', {src: icon, alt: '', className: 'icon'})
        ),
        open ? React.createElement('div', {className: 'disclosed', onKeyDown}, children) : null
    );
}
