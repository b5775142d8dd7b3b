"""Einsums are products of two at a time in the best order, and sums of products need no matrix that is only summed."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.ops.contractions import einsum_op
from symdiff.optimize.passes import optimise
from tests.values import assert_close, run

SIZES = {"i": 2, "j": 3, "k": 4, "l": 5}
_TERM = st.permutations("ijkl").flatmap(lambda order: st.integers(1, 3).map(lambda n: "".join(order[:n])))


def _agree(inputs: list[Any], outputs: list[Any]) -> None:
    rng = np.random.default_rng(8)
    values = [rng.uniform(-1, 1, x.shape) for x in inputs]
    for found, plain in zip(run(inputs, outputs, values, "default"), run(inputs, outputs, values), strict=True):
        assert_close(found, plain, rtol=1e-11, atol=1e-12)


@given(st.lists(_TERM, min_size=1, max_size=4), st.data())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_einsums_of_all_kinds(terms: list[str], data: st.DataObject) -> None:
    """Whatever is summed, the values and the derivatives are the same, and no sum is of three arrays."""
    labels = sorted(set("".join(terms)))
    output = "".join(data.draw(st.permutations(labels))[: data.draw(st.integers(0, len(labels)))])
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", tuple(SIZES[label] for label in term)) for i, term in enumerate(terms)]
    y = einsum_op(*inputs, subscripts=f"{','.join(terms)}->{output}")
    outputs = [y, *sd.vjp(y, inputs, graph.constant(np.ones(y.shape)))]
    found = sd.compile(inputs, outputs, name="program").graph
    assert all(len(node.inputs) == 2 for node in found.arena.nodes if node.op is einsum_op)
    assert optimise(found, "default").firings == ()
    _agree(inputs, outputs)


def test_the_cheapest_pair_comes_first() -> None:
    """A vector among matrices makes all products products with a vector, also in the gradient."""
    graph = sd.Graph()
    shapes = {"a": (30, 5), "b": (5, 40), "c": (40,), "d": (30, 6)}
    inputs = [graph.input(name, shape) for name, shape in shapes.items()]
    y = sd.einsum("ij,jk,k,il->l", *inputs)
    outputs = [y, *sd.vjp(y, inputs, graph.constant(np.arange(6.0)))]
    found = sd.compile(inputs, outputs, name="program").graph
    names = [node.op.name for node in found.arena.nodes]
    assert "einsum" not in names
    assert all(len(node.type.shape) == 1 for node in found.arena.nodes if node.op.name == "matmul")
    _agree(inputs, outputs)


def test_a_matrix_that_is_only_summed_is_not_made() -> None:
    """sum_k (A B)_ik = A sum_k B_k, of batches too; all rows of a batch are one product's."""
    graph = sd.Graph()
    a, b = graph.input("a", (7, 5, 6)), graph.input("b", (7, 6, 8))
    x, d = graph.input("x", (7, 9, 5)), graph.input("d", (7, 9, 6))
    outputs = [sd.sum(a @ b, axis=2), sd.sum(a @ b, axis=(1, 2)), sd.sum(a[0] @ b[0]), sd.sum(x.mT @ d, axis=0)]
    found = sd.compile([a, b, x, d], outputs, name="program").graph
    shapes = {node.type.shape for node in found.arena.nodes if node.op.name == "matmul"}
    assert (7, 5, 8) not in shapes
    assert (5, 8) not in shapes
    assert (7, 5, 6) not in shapes
    _agree([a, b, x, d], outputs)
