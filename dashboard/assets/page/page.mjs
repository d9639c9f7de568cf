/*
 * What the page does in the browser besides linking: theme, pictures to save, the rail on small screens.
 */

import {pinnedMarks} from '../linked/links.mjs';
import {asZoomed, latestFigure} from '../linked/zoom.mjs';
import {context, noUpdate} from '../shared/dash.mjs';
import {elements} from '../shared/elements.mjs';
import {ids} from '../shared/facts.mjs';
import {fullLayout, graphIn, marginsOf, plotArea} from '../shared/plotly.mjs';
import {pictureOf} from './picture.mjs';

const LOOK = 'prefers-color-scheme: dark';
const PICTURE = {svg: {scale: 1}, png: {scale: 2}};
const LIGHT = {ground: '#fff', ink: '#123', faint: '#567', accent: '#06a'};
const MOST_TICKS = 100;
const FALLBACK_SIZE = {width: 900, height: 600};

/** The theme that was chosen before, else that of the system; the button turns it around. */
export function chooseTheme(clicks, chosen) {
    const system = window.matchMedia(`(${LOOK})`).matches ? 'dark' : 'light';
    const now = chosen === 'dark' || chosen === 'light' ? chosen : system;
    const pressed = context().triggered_id === ids.THEME_TOGGLE && clicks > 0;
    const theme = pressed ? (now === 'dark' ? 'light' : 'dark') : now;
    return [theme, pressed ? theme : noUpdate(), theme];
}

/** Save one view as SVG or PNG, with what stands around it; in the theme of the page, or light. */
export function savePicture(wanted, dataset) {
    const box = wanted && document.getElementById(wanted.view);
    const graph = graphIn(box);
    if (graph) {
        const [format, ground] = wanted.kind.split('-');
        const card = box?.closest('.panel');
        const light = ground === 'light';
        const drawn = {data: graph.data, layout: graph.layout};
        const given = light ? asZoomed(latestFigure(wanted.view), wanted.view) : null;
        const {figure, width, height} = pictureOf(given || drawn, {
            title: card?.querySelector('h2')?.textContent || '',
            subtitle: card?.querySelector('.subtitle')?.textContent || '',
            source: `${document.getElementById(ids.DATASET_CHIP)?.textContent || ''} \u00b7 blupboard`,
            pins: pinnedMarks(wanted.view).map((pin) => ({...pin, right: pin.x > middleOf(graph)})),
            width: graph.offsetWidth || FALLBACK_SIZE.width,
            height: graph.offsetHeight || FALLBACK_SIZE.height,
            left: marginsOf(fullLayout(graph)).l,
            ...(light ? LIGHT : colorsOf(document.body)),
        });
        const name = String(dataset?.name || 'blupboard').replace(/\.[^.]*$/, '');
        window.Plotly.downloadImage(figure, {
            format,
            filename: `${name}-${wanted.view.replace('view-', '')}`,
            width,
            height,
            ...PICTURE[format],
        });
    }
    return noUpdate();
}

/** The middle of the x axis of a drawn graph. */
function middleOf(graph) {
    const [low, high] = plotArea(graph)?.x.range || [0, 0];
    return (low + high) / 2;
}

/** The colours of the page as it is. */
function colorsOf(element) {
    const style = getComputedStyle(element);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
        ground: read('--ground-panel'),
        ink: read('--ink'),
        faint: read('--ink-soft'),
        accent: read('--linked-accent'),
    };
}

/** Show or hide the rail where the screen has no room for both. */
export function toggleRail() {
    showRail(!document.body.classList.contains('rail-open'));
    return noUpdate();
}

/**
 * The page asks how far a study is when it has heard the last answer: dash drops an answer once it has asked again, so
 * that a server slower than the timer would never be heard. After MOST_TICKS without one it asks anyway.
 */
export function nextTick(now, asked, answered) {
    return answered === asked || now > asked + MOST_TICKS ? now : noUpdate();
}

/** Open a list that is there already; the click on its line is all it takes. */
export function openList() {
    return true;
}

function showRail(open) {
    document.body.classList.toggle('rail-open', open);
    const button = document.getElementById(ids.RAIL_TOGGLE);
    if (button) {
        button.setAttribute('aria-expanded', String(open));
    }
    if (open) {
        elements(`#${ids.RAIL} button, #${ids.RAIL} input`)[0]?.focus();
    }
}

document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.body.classList.contains('rail-open')) {
        showRail(false);
        document.getElementById(ids.RAIL_TOGGLE)?.focus();
    }
});

document.addEventListener('click', (event) => {
    const inside =
        event.target instanceof Element &&
        event.target.closest(`#${ids.RAIL}, #${ids.RAIL_TOGGLE}, [data-portal]`);
    if (!inside && document.body.classList.contains('rail-open')) {
        showRail(false);
    }
});
