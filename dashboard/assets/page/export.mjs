/* What is taken away: the table as it stands, and the page on paper, which is light and whole. */
import {takeWaiting} from '../linked/sight.mjs';
import {inTheme, setTheme, themeOf} from '../linked/theme.mjs';
import {latestFigure, withZoom} from '../linked/zoom.mjs';
import {noUpdate} from '../shared/dash.mjs';
import {addElement, elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {drawGraph} from '../shared/graph.mjs';
import {bringTable, gridApi, isTableDrawn, tableState} from '../shared/grid.mjs';
import {graphIn} from '../shared/plotly.mjs';

const MOST_PRINTED = 1_000; // rows of the table on paper
const NOT_THERE = 'The table was not drawn yet: scroll to it, or print by the menu Export.';
const MAC = navigator.platform.startsWith('Mac');
const SCHEME = 'data-mantine-color-scheme';
const root = document.documentElement;

/** Asks the browser to print, once all that goes on paper is there. */
export function printPage() {
    const closed = new Promise((resolve) => window.setTimeout(resolve, 300)); // the menu closes first
    Promise.all([closed, bringTable()]).then(() => window.print());
    return noUpdate();
}

function onKey(event) {
    const command = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (command && !event.altKey && !event.shiftKey && !event.repeat && event.key === 'p') {
        event.preventDefault();
        printPage();
    }
}

/** The address of the table's file says how the grid shows it when it is asked for; the kit knows an older one. */
function saveTable(event) {
    const link = event.target instanceof Element && event.target.closest(`#${ids.DOWNLOAD_CSV}`);
    if (link instanceof HTMLAnchorElement) {
        event.preventDefault();
        event.stopPropagation();
        elements('.export')[0]?.click(); // closes the menu
        bringTable().then(() => {
            const address = new URL(link.href, document.baseURI);
            address.searchParams.set('table', JSON.stringify(isTableDrawn() ? tableState() : {}));
            window.location.assign(address);
        });
    }
}

/** What waits to come into sight is on paper too, and stays drawn. */
function drawAll() {
    for (const [id, figure] of takeWaiting()) {
        drawGraph(id, figure);
    }
}

function redraw() {
    for (const box of elements('.dash-graph')) {
        const figure = latestFigure(box.id);
        if (figure && graphIn(box)) {
            drawGraph(box.id, inTheme(withZoom(figure, box.id)));
        }
    }
}

/** @type {string | null} */
let schemeBefore = null;

/** The grid's rows as a plain table: on paper nothing scrolls. */
function writeTable() {
    const [api, box] = [gridApi(), document.getElementById(ids.TABLE_BOX)];
    if (box && document.getElementById(ids.TABLE) && !isTableDrawn()) {
        addElement(box, 'p', 'on-paper').textContent = NOT_THERE;
        return;
    }
    if (!api || !box) {
        return;
    }
    const columns = api.getAllDisplayedColumns();
    const table = addElement(box, 'table', 'parameters on-paper');
    const head = addElement(addElement(table, 'thead', ''), 'tr', '');
    for (const column of columns) {
        addElement(head, 'th', '').textContent = column.getColDef().headerName;
    }
    const body = addElement(table, 'tbody', '');
    for (let at = 0; at < Math.min(api.getDisplayedRowCount(), MOST_PRINTED); at++) {
        const rowNode = api.getDisplayedRowAtIndex(at);
        const row = rowNode?.data && addElement(body, 'tr', '');
        for (const colKey of row ? columns : []) {
            const value = api.getCellValue({rowNode, colKey, useFormatter: true});
            addElement(row, 'td', '').textContent = String(value ?? '');
        }
    }
}

function beforePrint() {
    writeTable();
    if (root.getAttribute(SCHEME) === 'dark') {
        schemeBefore = 'dark';
        root.setAttribute(SCHEME, 'light');
        const {palette} = themeOf();
        setTheme('light', palette);
        redraw();
    }
    drawAll();
}

function afterPrint() {
    for (const element of elements('.on-paper')) {
        element.remove();
    }
    if (schemeBefore) {
        root.setAttribute(SCHEME, schemeBefore);
        schemeBefore = null;
        const {palette} = themeOf();
        setTheme('dark', palette);
        redraw();
    }
}

document.addEventListener('click', saveTable, true);
document.addEventListener('keydown', onKey);
window.addEventListener('beforeprint', beforePrint);
window.addEventListener('afterprint', afterPrint);
