/*
 * The one script that the page names; all others are imported from here, by their own addresses. What dash calls by
 * name is registered here, before the page's renderer starts.
 */

import {choosePreset, takeData, turnDials} from './dials/dials.mjs';
import {drawMore} from './dials/draws.mjs';
import {openModel} from './dials/lesson.mjs';
import {playTruths} from './dials/truths.mjs';
import {selectedGroups, setIndex} from './linked/links.mjs';
import './linked/touch.mjs';
import './page/access.mjs';
import {columnOption} from './page/columns.mjs';
import './page/cut_edges.mjs';
import {printPage} from './page/export.mjs';
import {drawFigures, drawViews, picturesFirst} from './page/figures.mjs';
import './page/menus.mjs';
import {chooseTheme, nextTick, openList, savePicture, toggleRail} from './page/page.mjs';
import {choicesOnRisk} from './page/pages.mjs';
import './page/paste.mjs';
import {byNamePlace} from './page/table_order.mjs';
import './page/upload.mjs';
import './page/waiting.mjs';
import {register} from './shared/dash.mjs';
import {Disclosure} from './shared/disclosure.mjs';
import {Graph} from './shared/graph.mjs';
import {Table} from './shared/grid.mjs';
import {OnceShown} from './shared/once_shown.mjs';
import {StaticHtml} from './shared/static_html.mjs';
import {tellTogether} from './shared/store_news.mjs';

register('blupboard', {
    choicesOnRisk,
    choosePreset,
    chooseTheme,
    drawMore,
    drawFigures,
    drawViews,
    nextTick,
    openList,
    openModel,
    playTruths,
    printPage,
    savePicture,
    selectedGroups,
    setIndex,
    takeData,
    toggleRail,
    turnDials,
});
// The renderer finds components by their name space, in the window.
window.blupboard = {Disclosure, Graph, OnceShown, StaticHtml, Table};
// The table and the inputs take functions by name too, each kit from an object of its own in the window and from nowhere
// else: {"function": "byNamePlace"} in words/table.py, {"function": "columnOption"} in pages/rail.py.
window.dashAgGridFunctions = {...window.dashAgGridFunctions, byNamePlace};
window.dashMantineFunctions = {...window.dashMantineFunctions, columnOption};
// The renderer asks the server by this.
window.fetch = picturesFirst(window.fetch.bind(window));
// Before the renderer makes its store.
tellTogether();
