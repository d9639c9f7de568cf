/* Linked views: the table. A row pointed at or clicked lights the plots; lit groups are marked by a stylesheet rule. */
import {ids} from '../shared/facts.mjs';
import {gridApi, isTableDrawn} from '../shared/grid.mjs';

const MOST_RULES = 500;
const WAIT = 100; // milliseconds without a change before rows are asked about

export function createTable(state, fetched) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    const litSheet = new CSSStyleSheet();
    const hoverSheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, litSheet, hoverSheet];
    let drawnLit = null;
    let drawnHover;
    let grid = null;

    function keyOf(target) {
        const row = target instanceof Element && target.closest(`#${ids.TABLE} .ag-row[row-id]`);
        return row ? Number(row.getAttribute('row-id')) : undefined;
    }

    function onOver(event) {
        const key = keyOf(event.target);
        if (key !== undefined) {
            state.point(key, ids.TABLE);
        }
    }

    /**
     * Rows that have come into sight: who they are is asked before one is pointed at. A grid that has come shows who was
     * picked before.
     */
    function scan() {
        const api = isTableDrawn() ? gridApi() : grid;
        if (api !== grid) {
            grid = api;
            if (state.picked.length) {
                reveal(state.picked.at(-1));
            }
        }
        if (fetched.anySparse()) {
            clearTimeout(timer);
            timer = setTimeout(() => {
                const rows = document.querySelectorAll(`#${ids.TABLE} .ag-row[row-id]`);
                fetched.need([...new Set(Array.from(rows, keyOf))].filter(Number.isFinite));
            }, WAIT);
        }
    }

    function onOut(event) {
        if (keyOf(event.target) !== undefined && keyOf(event.relatedTarget) === undefined) {
            state.leave(ids.TABLE);
        }
    }

    function onClick(event) {
        const key = keyOf(event.target);
        if (key !== undefined && !event.target.closest('a, button, input')) {
            state.pick(key, ids.TABLE, event.ctrlKey || event.metaKey || event.shiftKey);
        }
    }

    function onPress(event) {
        if (event.shiftKey && keyOf(event.target) !== undefined) {
            event.preventDefault(); // Shift adds a group: it would mark the text of all rows between
        }
    }

    function onKey(event) {
        const key = event.key === 'Enter' ? keyOf(event.target) : undefined;
        if (key !== undefined && event.target.classList.contains('ag-cell')) {
            state.pick(key, ids.TABLE, event.shiftKey);
        }
    }

    document.addEventListener('mouseover', onOver);
    document.addEventListener('mouseout', onOut);
    document.addEventListener('focusin', onOver);
    document.addEventListener('focusout', onOut);
    document.addEventListener('mousedown', onPress);
    document.addEventListener('click', onClick);
    document.addEventListener('keydown', onKey);

    function rule(keys, look) {
        const rows = keys.slice(0, MOST_RULES).map((key) => `#${ids.TABLE} .ag-row[row-id="${Number(key)}"]`);
        return rows.length ? `${rows.join(',')}{${look}}` : '';
    }

    function draw() {
        if (state.lit !== drawnLit) {
            drawnLit = state.lit;
            litSheet.replaceSync(
                rule(
                    drawnLit,
                    'background-color:var(--linked-row);box-shadow:inset 3px 0 var(--linked-accent)'
                )
            );
        }
        const hover = state.hover ? state.hover.key : undefined;
        if (hover !== drawnHover) {
            drawnHover = hover;
            hoverSheet.replaceSync(
                rule(hover === undefined ? [] : [hover], 'background-color:var(--linked-row-hover)')
            );
        }
    }

    /**
     * Scrolls a group into view. The infinite row model knows only the rows it has loaded; for the others the
     * display order gives the place, as long as the user has neither sorted nor filtered the table.
     */
    function reveal(key) {
        const api = gridApi();
        if (!api) {
            return;
        }
        const node = api.getRowNode(String(key));
        const untouched = !api.isAnyFilterPresent() && !api.getColumnState().some((column) => column.sort);
        if (node && node.displayed !== false && node.rowIndex !== null) {
            api.ensureIndexVisible(node.rowIndex);
        } else if (!node && untouched && api.getGridOption('rowModelType') === 'infinite') {
            api.ensureIndexVisible(state.positionOf(key), 'middle');
        }
    }

    return {draw, reveal, scan};
}
