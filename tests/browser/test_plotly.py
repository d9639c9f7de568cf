"""What Plotly keeps for itself is still where ``shared/plotly.mjs`` looks for it.

A failure here after an update of Plotly says which field or part has moved: put it right in that module.
"""

import pytest

from tests.browser.board import with_modules

_READ = with_modules("""
async (what) => {
    const plotly = await import('ASSETS/shared/plotly.mjs');
    const graph = plotly.graphIn(document.getElementById('view-shrinkage'));
    return new Function('plotly', 'graph', `return (${what})`)(plotly, graph);
}
""")
FIELDS = {
    "the full layout": "plotly.isDrawn(graph) && plotly.fullLayout(graph) === graph._fullLayout",
    "its drag mode": "plotly.fullLayout(graph).dragmode === 'zoom'",
    "its meta": "plotly.metaOf(graph).view === graph.layout.meta.view",
    "the full traces": "plotly.fullTraces(graph).length === graph.data.length && graph.data.length > 0",
    "the meta of traces": "plotly.fullTraces(graph).some((trace) => trace.meta && trace.meta.groups)",
    "their arrays": "plotly.fullTraces(graph).every((trace) => typeof trace.x.length === 'number')",
    "whether they show": "plotly.fullTraces(graph).every((trace) => trace.visible === true)",
    "offset and length of an axis": "['_offset', '_length'].every((field) =>"
    " ['xaxis', 'yaxis'].every((axis) => typeof graph._fullLayout[axis][field] === 'number'))",
    "the margins": "['l', 'r', 't', 'b'].every((side) => plotly.marginsOf(graph._fullLayout)[side] >= 0)",
    "the range an axis was given": "plotly.axesOf(graph._fullLayout).every(([, axis]) =>"
    " '_rangeInitial0' in axis && '_rangeInitial1' in axis && '_autorangeInitial' in axis)",
    "the axes": "String(plotly.axesOf(graph._fullLayout).map(([name]) => name).sort()) === 'xaxis,yaxis'",
}


@pytest.mark.parametrize("holds", FIELDS.values(), ids=FIELDS)
def test_every_private_field_is_there(example, holds):
    assert example.evaluate(_READ, holds) is True


def test_the_plot_area_is_where_it_is_on_screen(example):
    read, seen = example.evaluate(
        _READ,
        "[Object.values(plotly.plotArea(graph)).flatMap(({offset, length}) => [offset, length]),"
        " (([plot, outer]) => [plot.left - outer.left, plot.width, plot.top - outer.top, plot.height])"
        "([graph.querySelector('.nsewdrag'), graph].map((part) => part.getBoundingClientRect()))]",
    )
    assert read == pytest.approx(seen, abs=1)


def test_the_live_range_and_the_margins_are_those_of_the_axes(example):
    area, margins, layout, size = example.evaluate(
        _READ,
        "[plotly.plotArea(graph), plotly.marginsOf(graph._fullLayout),"
        " [graph.layout.xaxis.range, graph.layout.yaxis.range], [graph.offsetWidth, graph.offsetHeight]]",
    )
    assert [area["x"]["range"], area["y"]["range"]] == layout
    assert [area["x"]["offset"], area["y"]["offset"]] == [margins["l"], margins["t"]]
    assert area["x"]["length"] == pytest.approx(size[0] - margins["l"] - margins["r"], abs=1)
    assert area["y"]["length"] == pytest.approx(size[1] - margins["t"] - margins["b"], abs=1)


def test_parts_of_a_graph_have_their_names(example):
    modes, layer, bar = example.evaluate(
        _READ,
        "[[...plotly.dragButtons(graph)].map(plotly.dragModeOf),"
        " [...graph.querySelectorAll('rect')].filter(plotly.isDragLayer).length,"
        " plotly.isInToolbar(plotly.dragButtons(graph)[0])]",
    )
    assert modes == ["zoom", "pan", "select", "lasso"]
    assert layer == 1
    assert bar is True


_RESET = """
(() => {
    const set = ([, axis]) => plotly.setResetRange(axis, [3, 7], false);
    plotly.axesOf(graph._fullLayout).forEach(set);
    const kept = plotly.resetRange(graph._fullLayout.xaxis);
    const drawn = new Promise((resolve) => graph.on('plotly_afterplot', resolve));
    graph.querySelector('.modebar-btn[data-attr="zoom"][data-val="reset"]').click();
    return drawn.then(() => [kept, ...Object.values(plotly.plotArea(graph)).map(({range}) => range)]);
})()
"""


def test_a_reset_goes_to_the_range_that_was_set(board):
    """The one thing that is written to Plotly."""
    assert board.evaluate(_READ, _RESET) == [[3, 7], [3, 7], [3, 7]]
