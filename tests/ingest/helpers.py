"""Ways to hand a file to `dashboard.ingest` and see what came of it."""

import csv
import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest import Table, UnreadableFile, reduce_file, reduce_table, store_table
from estimators import GroupData


def put(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def put_parquet(folder: Path, columns: dict, name: str = "data.parquet") -> Path:
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, folder / name)
    return folder / name


def stored(folder: Path, content: str | bytes, name: str = "data.csv", **options) -> Table:
    source = put(folder, content, f"upload-{name}")
    target = folder / "stored.parquet"
    return store_table(source, name=name, target=target, **options)


def table_of(folder: Path, header: list, rows: list) -> Table:
    """The stored table of a CSV file with these cells."""
    path = folder / "made.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return stored(folder, path.read_bytes())


def noise(count: int) -> list[float]:
    rng = random.Random(count)
    return [round(rng.gauss(50, 10), 3) for _ in range(count)]


def read_or_refused(folder: Path, content: str | bytes) -> tuple[Table | None, str]:
    """The stored table, or the sentence that the file is refused with."""
    try:
        return stored(folder, content), ""
    except UnreadableFile as refusal:
        return None, str(refusal)


def rows_of(table: Table) -> list[tuple]:
    """The rows of a stored table as they lie on disk, columns in the user's order."""
    columns = ", ".join(f"c{column.stored}" for column in table.columns)
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM read_parquet(?)", [str(table.path)]).fetchall()


def both_ways(
    folder: Path, content: str | bytes, outcome: str = "y", group: str = "g", name: str = "data.csv"
) -> GroupData:
    """What `reduce_file` gives, and `store_table` with `reduce_table` must give the same."""
    path = put(folder, content, name)
    straight = reduce_file(path, outcome=outcome, group=group)
    table = store_table(path, name=name, target=folder / "stored.parquet")
    by_way_of_disk = reduce_table(table, outcome=outcome, group=group)
    assert list(straight.labels) == list(by_way_of_disk.labels)
    assert straight.mean.tolist() == by_way_of_disk.mean.tolist()
    assert straight.n.tolist() == by_way_of_disk.n.tolist()
    assert straight.dropped == by_way_of_disk.dropped
    assert straight.rows_read == by_way_of_disk.rows_read == straight.total + straight.dropped.total
    return straight


def means(data: GroupData) -> dict[str, float]:
    return dict(zip(data.labels.tolist(), data.mean.tolist(), strict=True))


def lines(rows, start="g,y\n") -> str:
    """A CSV of labels and outcomes."""
    return start + "".join(f"{g},{y}\n" for g, y in rows)


MANY = [(f"site {i % 7}", f"{i / 8}") for i in range(100)]
