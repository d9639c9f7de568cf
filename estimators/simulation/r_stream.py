"""R's default random numbers, draw for draw: Mersenne-Twister, and normals by inversion.

The generator is Matsumoto and Nishimura's (1998, ACM TOMACS 8, 3-30), seeded as R's ``set.seed`` does. R
makes a normal of two uniforms through the quantile function of Wichura (1988, Applied Statistics 37, 477-484,
algorithm AS 241, PPND16), which is therefore followed here step by step: ``scipy.special.ndtri`` is as
accurate but ends in another digit than R in two draws of three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.simulation.seeds import positive_number, whole_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATE_WORDS = 624
SCRAMBLING_STEPS = 50
MULTIPLIER = 69069
"""Of the congruential generator s -> 69069 s + 1, modulo 2^32, that spreads a seed over the state."""

SMALLEST_UNIFORM = 0.5 * 2.328306437080797e-10
"""R moves a uniform that came out as 0 here: half of 1/(2^32 - 1)."""
COARSE = 2.0**27
"""A normal takes the first 27 binary digits from one uniform and the rest from a second."""
BLOCK = 1 << 15
"""Normals made at a time, so that what they need on the way stays in the processor's cache."""

CENTRE, CENTRE_SQUARED = 0.425, 0.180625
TAIL = 5.0

Pair = tuple[tuple[float, ...], tuple[float, ...]]
# Wichura's rational approximations, highest power first: numerator and denominator.
_CENTRAL = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
_MIDDLE = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.241780725177450611770,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
_FAR = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)


class RStream:
    """The numbers that R (3.0 to 4.x, with its default ``RNGkind()``) draws after ``set.seed(seed)``.

    Several calls draw on, as in R. Uniforms are R's to the last bit. So are normals wherever the machine's
    logarithm agrees with that of R's machine, and otherwise within a unit or two in the last place. In R:

    ====================================  =================================
    ``stream.uniform(count)``             ``runif(count)``
    ``stream.normal(count)``              ``rnorm(count)``
    ``stream.gamma(shape, count)``        ``qgamma(runif(count), shape)``
    ``stream.student_t(df, count)``       ``qt(runif(count), df)``
    ====================================  =================================

    The last two are not R's ``rgamma`` and ``rt``, which reject draws, but take one uniform each and can be
    written in R in one line.

    Args:
        seed: from -(2^31 - 1) to 2^31 - 1, as in R.

    Raises:
        OptionError: the seed is not such a whole number.

    """

    def __init__(self, seed: int) -> None:
        self._twister = np.random.MT19937(0)
        self._twister.state = {
            "bit_generator": "MT19937",
            "state": {"key": _initial_state(whole_seed(seed)), "pos": STATE_WORDS},
        }

    def uniform(self, count: int) -> NDArray[np.float64]:
        """``count`` numbers from the uniform distribution on (0, 1), shape (count,): R's ``runif(count)``."""
        uniforms = np.multiply(self._twister.random_raw(count), 2.0**-32, dtype=np.float64)
        return np.maximum(uniforms, SMALLEST_UNIFORM, out=uniforms)

    def normal(self, count: int) -> NDArray[np.float64]:
        """``count`` standard normal numbers, shape (count,): R's ``rnorm(count)``, two uniforms for each."""
        numbers = np.empty(count)
        for start in range(0, count, BLOCK):
            block = numbers[start : start + BLOCK]
            coarse, fine = self.uniform(2 * block.size).reshape(-1, 2).T
            block[:] = normal_quantile((np.floor(COARSE * coarse) + fine) / COARSE)
        return numbers

    def gamma(self, shape: float, count: int) -> NDArray[np.float64]:
        """``count`` gamma numbers of unit scale, shape (count,): R's ``qgamma(runif(count), shape)``.

        Raises:
            OptionError: ``shape`` is not a positive number.

        """
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(positive_number("shape", shape), self.uniform(count)), dtype=np.float64)

    def student_t(self, df: float, count: int) -> NDArray[np.float64]:
        """``count`` numbers of Student's t, shape (count,): R's ``qt(runif(count), df)``.

        Raises:
            OptionError: ``df`` is not a positive number.

        """
        from scipy.special import stdtrit

        return np.asarray(stdtrit(positive_number("df", df), self.uniform(count)), dtype=np.float64)


def normal_quantile(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard normal quantiles of probabilities above 0, both of shape (count,), as R computes them.

    A probability that has been rounded to 1 (R's ``rnorm`` makes one in 2^54 draws, and infinity of it) is
    taken as the largest number below 1, so that every draw is finite.
    """
    probability = np.minimum(probability, np.nextafter(1.0, 0.0))
    distance = probability - 0.5
    above, below = _polynomials(_CENTRAL, CENTRE_SQUARED - distance * distance)
    quantile = distance * above / below
    outside = np.flatnonzero(np.abs(distance) > CENTRE)
    tail = probability[outside]
    depth = np.sqrt(-np.log(np.where(distance[outside] < 0.0, tail, 0.5 - tail + 0.5)))
    size = np.divide(*_polynomials(_MIDDLE, depth - 1.6))
    far = np.flatnonzero(depth > TAIL)
    size[far] = np.divide(*_polynomials(_FAR, depth[far] - TAIL))
    quantile[outside] = np.copysign(size, distance[outside])
    return quantile


def _polynomials(pair: Pair, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numerator and denominator at ``x``."""
    return _polynomial(pair[0], x), _polynomial(pair[1], x)


def _polynomial(coefficients: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """By Horner's rule, the order of operations in which R rounds."""
    value = coefficients[0] * x
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= x
    value += coefficients[-1]
    return value


def _initial_state(seed: int) -> NDArray[np.uint32]:
    """The 624 words that R's ``set.seed`` makes of a seed.

    Step k of the congruential generator is a^k s + (1 + a + ... + a^(k-1)). The 50 scrambling steps are not
    kept, and the word after them is where R keeps its position in the state.
    """
    skipped = SCRAMBLING_STEPS + 1
    factors = np.full(skipped + STATE_WORDS, MULTIPLIER, dtype=np.uint32)
    powers = np.multiply.accumulate(factors, dtype=np.uint32)
    sums = np.add.accumulate(np.concatenate(([np.uint32(1)], powers[:-1])), dtype=np.uint32)
    return (powers * np.uint32(seed % 2**32) + sums)[skipped:]
