"""The scalar function, arranged: Python floats and the functions of `math`."""

from math import cos, exp, sin
from typing import Any


def run(x: Any, y: Any) -> list[Any]:
    """The value and the two derivatives."""
    decay = exp(-(x * x))
    wave = decay * sin(y)
    return [wave + x * y, y - 2.0 * x * wave, x + decay * cos(y)]
