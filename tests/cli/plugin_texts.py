"""Texts of plugins, right and wrong, and distributions as pip would leave them."""

HEAD = """
import os, subprocess, sys
from dataclasses import dataclass
from estimators import Estimator, GroupFit, Note, hookimpl, option
"""
CLASS = """
class Half(Estimator):
    id = {id!r}
    label = "Half way"
    summary = "Half way to the middle."

    def _fit(self, data, options):
        {fit}
        middle = data.centered_mean.mean()
        estimate = data.origin + (data.centered_mean + middle) / 2
        return {returns}
"""
HOOK = """
@hookimpl
def register_estimators():
    {register}
    return [Half()]
"""
MISSPELT = HOOK.replace("def register_estimators", "def register_estimator")


def plugin(*, head="", fit="pass", returns="GroupFit(estimate)", register="pass", name="half", hook=HOOK):
    return HEAD + head + CLASS.format(id=name, fit=fit, returns=returns) + hook.format(register=register)


def install(folder, name, text, *, version="1.2"):
    """A distribution as pip would leave it."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[blupboard]\n{module} = {module}\n")
