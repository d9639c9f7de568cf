"""The stand-in for Plotly while a dial is dragged.

It looks like what Plotly draws of the same figure, and it comes and goes without a trace.
"""

import base64
import random

import pytest

from tests.browser.board import VIEWS, open_board, upload, with_modules
from tests.browser.conftest import PHONE

NEAR = 2
"""Pixels within which the same thing counts as in the same place."""
ALIKE = 0.98
"""Share of either picture's ink that the other must have there, in about the same colour."""
PAINTED = tuple(view for view in VIEWS if view != "view-group-rows")
"""Those that are painted while a dial moves: rows are left to Plotly."""

_PAINT = with_modules("""
async ([view, change]) => {
    const {paint} = await import('ASSETS/preview/figure.mjs');
    const gd = document.querySelector(`#${view} .js-plotly-plot`);
    const figure = structuredClone({data: gd.data, layout: gd.layout});
    new Function('figure', change)(figure);
    paint(gd, figure);
}
""")
_CLEAR = with_modules("""
async (view) => {
    const {clear} = await import('ASSETS/preview/figure.mjs');
    clear(document.querySelector(`#${view} .js-plotly-plot`));
}
""")

# The shares of each picture's ink (what is not background) that the other has, too, within some pixels.
_COMPARE = """
async ([one, other, near]) => {
    const load = async (png) => {
        const image = new Image();
        image.src = 'data:image/png;base64,' + png;
        await image.decode();
        const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
        pen.drawImage(image, 0, 0);
        return pen.getImageData(0, 0, image.width, image.height);
    };
    const pictures = [await load(one), await load(other)];
    const {width, height} = pictures[0];
    if (pictures[1].width !== width || pictures[1].height !== height) return {shares: [0, 0], ink: 0};
    const edge = 3; // of the panel, which may fall between two pixels of the screen
    const [a, b] = pictures.map((picture) => picture.data);
    const differ = (p, i, q, j) =>
        Math.max(Math.abs(p[i] - q[j]), Math.abs(p[i + 1] - q[j + 1]), Math.abs(p[i + 2] - q[j + 2]));
    const ground = 4 * (width * Math.floor(height / 2) + width - 5); // right of the plot, nothing is drawn
    const share = (from, to) => {
        let ink = 0, found = 0;
        for (let y = edge; y < height - edge; y++) for (let x = edge; x < width - edge; x++) {
            const i = 4 * (y * width + x);
            if (differ(from, i, from, ground) < 16) continue;
            ink++;
            search: for (let v = Math.max(0, y - near); v <= Math.min(height - 1, y + near); v++)
                for (let u = Math.max(0, x - near); u <= Math.min(width - 1, x + near); u++) {
                    if (differ(from, i, to, 4 * (v * width + u)) < 48) { found++; break search; }
                }
        }
        return [ink ? found / ink : 0, ink];
    };
    const [there, back] = [share(a, b), share(b, a)];
    return {shares: [there[0], back[0]], ink: Math.min(there[1], back[1])};
}
"""


def picture(page, view):
    """A view as it is on screen, once nothing is counted that would move it, as PNG in base64."""
    page.wait_for_function("() => !document.querySelector('#coverage[aria-busy=true]')")
    page.mouse.move(2, 2)
    page.locator(f"#{view}").evaluate("graph => graph.scrollIntoView({block: 'center'})")
    return base64.b64encode(page.locator(f".linked-view:has(#{view})").screenshot()).decode()


def paint(page, view, change=""):
    """Paint a graph's own figure over it, as the statements in `change` have made it."""
    page.evaluate(_PAINT, [view, change])


def likeness(page, one, other):
    """The smaller of the shares of ink that one picture has in common with the other."""
    found = page.evaluate(_COMPARE, [one, other, NEAR])
    assert found["ink"] > 500, "too little is drawn to compare"
    return min(found["shares"])


def painted_likeness(page, view, change=""):
    """How like Plotly's picture of a view the painted one is; leaves Plotly's on screen."""
    plotly = picture(page, view)
    paint(page, view, change)
    painted = picture(page, view)
    page.evaluate(_CLEAR, view)
    assert likeness(page, plotly, picture(page, view)) == 1
    return likeness(page, plotly, painted)


def many_groups():
    """40 groups of 4 to 140 rows, numbers in the ten thousands: as many as stand without scrolling."""
    chance = random.Random(7)
    rows = ["group,y"]
    for group in range(40):
        mean, size = chance.gauss(12_345, 900), chance.choice((4, 8, 20, 40, 140))
        rows += [f"g{group:02d},{chance.gauss(mean, 1_600):.3f}" for _ in range(size)]
    return "many.csv", "\n".join(rows).encode()


# It looks like Plotly


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_worked_example_is_painted_as_plotly_draws_it(visitor, theme, size):
    board = open_board(visitor(color_scheme=theme, **({"viewport": size} if size else {})))
    for view in PAINTED:
        assert painted_likeness(board, view) > ALIKE, view


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_many_groups_are_painted_as_plotly_draws_them(visitor, theme):
    board = open_board(visitor(color_scheme=theme, device_scale_factor=2))
    upload(board, many_groups())
    for view in PAINTED:
        assert painted_likeness(board, view) > ALIKE, view


CHANGES = {
    "intervals": "for (const trace of figure.data) delete trace.error_x",
    "colour": "for (const {marker} of figure.data) if (marker) marker.color = '#ff00ff'",
    "symbol": "for (const {marker} of figure.data) if (marker) marker.symbol = 'line-ns-open'",
    "range": "figure.layout.yaxis.range = [6.2, 0]",
    "lines": "figure.layout.shapes = []",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_comparison_notices(example, change):
    """What makes the tests above able to fail."""
    assert painted_likeness(example, "view-groups", change) < ALIKE


NAMES = ["own mean", "REML BLUP", "ML BLUP", "James–Stein", "a &lt;long&gt; name", "this &amp; that"] * 2
SYMBOLS = [
    *("circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "pentagon", "hexagon"),
    *("star", "bowtie", "hourglass", "octagon", "hexagram", "line-ns", "line-ew", "x-thin"),
]
PLACES = list(range(len(SYMBOLS)))
BIG = {
    "opacity": 1,
    "size": [8 + i for i in PLACES],
    "color": "#0072b2",
    "line": {"width": 1.5, "color": "#d55e00"},
}
DOT = {"mode": "markers", "marker": {"color": "#0072b2", "size": 9}}
WORDS = {"showarrow": False, "font": {"size": 13, "color": "#a00"}}

FIGURES = {
    "symbols": {
        "data": [
            {"x": PLACES, "y": PLACES, "mode": "markers", "marker": {**BIG, "symbol": SYMBOLS}},
            {
                "x": PLACES,
                "y": [i + 5 for i in PLACES],
                "mode": "markers",
                "opacity": 0.5,
                "marker": {**BIG, "symbol": [f"{name}-open" for name in SYMBOLS]},
            },
        ]
    },
    "gaps, dashes and caps": {
        "data": [
            {
                "x": [0, 1, 2, 3, 4],
                "y": [1, 3, None, 2, 4],
                "mode": "lines",
                "line": {"dash": "dashdot", "width": 2, "color": "#cc79a7"},
            },
            {
                "x": [0, 1, 2, 3, 4],
                "y": [2, 2, 5, 3, 1],
                "mode": "lines+markers",
                "marker": {"color": ["#f00", "#0a0", "#00f", "#880", "#088"]},
                "line": {"color": "rgba(90,90,90,0.6)"},
                "error_y": {"type": "data", "array": [1, 0.5, None, 2, 1]},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [0.2, 0.5, 0.1, 0.3, 1],
                    "arrayminus": [1, 0.1, 0.2, 0.3, 0.1],
                    "width": 0,
                },
            },
        ]
    },
    "small numbers": {"data": [{"x": [-0.00012, 0.00005], "y": [1.2345e-7, 9.1e-7], **DOT}]},
    "negative and large numbers": {"data": [{"x": [-4321.5, 1800], "y": [-2.5e9, 7.1e9], **DOT}]},
    "labels that would overlap": {
        "data": [{"x": list(range(12)), "y": [i % 5 for i in range(12)], **DOT}],
        "xaxis": {"tickvals": list(range(12)), "ticktext": NAMES, "title": {}, "range": [-0.3, 11.6]},
    },
    "lines and words of the figure": {
        "data": [{"x": [1, 2, 3], "y": [1, 3, 2], **DOT}],
        "xaxis": {"range": [0, 4]},
        "shapes": [
            {
                **{"type": "line", "xref": "x", "yref": "y domain", "x0": 1.5, "x1": 1.5, "y0": 0, "y1": 1},
                "line": {"color": "#a00", "dash": "dash", "width": 2},
            },
            {
                **{"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": 2.2, "y1": 2.2},
                "line": {"color": "#06a", "dash": "dot"},
                "layer": "below",
            },
        ],
        "annotations": [
            {**WORDS, "text": "up", "x": 1.5, "y": 2.2, "xanchor": "left", "yanchor": "bottom", "xshift": 4},
            {**WORDS, "text": "corner", "xref": "paper", "yref": "paper", "x": 1, "y": 1},
            {**WORDS, "text": "out of sight", "x": 40, "y": 2},
        ],
    },
}

_DRAW = """
async ({data, xaxis, yaxis, shapes, annotations}) => {
    const gd = document.querySelector('#view-shrinkage .js-plotly-plot');
    window.firstFigure ||= structuredClone({data: gd.data, layout: gd.layout});
    const {layout} = structuredClone(window.firstFigure);
    Object.assign(layout, {shapes: shapes || [], annotations: annotations || []});
    layout.xaxis.title = {...layout.yaxis.title, text: 'across'};
    for (const [name, own] of Object.entries({xaxis, yaxis})) {
        const {tickvals, ticktext, range, autorange, showgrid, ...kept} = layout[name];
        layout[name] = {...kept, ...own};
    }
    window.figureUnderTest = structuredClone({data, layout});
    window.figureUnderTest.layout.meta = {view: 'another'}; // what this graph was zoomed to is not for it
    await Plotly.react(gd, data, layout);
}
"""


_DRAW_FIRST = """
async () => {
    const {data, layout} = structuredClone(window.firstFigure);
    await Plotly.react(document.querySelector('#view-shrinkage .js-plotly-plot'), data, layout);
}
"""


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_any_figure_of_points_and_lines_is_painted_as_plotly_draws_it(example, figure):
    """Where the figure says no range, the one is found that Plotly finds."""
    example.evaluate(_DRAW, figure)
    own = "Object.assign(figure, window.figureUnderTest)"
    assert painted_likeness(example, "view-shrinkage", own) > ALIKE
    example.evaluate(_DRAW_FIRST)


def test_a_graph_zoomed_by_hand_stays_zoomed(board):
    board.evaluate(
        "() => Plotly.relayout(document.querySelector('#view-groups .js-plotly-plot'),"
        " {'xaxis.range': [1480, 1560], 'yaxis.range': [3.5, -0.5]})"
    )
    as_given = (
        "Object.assign(figure.layout.xaxis, {range: [1400, 1700], autorange: false});"
        "Object.assign(figure.layout.yaxis, {range: [5.6, -0.6], autorange: false});"
    )
    assert painted_likeness(board, "view-groups", as_given) > ALIKE


def test_packed_arrays_are_painted_as_plain_ones(example):
    drawn = example.evaluate(
        with_modules("""
    async () => {
        const {clear, paint} = await import('ASSETS/preview/figure.mjs');
        const gd = document.querySelector('#view-groups .js-plotly-plot');
        const kinds = {f8: Float64Array, f4: Float32Array, i2: Int16Array, u1: Uint8Array};
        const packed = (dtype, values) => {
            const bytes = new Uint8Array(kinds[dtype].from(values).buffer);
            return {dtype, bdata: btoa(String.fromCharCode(...bytes))};
        };
        const shot = (wrap) => {
            paint(gd, {layout: gd.layout, data: [{
                mode: 'markers', x: wrap('f4', [1450, 1500, 1550.5]), y: wrap('f8', [0.25, NaN, 2]),
                marker: {size: wrap('u1', [5, 9, 20])}, error_x: {array: wrap('i2', [10, 20, 30])},
            }]});
            return gd.closest('.linked-view').querySelector('.preview-sheet').toDataURL();
        };
        const shots = [shot((_, values) => values), shot(packed), shot(() => [])];
        clear(gd);
        return shots;
    }
    """)
    )
    plain, packed, empty = drawn
    assert packed == plain
    assert empty != plain


# It comes and goes


def test_painting_moves_nothing_and_hides_what_plotly_and_the_overlay_drew(example):
    boxes = (
        "() => [...document.querySelectorAll('.linked-view, .js-plotly-plot, .panel')].map((e) =>"
        " { const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })"
    )
    before = example.evaluate(boxes)
    for view in VIEWS:
        paint(example, view)
    assert example.evaluate(boxes) == before
    shown = (
        "() => [...document.querySelectorAll('.views .main-svg, .views .linked-overlay')]"
        ".map((e) => getComputedStyle(e).visibility)"
    )
    assert set(example.evaluate(shown)) == {"hidden"}
    for view in VIEWS:
        example.evaluate(_CLEAR, view)
    assert set(example.evaluate(shown)) == {"visible"}
    assert example.locator(".preview-sheet").count() == 0


def test_the_canvas_goes_when_plotly_has_drawn_beneath_it(example):
    left = example.evaluate(
        with_modules("""
    async () => {
        const {clear, handOver, paint} = await import('ASSETS/preview/figure.mjs');
        const gd = document.querySelector('#view-groups .js-plotly-plot');
        const figure = {data: gd.data, layout: gd.layout};
        const there = () => document.querySelectorAll('.previewing .preview-sheet').length;
        const counts = [];
        paint(gd, figure);
        counts.push(there());
        handOver(gd);
        counts.push(there());
        await Plotly.redraw(gd);
        counts.push(there());
        paint(gd, figure);
        handOver(gd);
        paint(gd, figure); // the next drag
        await Plotly.redraw(gd);
        counts.push(there());
        clear(gd);
        return counts;
    }
    """)
    )
    assert left == [1, 1, 0, 1]
