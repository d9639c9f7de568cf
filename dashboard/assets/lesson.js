/*
 * The lesson's buttons: the dials are set as their preset does it, and the comparison shows what they draw.
 */
(function () {
    'use strict';

    const dash = (window.dash_clientside = window.dash_clientside || {});

    function openModel() {
        const [{value, prop_id: pressed}] = dash.callback_context.triggered;
        if (value) {
            const {id} = JSON.parse(pressed.replace(/\.n_clicks$/, ''));
            dash.set_props('sources', {value: 'simulate'});
            document.getElementById(JSON.stringify({id, type: 'preset'})).click();
            window.location.hash = '#compare';
        }
        return dash.no_update;
    }

    dash.blupboard = Object.assign(dash.blupboard || {}, {openModel});
})();
