"""What the tests of the library share: a function on inputs of a graph, and its derivative by finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

import symdiff as sd
from tests.values import run

WAYS: Final = [("none", "interpreter"), ("none", "python"), ("default", "python"), ("fast", "python")]
STEP: Final = 1e-6


def values_and_gradients(
    function: Callable[..., Any], values: Sequence[Any], level: str = "default", backend: str = "python"
) -> tuple[Any, list[Any]]:
    """The function's value on inputs of a graph, and the gradients of the value's sum by all floating inputs."""
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", np.shape(each), np.asarray(each).dtype) for i, each in enumerate(values)]
    y = function(*inputs)
    sources = [x for x in inputs if x.dtype.kind == "f"]
    value, gradients = run(inputs, [y, sd.grad(sd.sum(y), sources)], values, level, backend)
    return value, gradients


def differences(function: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
    """The gradients of the sum of a NumPy function by all floating arguments, by central differences."""
    return [
        np.asarray([(high - low) / (2 * STEP) for low, high in _around(function, values, i)]).reshape(np.shape(each))
        for i, each in enumerate(values)
        if np.asarray(each).dtype.kind == "f"
    ]


def _around(function: Callable[..., Any], values: Sequence[Any], position: int) -> Iterator[tuple[Any, Any]]:
    """The sums of the function with each element of one argument moved down and up by a step."""
    centre = np.asarray(values[position])
    for place in np.ndindex(centre.shape):
        moved = []
        for step in (-STEP, STEP):
            other = centre.copy()
            other[place] += step
            moved.append(np.sum(function(*values[:position], other, *values[position + 1 :])))
        yield moved[0], moved[1]
