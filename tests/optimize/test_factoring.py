"""Common factors leave sums where that takes less, and nothing is computed twice or in a worse order for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.optimize.passes import optimise
from tests.optimize.counting import operations
from tests.values import assert_close, run

CASES = [
    pytest.param(lambda x, y, z: x * y * 3 + x * z * 2, 4, id="a factor"),
    pytest.param(lambda x, y, z: x / y * z - z / y, 3, id="a factor and a divisor"),
    pytest.param(lambda x, y, z: sd.sin(x) * 5 - sd.cos(x) * 5, 4, id="a number"),
    pytest.param(lambda x, y, z: (x - y) - y, 2, id="multiples of one term"),
    pytest.param(lambda x, y, z: (x * y - sd.sin(z) * 3) + 3 * sd.sin(z), 1, id="terms that cancel"),
    pytest.param(lambda x, y, z: x + x * y * 3, 3, id="as many as before"),
    pytest.param(lambda x, y, z: [x * y + x * z, sd.sin(x * y)], 4, id="what is needed elsewhere"),
    pytest.param(lambda x, y, z: 5 * (x + 0.5 * (x * x * x)), 4, id="an even polynomial"),
    pytest.param(lambda x, y, z: [-2 * sd.sin(x) - y, sd.exp(2 * sd.sin(x) + y)], 5, id="an opposite sum"),
]


@pytest.mark.parametrize(("build", "most"), CASES)
def test_sums_take_so_many_operations(build: Callable[..., Any], most: int) -> None:
    """No more than these, and the same values at every level."""
    graph = sd.Graph()
    inputs = [graph.input(name, (4,)) for name in "xyz"]
    outputs = build(*inputs)
    rng = np.random.default_rng(4)
    values = [rng.uniform(0.5, 2, x.shape) for x in inputs]
    assert operations(inputs, outputs).total() == most
    for level in ("default", "fast"):
        for found, plain in zip(run(inputs, outputs, values, level), run(inputs, outputs, values), strict=True):
            assert_close(found, plain, rtol=1e-12, atol=1e-14)


def test_a_users_terms_stay_in_order() -> None:
    """(a + x y) + x z isn't a + x (y + z), which is less accurate where a and x y cancel."""
    graph = sd.Graph()
    a, x, y, z = (graph.input(name) for name in "axyz")
    assert run([a, x, y, z], (a + x * y) + x * z, [-1e20, 1e20, 1.0, 1e-20], "default") == 1.0


def test_a_derivatives_terms_may_change_places() -> None:
    """What several ways contribute to one adjoint is added up as is cheapest."""
    graph = sd.Graph()
    x, y = graph.input("x", (4,)), graph.input("y", (4,))
    loss = sd.sum(y * sd.tanh(0.8 * x + 0.04 * x**3) + sd.exp(x))
    found = operations([x, y], sd.grad(loss, x))
    assert (found["multiply"], found["add"]) == (7, 3)


def test_zeros_and_infinities_are_no_coefficients() -> None:
    """x 0 + x 3 is NaN where x is infinite, as it is written."""
    graph = sd.Graph()
    x = graph.input("x", (2,))
    assert np.isnan(run([x], x * 0 + x / 3, [np.array([np.inf, 1.0])], "default")[0])


@pytest.mark.parametrize("level", ["default", "fast"])
def test_long_sums_come_to_an_end(level: str) -> None:
    """What a value contributes to a thousand times is done at once: a second run fires nothing."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    y = x
    for _ in range(300):
        y = sd.sin(y) * x
    loss = sd.sum(y)
    function = sd.compile([x], [loss, sd.grad(loss, x)], name="chain", optimize=level)  # type: ignore[arg-type]
    assert optimise(function.graph, level).firings == ()
