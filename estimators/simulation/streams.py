"""Where random numbers come from: named streams that draw the same numbers for the same seed, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from estimators.errors import OptionError
from estimators.simulation.r_stream import RStream
from estimators.simulation.seeds import positive_number, whole_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

STREAMS = ("numpy", "r")
"""The names that :func:`make_stream` knows."""


class Stream(Protocol):
    """A sequence of random numbers: each call draws on from where the last one stopped.

    Every method gives float64 of shape (count,). Drawing a and then b normals or uniforms is the same as
    drawing a + b of them at once.
    """

    def uniform(self, count: int) -> NDArray[np.float64]:
        """``count`` numbers from the uniform distribution on (0, 1), neither end among them."""

    def normal(self, count: int) -> NDArray[np.float64]:
        """``count`` standard normal numbers."""

    def gamma(self, shape: float, count: int) -> NDArray[np.float64]:
        """``count`` numbers from the gamma distribution of unit scale, whose mean is ``shape``.

        Raises:
            OptionError: ``shape`` is not a positive number.

        """

    def student_t(self, df: float, count: int) -> NDArray[np.float64]:
        """``count`` numbers from Student's t distribution with ``df`` degrees of freedom.

        Raises:
            OptionError: ``df`` is not a positive number.

        """


class NumpyStream:
    """numpy's own samplers on its default generator, PCG64.

    A seed of 0 or more gives the numbers of ``numpy.random.default_rng(seed)``; a negative one, which numpy
    does not take, those of ``default_rng([abs(seed), 1])``, which no other seed gives. The numbers stay
    the same within one version of numpy, which may improve a sampler in the next.

    Args:
        seed: from -(2^31 - 1) to 2^31 - 1.

    Raises:
        OptionError: the seed is not such a whole number.

    """

    def __init__(self, seed: int) -> None:
        checked = whole_seed(seed)
        entropy = checked if checked >= 0 else [-checked, 1]
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    @classmethod
    def of(cls, generator: np.random.Generator) -> NumpyStream:
        """A stream that draws on from where ``generator`` stands."""
        stream = cls.__new__(cls)
        stream._generator = generator
        return stream

    def uniform(self, count: int) -> NDArray[np.float64]:
        """``count`` numbers from the uniform distribution on (0, 1), shape (count,).

        numpy's multiples of 2^-53, its rare 0 moved to half a step above.
        """
        return np.maximum(self._generator.random(count), 2.0**-54)

    def normal(self, count: int) -> NDArray[np.float64]:
        """``count`` standard normal numbers, shape (count,)."""
        return self._generator.standard_normal(count)

    def gamma(self, shape: float, count: int) -> NDArray[np.float64]:
        """``count`` gamma numbers of unit scale, shape (count,).

        Raises:
            OptionError: ``shape`` is not a positive number.

        """
        return self._generator.standard_gamma(positive_number("shape", shape), count)

    def student_t(self, df: float, count: int) -> NDArray[np.float64]:
        """``count`` numbers of Student's t with ``df`` degrees of freedom, shape (count,).

        Raises:
            OptionError: ``df`` is not a positive number.

        """
        return self._generator.standard_t(positive_number("df", df), count)


def make_stream(name: str, seed: int) -> Stream:
    """The stream of that name, one of :data:`STREAMS`, at its start for ``seed``.

    Raises:
        OptionError: there is no such stream, or the seed is not a whole number from -(2^31 - 1) to 2^31 - 1.

    """
    if name == "numpy":
        return NumpyStream(seed)
    if name == "r":
        return RStream(seed)
    raise OptionError(f"stream takes one of {', '.join(STREAMS)}, not {name!r}")
