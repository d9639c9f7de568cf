"""The samples read, hold the columns that they name, and say nothing that the estimators do not."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dashboard.ingest import reduce_file
from dashboard.samples import SAMPLES
from estimators import GroupData, compare
from tests.oracles import BUILT_IN, parameter, read_columns
from tests.waiting import PATIENCE

DOCS = Path(__file__).parents[2] / "docs"
SHAPES = {
    "schools": (447, 24),
    "dyestuff": (30, 6),
    "dyestuff2": (30, 6),
    "rail": (18, 6),
    "sleepstudy": (180, 18),
    "baseball": (810, 18),
}
"""Rows and groups."""


def read(sample_id):
    sample = SAMPLES[sample_id]
    return reduce_file(sample.file, outcome=sample.outcome, group=sample.group)


def numbers(sample_id):
    """Every number of a paragraph, as text."""
    return re.findall(r"(?<![\w.])\.?\d[\d.,]*\d|(?<![\w.])\d", SAMPLES[sample_id].paragraph)


@pytest.fixture(scope="module")
def compared():
    return {sample_id: compare(read(sample_id), BUILT_IN) for sample_id in SAMPLES}


def test_the_samples_come_in_order_with_the_worked_example_first():
    assert list(SAMPLES) == ["schools", "dyestuff", "dyestuff2", "rail", "sleepstudy", "baseball"]
    assert all(key == sample.id for key, sample in SAMPLES.items())


@pytest.mark.parametrize("sample_id", SAMPLES)
def test_a_sample_is_whole(sample_id):
    sample, data = SAMPLES[sample_id], read(sample_id)
    assert (data.total, len(data)) == SHAPES[sample_id]
    assert data.dropped.total == 0
    with sample.file.open(newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    assert {sample.outcome, sample.group} <= set(header)
    assert re.search(r"\(\d{4}\)", sample.source)
    assert 2 <= len(re.findall(r"\.(?= [A-Z]|$)", sample.paragraph)) <= 5


@pytest.mark.parametrize("sample_id", ["dyestuff", "dyestuff2", "rail", "sleepstudy"])
def test_a_sample_holds_the_published_numbers(sample_id):
    """Against the copies that the reference tests use, taken from the R packages."""
    published = read_columns("sets", f"{sample_id}.csv")
    sample = SAMPLES[sample_id]
    with sample.file.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row[sample.group] for row in rows] == published["group"]
    assert [float(row[sample.outcome]) for row in rows] == [float(y) for y in published["y"]]


def test_the_batting_averages_are_the_published_ones():
    published = read_columns("literature", "efron_morris_pscl.csv")
    data = read("baseball")
    hits = dict(zip(data.labels, np.round(data.mean * data.n).astype(int), strict=True))
    assert hits == dict(zip(published["name"], map(int, published["r"]), strict=True))
    assert set(data.n) == {45}


def test_the_schools_are_those_of_the_guide():
    assert SAMPLES["schools"].file.read_bytes() == (DOCS / "schools.csv").read_bytes()


def test_schools_say_what_the_estimators_say(compared):
    comparison = compared["schools"]
    data, reml = comparison.data, comparison["reml"].fit
    last_by_own, last = int(data.mean.argmin()), int(reml.estimate.argmin())
    said = [
        f"{data.total}",
        f"{len(data)}",
        f"{data.n.min()}",
        f"{data.n.max()}",
        f"{parameter(reml, 'sigma_group'):.1f}",
        f"{parameter(reml, 'sigma_error'):.1f}",
        f"{reml.weight.min():.2f}",
        f"{reml.weight.max():.2f}",
        data.labels[last_by_own].removeprefix("School "),
        f"{data.mean[last_by_own]:.1f}",
        f"{data.n[last_by_own]}",
        f"{reml.estimate[last_by_own]:.1f}",
        data.labels[last].removeprefix("School "),
        f"{data.n[last]}",
        f"{data.mean[last]:.1f}",
    ]
    assert numbers("schools") == said


def test_dyestuff_says_what_the_estimators_say(compared):
    reml = compared["dyestuff"]["reml"].fit
    own = dict(zip(compared["dyestuff"].data.labels, compared["dyestuff"].data.mean, strict=True))
    predicted = dict(zip(compared["dyestuff"].data.labels, reml.estimate, strict=True))
    said = [
        f"{parameter(reml, 'sigma_group'):.1f}",
        f"{parameter(reml, 'sigma_error'):.1f}",
        f"{reml.weight[0]:.2f}",
        f"{predicted['E']:.0f}",
        f"{own['E']:.0f}",
        f"{predicted['F']:.0f}",
        f"{own['F']:.0f}",
    ]
    assert numbers("dyestuff") == said
    ranks = {tuple(r.rank) for r in compared["dyestuff"].succeeded if np.ptp(r.fit.estimate) > 0}
    assert len(ranks) == 1


def test_dyestuff2_says_what_the_estimators_say(compared):
    comparison = compared["dyestuff2"]
    ols, reml, ml = (comparison[name].fit for name in ("ols", "reml", "ml"))
    said = [
        f"{comparison.data.mean.min():.2f}",
        f"{comparison.data.mean.max():.2f}",
        f"{parameter(ols, 'sigma_error'):.2f}",
        f"{ols.std_error[0]:.2f}",
        "0",
        f"{reml.estimate[0]:.2f}",
        f"{comparison['james_stein'].fit.weight[0]:.3f}",
    ]
    assert numbers("dyestuff2") == said
    assert parameter(reml, "sigma_group") == parameter(ml, "sigma_group") == 0
    assert np.array_equal(reml.estimate, ml.estimate)


def test_rail_says_what_the_estimators_say(compared):
    comparison = compared["rail"]
    reml = comparison["reml"].fit
    said = [
        "36,100",
        f"{parameter(reml, 'sigma_group'):.1f}",
        f"{parameter(reml, 'sigma_error'):.1f}",
        f"{parameter(reml, 'icc'):.2f}",
        f"{reml.weight[0]:.2f}",
        "0.4",
        f"{comparison['grand_mean'].fit.estimate[0]:.1f}",
    ]
    assert numbers("rail") == said
    moved = [np.abs(comparison[name].fit.estimate - comparison.data.mean).max() for name in ("reml", "ml")]
    assert 0.3 < max(moved) < 0.4


def test_sleepstudy_says_what_the_estimators_say(compared):
    comparison = compared["sleepstudy"]
    reml, labels = comparison["reml"].fit, list(comparison.data.labels)
    slowest, fastest = int(comparison.data.mean.argmax()), int(comparison.data.mean.argmin())
    said = [
        "18",
        f"{parameter(reml, 'sigma_error'):.1f}",
        f"{reml.weight[0]:.2f}",
        labels[slowest],
        f"{comparison.data.mean[slowest]:.0f}",
        f"{reml.estimate[slowest]:.0f}",
        labels[fastest],
        f"{comparison.data.mean[fastest]:.0f}",
        f"{reml.estimate[fastest]:.0f}",
    ]
    assert numbers("sleepstudy") == said
    assert "Days" in SAMPLES["sleepstudy"].file.read_text(encoding="utf-8").splitlines()[0].split(",")


def test_baseball_says_what_the_estimators_say(compared):
    comparison = compared["baseball"]
    reml, james_stein = comparison["reml"].fit, comparison["james_stein"].fit
    first = list(comparison.data.labels).index("Roberto Clemente")
    average = float(comparison["grand_mean"].fit.estimate[0])
    known = np.full(18, np.sqrt(average * (1 - average) / 45))
    published = GroupData.from_estimates(comparison.data.labels, comparison.data.mean, known)
    binomial = BUILT_IN["james_stein"].fit(published)
    said = [
        "45",
        "1970",
        "1",
        "0",
        f"{comparison.data.mean[first]:.3f}"[1:],
        f"{reml.weight[0]:.2f}",
        f"{reml.estimate[first]:.3f}"[1:],
        f"{james_stein.weight[0]:.3f}",
        f"{james_stein.estimate[first]:.3f}"[1:],
        f"{parameter(reml, 'sigma_error'):.3f}",
        "1975",
        f"{average:.3f}"[1:],
        f"{binomial.weight[0]:.3f}",
    ]
    assert numbers("baseball") == said
    assert comparison.data.mean.argmax() == first


@pytest.mark.slow
def test_the_samples_import_nothing_heavy():
    heavy = "{'scipy', 'pandas', 'duckdb', 'dash', 'pyarrow'}"
    code = f"import sys, dashboard.samples; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert done.stdout.strip() == "[]"
