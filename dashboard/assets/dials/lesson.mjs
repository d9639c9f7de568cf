/*
 * The lesson's buttons: the dials are set as their preset does it, and the comparison shows what they draw.
 */

import {context, noUpdate, setProps} from '../shared/dash.mjs';
import {ids, kinds, pages} from '../shared/facts.mjs';

export function openModel() {
    const [{value, prop_id: pressed}] = context().triggered;
    if (value) {
        const {id} = JSON.parse(pressed.replace(/\.n_clicks$/, ''));
        setProps(ids.SOURCES, {value: ids.SIMULATE});
        document.getElementById(JSON.stringify({id, type: kinds.preset_button}))?.click();
        window.location.hash = `#${pages[0]}`;
    }
    return noUpdate();
}
