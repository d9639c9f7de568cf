/*
 * Preview: fonts, and how much room text takes. Measured once, with the pen that draws: a canvas on the page takes
 * features of the font, such as digits of one width, from the page's style.
 */
(function () {
    'use strict';

    const preview = (window.blupboardPreview = window.blupboardPreview || {});
    const MOST_KEPT = 2000;
    const FAMILY = '"Open Sans", verdana, arial, sans-serif'; // Plotly's own
    const known = new Map(); // "font text" -> box

    /** {css, size, color} of a font property of the figure, filled up from `layout.font`. */
    function fontOf(layout, font) {
        const {family = FAMILY, size = 12, color = '#444'} = {...layout.font, ...font};
        return {css: `${size}px ${family}`, size, color};
    }

    /** The box of a text: its width, and the whole pixels above and below its baseline. */
    function boxOf(pen, text, font) {
        const key = `${font.css} ${text}`;
        let box = known.get(key);
        if (!box) {
            pen.font = font.css;
            const {width, fontBoundingBoxAscent, fontBoundingBoxDescent} = pen.measureText(text);
            box = {width, ascent: Math.round(fontBoundingBoxAscent), descent: Math.round(fontBoundingBoxDescent)};
            if (known.size >= MOST_KEPT) {
                known.clear();
            }
            known.set(key, box);
        }
        return box;
    }

    function write(pen, text, font, x, y, align, turn = 0) {
        pen.font = font.css;
        pen.fillStyle = font.color;
        pen.textAlign = align;
        if (!turn) {
            pen.fillText(text, x, y);
            return;
        }
        pen.save();
        pen.translate(x, y);
        pen.rotate(turn);
        pen.fillText(text, 0, 0);
        pen.restore();
    }

    preview.text = {boxOf, fontOf, write};
})();
