/*
 * The place to drop or choose a file: fills the empty element #upload-zone whenever the page shows one, sends the
 * file as the body of a PUT, and tells the page by writing {token, name, at} to the store "uploaded", or to "refused"
 * where it cannot be read as it is.
 *
 * What goes on is held in `state`, apart from the elements, so that an upload outlives a zone that is drawn anew.
 * The attribute data-max-bytes of the zone is the server's cap, checked here before a byte is sent; data-also holds
 * the ends of the names of further files, which plugins read.
 */

import {setProps} from '../shared/dash.mjs';
import {setText} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {counted} from '../shared/words.mjs';

const DRAGGING = 'upload-dragging';

const idle = {phase: 'idle', status: '', error: '', sent: 0, total: 0};
let state = idle;
/** @type {XMLHttpRequest | null} */
let request = null;
/** @type {ReturnType<typeof buildView> | null} */
let view = null;

// Words

/**
 * @param {number} bytes
 * @returns {[string, number]}
 */
function unitFor(bytes) {
    /** @type {[string, number][]} */
    const units = [
        ['GB', 2 ** 30],
        ['MB', 2 ** 20],
        ['kB', 2 ** 10],
    ];
    return units.find(([, least]) => bytes >= least) || ['bytes', 1];
}

function inWords(bytes) {
    const [unit, size] = unitFor(bytes);
    return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}

function progressInWords() {
    const percent = Math.floor((100 * state.sent) / Math.max(state.total, 1));
    const [unit, size] = unitFor(state.total);
    const [sent, total] = [state.sent, state.total].map((bytes) => (bytes / size).toFixed(1));
    return `${percent}% \u00b7 ${sent} of ${total} ${unit}`;
}

// Elements

function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text || '';
    return made;
}

function buildInput() {
    const input = element('input', 'upload-input');
    input.type = 'file';
    input.id = ids.UPLOAD_INPUT;
    input.addEventListener('change', () => {
        const file = input.files[0];
        input.value = ''; // or choosing the same file again would be no change
        if (file) {
            send(file);
        }
    });
    return input;
}

function buildLabel(also) {
    const label = element('label', 'upload-drop');
    label.htmlFor = ids.UPLOAD_INPUT;
    label.append('Drop a file ', element('br', ''), 'or ', element('span', 'upload-choose', 'choose one'));
    label.append(element('span', 'upload-also', 'CSV, Excel, SPSS, Stata, SAS, R, Parquet'));
    if (also) {
        label.append(element('span', 'upload-also', `also ${also}`));
    }
    return label;
}

function buildProgress() {
    const row = element('div', 'upload-progress');
    const bar = element('progress', 'upload-bar');
    bar.max = 1;
    bar.setAttribute('aria-label', 'Upload');
    const amount = element('span', 'upload-amount');
    const cancel = element('button', 'upload-cancel', 'Cancel');
    cancel.type = 'button';
    cancel.addEventListener('click', cancelUpload);
    row.append(bar, amount, cancel);
    return {row, bar, amount};
}

function buildView(zone) {
    const input = buildInput();
    const progress = buildProgress();
    const status = element('p', 'upload-status');
    status.setAttribute('role', 'status');
    const error = element('p', 'upload-error');
    error.setAttribute('role', 'alert');
    zone.classList.add('upload');
    zone.replaceChildren(input, buildLabel(zone.dataset.also), status, progress.row, error);
    return {zone, input, progress, status, error};
}

function paint() {
    if (!view) {
        return;
    }
    const {progress, status, error} = view;
    const sending = state.phase === 'sending';
    progress.row.hidden = !sending && state.phase !== 'reading';
    progress.amount.textContent = sending ? progressInWords() : '';
    if (sending) {
        progress.bar.value = state.sent / Math.max(state.total, 1);
    } else {
        progress.bar.removeAttribute('value'); // under way, nobody knows how far
    }
    setText(status, state.status);
    setText(error, state.error);
}

function update(change) {
    state = {...state, ...change};
    paint();
}

/** Says why nothing is sent. */
export function refuse(sentence) {
    update({error: sentence, status: request ? state.status : ''});
}

// Sending

/** Whether the page has a place for files. */
export function hasZone() {
    return Boolean(view);
}

/**
 * Sends a file, and says `remark` once it is in.
 * @param {File} file
 * @param {string} [remark]
 */
export function send(file, remark = '') {
    const cap = Number(view?.zone.dataset.maxBytes);
    if (cap && file.size > cap) {
        refuse(
            `${file.name} has ${inWords(file.size)} and this server takes at most ${inWords(cap)}; ` +
                'keep only the columns you need, or save it as Parquet.'
        );
        return;
    }
    dropRequest();
    const xhr = new XMLHttpRequest();
    request = xhr;
    xhr.upload.onprogress = (event) => update({sent: event.loaded});
    xhr.upload.onload = () => update({phase: 'reading', status: `Reading ${file.name}\u2026`});
    xhr.onload = () => finish(xhr, file, remark);
    xhr.onerror = () => fail('The connection to the server was lost, or the file has changed; try it again.');
    xhr.open('PUT', `/upload?${new URLSearchParams({name: file.name})}`);
    xhr.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    update({...idle, phase: 'sending', total: file.size, status: `Uploading ${file.name}\u2026`});
    xhr.send(file);
}

function finish(xhr, file, remark) {
    const answer = parsed(xhr.responseText);
    if (xhr.status === 422 && answer.token) {
        request = null;
        settle({}); // it was kept: its panel says why it cannot be read, and takes how it is to be
        setProps(ids.REFUSED, {data: {token: answer.token, at: Date.now()}});
        return;
    }
    if (xhr.status !== 200 || !answer.token) {
        fail(answer.error || sentenceFor(xhr.status));
        return;
    }
    request = null;
    const size = `${counted(answer.rows, 'row', 'rows')}, ${counted(answer.columns, 'column', 'columns')}`;
    settle({status: `${file.name} is open: ${size}. ${remark}`.trim()});
    const data = {token: answer.token, name: answer.name, at: Date.now()};
    setProps(ids.UPLOADED, {data});
}

function fail(sentence) {
    request = null;
    settle({error: sentence});
}

function cancelUpload() {
    dropRequest();
    settle({status: 'Upload cancelled.'});
}

function dropRequest() {
    if (request) {
        request.onerror = null;
        request.abort();
        request = null;
    }
}

function settle(outcome) {
    const cancelHasFocus = view?.progress.row.contains(document.activeElement);
    update({...idle, ...outcome});
    if (cancelHasFocus) {
        view?.input.focus({preventScroll: true}); // the button is gone, its focus should not be
    }
}

function parsed(text) {
    try {
        return JSON.parse(text) || {};
    } catch {
        return {}; // a proxy on the way may answer with a page of its own
    }
}

function sentenceFor(status) {
    return status === 413
        ? 'The file is larger than the server takes; keep only the columns you need, or save it as Parquet.'
        : `The server could not take the file (status ${status}); try it again.`;
}

// Dropping, anywhere on the page

function bringsFiles(event) {
    return Boolean(view) && Array.from(event.dataTransfer ? event.dataTransfer.types : []).includes('Files');
}

function showDragging(shown) {
    document.documentElement.classList.toggle(DRAGGING, shown);
}

function holdsFolder(transfer) {
    return Array.from(transfer.items).some((item) => {
        const entry = item.webkitGetAsEntry ? item.webkitGetAsEntry() : null;
        return Boolean(entry?.isDirectory);
    });
}

function onDrag(event) {
    if (bringsFiles(event)) {
        event.preventDefault(); // or the browser would leave the page to show the file
        event.dataTransfer.dropEffect = 'copy';
        showDragging(true);
    }
}

function onLeave(event) {
    if (!event.relatedTarget) {
        // out of the window, not just from one element to the next
        showDragging(false);
    }
}

function onDrop(event) {
    showDragging(false);
    if (!bringsFiles(event)) {
        return;
    }
    event.preventDefault();
    const {files} = event.dataTransfer;
    if (holdsFolder(event.dataTransfer)) {
        refuse('That is a folder; open it and drop one file.');
    } else if (files.length !== 1) {
        refuse(`Those are ${files.length} files; drop one file at a time.`);
    } else {
        send(files[0]);
    }
}

// Finding the zone

function attach() {
    const zone = document.getElementById(ids.UPLOAD_ZONE);
    if (!zone) {
        view = null;
    } else if (!view || view.zone !== zone || !zone.contains(view.input)) {
        view = buildView(zone);
        paint();
    }
}

window.addEventListener('dragenter', onDrag);
window.addEventListener('dragover', onDrag);
window.addEventListener('dragleave', onLeave);
window.addEventListener('drop', onDrop);
new MutationObserver(attach).observe(document.documentElement, {childList: true, subtree: true});
attach();
