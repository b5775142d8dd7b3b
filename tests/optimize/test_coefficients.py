"""Numbers meet wherever in a product they stand, and only where that computes nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from tests.optimize.counting import operations
from tests.values import assert_close, run

CASES = [
    pytest.param(lambda x, y, a: (0.5 / x) * y * 2, {"divide": 1}, id="in a numerator"),
    pytest.param(lambda x, y, a: (x * 3)[:, None] * a * 2, {"multiply": 2}, id="behind a new axis"),
    pytest.param(lambda x, y, a: -(((a * 3).mT / y) * 5), {"multiply": 1, "divide": 1}, id="behind a transpose"),
    pytest.param(lambda x, y, a: ((a * 4) @ (a.mT * 5)) * 6, {"multiply": 1, "matmul": 1}, id="in a matrix product"),
    pytest.param(lambda x, y, a: 3 / (x / y * 2), {"divide": 2}, id="in a denominator"),
    pytest.param(
        lambda x, y, a: [sd.sin((x * 3) / y), ((x * 3) / y)[:, None] / a * 2],
        {"sin": 1, "multiply": 2, "divide": 2}, id="what is needed elsewhere, behind a new axis",
    ),
    pytest.param(lambda x, y, a: [sd.sin(x * 3), -(x * 3)], {"sin": 1, "multiply": 2}, id="what is needed elsewhere"),
]  # fmt: skip


@pytest.mark.parametrize(("build", "wanted"), CASES)
def test_one_number_is_left(build: Callable[..., Any], wanted: dict[str, int]) -> None:
    """So many operations are, and they compute the same."""
    graph = sd.Graph()
    inputs = [graph.input("x", (40,)), graph.input("y", (40,)), graph.input("a", (40, 7))]
    outputs = build(*inputs)
    rng = np.random.default_rng(2)
    values = [rng.uniform(0.5, 2, x.shape) for x in inputs]
    assert operations(inputs, outputs) == wanted
    for level in ("default", "fast"):
        for found, plain in zip(run(inputs, outputs, values, level), run(inputs, outputs, values), strict=True):
            assert_close(found, plain, rtol=1e-13)


def test_extreme_numbers_stay() -> None:
    """Numbers whose product may overflow where the elements' doesn't aren't multiplied first."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    y = (x * 1e200)[:, None] * 1e150
    assert_close(run([x], y, [np.full(3, 1e-300)], "default"), np.full((3, 1), 1e50))


def test_cubes_are_differentiated_as_powers() -> None:
    """x x x, in any order and with any number, has a derivative of one product; its value is computed as written."""
    graph = sd.Graph()
    x = graph.input("x", (5,))
    for cube in (x * x * x, x * (x * x), 0.3 * x * x * x, x * 2 * (x * x)):
        loss = sd.sum(sd.sin(cube))
        found = operations([x], [loss, sd.grad(loss, x)])
        assert found["multiply"] <= 2 + 2 + 1
        assert found["add"] == found["pow"] == 0


def test_a_cube_of_a_source_is_looked_at_from_that_source() -> None:
    """What is differentiated by isn't swallowed: d (s x) / d s is x, where s is the square of x."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    square = x * x
    cube = square * x
    value = np.array([1.0, -2.0, 3.0])
    assert_close(run([x], sd.grad(sd.sum(cube), square), [value]), value)
    assert_close(run([x], sd.grad(sd.sum(cube), x), [value]), 3 * value**2)
