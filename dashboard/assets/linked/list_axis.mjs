/*
 * Linked views: the axis of a list that scrolls stays at the foot of its card, where Plotly's own is at the foot of all
 * rows.
 */

import {addElement, setText} from '../shared/elements.mjs';
import {plotArea, ticksOf} from '../shared/plotly.mjs';
import {unescaped} from './text.mjs';

/** Writes the axis of a view; stylesheets show it under a list only. */
export function writeListAxis(view) {
    const area = plotArea(view.gd);
    if (!area || !view.wrapper.classList.contains('linked-list')) {
        return;
    }
    const foot = view.wrapper.querySelector('.list-axis') || addElement(view.wrapper, 'div', 'list-axis');
    foot.setAttribute('aria-hidden', 'true');
    const {ticks, title} = ticksOf(view.gd, 'xaxis');
    const texts = [...ticks, [area.x.length / 2, unescaped(title)]];
    while (foot.childElementCount > texts.length) {
        foot.lastElementChild.remove();
    }
    texts.forEach(([along, text], i) => {
        const line = foot.children[i] || addElement(foot, 'span', '');
        line.className = i === texts.length - 1 ? 'list-axis-title' : '';
        line.style.left = `${Math.round(area.x.offset + along)}px`;
        setText(line, text.replaceAll('<br>', '\n'));
    });
}
