"""Runs of static elements as one component: nothing is lost, and what callbacks know stays a component."""

import json

from dash import html
from hypothesis import given
from hypothesis import strategies as st
from plotly.io.json import to_json_plotly

from dashboard.pages.static_html import StaticHtml, merge_static

TEXTS = st.text("ab<&", min_size=1, max_size=3) | st.integers(0, 9)


def elements(inside):
    children = st.lists(inside, max_size=3)
    plain = st.builds(lambda c, name: html.Span(c, className=name), children, st.sampled_from("pq"))
    known = st.builds(lambda c, number: html.Div(c, id=f"id-{number}"), children, st.integers(0, 99))
    counted = st.builds(lambda c: html.Button(c, n_clicks=0), children)
    return plain | known | counted


TREES = st.recursive(TEXTS, elements, max_leaves=20)


def markup(content):
    """What would stand on the page, dash's components and static elements alike."""
    if isinstance(content, list):
        return "".join(map(markup, content))
    if isinstance(content, StaticHtml):
        return "".join(map(drawn, content.elements))
    if not hasattr(content, "_type"):
        return "" if content is None else str(content)
    names = {
        name: getattr(content, name) for name in ("id", "className", "n_clicks") if hasattr(content, name)
    }
    return written(content._type.lower(), names, markup(getattr(content, "children", None)))


def drawn(element):
    if isinstance(element, str):
        return element
    tag, attributes, inside = element
    return written(tag, attributes, "".join(map(drawn, inside)))


def written(tag, attributes, inside):
    return f"<{tag} {json.dumps(attributes, sort_keys=True)}>{inside}</{tag}>"


def components(content):
    if isinstance(content, list):
        return [found for one in content for found in components(one)]
    if not hasattr(content, "_type"):
        return []
    return [content, *components(getattr(content, "children", None))]


@given(st.lists(TREES, max_size=4))
def test_the_page_is_the_same_with_fewer_components(content):
    before, many = markup(content), components(content)
    known = [c for c in many if hasattr(c, "id") or hasattr(c, "n_clicks")]
    merged = merge_static(content)
    assert markup(merged) == before
    few = components(merged)
    assert len(few) <= len(many)
    assert [c for c in few if hasattr(c, "id") or hasattr(c, "n_clicks")] == known


def test_a_table_of_plain_cells_is_one_component():
    rows = [html.Tr([html.Td("a", colSpan=2, **{"data-n": "1"}), html.Td(2.5)]) for _ in range(3)]
    merged = merge_static({"parameters": html.Div(html.Table(rows), id="box"), "other": {"n": [1, 2]}})
    (box, table) = components(merged["parameters"])
    assert box.id == "box"
    assert json.loads(to_json_plotly(table))["props"]["elements"] == [
        ["table", {}, [["tr", {}, [["td", {"colSpan": 2, "data-n": "1"}, ["a"]], ["td", {}, ["2.5"]]]]] * 3]
    ]
    assert merged["other"] == {"n": [1, 2]}
