"""Scalars are multiplied where there is least to do, and matrices are added only where a product costs more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.ops.linalg import matmul
from tests.optimize.counting import operations
from tests.values import assert_close, run


def _largest_product(inputs: list[Any], outputs: list[Any]) -> int:
    """The most elements that a multiplication has."""
    graph = sd.compile(inputs, outputs, name="program").graph
    nodes = (node for node in graph.arena.nodes if node.op.name == "multiply")
    return max(int(np.prod(node.type.shape)) for node in nodes)


def _agree(inputs: list[Any], outputs: list[Any]) -> None:
    rng = np.random.default_rng(6)
    values = [rng.uniform(0.5, 2, x.shape) for x in inputs]
    for found, plain in zip(run(inputs, outputs, values, "default"), run(inputs, outputs, values), strict=True):
        assert_close(found, plain, rtol=1e-12)


@pytest.mark.parametrize(
    ("shapes", "most"), [(((50, 3), (3, 50)), 150), (((50, 60), (60, 2)), 100), (((3, 60), (60, 2)), 6)]
)
def test_a_scalar_goes_where_least_is(shapes: Any, most: int) -> None:
    """To a factor, or to the product, wherever it stands."""
    graph = sd.Graph()
    a, b, s = graph.input("a", shapes[0]), graph.input("b", shapes[1]), graph.input("s")
    for y in (s * (a @ b), (s * a) @ b, a @ (b * s)):
        assert _largest_product([a, b, s], [y]) == most
        _agree([a, b, s], [y])


def test_a_scalar_leaves_what_only_sums_and_products_need() -> None:
    """As the mean's 1 / n does; not what is needed for something else, which would be scaled twice."""
    graph = sd.Graph()
    x, d = graph.input("x", (50, 4)), graph.input("d", (50,))
    scaled = d * 0.3
    outputs = [sd.sum(scaled), x.mT @ scaled]
    assert _largest_product([x, d], outputs) == 4
    _agree([x, d], outputs)
    w = x[0] * 0.3
    for more in ([*outputs, sd.sin(scaled)], [sd.sum(w), x @ w]):
        assert operations([x, d], more)["multiply"] == 1
        _agree([x, d], more)


@pytest.mark.parametrize(("columns", "turned", "products"), [(40, False, 1), (3, False, 2), (40, True, 2)])
def test_matrices_are_added_where_a_product_costs_more(columns: int, turned: bool, products: int) -> None:
    """Not beside a thin one, nor where one is seen as its transpose."""
    graph = sd.Graph()
    a, b, c = graph.input("a", (50, 50)), graph.input("b", (50, 50)), graph.input("c", (50, columns))
    y = (a.mT if turned else a) @ c + b @ c
    found = sd.compile([a, b, c], y, name="program").graph
    assert sum(node.op is matmul for node in found.arena.nodes) == products
    _agree([a, b, c], [y])


def test_rows_are_multiplied_by_the_reciprocal_of_a_root() -> None:
    """One division a row; by what may be too small to invert rows are divided, and so are few elements."""
    graph = sd.Graph()
    x, s, few = graph.input("x", (4, 9)), graph.input("s", (4, 1)), graph.input("few", (4, 2))
    root = sd.sqrt(s)
    assert operations([x, s], [x / root])["multiply"] == 1
    assert operations([x, s], [x / s])["multiply"] == operations([few, s], [few / root])["multiply"] == 0
    tiny, value = np.full((4, 1), 5e-324), np.full((4, 9), 1e-300)
    assert_close(run([x, s], x / root, [value, tiny], "default"), value / np.sqrt(tiny), rtol=1e-14)
