/*
 * Dash as the browser has it. Its renderer makes `window.dash_clientside`; some of what is in there comes with the first
 * callback, so that nothing is kept of it.
 */

/** Where the renderer looks for the functions of one name space. */
function clientside() {
    window.dash_clientside = window.dash_clientside || {};
    return window.dash_clientside;
}

/** Makes functions known to the page's callbacks under a name space. */
export function register(space, functions) {
    clientside()[space] = functions;
}

/** What a callback returns for an output that stays as it is. */
export function noUpdate() {
    return clientside().no_update;
}

/**
 * What has called the callback that runs: `triggered`, `triggered_id`, `inputs_list`, `outputs_list`.
 *
 * @returns {ClientsideContext}
 */
export function context() {
    return /** @type {ClientsideContext} */ (clientside().callback_context);
}

/** Gives a component of the page new properties. */
export function setProps(id, props) {
    clientside().set_props?.(id, props);
}

/** Whether the renderer is there, so that `setProps` can be called. */
export function started() {
    return Boolean(clientside().set_props);
}
