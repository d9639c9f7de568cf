"""Many Parquet files as one table: patterns, columns from the names of folders, one store of objects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingest.many_files import is_many
from estimators import GroupData

RNG = np.random.default_rng(3)
ROWS = {
    (year, part): (RNG.standard_normal(50) + 1e4, [f"g{i % 7}" for i in range(50)])
    for year in (2023, 2024)
    for part in "ab"
}


@pytest.fixture
def folder(tmp_path):
    for (year, part), (y, g) in ROWS.items():
        path = tmp_path / "data" / f"year={year}" / f"{part}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"y": y, "g": g}), path)
    (tmp_path / "data" / "year=2024" / "_SUCCESS.parquet").write_bytes(b"")
    for left in ("_temporary/0", ".hidden", "year=2024/_delta_log"):
        (tmp_path / "data" / left).mkdir(parents=True)
        pq.write_table(pa.table({"y": [1.0], "g": ["left over"]}), tmp_path / "data" / left / "a.parquet")
    return tmp_path / "data"


def answer(blupboard, *arguments):
    done = blupboard("compare", *arguments, "--outcome", "y", "--format", "json")
    assert (done.code, done.err) == (0, "")
    fit = next(fit for fit in done.json["fits"] if fit["estimator"] == "ols")
    return {line["group"]: line["estimate"] for line in fit["groups"]}, done.json["data"]["rows"]


def means(keys, labels):
    rows = [(label, value) for key in keys for label, value in zip(labels(key), ROWS[key][0], strict=True)]
    data = GroupData.from_arrays([value for _, value in rows], [label for label, _ in rows])
    return {
        k: pytest.approx(v, rel=1e-13) for k, v in zip(data.labels.tolist(), data.mean.tolist(), strict=True)
    }


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("year=*/*.parquet", "ab"),
        ("**/*.parquet", "ab"),
        ("**/[a-a].parquet", "a"),
        ("year=????/[!a].parquet", "b"),
    ],
)
def test_files_by_a_pattern_are_one_table(blupboard, folder, pattern, parts):
    found, rows = answer(blupboard, f"{folder}/{pattern}", "--group", "g")
    keys = [key for key in ROWS if key[1] in parts]
    assert rows == 50 * len(keys)
    assert found == means(keys, lambda key: ROWS[key][1])


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_name_of_a_folder_is_a_column(blupboard, folder, scheme):
    found, rows = answer(blupboard, f"{scheme}{folder}/**/*.parquet", "--group", "year")
    assert rows == 200
    assert found == means(list(ROWS), lambda key: [str(key[0])] * 50)


def test_folders_with_zeros_before_a_number_are_other_groups(blupboard, tmp_path):
    for store, value in (("007", 1.0), ("7", 5.0), ("x", 9.0)):
        (tmp_path / f"store={store}").mkdir()
        pq.write_table(pa.table({"y": [value, value + 1]}), tmp_path / f"store={store}" / "a.parquet")
    found, _ = answer(blupboard, f"{tmp_path}/*/a.parquet", "--group", "store")
    assert found == {"007": 1.5, "7": 5.5, "x": 9.5}


def test_what_is_not_alike_or_not_there_is_refused(refused, folder):
    asked = ("--outcome", "y", "--group", "g")
    assert "No file matches" in refused("compare", f"{folder}/*/*.csv", *asked)
    assert refused("compare", f"{folder}/*/*.parquet").endswith("the columns are y, g, year")
    assert "--where is for files" in refused("compare", f"{folder}/*/*.parquet", *asked, "--where", "y>1")
    secret = refused("compare", "s3://key:secret@bucket/*.parquet", *asked)
    assert "AWS_ACCESS_KEY_ID" in secret
    assert "secret@" not in secret
    pq.write_table(pa.table({"y": [1.0], "h": ["a"]}), folder / "year=2024" / "c.parquet")
    differ = "differ in the columns g (string), h (string)"
    assert differ in refused("compare", f"{folder}/**/*.parquet", *asked)
    pq.write_table(pa.table({"y": pa.array([1.0], pa.float32()), "g": ["a"]}), folder / "year=2024/c.parquet")
    differ = "differ in the columns y (double), y (float)"
    assert differ in refused("compare", f"{folder}/**/*.parquet", *asked)
    (folder / "year=2024" / "c.parquet").write_text("no Parquet")
    assert "The files cannot be read" in refused("compare", f"{folder}/**/*.parquet", *asked)


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path):
    path = tmp_path / "scores[1].csv"
    assert is_many(str(path))
    path.write_text("y,g\n1,a\n")
    assert not is_many(str(path))
