/* The component of pages/table.py, and its grid, as its maker lets it be driven. */
import {ids} from './facts.mjs';

const NEAR = '200px 0px'; // around what is in sight
const GRID = `${ids.TABLE}-grid`;
const LONGEST_WAIT = 5_000; // milliseconds
const HEARD = ['getRowsRequest', 'getRowsResponse']; // what dash is told of the grid

/** @type {{bring: (near: boolean) => void, isBehind: () => boolean} | undefined} */
let onPage; // of the table that is on the page: what has its grid drawn, and whether it waits with what it was given

/** Of what the grid tells of itself: for all that dash hears it goes through the whole page. */
function heard(changes) {
    return Object.fromEntries(Object.entries(changes).filter(([name]) => HEARD.includes(name)));
}

export function Table(props) {
    const place = React.useRef(/** @type {HTMLElement | null} */ (null));
    const given = React.useRef(props);
    const shown = React.useRef({props: /** @type {any} */ (null), grid: /** @type {unknown} */ (null)});
    const [near, bring] = React.useState(false);
    const tell = React.useCallback((changes) => {
        const told = heard(changes);
        if (Object.keys(told).length) {
            given.current.setProps(told);
        }
    }, []);
    React.useEffect(() => {
        const mine = {bring, isBehind: () => shown.current.props !== given.current};
        onPage = mine;
        const sight = new IntersectionObserver((seen) => bring(Boolean(seen.at(-1)?.isIntersecting)), {
            rootMargin: NEAR,
        });
        sight.observe(/** @type {HTMLElement} */ (place.current));
        return () => {
            sight.disconnect();
            onPage = onPage === mine ? undefined : onPage;
        };
    }, []);
    given.current = props;
    if (near && shown.current.props !== props) {
        const dashGridOptions = {
            ...props.dashGridOptions,
            maintainColumnOrder: isRearranged(shown.current.props),
        };
        const style = {height: '100%', width: '100%'};
        const {AgGrid} = /** @type {NonNullable<typeof window.dash_ag_grid>} */ (window.dash_ag_grid);
        const grid = React.createElement(AgGrid, {
            ...props,
            id: GRID,
            dashGridOptions,
            style,
            setProps: tell,
        });
        shown.current = {props, grid};
    }
    const box = {id: props.id, ref: place, style: props.style, 'aria-busy': shown.current.props !== props};
    return React.createElement('div', box, shown.current.grid);
}
Table.dashRenderType = true; // the grid is told what a change comes from

/** The grid of the table; null where there is none, or none yet. */
export function gridApi() {
    const drawn = document.getElementById(GRID)?.querySelector('.ag-root');
    const api = drawn ? window.dash_ag_grid?.getApi(GRID) : null;
    return api && !api.isDestroyed() ? api : null;
}

/** Whether the columns stand in another order than they were given in: one that a visitor has chosen stays. */
function isRearranged(given) {
    const order = gridApi()
        ?.getAllGridColumns()
        .map((column) => column.getColId());
    return Boolean(order && given && order.join() !== given.columnDefs.map(({field}) => field).join());
}

/** Whether there is a table whose grid does not show yet what it was given. */
export function isTableBehind() {
    return Boolean(onPage?.isBehind());
}

/** Has the table's grid show what it was given, in sight or not; done when it does, or does not in good time. */
export async function bringTable() {
    if (isTableBehind()) {
        onPage?.bring(true);
        const late = new Promise((resolve) => window.setTimeout(resolve, LONGEST_WAIT));
        await Promise.race([late, firstRows()]);
    }
}

async function firstRows() {
    const api = await window.dash_ag_grid?.getApiAsync(GRID);
    if (api.getDisplayedRowCount() && !api.getDisplayedRowAtIndex(0)?.data) {
        await new Promise((resolve) => api.addEventListener('firstDataRendered', resolve));
    }
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
