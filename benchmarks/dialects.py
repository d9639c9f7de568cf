"""Tables in many dialects come back: ``python -m benchmarks.dialects [TABLES] [--frames]``.

Each is a locale, a separator, a sign style, codes for missing values and an encoding drawn at random; some
have lines above the names, units below them, or footnotes at the end. A number that comes back changed
without a remark, or is left out without an example, is a silent change; so is a row that there was not.
Whole numbers with points between thousands are not drawn: a point is decimal by rule where nothing in the
file says otherwise.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LOCALES = (
    *((".", ""), (".", ","), (".", "'")),
    *((",", ""), (",", "."), (",", " "), (",", "\u00a0"), (",", "\u202f")),
)
SIGNS = ("-{}", "\u2212{}", "({})", "{}-")
AROUND = ("{}", "{}", "{}%", "${}", "{} \u20ac", "{} kg")
MISSING = ("", "NA", "n/a", ".", "-")
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"),
    *("iso8859_15", "windows-1250", "mac_roman", "cp850"),
)
ABOVE = (
    *(["Report for 2024"], ["Station", "Nord"], ["Exported by", "lab 3", "on 2024-03-01"]),
    *([""], ["# made by a program"], ["Values in kg, all sites"], ["2024"]),
)
UNITS = (["", "kg", ""], ["", "[mg/l]", "[-]"], ["unit", "kg", "count"])
BELOW = (
    *(["Source: office"], ["* provisional", "", ""], ["", "", ""], ["Total of all, see above"]),
    *(["Note: 1,250 is not 1.25"], ["n = 12"], ["", "", "1) estimated"]),
)


@dataclass(frozen=True)
class Table:
    """A table in one dialect, and the numbers that were written."""

    text: str
    encoding: str
    cells: list[str]
    values: list[float | None]


def table(rng: random.Random) -> Table:
    """A table in a dialect drawn at random."""
    decimal, grouping = rng.choice(LOCALES)
    sign, around, digits = rng.choice(SIGNS), rng.choice(AROUND), rng.choice((0, 1, 2, 3))
    if grouping == "." and digits in (0, 3):
        digits = 2
    size = 10 ** rng.randint(1, 6)
    values: list[float | None] = [round(rng.uniform(-size, size), digits) for _ in range(rng.randint(4, 30))]
    cells = []
    for place, value in enumerate(values):
        if rng.random() < 0.1 or value is None:
            cells.append(rng.choice(MISSING))
            values[place] = None
            continue
        plain = f"{abs(value):,.{digits}f}".replace(",", "\0").replace(".", decimal).replace("\0", grouping)
        cells.append(around.format(sign.format(plain) if value < 0 else plain))
    lines = [["g", "y", "n"], *([f"g{i}", cell, "k"] for i, cell in enumerate(cells))]
    if rng.random() < 0.15:
        lines.insert(1, rng.choice(UNITS))
    if rng.random() < 0.2:
        lines = [*rng.choices(ABOVE, k=rng.randint(1, 4)), *lines]
    if rng.random() < 0.2:
        lines += rng.choices(BELOW, k=rng.randint(1, 3))
    out = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(out, delimiter=rng.choice(",;\t|"), quoting=quoting).writerows(lines)
    encoding = rng.choice(ENCODINGS)
    try:
        out.getvalue().encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
    return Table(out.getvalue(), encoding, cells, values)


REFUSED = "refused"


def silent_change(made: Table, folder: Path | None) -> str | None:
    """What changed without a word, read from a file in `folder`, or (None) from a frame; None for nothing.

    REFUSED where the table was refused in a sentence.
    """
    import pyarrow as pa

    from dashboard.ingest import UnreadableFile, file_groups
    from estimators import DataError, GroupData

    try:
        if folder is None:
            labels = [f"g{i}" for i in range(len(made.cells))]
            frame = pa.table({"y": made.cells, "g": labels})
            data = GroupData.from_frame(frame, outcome="y", group="g")
            said = data.notation is not None and data.notation.sentence("y") is not None
        else:
            path = folder / "data.csv"
            path.write_bytes(made.text.encode(made.encoding))
            read = file_groups(path, outcome="y", group="g")
            data, said = read.data, bool(read.remarks)
    except (DataError, UnreadableFile):
        return REFUSED
    rows = data.require_rows()  # a mean is rounded once more
    found = dict(zip(data.labels[rows.group].tolist(), rows.outcome.tolist(), strict=True))
    shown = sum(cause.rows for cause in data.left_out if cause.examples)
    lost = [i for i, value in enumerate(made.values) if value is not None and f"g{i}" not in found]
    changed = [i for i, v in enumerate(made.values) if f"g{i}" in found and found[f"g{i}"] != v]
    if changed and not said:
        return f"{made.cells[changed[0]]!r} became {found[f'g{changed[0]}']}"
    if lost and shown < len(lost):
        return f"{made.cells[lost[0]]!r} was lost"
    if more := [label for label in found if not label.startswith("g") or not label[1:].isdigit()]:
        return f"a row of {more[0]!r} was read"
    return None


def main(arguments: list[str]) -> int:
    """Make so many tables and print what changed in silence; 1 where something did."""
    tables = next((int(a) for a in arguments if a.isdigit()), 10_000)
    rng, began, silent, refused = random.Random(1), time.perf_counter(), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = None if "--frames" in arguments else Path(scratch)
        for _ in range(tables):
            problem = silent_change(made := table(rng), folder)
            if problem == REFUSED:
                refused += 1
            elif problem is not None:
                silent += 1
                print(problem, made.text[:200].splitlines()[:6], made.encoding, flush=True)
    seconds = time.perf_counter() - began
    print(f"{tables} tables, {refused} refused, {silent} with a silent change, {seconds:.0f} s")
    return int(silent > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
