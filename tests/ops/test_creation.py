"""New arrays: NumPy's where sizes are numbers, expressions where they are names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.ops import NAMES
from tests.values import assert_same, run

# name, a function of a namespace, a size and keywords
TABLE: Final[list[tuple[str, Callable[..., Any]]]] = [
    ("zeros", lambda xp, n, **more: xp.zeros((n, 2), **more)),
    ("ones", lambda xp, n, **more: xp.ones((2, n), dtype="float32", **more)),
    ("full", lambda xp, n, **more: xp.full((n,), 3, **more)),
    ("full of booleans", lambda xp, n, **more: xp.full(n, True, **more)),
    ("eye", lambda xp, n, **more: xp.eye(n, **more)),
    ("eye with an offset", lambda xp, n, **more: xp.eye(n, 3, k=-1, dtype="int64", **more)),
    ("identity", lambda xp, n, **more: xp.identity(n, **more)),
    ("tri", lambda xp, n, **more: xp.tri(n, 3, k=1, **more)),
    ("arange", lambda xp, n, **more: xp.arange(n, **more)),
    ("arange from", lambda xp, n, **more: xp.arange(2, n, **more)),
    ("arange by steps", lambda xp, n, **more: xp.arange(0, n, 2, **more)),
    ("arange backwards", lambda xp, n, **more: xp.arange(5, -3, -2, **more)),
    ("arange of fractions", lambda xp, n, **more: xp.arange(0.5, 3, 0.5, **more)),
    ("linspace", lambda xp, n, **more: xp.linspace(0.0, 1.0, n, **more)),
    ("linspace, open", lambda xp, n, **more: xp.linspace(-1.0, 1.0, n, endpoint=False, **more)),
    ("linspace of one", lambda xp, n, **more: xp.linspace(2.0, 3.0, 1, **more)),
]


@pytest.mark.parametrize("function", [pytest.param(row[1], id=row[0]) for row in TABLE])
def test_creation(function: Callable[..., Any]) -> None:
    """A size of 4, as a number and by name, gives NumPy's array."""
    expected = function(np, 4)
    assert_same(function(NAMES, 4), expected)
    for size in (4, "n"):
        graph = sd.Graph()
        x = graph.input("x", (size,))
        y = function(NAMES, x.shape[0], graph=graph)
        assert y.dtype == expected.dtype
        for backend in ("interpreter", "python"):
            found = run([x], y, [np.zeros(4)], backend=backend)
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-15)


def test_a_step_of_a_linspace() -> None:
    graph = sd.Graph()
    a, b = graph.input("a"), graph.input("b")
    values, step = NAMES.linspace(a, b, 5, retstep=True)
    found, width = run([a, b], [values, step], [1.0, 3.0])
    assert width == 0.5
    assert found[-1] == 3.0


def test_a_full_array_of_an_expression() -> None:
    """The derivative of a fill value is summed over all elements."""
    c = sd.Graph().input("c")
    y = sd.sum(NAMES.full((2, 3), c) ** 2)
    assert run([c], sd.grad(y, c), [2.0]) == 24


def test_likes_and_empties() -> None:
    x = sd.Graph().input("x", ("n", 3), "float32")
    assert NAMES.empty_like(x).type == x.type
    assert_same(NAMES.empty((2,)), np.zeros(2))


def test_named_sizes_need_a_graph() -> None:
    with pytest.raises(ShapeError, match="graph="):
        NAMES.zeros(("n", 2))
    with pytest.raises(ShapeError, match="graph="):
        NAMES.eye("n")


def test_a_range_of_a_named_size_asks_for_a_graph() -> None:
    """A size alone is no expression's; the error says how it becomes one."""
    n = sd.Graph().input("x", ("n",)).shape[0]
    with pytest.raises(sd.errors.ArgumentError, match=r"graph=x\.graph"):
        sd.arange(n)
