/*
 * What is cut off at an edge of a part that scrolls fades out there, so that one sees that there is more. The part gets
 * the classes `more-left`, `more-right` and `more-below`, and the property `--beyond` with the pixels that are hidden
 * to the right.
 */

const SCROLLED = '.linked-wide, .parameters-box, .group-cards, .view-legend, .ag-center-cols-viewport';
const SLACK = 3; // pixels that nobody misses

/** All boxes are measured before the first is marked: each mark would have the next measure lay out the page again. */
function markAll() {
    const boxes = [...document.querySelectorAll(SCROLLED)];
    const sizes = boxes.map(
        ({scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight}) => ({
            scrollLeft,
            scrollTop,
            scrollWidth,
            scrollHeight,
            clientWidth,
            clientHeight,
        })
    );
    boxes.forEach((box, i) => {
        mark(box, sizes[i]);
    });
}

function mark(box, {scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight}) {
    const beyond = Math.max(scrollWidth - clientWidth - scrollLeft, 0);
    const sideways = box.matches('.view-legend') ? 0 : beyond;
    box.classList.toggle('more-left', scrollLeft > SLACK);
    box.classList.toggle('more-right', sideways > SLACK);
    box.classList.toggle(
        'more-below',
        box.matches('.view-legend') && scrollHeight - clientHeight - scrollTop > SLACK
    );
    box.style.setProperty('--beyond', `${sideways}px`);
}

let asked = false;

/** Looks at every part in the next frame. */
function lookAgain() {
    if (!asked) {
        asked = true;
        requestAnimationFrame(() => {
            asked = false;
            markAll();
        });
    }
}

document.addEventListener('scroll', lookAgain, {capture: true, passive: true});
window.addEventListener('resize', lookAgain);

// A part gets its size, or what is in it another one, as boxes on the page come and change; its text alone says nothing.
new MutationObserver((changes) => {
    const inside = changes.map(({target}) => target).filter((target) => target instanceof Element);
    if (inside.some((target) => target.closest('main') && !target.closest('.linked-overlay'))) {
        lookAgain();
    }
}).observe(document.documentElement, {subtree: true, childList: true});
