/*
 * Linked views: point at a group in one plot or in the table and it lights up in all of them, in the browser alone.
 *
 * This file wires the parts together; each keeps to one thing and none runs before the page is there:
 *   linked_state     which groups are pointed at, picked, found     linked_views    graphs, pointer, keyboard
 *   linked_geometry  pixels, nearest mark, label places             linked_overlay  the drawing over a graph
 *   linked_paths     bands, lines, marks and rings as path data     linked_labels   the labels beside lit groups
 *   linked_text      words and numbers                              linked_detail   names and intervals when zoomed in
 *   linked_zoom      the zoom outlives new figures                  linked_lasso    box and lasso
 *   linked_table, linked_search
 *
 * The page's side: graphs inside `div.linked-view`, traces with `meta.groups`, the stores "groups-index",
 * "view-window" and "view-detail", the grid "table", the input "find-group", the live region "link-status".
 */
(function () {
    'use strict';

    const linked = (window.blupboardLinked = window.blupboardLinked || {});
    const STATUS_ID = 'link-status';
    let running = null;

    function start() {
        const state = linked.createState((cause, detail) => changed(cause, detail));
        const views = linked.createViews(state, schedule);
        const table = linked.createTable(state);
        const search = linked.createSearch(state);
        let due = false;

        /** One drawing a frame, however many things have changed. */
        function schedule() {
            if (!due) {
                due = true;
                requestAnimationFrame(() => {
                    due = false;
                    const tasks = views.drawable.flatMap((view) => linked.overlay.draw(view, state));
                    linked.labels.place(tasks);
                    table.draw();
                });
            }
        }

        function changed(cause, detail) {
            schedule();
            if (cause === 'index') {
                linked.detail.forget();
                views.refreshAll();
            } else if (cause === 'picked' && detail !== 'table' && state.picked.length === 1) {
                table.reveal(state.picked[0]);
            } else if (cause === 'step') {
                table.reveal(state.hover.key);
            } else if (cause === 'clear') {
                search.empty();
            }
            if (cause !== 'hover') {
                say(statusText(cause, detail));
            }
        }

        function statusText(cause, detail) {
            const {text} = linked;
            if (cause === 'step') {
                return text.stepText(state.index, state.hover.key, detail.place, detail.total);
            }
            const found = text.searchText(state.index, state.query, state.found);
            return cause === 'search' && found ? found : text.pickedText(state.index, state.picked) || found;
        }

        function onEscape(event) {
            const elsewhere = event.target instanceof Element && event.target.closest('[role="dialog"], [role="listbox"], [role="menu"]');
            if (event.key === 'Escape' && !event.defaultPrevented && !elsewhere) {
                state.clear();
            }
        }

        document.addEventListener('keydown', onEscape);
        let scanning = false;
        new MutationObserver(() => {
            if (!scanning) {
                scanning = true;
                requestAnimationFrame(() => {
                    scanning = false;
                    views.scan();
                });
            }
        }).observe(document.body, {childList: true, subtree: true});
        views.scan();
        return {state, schedule};
    }

    function say(text) {
        const line = document.getElementById(STATUS_ID);
        if (line && line.textContent !== text) {
            line.textContent = text;
        }
    }

    function ready() {
        running = running || start();
        return running;
    }

    // What the page's clientside callbacks call

    function setIndex(data) {
        ready().state.setIndex(data);
        return window.dash_clientside.no_update;
    }

    function setDetail(data) {
        linked.detail.setDetail(data, ready().state.index);
        ready().schedule();
        return window.dash_clientside.no_update;
    }

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.blupboard = {
        ...window.dash_clientside.blupboard,
        setIndex,
        setDetail,
        withZoom: (figure, graphId) => linked.zoom.withZoom(figure, graphId),
    };

    if (document.readyState === 'loading') {
        document.addEventListener('DOMContentLoaded', ready);
    } else {
        ready();
    }
})();
