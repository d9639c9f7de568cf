/* Linked views: the search box. Typing lights the matches, the arrow keys step through them, Enter pins one. */
import {ids} from '../shared/facts.mjs';

export function createSearch(state) {
    function box() {
        const found = document.getElementById(ids.FIND);
        return found && (found.matches('input') ? found : found.querySelector('input'));
    }

    function onInput(event) {
        if (event.target === box()) {
            state.search(event.target.value);
        }
    }

    function onKey(event) {
        if (event.target !== box()) {
            return;
        }
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            state.stepMatch(event.key === 'ArrowDown' ? 1 : -1);
            event.preventDefault();
        } else if (event.key === 'Enter' && state.current !== undefined) {
            state.pick(state.current, ids.FIND);
            event.preventDefault();
        }
    }

    document.addEventListener('input', onInput);
    document.addEventListener('keydown', onKey);
    document.addEventListener('focusout', (event) => {
        if (event.target === box()) {
            state.leave('search');
        }
    });

    /** Empties the box as typing would, so that whoever owns its value hears of it. */
    function empty() {
        const input = box();
        if (input?.value) {
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, '');
            input.dispatchEvent(new Event('input', {bubbles: true}));
        }
    }

    return {empty};
}
