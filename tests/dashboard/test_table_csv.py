"""The table as a file: the columns, order and filters of the page, every digit, nothing that calculates."""

import csv
import io

import numpy as np
import pytest

from dashboard.scene.scene import make_scene
from dashboard.session.lesson import lesson_lines
from dashboard.words.table import _Column, number_columns, requested_rows, table_columns
from dashboard.words.table_csv import table_csv
from estimators import GroupData, compare
from tests.scenes import BUILT_IN


@pytest.fixture(scope="module")
def scene():
    labels = np.repeat(["=a", "b" * 300, "c", "d", "e"], [3, 9, 20, 4, 6])
    data = GroupData.from_arrays(np.random.default_rng(3).normal(50, 5, len(labels)), labels)
    return make_scene(compare(data, BUILT_IN), outcome="y", group="site", selection_key="k")


def lines(scene, **request):
    text = b"".join(table_csv(scene, request)).decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def test_without_a_grid_it_is_all_columns_in_the_pages_order(scene):
    head, *rows = lines(scene)
    assert head == [column["headerName"] for column in table_columns(scene)]
    labels = scene.comparison.data.labels[scene.order]
    assert [row[0] for row in rows] == ["'" + label if label == "=a" else label for label in labels]
    for at, column in enumerate(number_columns(scene, wait=True), start=1):
        assert [float(row[at]) for row in rows] == column.values.tolist()


def test_columns_order_and_filters_are_those_of_the_grid(scene):
    request = {
        "columns": ["n", "group", "nobody", "own"],
        "sortModel": [{"colId": "own", "sort": "asc"}],
        "filterModel": {"n": {"filterType": "number", "type": "greaterThan", "filter": 3}},
    }
    head, *rows = lines(scene, **request)
    assert head == ["rows", "site", "own mean"]
    wanted, total = requested_rows(scene, request | {"startRow": 0, "endRow": 10})
    assert len(rows) == total == 4
    assert [float(row[2]) for row in rows] == [row["own"] for row in wanted]


def test_a_number_that_is_not_known_is_an_empty_cell(scene, monkeypatch):
    unknown = _Column("own", "own mean", np.full(5, np.nan), "value")
    monkeypatch.setattr("dashboard.words.table_csv.number_columns", lambda *_, **__: [unknown])
    assert lines(scene, columns=["own", "group"])[1][0] == ""


def test_the_lessons_file_has_every_group_of_every_model():
    head, *rows = lesson_lines()
    assert head[:5] == ("model", "group", "n", "true_mean", "own_mean")
    assert len(rows) == 20
    assert {row[0] for row in rows} == {"model1", "model2", "model3", "model1b"}
    assert f"{rows[0][5]:.4f}" == "15.9897"  # what the answer prints for model 1
