/* Words that several parts of the page need. */

/** "1 row", "1,200 rows". */
export function counted(number, one, many) {
    return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
