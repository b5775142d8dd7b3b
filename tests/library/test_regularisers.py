"""The L2 term against its formula and its derivative, over containers of parameters."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError
from symdiff.library.regularisers import l2
from tests.library.laws import WAYS
from tests.values import assert_close, run

RNG = np.random.default_rng(3)
W, V, C = RNG.uniform(-1, 1, (2, 3)), RNG.uniform(-1, 1, (4,)), RNG.uniform(-1, 1)
EXPECTED = 0.35 * ((W**2).sum() + (V**2).sum() + C**2)


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_half_the_weighted_sum_of_squares_with_derivative_weight_times_parameter(level: str, backend: str) -> None:
    g = sd.Graph()
    inputs = [g.input("W", ("n", 3)), g.input("v", (4,)), g.input("c")]
    nested = {"layer": [inputs[0], (inputs[1],)], "c": inputs[2]}
    penalty = l2(nested, 0.7)
    value, gradients = run(inputs, [penalty, sd.grad(penalty, nested)], [W, V, C], level, backend)
    assert_close(value, EXPECTED, rtol=1e-14)
    assert_close(gradients["layer"][0], 0.7 * W, rtol=1e-14)
    assert_close(gradients["layer"][1][0], 0.7 * V, rtol=1e-14)
    assert_close(gradients["c"], 0.7 * C, rtol=1e-14)


def test_arrays_compute() -> None:
    assert_close(l2([W, {"v": V.tolist()}, C], 0.7), EXPECTED, rtol=1e-14)
    assert_close(l2(W, 2), (W**2).sum(), rtol=1e-14)


def test_the_weight_may_be_an_expression() -> None:
    g = sd.Graph()
    w, weight = g.input("w", (4,), "float32"), g.input("weight", (), "float32")
    assert sd.grad(l2(w, weight), w).dtype == np.float32
    assert_close(
        run([w, weight], sd.grad(l2(w, weight), weight), [V.astype("float32"), 0.7]), 0.5 * (V**2).sum(), rtol=1e-6
    )


def test_no_parameters_are_refused() -> None:
    for nothing in ([], {}, {"layers": [(), []]}):
        with pytest.raises(ArgumentError, match="l2: there are no parameters"):
            l2(nothing, 0.1)
