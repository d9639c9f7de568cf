/* The component of pages/once_shown.py. In its place stands a thin line, which has a size as soon as it shows. */

export function OnceShown({children}) {
    const [shown, setShown] = React.useState(false);
    const line = React.useRef(/** @type {HTMLElement | null} */ (null));
    React.useEffect(() => {
        const sizes = new ResizeObserver(([{contentRect}]) => {
            if (contentRect.height) {
                sizes.disconnect();
                setShown(true);
            }
        });
        sizes.observe(/** @type {HTMLElement} */ (line.current));
        return () => sizes.disconnect();
    }, []);
    return shown
        ? React.createElement(React.Fragment, null, children)
        : React.createElement('span', {ref: line, style: {display: 'block', minHeight: '1px'}});
}
