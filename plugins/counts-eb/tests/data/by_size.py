"""Makes by_size.json: the maximum with a prior mean by log size, by Newton's method with 50 digits.

Written from the densities alone, by log-gammas and digammas as mpmath has them; it shares no line with the
plugin. Run it in this folder: python by_size.py
"""

import csv
import json
from pathlib import Path

import mpmath as mp

mp.mp.dps = 50
STARTS = {
    "baseball1970_uneven": (-2.27, 0.216, 6.84),
    "binomial_made": (-0.6, -0.055, 2.7),
    "pumps": (0.9, -0.6, 0.3),
}


def log_likelihood(rows, b0, b1, log_size, of_trials):
    """Sum of log densities; ``log_size`` is log(alpha + beta), or log(shape)."""
    size, total = mp.exp(log_size), mp.mpf(0)
    for y, t in rows:
        eta = b0 + b1 * mp.log(t)
        if of_trials:
            a = size / (1 + mp.exp(-eta))
            b = size - a
            total += mp.loggamma(t + 1) - mp.loggamma(y + 1) - mp.loggamma(t - y + 1)
            total += mp.loggamma(a + y) + mp.loggamma(b + t - y) - mp.loggamma(size + t)
            total -= mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(size)
        else:
            rate = size / mp.exp(eta)
            total += mp.loggamma(size + y) - mp.loggamma(size) - mp.loggamma(y + 1)
            total += size * mp.log(rate / (rate + t)) + y * mp.log(t / (rate + t))
    return total


def gradient(rows, point, of_trials):
    """Central differences with 50 digits: right to about 30."""
    step = mp.mpf(10) ** -12
    found = []
    for i in range(3):
        ends = []
        for factor in (-2, -1, 1, 2):
            moved = [x + (factor * step if i == k else 0) for k, x in enumerate(point)]
            ends.append(log_likelihood(rows, *moved, of_trials))
        found.append((ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step))
    return found


def standard_errors(rows, at, of_trials):
    """Roots of the inverse observed information, by central differences of the gradient."""
    step, columns = mp.mpf(10) ** -6, []
    for i in range(3):
        up, down = ([x + (s * step if i == k else 0) for k, x in enumerate(at)] for s in (1, -1))
        ends = gradient(rows, up, of_trials), gradient(rows, down, of_trials)
        columns.append([(a - b) / (2 * step) for a, b in zip(*ends, strict=True)])
    inverse = (-mp.matrix(columns)) ** -1
    return [mp.sqrt(inverse[i, i]) for i in range(3)]


def solve(name):
    with Path(f"{name}.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    of_trials = "n" in lines[0]
    rows = [(mp.mpf(line["y"]), mp.mpf(line["n"] if of_trials else line["exposure"])) for line in lines]
    rows = [(y, mp.mpf(float(t))) for y, t in rows]
    at = mp.findroot(lambda *x: gradient(rows, x, of_trials), STARTS[name], tol=1e-40, maxsteps=50)
    b0, b1, log_size = at
    value = log_likelihood(rows, b0, b1, log_size, of_trials)
    for i in range(3):
        for sign in (-1, 1):
            moved = [x + (sign * mp.mpf("1e-3") if i == k else 0) for k, x in enumerate(at)]
            assert log_likelihood(rows, *moved, of_trials) < value
    errors = standard_errors(rows, at, of_trials)
    size, means = mp.exp(log_size), []
    for y, t in rows:
        mean = 1 / (1 + mp.exp(-b0 - b1 * mp.log(t))) if of_trials else mp.exp(b0 + b1 * mp.log(t))
        means.append((size * mean + y) / (size + t) if of_trials else (size + y) / (size / mean + t))
    return {
        "group": [line["group"] for line in lines],
        "intercept": float(b0),
        "slope": float(b1),
        "std_error": [float(e) for e in errors[:2]],
        "prior_size": float(size),
        "log_likelihood": float(value),
        "posterior_mean": [float(m) for m in means],
    }


if __name__ == "__main__":
    text = json.dumps({name: solve(name) for name in STARTS}, indent=1)
    Path("by_size.json").write_text(text + "\n", encoding="utf-8")
