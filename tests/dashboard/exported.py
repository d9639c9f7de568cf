"""Files of every kind whose comparisons are exported as code, and what stands beside that code to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from dashboard.ingest import ALL_ROWS, AS_FOUND, Condition, Reading, RowFilter, store_table
from dashboard.samples import SAMPLES
from dashboard.session.stored_file import ChosenColumns, StoredFile
from dashboard.storage.datasets import Dataset
from estimators import compare
from estimators.data.frames import NOTHING_BESIDE, ModelColumns
from tests.ingest.made_files import KINDS
from tests.oracles import STORED_METHODS

DATA = Path(__file__).parents[1] / "data"
FIELD = DATA / "field"


@dataclass(frozen=True)
class Case:
    """A file, what is chosen of it, and whether R and pandas read it themselves."""

    content: str | bytes | Callable[[Path], bytes]
    direct: bool = False
    file_name: str = "scores.csv"
    outcome: str = "score"
    group: str = "school"
    reading: Reading = AS_FOUND
    rows: RowFilter = ALL_ROWS
    settings: Mapping[str, Any] = field(default_factory=dict)
    model: ModelColumns = NOTHING_BESIDE


def table(labels, sizes=(3, 5, 2, 4, 1), head="school,score", seed=1):
    """CSV text with the labels as they are written in the file; numbers vary between and within groups."""
    random = np.random.default_rng(seed)
    lines = [head]
    for label, size in zip(labels, sizes, strict=True):
        level = random.normal(20, 5)
        lines += [f"{label},{level + value:.4f}" for value in random.normal(0, 3, size)]
    return "\n".join(lines) + "\n"


def of_field(name, outcome, group, *, direct=False, **chosen):
    """A file of tests/data/field."""
    content = (FIELD / f"{name}.csv").read_bytes()
    return Case(content, direct, f"{name}.csv", outcome, group, **chosen)


PLAIN = table("ABCDE")
AWKWARD_LABELS = table(["01", "1", "NA", '"say ""hi"", <b>=1+1\nnext"', '"Zürich, Ωmega 🎲"', " A", "A "],
                       sizes=(3, 5, 2, 4, 1, 2, 2))  # fmt: skip
MISSING_WORDS = PLAIN + "A,NA\nB,n/a\nC,.\nD,-\nE,\nA,what\nB,0x10\nC,1e400\nD,inf\n ,5\n,6\nB, 7.5 \nA,1d3\n"
CONDITIONAL = {"level": 0.8, "options": {id_: {"std_error": "conditional"} for id_ in ("reml", "ml")}}
SECOND_ORDER = {"options": {id_: {"std_error": "second_order"} for id_ in ("reml", "ml")}}
GERMAN = "schule;note\n" + PLAIN.split("\n", 1)[1].replace(",", ";").replace(".", ",")
CASES = {
    "dyestuff": Case(SAMPLES["dyestuff"].file.read_bytes(), True, "dyestuff.csv", "Yield", "Batch"),
    "plain": Case(PLAIN, True),
    "conditional": Case(PLAIN, True, settings=CONDITIONAL),
    "second_order": Case(PLAIN, True, settings=SECOND_ORDER),
    "missing": Case(MISSING_WORDS),
    "words": Case(MISSING_WORDS.replace("C,1e400\n", ""), True),
    "line_ends": Case(PLAIN.replace("\n", "\r\n"), True),
    "tabs": Case(PLAIN.replace(",", "\t"), True, "scores.tsv"),
    "semicolons": Case(PLAIN.replace(",", ";"), True),
    "bom": Case("\ufeff" + PLAIN, True),
    "excluded": Case(PLAIN + "Total,999\n", True, rows=RowFilter(("Total",))),
    "names": Case(
        table("ABCDE", head="the group's ü 🎲,'y' # [1]"), True, "it's a file, ü.csv", "'y' # [1]",
        "the group's ü 🎲",
    ),
    "quoted_names": Case(
        table("ABCDE", head='"the ""group"" \\ of\nall","y\'s\tnumber, ütf 🎲"'),
        file_name='it\'s a "file", ü.csv', outcome="y's\tnumber, ütf 🎲", group='the "group" \\ of\nall',
    ),
    "labels": Case(AWKWARD_LABELS),
    "german": Case(GERMAN, outcome="note", group="schule"),
    "latin1": Case(table(["é", "ü", "ñ", "å", "ø"]).encode("latin-1")),
    "remarks": Case("# one\n# two\n" + PLAIN),
    "blank_lines": Case(PLAIN.replace("\n", "\n\n", 3)),
    "trailing": Case(PLAIN.replace("\n", ",\n")),
    "twice": Case(table("ABCDE", head="score,score"), outcome="score (column 2)", group="score (column 1)"),
    "where": Case(
        "school,year,score\n" + "".join(
            f"{g},{year},{v}\n" for g, v in zip("ABCDEF", (1.5, 4, 2, 8, 6, 3), strict=True)
            for year, v in ((2023, v * 100), (2024, v), (2024, v + 1.25))
        ),
        rows=RowFilter(("F",), (Condition("year", "=", "2024"),)),
    ),
    "folded": Case(
        PLAIN.replace("B,", "b ,", 2) + "C,-99\n", reading=Reading(missing=("-99",), labels="folded")
    ),
    "boundary": Case("school,score\n" + "".join(f"{g},{v}\n" for g in "ABCD" for v in (1, 5, 9.5)), True),
    "one_group": Case("school,score\nA,1\nA,2.5\n", True),
    "no_spread_within": Case(
        "school,score\n" + "".join(f"{g},{v}\n" * 3 for g, v in zip("ABCD", (1, 2, 4, 9), strict=True)), True
    ),
    "all_equal": Case("school,score\n" + "".join(f"{g},7\n" for g in "AABBCCDD"), True),
    "single_rows": Case("school,score\n" + "".join(f"{g},{ord(g)}\n" for g in "ABCDEF"), True),
    "many_groups": Case(
        "school,score\n" + "".join(f"g{i},{(i * 37 + k * 11) % 101}\n" for i in range(300) for k in (0, 1)),
        True,
    ),
    **{
        f"kind_{kind}": Case(KINDS[kind], file_name=f"scores.{kind}", outcome="y", group="g")
        for kind in ("xlsx", "ods", "sav", "dta", "rds", "feather", "jsonl")
    },
    "field_semicolon_us_thousands": of_field("semicolon_us_thousands", "income", "branch"),
    "field_us_thousands_whole": of_field("us_thousands_whole", "income", "branch"),
    "field_french_nbsp": of_field("french_nbsp", "montant", "ville"),
    "field_unicode_minus": of_field("unicode_minus", "change", "site"),
    "field_accounting_negatives": of_field("accounting_negatives", "profit", "store"),
    "field_sheets_decimal_comma": of_field("sheets_decimal_comma", "kg", "shop"),
    "field_percent_all": of_field("percent_all", "rate", "ward"),
    "field_currency": of_field("currency", "price", "shop"),
    "field_inner_quotes": of_field("inner_quotes", "len", "size"),
    "field_mysql_backslash": of_field("mysql_backslash", "len", "size"),
    "field_header_trailing_space": of_field("header_trailing_space", "days ", "ward"),
    "field_header_nbsp": of_field("header_nbsp", "Length\u00a0of\u00a0stay", "ward"),
    "field_long_first_row": of_field("long_first_row", "days", "ward"),
    "field_space_before_quote": of_field("space_before_quote", "avg", "team"),
    "field_fullwidth_digits": of_field("fullwidth_digits", "点", "店"),
    "field_r_na_group": of_field("r_na_group", "y", "clinic"),
    "field_qualtrics": of_field("qualtrics_three_headers", "Q1", "school"),
    "field_merged_cells": of_field("merged_cells", "score", "school", reading=Reading(fill_down=True)),
    "field_missing_code": of_field("missing_code_999", "score", "clinic", reading=Reading(missing=("-999",))),
    "field_total_row": of_field("total_row", "Days", "Ward", direct=True, rows=RowFilter(("Total",))),
    "field_label_spaces": of_field("label_spaces", "los", "hospital", reading=Reading(labels="folded")),
    "field_mac_roman": of_field("mac_roman", "y", "ville", reading=Reading(encoding="mac_roman")),
    "field_boundary_but_F": of_field("boundary_but_F_significant", "y", "g", direct=True),
    "field_zero_sum_within": of_field("zero_sum_within", "y", "group", direct=True),
}  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What the page exports of a case."""

    case: Case
    comparison: Any
    scripts: Any
    file: bytes
    rows_name: str
    rows: bytes

    def place(self, folder):
        """Put the file where scripts that read it themselves find it, and the rows for the others."""
        folder.mkdir(exist_ok=True)
        if self.case.direct:
            (folder / self.case.file_name).write_bytes(self.file)
        else:
            (folder / self.rows_name).write_bytes(self.rows)
        return folder


@cache
def exported(name):
    """A case stored as an upload is, compared by the built-in methods and exported."""
    return export(CASES[name])


def export(case, methods=STORED_METHODS):
    """A case of its own, compared by some methods."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        content = case.content(folder) if callable(case.content) else case.content
        content = content.encode() if isinstance(content, str) else content
        path = folder / "upload"
        path.write_bytes(content)
        target = folder / "stored.parquet"
        stored = store_table(path, name=case.file_name, target=target, reading=case.reading)
        chosen = ChosenColumns("token", case.outcome, case.group, case.reading, case.rows, model=case.model)
        dataset = Dataset("token", case.file_name, stored, datetime.now(UTC), case.reading)
        source = StoredFile(dataset, chosen)
        comparison = compare(source.groups(), methods, **case.settings)
        if not case.model:
            comparison.data.require_rows()
        rows = source.rows()
        scripts = source.script(comparison)
        return Exported(case, comparison, scripts, content, rows.name, b"".join(rows.pieces()))


def worst_differences(comparison, tidy, parameters):
    """The largest difference between tables of another program and ours, by column, relative to its scale.

    What one of the two has and the other has not fails here; so do other groups, rows or methods.
    """
    data, found = comparison.data, {}
    done = [result.id for result in comparison.succeeded]
    assert parameters["estimator"].tolist() == done
    for result in comparison.succeeded:
        part = tidy[tidy["estimator"] == result.id]
        assert part["group"].tolist() == data.labels.tolist()
        assert part["n"].tolist() == data.n.tolist()
        low, high = result.fit.interval(comparison.level) or (None, None)
        scale = max(float(np.ptp(data.mean)), float(np.sqrt(data.ss_within.sum() / data.total)))
        scale = scale or float(np.abs(data.mean).max())
        ours = {"raw_mean": data.mean, "estimate": result.fit.estimate, "std_error": result.fit.std_error,
                "conf_low": low, "conf_high": high}  # fmt: skip
        for column, values in ours.items():
            found[column] = max(found.get(column, 0), _difference(part[column], values, column) / scale)
        found["weight"] = max(
            found.get("weight", 0), _difference(part["weight"], result.fit.weight, "weight")
        )
        line = parameters[parameters["estimator"] == result.id].iloc[0]
        for name in ("mu", "mu_std_error", "sigma_group", "sigma_error", "icc"):
            known = result.fit.parameters.get(name)
            value = None if known is None else known.value
            size = 1 if name == "icc" else scale
            found[name] = max(found.get(name, 0), _difference([line[name]], value, (result.id, name)) / size)
    return found


def _difference(theirs, ours, what):
    theirs = np.asarray(theirs, dtype=float)
    if ours is None:
        assert np.isnan(theirs).all(), what
        return 0.0
    assert not np.isnan(theirs).any(), what
    return float(np.abs(theirs - ours).max())
