/*
 * The lesson's buttons: the dials are set as their preset does it, and the comparison shows what they draw.
 */
import {context, noUpdate, setProps} from '../shared/dash.mjs';

export function openModel() {
    const [{value, prop_id: pressed}] = context().triggered;
    if (value) {
        const {id} = JSON.parse(pressed.replace(/\.n_clicks$/, ''));
        setProps('sources', {value: 'simulate'});
        document.getElementById(JSON.stringify({id, type: 'preset'})).click();
        window.location.hash = '#compare';
    }
    return noUpdate();
}
