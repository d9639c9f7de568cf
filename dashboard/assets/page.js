/*
 * What the page does in the browser besides linking: theme, figures, pictures to save, the rail on small screens,
 * the entries of the column pickers.
 */
(function () {
    'use strict';

    const dash = (window.dash_clientside = window.dash_clientside || {});
    const LOOK = 'prefers-color-scheme: dark';
    const PICTURE = {svg: {scale: 1}, png: {scale: 2}};
    const FALLBACK_SIZE = {width: 900, height: 600};

    /** The theme that was chosen before, else that of the system; the button turns it around. */
    function chooseTheme(clicks, chosen) {
        const system = window.matchMedia(`(${LOOK})`).matches ? 'dark' : 'light';
        const now = chosen === 'dark' || chosen === 'light' ? chosen : system;
        const pressed = dash.callback_context.triggered_id === 'theme-toggle' && clicks > 0;
        const theme = pressed ? (now === 'dark' ? 'light' : 'dark') : now;
        return [theme, pressed ? theme : dash.no_update, theme];
    }

    /** Each view's new figure, with the zoom that the user has chosen. */
    function drawViews(figures) {
        const wanted = dash.callback_context.outputs_list.map((output) => output.id);
        return wanted.map((id) => (figures && figures[id] ? dash.blupboard.withZoom(figures[id], id) : dash.no_update));
    }

    /** Save one view as SVG or PNG, on a ground of the theme's colour. */
    function savePicture(clicks, dataset) {
        const pressed = dash.callback_context.triggered_id;
        const box = pressed && clicks.some((n) => n > 0) ? document.getElementById(pressed.view) : null;
        const graph = box && box.querySelector('.js-plotly-plot');
        if (graph) {
            const name = String((dataset && dataset.name) || 'blupboard').replace(/\.[^.]*$/, '');
            const ground = getComputedStyle(document.body).getPropertyValue('--ground-panel').trim();
            const layout = Object.assign({}, graph.layout, {paper_bgcolor: ground, plot_bgcolor: ground});
            const size = {width: graph.offsetWidth || FALLBACK_SIZE.width, height: graph.offsetHeight || FALLBACK_SIZE.height};
            window.Plotly.downloadImage(
                {data: graph.data, layout: layout},
                Object.assign({format: pressed.kind, filename: `${name}-${pressed.view.replace('view-', '')}`}, size, PICTURE[pressed.kind])
            );
        }
        return dash.no_update;
    }

    /** Show or hide the rail where the screen has no room for both. */
    function toggleRail() {
        showRail(!document.body.classList.contains('rail-open'));
        return dash.no_update;
    }

    /** Open a list that is there already; the click on its line is all it takes. */
    function openList() {
        return true;
    }

    function showRail(open) {
        document.body.classList.toggle('rail-open', open);
        const button = document.getElementById('rail-toggle');
        if (button) {
            button.setAttribute('aria-expanded', String(open));
        }
        if (open) {
            document.querySelector('#rail button, #rail input').focus();
        }
    }

    document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && document.body.classList.contains('rail-open')) {
            showRail(false);
            document.getElementById('rail-toggle').focus();
        }
    });

    document.addEventListener('click', (event) => {
        const outside = !event.target.closest('#rail, #rail-toggle, [data-portal]');
        if (outside && document.body.classList.contains('rail-open')) {
            showRail(false);
        }
    });

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
                [element, ...inside].filter((box) => box.matches('div[aria-haspopup], div[aria-expanded]')).forEach(tellTheButton);
            }
        }
    }).observe(document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['aria-expanded']});

    /** A column with what is in it, or why it will not do. */
    function columnOption({option}) {
        const line = (className, text) => React.createElement('span', {className: className, key: className}, text);
        const parts = [line('column-name', option.label), line('column-facts', option.facts)];
        if (option.examples) {
            parts.push(line('column-examples', option.examples));
        }
        if (option.why_not) {
            parts.push(line('column-why', `Not usable: ${option.why_not}`));
        }
        return React.createElement('span', {className: 'column-option'}, parts);
    }

    dash.blupboard = Object.assign(dash.blupboard || {}, {chooseTheme, drawViews, openList, savePicture, toggleRail});
    window.dashMantineFunctions = Object.assign(window.dashMantineFunctions || {}, {columnOption});
})();
