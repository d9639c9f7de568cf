"""What Rscript does with lmer.R, by the built-in BLUPs: for the plumbing around R, where R may be missing."""

import sys
from pathlib import Path

import numpy as np

from estimators import GroupData, build_registry

script, criterion, groups = sys.argv[-3:]
assert script == "lmer.R"
assert "lme4::lmer(" in Path(script).read_text(encoding="utf-8")

codes = np.fromfile("group.bin", "<i4")
width = len(groups)
data = GroupData.from_arrays(np.fromfile("outcome.bin", "<f8"), [f"{code:0{width}}" for code in codes])
assert len(data) == int(groups)
fit = build_registry(entry_points=False)[criterion.lower()].fit(data, {"std_error": "conditional"})
names = ("mu", "mu_std_error", "sigma_group", "sigma_error", "log_likelihood")
numbers = [fit.parameters[name].value for name in names]
singular = fit.parameters["sigma_group"].value == 0
effects, variances = fit.estimate - fit.center, np.square(fit.std_error)
np.array([*numbers, singular, *effects, *variances]).astype("<f8").tofile("answer.bin")
said = ["boundary (singular) fit: see help('isSingular')"] if singular else []
print("as R does at times")
Path("said.txt").write_text("\n".join(["lme4 0.0 on R 0.0", *said, ""]), encoding="utf-8")
