/*
 * What is cut off at an edge of a part that scrolls fades out there, so that one sees that there is more. The part gets
 * the classes `more-left`, `more-right` and `more-below`, and the property `--beyond` with the pixels that are hidden
 * to the right.
 */

const SCROLLED = '.linked-wide, .parameters-box, .group-cards, .view-legend, .ag-center-cols-viewport';
const SLACK = 3; // pixels that nobody misses

function mark(box) {
    const {scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight} = box;
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
            document.querySelectorAll(SCROLLED).forEach(mark);
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
