"""An estimator from outside, as an object and as the text of a file, and groups to fit."""

from __future__ import annotations

from dataclasses import dataclass

from estimators import Estimator, GroupData, GroupFit, option

DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0, 8.0, 9.5], list("aabbccdd"))

PLUGIN = """
from estimators import Estimator, GroupFit, hookimpl

class Half(Estimator):
    id = {id!r}
    label = "Half way"
    summary = "Half way to the middle."
    order = {order}

    def _fit(self, data, options):
        middle = data.mean.mean()
        return GroupFit((data.mean + middle) / 2, weight=[0.5] * len(data), center=middle)

@hookimpl
def register_estimators():
    return [Half()]
"""


@dataclass(frozen=True)
class Options:
    share: float = option(0.5, label="Share", minimum=0, maximum=1)
    rounds: int = option(3, label="Rounds", minimum=1)
    kind: str = option("plain", label="Kind", choices=("plain", "fancy"))
    loud: bool = option(False, label="Loud")
    name: str = option("", label="Name")
    low: float = option(-1.0, label="Low", maximum=0)
    free: float = option(0.0, label="Free")


class Share(Estimator):
    id = "share"
    label = "Share"
    summary = "Part of the way to the middle."
    Options = Options

    def _fit(self, data, options):
        middle = data.mean.mean()
        return GroupFit(middle + options.share * (data.mean - middle), center=middle)


def variant(**members):
    """A conforming estimator with some members replaced."""
    return type("Variant", (Share,), members)()


def write_plugin(folder, name, text=PLUGIN, **words):
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(text.format(**{"id": name, "order": 100, **words}) if words or "{id" in text else text)
    return path
