"""Small risk studies."""

from __future__ import annotations

from estimators import Design, RiskStudy
from tests.scenes import BUILT_IN

DESIGN = Design(groups=8, per_group="4", sigma_group=0.5)


def study(design=DESIGN, estimators=None, **more):
    return RiskStudy(design, tuple(estimators or BUILT_IN.values()), **{"replicates": 200, **more})
