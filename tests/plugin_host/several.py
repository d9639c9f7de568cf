"""A plugin with estimators of many manners, and groups to fit."""

from __future__ import annotations

from estimators import GroupData

PLUGIN = """
import os, time
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from estimators import BatchFit, DataError, Estimator, GroupFit, Note, Parameter, hookimpl, option

HERE = Path(__file__).parent

@dataclass(frozen=True)
class Options:
    share: float = option(0.5, label="Share", minimum=0, maximum=1)

@dataclass(frozen=True)
class Curve:
    height: float

class Base(Estimator):
    label, summary, Options = "Base", "Base", Options

class Good(Base):
    id, citation, color, symbol, order = "good", "A paper", "#123456", "star", 7
    def _fit(self, data, options):
        middle = data.centered_mean.mean()
        estimate = data.origin + middle + (1 - options.share) * (data.centered_mean - middle)
        return GroupFit(estimate, np.ones(len(data)), center=data.origin + middle, df=4.0,
                        parameters={"mu": data.origin + middle, "own": Parameter("own", 3.0, "My own")},
                        notes=[Note("a", "info", "words")],
                        interval_fn=lambda level: (estimate - level, estimate + level),
                        details={"curve": Curve(options.share)})
    def weight_curve(self, fit, n):
        return np.full(len(n), fit.details["curve"].height)
    def r_code(self, data, options):
        return f"estimate <- rep({options.share}, {len(data)})"
    def python_code(self, data, options):
        return f"estimate = np.full({len(data)}, {options.share})"

class Rows(Base):
    id, needs = "rows", "rows"
    def _fit(self, data, options):
        return GroupFit(np.bincount(data.rows.group, data.rows.outcome) / data.n)

class Many(Base):
    id = "many"
    def _fit(self, data, options):
        return GroupFit(data.mean / 2, np.ones(len(data)))
    def _fit_many(self, batch, options):
        (HERE / "batches").write_text(str(len(batch)))
        return BatchFit(batch.mean / 2, np.ones(batch.mean.shape), parameters={"mu": batch.mean[:, 0]})

class Picky(Base):
    id = "picky"
    def _fit(self, data, options):
        raise DataError("needs more than this")

class Boom(Base):
    id = "boom"
    def _fit(self, data, options):
        return 1 / 0

class Strange(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")

class Odd(Base):
    id = "odd"
    def _fit(self, data, options):
        raise Strange(1, 2)

class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")

class Silent(Base):
    id = "silent"
    def _fit(self, data, options):
        raise Mute

class Meddles(Base):
    id = "meddles"
    def _fit(self, data, options):
        found = os.environ.get("MEDDLED", "no")
        os.environ["MEDDLED"] = "yes"
        return GroupFit(data.mean, notes=[Note("found", "info", found)])

class Leaves(Base):
    id = "leaves"
    def _fit(self, data, options):
        raise SystemExit(3)

class Dies(Base):
    id = "dies"
    def _fit(self, data, options):
        os._exit(3)

class Writes(Base):
    id = "writes"
    def _fit(self, data, options):
        data.mean[0] = 1.0

class Talks(Base):
    id = "talks"
    def _fit(self, data, options):
        print("hello")
        os.write(1, b"hello again")
        return GroupFit(data.mean)

class Keeps(Base):
    id = "keeps"
    def _fit(self, data, options):
        return GroupFit(data.mean, details={"f": lambda: 1})

class Hangs(Base):
    id = "hangs"
    def _fit(self, data, options):
        (HERE / "pid").write_text(str(os.getpid()))
        with (HERE / "tries").open("a") as tries:
            tries.write("x")
        while True:
            pass
    def weight_curve(self, fit, n):
        time.sleep(1000)

@hookimpl
def register_estimators():
    kinds = Good, Rows, Many, Picky, Boom, Odd, Silent, Meddles, Leaves, Dies, Writes, Talks, Keeps, Hangs
    return [kind() for kind in kinds]
"""
DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0, 8.0, 9.5], list("aabbccdd"))
