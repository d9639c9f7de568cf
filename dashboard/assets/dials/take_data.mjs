/*
 * Data that are taken to the risk page: the server says which design they are like, the dials are turned to it, and the
 * line that says so goes once a dial is turned elsewhere.
 */

import {ask} from '../linked/remote.mjs';
import {setProps} from '../shared/dash.mjs';
import {setText} from '../shared/elements.mjs';
import {ids, pages} from '../shared/facts.mjs';

/** @type {Record<string, any> | null} */
let taken = null; // the fields that were taken from data and are said to be
let arrived = false; // whether the dials have stood as they were taken

/** @param {(fields: Record<string, any>) => void} setDials */
export async function takeInto(setDials) {
    const answer = await ask('risk/design', {});
    taken = null;
    setText(
        document.getElementById(ids.RISK_TAKEN),
        answer?.words ?? 'The server did not answer; try again.'
    );
    window.location.hash = `#${pages[1]}`;
    if (answer?.sizes) {
        taken = answer.fields;
        arrived = false;
        setDials(answer.fields);
        setProps(ids.SIZE_RULE, {value: answer.sizes});
    }
}

/** @param {Record<string, any>} current the design as the dials stand */
export function forgetTaken(current) {
    const fields = Object.entries(taken ?? {});
    if (fields.length && fields.every(([name, value]) => String(current[name]) === String(value))) {
        arrived = true;
    } else if (taken && arrived) {
        taken = null;
        setText(document.getElementById(ids.RISK_TAKEN), '');
    }
}
