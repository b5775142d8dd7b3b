"""The scalar function, arranged: Python floats and the functions of `math`; results are NumPy's, as everyone's."""

from math import cos, exp, sin
from typing import Any

from numpy import float64


def run(x: Any, y: Any) -> list[Any]:
    """The value and the two derivatives."""
    decay = exp(-(x * x))
    wave = decay * sin(y)
    return [float64(wave + x * y), float64(y - 2.0 * x * wave), float64(x + decay * cos(y))]
