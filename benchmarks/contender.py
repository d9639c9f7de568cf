"""One contender on one design, in a process of its own.

``python -m benchmarks.contender NAME WARM_UP DESIGN BUDGET``, the last three being two folders with columns
and seconds. What is timed is the fit from columns in memory; a first fit, on the warm-up design, is not
counted. Prints JSON: the seconds of each run, by the clock and of the processor, and the last sigma_group.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.designs import read

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_RUNS = 7


def blupboard(outcome: Floats, group: NDArray[np.int32], covariates: Floats) -> Callable[[], float]:
    from estimators import GroupData, build_registry

    reml = build_registry(entry_points=False)["reml"]
    adjust = {f"x{k}": values for k, values in enumerate(covariates)}

    def fit() -> float:
        data = GroupData.from_arrays(outcome, group, adjust=adjust)
        value = reml.fit(data).parameters["sigma_group"].value
        return float("nan") if value is None else value

    return fit


def mixedlm(outcome: Floats, group: NDArray[np.int32], covariates: Floats) -> Callable[[], float]:
    import mixedlm as library
    import pandas as pd

    adjust = {f"x{k}": values for k, values in enumerate(covariates)}
    frame = pd.DataFrame({"y": outcome, "g": group, **adjust})
    formula = " + ".join(["y ~ 1", *adjust, "(1 | g)"])

    def fit() -> float:
        variances = library.lmer(formula, frame).VarCorr()
        return float(variances.groups["g"].stddev["(Intercept)"])

    return fit


def statsmodels(outcome: Floats, group: NDArray[np.int32], covariates: Floats) -> Callable[[], float]:
    import numpy as np
    from statsmodels.regression.mixed_linear_model import MixedLM

    design = np.column_stack([np.ones(len(outcome)), *covariates])

    def fit() -> float:
        return float(np.sqrt(MixedLM(outcome, design, groups=group).fit(reml=True).cov_re[0, 0]))

    return fit


CONTENDERS = {f.__name__: f for f in (blupboard, mixedlm, statsmodels)}


def main(name: str, warm_up: str, design: str, budget: str) -> None:
    make = CONTENDERS[name]
    make(*read(Path(warm_up)))()
    fit = make(*read(Path(design)))
    seconds: list[float] = []
    cpu_seconds: list[float] = []
    sigma_group = float("nan")
    while len(seconds) < MOST_RUNS and (not seconds or sum(seconds) + max(seconds) < float(budget)):
        start, cpu_start = time.perf_counter(), time.process_time()
        sigma_group = fit()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "sigma_group": sigma_group}))


if __name__ == "__main__":
    main(*sys.argv[1:])
