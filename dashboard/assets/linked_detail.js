/*
 * Linked views: intervals and names of the groups in view, where the figure has too many groups to carry them. The
 * visible window goes to the store "view-window"; the server answers in the store "view-detail".
 */
(function () {
    'use strict';

    const linked = (window.blupboardLinked = window.blupboardLinked || {});
    const STORE_ID = 'view-window';
    const FROM = 300; // groups in the figure; smaller figures carry their intervals
    const MOST = 200; // positions in the window
    const WAIT = 120; // milliseconds without movement before the server is asked
    const LINE_HEIGHT = 13;
    const LETTER_WIDTH = 6.2;

    let detail = null;
    let asked = null;
    let timer = 0;

    /** The positions shown, {first, last}, or null where the window is too wide or the figure small enough. */
    function windowOf(frame, total) {
        if (!frame || total <= FROM) {
            return null;
        }
        const first = Math.max(0, Math.ceil(Math.min(frame.y0, frame.y1)));
        const last = Math.min(total - 1, Math.floor(Math.max(frame.y0, frame.y1)));
        return last >= first && last - first < MOST ? {first, last} : null;
    }

    /** Looks at the groups view after it was drawn, zoomed or panned, and asks for what is now in view. */
    function watch(view, index) {
        const seen = windowOf(linked.geometry.frameOf(view.gd._fullLayout), index.order.length);
        clearTimeout(timer);
        if (!seen) {
            detail = null;
            asked = null;
            return;
        }
        timer = setTimeout(() => {
            const data = {...seen, view: index.view};
            if (JSON.stringify(data) !== asked) {
                asked = JSON.stringify(data);
                window.dash_clientside.set_props(STORE_ID, {data});
            }
        }, WAIT);
    }

    /** A new order or new numbers: what was answered before no longer holds. */
    function forget() {
        detail = null;
        asked = null;
    }

    function setDetail(data, index) {
        detail = data && data.view === index.view ? data : null;
    }

    function draw(view, frame) {
        const shown = view.rows ? detail : null;
        linked.overlay.setPaths(view.overlay.layer.detail, shown ? shown.traces.map((trace) => intervals(trace, shown, frame)) : []);
        names(view.overlay, shown, frame);
    }

    function intervals(trace, shown, frame) {
        const {short, toX, toY} = linked.geometry;
        const pieces = trace.low.map((low, i) => {
            const high = trace.high[i];
            const missing = low === null || high === null;
            const y = toY(frame, shown.first + i + trace.offset);
            return missing ? '' : `M${short(toX(frame, low))} ${short(y)}H${short(toX(frame, high))}`;
        });
        return {d: pieces.join(''), stroke: trace.color};
    }

    function names(overlay, shown, frame) {
        const step = Math.max(1, Math.ceil(LINE_HEIGHT / Math.abs(frame.perY)));
        const letters = Math.max(1, Math.floor((frame.left - 10) / LETTER_WIDTH));
        const texts = [];
        ((shown && shown.labels) || []).forEach((label, i) => {
            const y = linked.geometry.toY(frame, shown.first + i);
            if ((shown.first + i) % step === 0 && y >= 0 && y <= frame.height) {
                texts.push([label.length > letters ? `${label.slice(0, letters - 1)}\u2026` : label, frame.top + y]);
            }
        });
        const group = overlay.margin;
        while (group.childElementCount > texts.length) {
            group.lastElementChild.remove();
        }
        texts.forEach(([text, y], i) => {
            const element = group.children[i] || linked.overlay.svg('text', '', group);
            element.setAttribute('x', frame.left - 6);
            element.setAttribute('y', y);
            if (element.textContent !== text) {
                element.textContent = text;
            }
        });
    }

    linked.drawDetail = draw;
    linked.detail = {forget, setDetail, watch, windowOf};
})();
