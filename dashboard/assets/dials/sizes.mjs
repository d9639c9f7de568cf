/* The rule for the groups' sizes, and the text that stands for it. */
import {noUpdate} from '../shared/dash.mjs';

/** The text that a rule for the sizes begins with. */
export function chooseSizes(rule, text, groups) {
    const typed = String(text);
    const is = {huge: typed === 'one-huge', list: typed.includes(','), drawn: typed.startsWith('~'), equal: /^\d+$/.test(typed), range: /^\d+-\d+$/.test(typed)};
    if (is[rule]) {
        return noUpdate();
    }
    const numbers = (typed.match(/\d+/g) || ['10']).map(Number);
    const high = Math.max(...numbers);
    const low = numbers.length > 1 ? Math.min(...numbers) : Math.min(2, high);
    const list = Array.from({length: Math.min(groups || 5, 500)}, (_, i) => [5, 10, 20][i % 3]).join(',');
    return {equal: String(high), range: `${low}-${high}`, drawn: `~${low}-${high}`, huge: 'one-huge', list}[rule];
}
