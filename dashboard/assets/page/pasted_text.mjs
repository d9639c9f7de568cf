/* What pasted text is called, and why it may be no table. */

const NAME = 'pasted cells';

/** What the next ones are called beside files of these names: "pasted cells", "pasted cells 2", ... */
export function nameOfPaste(names) {
    const taken = names.map((name) => name.match(/^pasted cells(?: (\d+))?$/)).filter(Boolean);
    const last = Math.max(0, ...taken.map((found) => Number(found[1] || 1)));
    return last ? `${NAME} ${last + 1}` : NAME;
}

/** Why a text is no table, in a sentence; empty where it may be one. */
export function whyNoTable(text) {
    if (!text.trim()) {
        return 'The clipboard holds no cells: copy a table with its line of column names, and paste again.';
    }
    if (!/[\r\n]/.test(text.trim())) {
        return 'What was pasted is one line: copy the column names and the rows below them, and paste again.';
    }
    return '';
}
