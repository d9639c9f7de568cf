/*
 * The main job in Firefox, through WebDriver BiDi. Run as `node firefox_journey.mjs PROGRAM ADDRESS FILE FOLDER`: a
 * program of Firefox, the page, a file to upload, and a folder for what is saved. Writes what it saw as one JSON object;
 * ends with NOT_DRIVEN where the program cannot be driven at all.
 */
import {readdirSync} from 'node:fs';
import process from 'node:process';
import puppeteer from 'puppeteer-core';

const NOT_DRIVEN = 77;
const PATIENCE = 240_000; // milliseconds
const [program, address, file, folder] = process.argv.slice(2);

async function launch() {
    try {
        return await puppeteer.launch({
            browser: 'firefox',
            executablePath: program,
            headless: true,
            defaultViewport: {width: 1440, height: 900},
            extraPrefsFirefox: {
                'browser.download.folderList': 2,
                'browser.download.dir': folder,
                'browser.download.useDownloadDir': true,
                'browser.download.always_ask_before_handling_new_types': false,
                'ui.prefersReducedMotion': 1,
            },
        });
    } catch (error) {
        process.stderr.write(String(error));
        process.exit(NOT_DRIVEN);
    }
}

const browser = await launch();
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE);
/** @type {string[]} */
const troubles = [];
page.on('pageerror', (error) => troubles.push(String(error)));
page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));

const text = (selector) => page.$eval(selector, (element) => element.textContent.trim());
const until = (condition, ...given) => page.waitForFunction(condition, {}, ...given);
const says = (selector, words) =>
    until((s, w) => document.querySelector(s)?.textContent.includes(w), selector, words);

/** Until no callback is under way and every view in sight is drawn. */
const settled = () =>
    until(() => {
        const lists = Object.entries(window.store?.getState().callbacks || {none: [0]});
        const done = ['stored', 'completed'];
        const busy = lists.some(([name, list]) => Array.isArray(list) && list.length && !done.includes(name));
        const graphs = [...document.querySelectorAll('.views .graph-box')];
        // what is out of sight waits
        const waits = (graph) => {
            const card = graph.closest('.panel');
            return (
                card.getAttribute('aria-busy') === 'true' && card.getBoundingClientRect().top > innerHeight
            );
        };
        const drawn = (graph) => graph.layout?.meta?.view || waits(graph);
        return !busy && graphs.length > 0 && graphs.every(drawn);
    });

/** Where a point of a view's axes is in the window, with the view scrolled into it; shares count from the lower left. */
const at = (view, x, y, shares = false) =>
    page.evaluate(
        (id, x, y, shares) => {
            const graph = document.querySelector(`#${id} .js-plotly-plot`);
            graph.scrollIntoView({block: 'center', behavior: 'instant'});
            const box = graph.getBoundingClientRect();
            const {xaxis, yaxis} = graph._fullLayout;
            const across = shares ? x * xaxis._length : xaxis.l2p(x);
            const down = shares ? (1 - y) * yaxis._length : yaxis.l2p(y);
            return [box.left + xaxis._offset + across, box.top + yaxis._offset + down];
        },
        view,
        x,
        y,
        shares
    );

async function drag(view, ...corners) {
    const ways = [];
    for (const [x, y] of corners) {
        ways.push(await at(view, x, y, true));
    }
    await page.mouse.move(...ways[0]);
    await page.mouse.down();
    for (const way of ways.slice(1)) {
        await page.mouse.move(...way, {steps: 4});
    }
    await page.mouse.up();
}

async function useTool(view, name) {
    await page.mouse.move(...(await at(view, 0.5, 0.5, true)));
    await page.click(`#${view} .modebar-btn[data-attr='dragmode'][data-val='${name}']`);
}

const ranges = (view) =>
    page.evaluate((id) => {
        const {xaxis, yaxis} = document.querySelector(`#${id} .js-plotly-plot`)._fullLayout;
        return [xaxis.range.map(Number), yaxis.range.map(Number)];
    }, view);

async function upload() {
    const input = await page.waitForSelector('#upload-input');
    await input.uploadFile(file);
    await says('#dataset-chip', file.split(/[\\/]/).pop());
    await settled();
    return text('#headline');
}

async function pick(control, option) {
    await page.click(`#${control}`);
    const entry = await page.waitForSelector(`::-p-xpath(//*[@role='option'][contains(., '${option}')])`);
    await entry.click();
    await until(
        (id, value) =>
            document.getElementById(id).value === value &&
            document.querySelector('#view-shrinkage .js-plotly-plot').layout.yaxis.title.text === value,
        control,
        option
    );
    await settled();
    return page.$eval(`#${control}`, (input) => input.value);
}

/** Points at the first group's first mark and clicks it: its name, its label, and the names on the cards. */
async function pointAndPin() {
    const [name, x, y] = await page.evaluate(() => {
        const graph = document.querySelector('#view-groups .js-plotly-plot');
        const marks = graph._fullData.find((trace) => trace.meta?.groups && trace.meta.stride === 1);
        return [graph._fullLayout.yaxis.ticktext[0], marks.x[0], marks.y[0]];
    });
    await page.mouse.move(...(await at('view-groups', x, y)));
    await page.waitForSelector('.linked-label', {visible: true});
    const label = await page.$$eval('.linked-label', (labels) =>
        labels.find((one) => one.checkVisibility()).textContent.trim()
    );
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.move(2, 2);
    await says('#group-cards article.pinned h3', name);
    return {name, label, cards: await page.$$eval('#group-cards h3', (all) => all.map((h) => h.textContent))};
}

async function lasso() {
    await useTool('view-shrinkage', 'lasso');
    await drag('view-shrinkage', [0.01, 0.99], [0.3, 0.99], [0.3, 0.01], [0.01, 0.01]);
    await says('#link-status', 'selected');
    return text('#link-status');
}

async function zoom() {
    const before = await ranges('view-shrinkage');
    await useTool('view-shrinkage', 'zoom');
    await drag('view-shrinkage', [0.2, 0.8], [0.8, 0.2]);
    await until(
        (was) =>
            String(
                document.querySelector('#view-shrinkage .js-plotly-plot')._fullLayout.yaxis.range.map(Number)
            ) !== was,
        String(before[1])
    );
    return {before, after: await ranges('view-shrinkage')};
}

/** Opens a simulation and moves its first dial by the keyboard: what is compared before and after. */
async function turnDial() {
    const simulate = await page.waitForSelector(`::-p-xpath(//*[@role='tab'][contains(., 'Simulate')])`);
    const uploaded = await text('#dataset-chip');
    await simulate.click();
    await until((was) => document.getElementById('dataset-chip').textContent.trim() !== was, uploaded);
    await settled();
    const before = await text('#dataset-chip');
    await (await page.waitForSelector('.dial-slider [role="slider"]', {visible: true})).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await until((was) => document.getElementById('dataset-chip').textContent.trim() !== was, before);
    await settled();
    return {before, after: await text('#dataset-chip')};
}

/** Saves the table: the name of the file in the folder. */
async function save() {
    await (await page.waitForSelector(`::-p-xpath(//button[normalize-space(.)='Export'])`)).click();
    await (await page.waitForSelector('#download-csv', {visible: true})).click();
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
        const found = readdirSync(folder);
        if (found.some((name) => name.endsWith('.csv')) && !found.some((name) => name.endsWith('.part'))) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('nothing was saved');
}

/** @type {Record<string, unknown>} */
const seen = {};
let step = 'open';
try {
    await page.goto(address);
    await settled();
    const steps = {
        upload,
        pick: () => pick('outcome', 'reading'),
        pin: pointAndPin,
        lasso,
        zoom,
        dial: turnDial,
        save,
    };
    for (const [name, act] of Object.entries(steps)) {
        step = name;
        seen[name] = await act();
    }
    process.stdout.write(JSON.stringify({...seen, troubles}));
} catch (error) {
    process.stderr.write(`${step}: ${error.stack}\nso far: ${JSON.stringify({...seen, troubles})}`);
    process.exitCode = 1;
} finally {
    await browser.close();
}
