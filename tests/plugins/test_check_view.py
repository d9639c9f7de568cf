"""check_view, and what check-plugin says of datasets, readers and views."""

from __future__ import annotations

import textwrap

import plotly.graph_objects as go
import pytest

from estimators import ConformanceError, DataError, GroupFit, View, check_view
from tests.estimators.plugin_parts import Share, variant


def view(figure):
    return View("gaps", "Gaps", "between neighbours", figure)


def dots(comparison, look):
    traces = [look.points(r, comparison.data.mean, r.fit.estimate) for r in comparison.succeeded]
    return {"data": traces, "layout": {"font": {"color": look.ink}}}


def faults(figure, *estimators):
    with pytest.raises(ConformanceError) as found:
        check_view(view(figure), estimators)
    return found.value.problems


def by_plotly(comparison, look):
    return go.Figure([go.Scatter(**trace) for trace in dots(comparison, look)["data"]])


def test_views_that_keep_to_the_contract_pass():
    for figure in (dots, by_plotly, lambda _comparison, _look: None):
        check_view(view(figure))


def test_a_view_may_say_that_it_cannot_be_drawn():
    def picky(comparison, look):
        if not comparison.succeeded:
            raise DataError("switch a method on")
        return dots(comparison, look)

    check_view(view(picky))


def test_a_view_is_shown_its_plugins_estimators_too():
    seen = set()

    def watch(comparison, _look):
        seen.update(result.id for result in comparison.succeeded)

    check_view(view(watch), [Share()])
    assert {"share", "reml"} <= seen


def test_a_view_does_not_get_the_rows_which_stay_behind_on_a_server():
    def of_rows(comparison, _look):
        return {"data": [{"y": comparison.data.rows.outcome}]}

    assert "on one group: AttributeError: 'NoneType' object has no attribute 'outcome'" in faults(of_rows)[1]


def failing(comparison, _look):
    return {"data": [{"y": result.fit.estimate} for result in comparison.results]}


def in_dark_only(comparison, look):
    return 1 / (1 - look.dark) and None


def with_meta(x):
    return lambda comparison, look: {"data": [{"x": x, "y": comparison.data.mean, "meta": {"groups": True}}]}


WRONG = {
    "a failed method": (failing, "on one group: AttributeError", "look at comparison.succeeded"),
    "only in dark": (in_dark_only, "ZeroDivisionError", "return None where there is nothing to draw"),
    "no figure": (lambda *_: 3, "figure gives a int", "return a dict with data and layout"),
    "no traces": (lambda *_: {"data": [3]}, "must be a list of traces", "each a dict"),
    "no layout": (lambda *_: {"data": [], "layout": 3}, "the layout of the figure", "must be a dict"),
    "too few": (with_meta([1.0]), "has 1 x for 20 groups", "give one entry for each"),
    "none at all": (with_meta(None), "has no x for 20 groups", "or leave meta out"),
    "code": (
        lambda *_: {"data": [], "layout": {"f": lambda: 1}},
        "cannot be pickled",
        "numbers, text, lists",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_each_fault_is_found_with_how_to_mend_it(fault):
    figure, *words = WRONG[fault]
    told = "; ".join(faults(figure))
    for word in words:
        assert word in told


def test_a_view_that_prints_is_told():
    def loud(_comparison, _look):
        print("drawing")

    assert faults(loud) == ("it prints to stdout ('drawing'): use logging or stderr",)


def test_what_is_no_view_is_told():
    with pytest.raises(ConformanceError, match="no instance of View"):
        check_view(variant(id="share"))
    with pytest.raises(ConformanceError, match="function of a comparison and a look"):
        check_view(view({}))


def test_an_estimator_that_breaks_down_is_no_fault_of_the_view():
    broken = variant(id="broken", _fit=lambda self, data, options: GroupFit([1.0]))
    check_view(view(dots), [broken])


# The command

HEAD = "from pathlib import Path\nfrom estimators import Reader, Sample, View, hookimpl\n"
DATASETS = """
    @hookimpl
    def register_datasets():
        return [Sample("fields", "Fields", Path(__file__).parent / "fields.csv", "yield", "field")]
"""
READERS = """
    @hookimpl
    def register_readers():
        return [Reader("lines", "list of lines", (".lines", ".lns"), Path.read_text)]
"""
VIEWS = """
    @hookimpl
    def register_views():
        return [View("gaps", "Gaps", "in short", lambda comparison, look: {figure})]
"""
CSV = "field,yield\na,1\na,2\nb,3\n"


@pytest.fixture
def check(blupboard, tmp_path):
    def run(text, csv=CSV):
        (tmp_path / "fields.csv").write_text(csv)
        (tmp_path / "farm.py").write_text(HEAD + textwrap.dedent(text))
        done = blupboard("check-plugin", tmp_path / "farm.py")
        return done.code, done.out.splitlines()

    return run


@pytest.mark.slow
def test_a_plugin_of_datasets_readers_and_views_only_passes(check):
    assert check(DATASETS + READERS + VIEWS.format(figure="None")) == (
        0,
        [
            "ok      the dataset fields keeps to the contract",
            "ok      the view gaps keeps to the contract",
            "ok      the reader lines is there for .lines and .lns: try it on a file",
        ],
    )


def test_a_reader_alone_is_enough(check):
    assert check(READERS)[0] == 0


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("field,size\na,1\nb,2\n", 'has no column "yield"'),
        ("", "is empty"),
        ("field,yield\na,low\nb,mid\nb,high\n", "none of the 3 rows can be used"),
    ],
)
def test_a_dataset_that_does_not_open_is_a_fault(check, csv, words):
    code, lines = check(DATASETS, csv)
    assert (code, lines[0]) == (1, "failed  the dataset fields")
    assert words in lines[1]
    assert "mend the file, or name two columns of it as outcome and group" in lines[1]


@pytest.mark.slow
def test_a_view_that_fails_is_a_fault(check):
    code, lines = check(VIEWS.format(figure="comparison.nothing"))
    assert (code, lines[0]) == (1, "failed  the view gaps")
    assert "AttributeError" in lines[1]


def test_a_plugin_that_brings_nothing_still_is_one_without_estimators(check):
    code, lines = check(VIEWS.replace("[View(", "[][:0] and [View(").format(figure="None"))
    assert code == 1
    assert "it registers no estimator" in lines[1]
