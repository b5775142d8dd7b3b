"""Layers against plain matrix products, and the shapes they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.library.layers import linear
from tests.library.laws import WAYS, differences, values_and_gradients
from tests.values import assert_close, assert_same

RNG = np.random.default_rng(1)
SHAPES = [[(5, 3), (3, 2), (2,)], [(3,), (3, 2), (2,)], [(2, 5, 3), (3, 2), (2,)], [(5, 3), (3,), ()], [(3,), (3,), ()]]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_affine_map_and_its_derivatives(shapes: Any, level: str, backend: str) -> None:
    values = [RNG.uniform(-1, 1, shape) for shape in shapes]
    x, w, b = values
    found, gradients = values_and_gradients(linear, values, level, backend)
    assert_same(found, (x @ w + b)[()])
    assert_same(np.asarray(linear(*values)), x @ w + b)
    for one, other in zip(gradients, differences(linear, values), strict=True):
        assert_close(one, other)
    assert_same(linear(x, w), x @ w)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (1, 2), (5, 1), (5, 2)])
def test_a_bias_is_never_broadcast_over_columns(shape: tuple[int, ...]) -> None:
    g = sd.Graph()
    x, w, b = g.input("x", (5, 3)), g.input("W", (3, 2)), g.input("b", shape)
    with pytest.raises(ShapeError, match=r"linear: b has the shape .*, where \(2,\) is wanted") as caught:
        linear(x, w, b)
    assert "b: b: float64" in str(caught.value)
    assert "test_layers.py" in str(caught.value)
    with pytest.raises(ShapeError, match="linear"):
        linear(np.ones((5, 3)), np.ones((3, 2)), np.ones(shape))


def test_sizes_that_do_not_meet_are_refused() -> None:
    with pytest.raises(ShapeError, match="inner sizes 3 and 4 differ"):
        linear(np.ones((5, 3)), np.ones((4, 2)))
