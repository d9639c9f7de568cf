"""Methods of somebody else's whose code is exported: it depends on an option, is not there, or is broken."""

from dataclasses import dataclass

from estimators import Estimator, GroupFit, option


@dataclass(frozen=True)
class ShiftOptions:
    by: float = option(0.0, label="By")


class Shifted(Estimator):
    """With code, and intervals of its own."""

    id = "shifted-mean"
    label = 'Shifted\nmean"; quit() #'
    summary = "The mean and a bit."
    Options = ShiftOptions

    def _fit(self, data, options):
        estimate = data.mean + options.by
        return GroupFit(estimate, interval_fn=lambda level: (estimate - level, estimate + 2 * level))

    def r_code(self, data, options):
        return (
            f"\nmeans <- tapply(y, g, mean)\n\nestimate <- as.vector(means) + {options.by!r}\n"
            "conf_low <- estimate - level\nconf_high <- estimate + 2 * level\n"
        )

    def python_code(self, data, options):
        return (
            f"\nmeans = np.bincount(g, y) / np.bincount(g)\n\nestimate = means + {options.by!r}\n"
            "conf_low = estimate - level\nconf_high = estimate + 2 * level\n"
        )


class WithoutCode(Shifted):
    id = "without_code"
    label = "Without code"

    def r_code(self, data, options):
        return None

    def python_code(self, data, options):
        return None


class BrokenCode(Shifted):
    id = "broken_code"
    label = "Broken code"

    def r_code(self, data, options):
        raise RuntimeError("no\nidea")

    def python_code(self, data, options):
        raise RuntimeError("no\nidea")
