/* The table's grid, as its maker lets it be driven. */
import {ids} from './facts.mjs';

/** The grid of the table; null where there is none. */
export function gridApi() {
    const api = document.getElementById(ids.TABLE) ? window.dash_ag_grid?.getApi?.(ids.TABLE) : null;
    return api && !api.isDestroyed() ? api : null;
}

/** Which columns the table shows from left to right, how it is sorted and what it is filtered by. */
export function tableState() {
    const api = gridApi();
    if (!api) {
        return {};
    }
    const shown = api.getAllDisplayedColumns().map((column) => column.getColId());
    const sorted = api
        .getColumnState()
        .filter((column) => column.sort)
        .sort((one, other) => (one.sortIndex ?? 0) - (other.sortIndex ?? 0));
    return {
        columns: shown,
        sortModel: sorted.map(({colId, sort}) => ({colId, sort})),
        filterModel: api.getFilterModel(),
    };
}
