/*
 * Cells that are pasted: anywhere but into a text field, or into the box for them. They go the way of a file, as the
 * text that the spreadsheet put on the clipboard (tabs between cells).
 */

import {elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {nameOfPaste, whyNoTable} from './pasted_text.mjs';
import {hasZone, refuse, send} from './upload.mjs';

const AS_SHOWN = 'Cells come as the spreadsheet shows them: where it rounds, drop the file itself.';
const NO_TEXT = ['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'];

function takesText(target) {
    const field =
        target instanceof Element ? target.closest('input, textarea, [contenteditable="true"]') : null;
    if (field instanceof HTMLInputElement) {
        return !field.readOnly && !field.disabled && !NO_TEXT.includes(field.type);
    }
    return Boolean(field);
}

function open(text) {
    const problem = whyNoTable(text);
    if (problem) {
        refuse(problem);
        return false;
    }
    const names = elements(`#${ids.MY_FILES} .file-name`).map((button) => button.textContent || '');
    send(new File([text], nameOfPaste(names), {type: 'text/tab-separated-values'}), AS_SHOWN);
    return true;
}

function box() {
    return /** @type {HTMLTextAreaElement | null} */ (document.getElementById(ids.PASTE_BOX));
}

function showOpenButton() {
    const button = document.getElementById(ids.PASTE_OPEN);
    if (button) {
        button.hidden = !box()?.value;
    }
}

function onPaste(event) {
    if (!hasZone() || !event.clipboardData || (event.target !== box() && takesText(event.target))) {
        return;
    }
    event.preventDefault();
    const text = event.clipboardData.getData('text/plain');
    const [file] = event.clipboardData.files;
    if (!text.trim() && file) {
        send(file); // a file that was copied in a file manager
    } else {
        open(text);
    }
}

function onClick(event) {
    const field = box();
    const pressed = event.target instanceof Element && event.target.closest(`#${ids.PASTE_OPEN}`);
    if (pressed && field && open(field.value)) {
        field.value = '';
        showOpenButton();
        field.focus();
    }
}

function onInput(event) {
    if (event.target === box()) {
        showOpenButton();
    }
}

window.addEventListener('paste', onPaste);
window.addEventListener('click', onClick);
window.addEventListener('input', onInput);
