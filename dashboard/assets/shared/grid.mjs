/* The component of pages/table.py, and its grid, as its maker lets it be driven. */
import {ids} from './facts.mjs';

const NEAR = '200px 0px'; // around what is in sight
const GRID = `${ids.TABLE}-grid`;
const LONGEST_WAIT = 5_000; // milliseconds
const LOOK = 100; // milliseconds
const EMPTY_FILTER = ''; // the kit puts any other, its own {} too, in place of what a visitor filters by
const HEARD = ['getRowsRequest', 'getRowsResponse']; // what dash is told of the grid

/**
 * @type {{bring: (near: boolean) => void, isNear: () => boolean, isBehind: () => boolean} | undefined} of the table that
 *     is on the page: what has its grid drawn, whether it is near, and whether it waits with what it was given
 */
let onPage;

/** Of what the grid tells of itself: for all that dash hears it goes through the whole page. */
function heard(changes) {
    return Object.fromEntries(Object.entries(changes).filter(([name]) => HEARD.includes(name)));
}

/** Rows with the columns that came after them; those of other rows are of no use. */
function withRanks(rows, ranks) {
    const columns = Object.entries(ranks ?? {});
    if (!rows || columns.some(([, values]) => values.length !== rows.length)) {
        return rows;
    }
    return rows.map((row, i) => ({...row, ...Object.fromEntries(columns.map(([name, v]) => [name, v[i]]))}));
}

export function Table(props) {
    const rowData = React.useMemo(() => withRanks(props.rowData, props.ranks), [props.rowData, props.ranks]);
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
        let isNear = false;
        const mine = {bring, isNear: () => isNear, isBehind: () => shown.current.props !== given.current};
        onPage = mine;
        const look = (seen) => {
            isNear = Boolean(seen.at(-1)?.isIntersecting);
            bring(isNear);
        };
        const sight = new IntersectionObserver(look, {rootMargin: NEAR});
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
        const {ranks: _ranks, contentKey: _contentKey, ...known} = props;
        const grid = React.createElement(AgGrid, {
            ...known,
            id: GRID,
            rowData,
            filterModel: EMPTY_FILTER,
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

/** Whether the grid shows what the table was given, rows too. */
export function isTableDrawn() {
    const api = gridApi();
    const isFilled =
        api &&
        (!api.getDisplayedRowCount() || api.getDisplayedRowAtIndex(api.getFirstDisplayedRowIndex())?.data);
    return Boolean(isFilled && onPage && !onPage.isBehind());
}

/** Has the table's grid show what it was given, in sight or not; done when it does, or does not in good time. */
export async function bringTable() {
    if (onPage && document.getElementById(ids.TABLE)?.checkVisibility() && !isTableDrawn()) {
        const until = performance.now() + LONGEST_WAIT;
        onPage.bring(true);
        do {
            await new Promise((resolve) => window.setTimeout(resolve, LOOK)); // in which the kit takes it up
        } while (!isTableDrawn() && performance.now() < until);
        onPage.bring(onPage.isNear());
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
