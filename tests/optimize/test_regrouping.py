"""Sums and products are regrouped where that is cheaper, for all sizes that there may be, and never computed twice."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.ops.linalg import matmul
from symdiff.optimize.chains import is_less, multiplications, plus
from symdiff.optimize.slicing import part_of_part, scattered_twice
from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.index import index
from tests.values import assert_close, assert_same, run


def _cost(inputs: list[Any], outputs: list[Any], level: Any = "default") -> int:
    """The multiplications of matrix products, and of columns with rows."""
    graph = sd.compile(inputs, outputs, name="program", optimize=level).graph
    total = 0
    for node in range(len(graph)):
        y = graph.expr(node)
        if y.operation.op is matmul:
            total += int(np.prod([*y.shape, graph.inputs(y)[0].shape[-1]]))
        elif y.operation.op.name == "multiply":
            total += int(np.prod(y.shape))
    return total


def _chain(*shapes: tuple[Any, ...]) -> list[Any]:
    graph = sd.Graph()
    return [graph.input(f"x{i}", shape) for i, shape in enumerate(shapes)]


def _product(factors: list[Any]) -> Any:
    result = factors[0]
    for each in factors[1:]:
        result = result @ each
    return result


def _agree(inputs: list[Any], outputs: list[Any], **sizes: int) -> None:
    rng = np.random.default_rng(1)
    values = [rng.uniform(-1, 1, [sizes.get(str(dim), dim) for dim in x.shape]) for x in inputs]
    for plain, better in zip(run(inputs, outputs, values), run(inputs, outputs, values, "default"), strict=True):
        assert_close(better, plain, rtol=1e-10, atol=1e-10)


@given(st.lists(st.integers(2, 20), min_size=4, max_size=7))
@settings(derandomize=True, max_examples=30, deadline=None)
def test_a_chain_takes_the_fewest_multiplications(sizes: list[int]) -> None:
    """As few as the best of all orders, which a plain recursion finds."""

    def best(i: int, k: int) -> int:
        if i == k:
            return 0
        return min(best(i, j) + best(j + 1, k) + sizes[i] * sizes[j + 1] * sizes[k + 1] for j in range(i, k))

    factors = _chain(*pairwise(sizes))
    assert _cost(factors, [_product(factors)]) == best(0, len(factors) - 1)
    _agree(factors, [_product(factors)])


def test_a_chain_of_named_sizes() -> None:
    """Two thin factors in the middle are multiplied first, and the gradient never makes a large matrix."""
    factors = _chain(("n", 2), (2, "n"), ("n", 2), (2, "m"))
    y = _product(factors)
    u = y.graph.input("u", ("n", "m"))
    outputs = [y, *sd.vjp(y, factors, u)]
    graph = sd.compile([*factors, u], outputs, name="program").graph
    assert not any(node.type.shape == (factors[0].shape[0],) * 2 for node in graph.arena.nodes)
    _agree([*factors, u], outputs, n=5, m=3)


def test_a_product_with_a_vector_needs_no_product_of_matrices() -> None:
    """From the right, and back through the transposes in the gradient, which is outer products of vectors."""
    *factors, w = _chain(("p", "q"), ("q", "r"), ("r", "s"), ("s",))
    y = _product([*factors, w])
    c = y.graph.input("c", ("p",))
    outputs = [y, *sd.vjp(y, [*factors, w], c)]
    graph = sd.compile([*factors, w, c], outputs, name="program").graph
    assert all(len(node.type.shape) == 1 for node in graph.arena.nodes if node.op is matmul)
    assert sum(node.op is matmul for node in graph.arena.nodes) == 6
    _agree([*factors, w, c], outputs, p=2, q=3, r=4, s=5)


def test_what_is_needed_elsewhere_stays() -> None:
    """A hidden layer is computed once, though without it the next one would be cheaper the other way round."""
    x, v, w = _chain((50, 10), (10, 10), (10, 1))
    h = x @ v
    outputs = [sd.tanh(h), h @ w]
    assert _cost([x, v, w], outputs) == 50 * 10 * 10 + 50 * 10
    assert _cost([x, v, w], outputs[1:]) == 10 * 10 + 50 * 10
    _agree([x, v, w], outputs)


def test_a_linear_network_of_squares_takes_no_more() -> None:
    """What gradients share is kept where taking it apart for each isn't cheaper for all."""
    x, *weights = _chain((50, 10), (10, 10), (10, 10), (10, 10))
    loss = sd.sum(sd.tanh(_product([x, *weights])))
    outputs = [loss, *sd.grad(loss, weights)]
    assert _cost([x, *weights], outputs) <= _cost([x, *weights], outputs, "none")
    _agree([x, *weights], outputs)


def test_undecided_sizes_stay_as_written() -> None:
    """(A B) C and A (B C) may each be cheaper, so neither becomes the other."""
    a, b, c = _chain(("n", "k"), ("k", "m"), ("m", "l"))
    for y in ((a @ b) @ c, a @ (b @ c)):
        assert sd.compile([a, b, c], y, name="program").report.firings == ()


@pytest.mark.parametrize(
    ("smaller", "larger", "decided"),
    [
        ({("n",): 20}, {("n", "n"): 3}, True),
        ({("n",): 20}, {("n", "n"): 2}, False),
        ({("n",): 1}, {("m",): 2}, False),
        ({("m", "n"): 1}, {("m", "n"): 1}, False),
        ({(): 5}, {(): 6}, True),
        ({("n",): 1, ("m",): 1}, {("m", "n"): 1}, True),
    ],
)
def test_costs_are_compared_for_all_sizes_from_eight(smaller: Any, larger: Any, decided: bool) -> None:
    """Decided where it is so whatever the names stand for."""
    assert is_less(smaller, larger) is decided
    assert not is_less(larger, smaller)


def test_costs_add_up() -> None:
    """Sizes multiply to a monomial, and costs add."""
    x = sd.Graph().input("x", ("n", 3, "n"))
    assert multiplications(*x.shape) == {("n", "n"): 3}
    assert plus({("n",): 1}, {("n",): 2, (): 1}, -1) == {("n",): -1, (): -1}


def test_factors_leave_sums_unless_they_are_needed_inside() -> None:
    """sum(z / s) is divided afterwards, and sum(a x) multiplied; where a x is needed anyway it is summed."""
    graph = sd.Graph()
    z, s, a = graph.input("z", ("n", "d")), graph.input("s", ("d",)), graph.input("a")
    shapes = [node.type.shape for node in sd.compile([z, s], sd.sum(z / s, axis=0), name="f").graph.arena.nodes]
    assert shapes.count(z.shape) == 1
    scaled = a * z
    function = sd.compile([z, a], [scaled, sd.sum(scaled)], name="f")
    assert sum(node.op.name == "multiply" for node in function.graph.arena.nodes) == 1
    _agree([z, s, a], [sd.sum(z / s, axis=0), sd.sum(a * z * s, axis=1), sd.sum(z * (z / s))], n=4, d=3)


_SLICES = st.tuples(st.none() | st.integers(-7, 7), st.none() | st.integers(-7, 7), st.sampled_from([None, 1, 2, -1]))
_INDEX = st.lists(_SLICES.map(lambda each: slice(*each)) | st.none(), min_size=1, max_size=4)


@given(_INDEX, _INDEX)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_parts_of_parts(first: list[Any], second: list[Any]) -> None:
    """One index takes what two take one after the other, and puts parts where two put them."""
    first = [each for each in first if each is not None][:2] + [None] * first.count(None)
    graph = sd.Graph()
    x = graph.input("x", (5, 6))
    part = x[tuple(first)]
    second = [each for each in second if each is not None][: part.ndim]
    y = part[tuple(second)]
    rewriter = Rewriter(graph, index((part_of_part, scattered_twice), graph.language))
    value = np.arange(30.0).reshape(5, 6)
    for each in (y, sd.grad(sd.sum(y * y), x)):
        found = graph.expr(rewriter.simplify(each.id))
        assert_same(run([x], found, [value]), run([x], each, [value]))
