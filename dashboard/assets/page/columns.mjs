/* The entries of the column pickers. */

/** A column with what is in it, or why it will not do. */
export function columnOption({option}) {
    const line = (className, text) =>
        React.createElement('span', {className: className, key: className}, text);
    const parts = [line('column-name', option.label), line('column-facts', option.facts)];
    if (option.examples) {
        parts.push(line('column-examples', option.examples));
    }
    if (option.why_not) {
        parts.push(line('column-why', `Not usable: ${option.why_not}`));
    }
    return React.createElement('span', {className: 'column-option'}, parts);
}
