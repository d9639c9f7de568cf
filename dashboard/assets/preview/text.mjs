/*
 * Preview: fonts, and how much room text takes. Measured once, with the pen that draws: a canvas on the page takes
 * features of the font, such as digits of one width, from the page's style.
 */

const MOST_KEPT = 2000;
const FAMILY = '"Open Sans", verdana, arial, sans-serif'; // Plotly's own
const LINE_SPACING = 1.3; // times the size of the font
const known = new Map(); // "font text" -> box

/** {css, size, color} of a font property of the figure, filled up from `layout.font`. */
export function fontOf(layout, font) {
    const {family = FAMILY, size = 12, color = '#444'} = {...layout.font, ...font};
    return {css: `${size}px ${family}`, size, color};
}

/** The box of a text: its width, and the whole pixels above and below the baseline of its first line. */
export function boxOf(pen, text, font) {
    const key = `${font.css} ${text}`;
    let box = known.get(key);
    if (!box) {
        pen.font = font.css;
        const lines = text.split('\n').map((line) => pen.measureText(line));
        const [{fontBoundingBoxAscent, fontBoundingBoxDescent}] = lines;
        const below = fontBoundingBoxDescent + (lines.length - 1) * LINE_SPACING * font.size;
        const width = Math.max(...lines.map((line) => line.width));
        box = {width, ascent: Math.round(fontBoundingBoxAscent), descent: Math.round(below)};
        if (known.size >= MOST_KEPT) {
            known.clear();
        }
        known.set(key, box);
    }
    return box;
}

export function writeText(pen, text, font, x, y, align, turn = 0) {
    pen.font = font.css;
    pen.fillStyle = font.color;
    pen.textAlign = align;
    pen.save();
    pen.translate(x, y);
    pen.rotate(turn);
    for (const [i, line] of text.split('\n').entries()) {
        pen.fillText(line, 0, i * LINE_SPACING * font.size);
    }
    pen.restore();
}
