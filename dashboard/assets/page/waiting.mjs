/*
 * While the server works for a part of the page, the part has the class `waits`. A stylesheet could ask for that with
 * `:has`, and the browser would then ask again, of all of the part, at each of the thousands of changes of a drawing.
 */

const LOADING = 'data-dash-is-loading'; // dash's own
const WORKING = `[${LOADING}='true']`;
/** @type {[string, string][]} */
const PARTS = [
    ['.comparison', `${WORKING}:not(.more-views *, .table-box *, .conclude *, .card-interval)`],
    ['.conclude', WORKING],
];

function mark() {
    for (const [part, working] of PARTS) {
        for (const box of document.querySelectorAll(part)) {
            box.classList.toggle('waits', box.querySelector(working) !== null);
        }
    }
}

new MutationObserver(mark).observe(document.documentElement, {subtree: true, attributeFilter: [LOADING]});
