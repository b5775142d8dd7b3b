"""Parameters as one vector: there and back again, for expressions and arrays, and derivatives through it."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, ShapeError
from symdiff.library.parameters import flatten_parameters, unflatten_parameters
from symdiff.tree import flatten
from tests.library.laws import WAYS
from tests.values import assert_same, run

Pair = namedtuple("Pair", ["left", "right"])
RNG = np.random.default_rng(4)
W, B, C, E = RNG.uniform(-1, 1, (2, 3)), RNG.uniform(-1, 1, (3,)), np.array(0.25), np.zeros((0, 3))
CONTAINERS: dict[str, Any] = {
    "one matrix": W,
    "one vector": B,
    "one number": C,
    "dict": {"W": W, "b": B},
    "nested": {"layers": [(W, B), (W.T + 1, {"c": C})], "rest": Pair(E, C + 1)},
    "dtypes": [W.astype("float32"), B],
    "axes": [np.arange(8.0).reshape(2, 1, 2, 2), C],
}
TABLE = pytest.mark.parametrize("name", CONTAINERS)


def as_inputs(form: Any) -> tuple[list[Any], Any]:
    """The leaves as inputs of a graph, in a list and in the containers."""
    graph = sd.Graph()
    inputs = iter([graph.input(f"x{i}", each.shape, each.dtype) for i, each in enumerate(flatten(form)[0])])
    found = list(inputs)
    rest = iter(found)

    def copy(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: copy(each) for key, each in value.items()}
        if isinstance(value, Pair):
            return Pair(*map(copy, value))
        return type(value)(map(copy, value)) if isinstance(value, (list, tuple)) else next(rest)

    return found, copy(form)


def assert_alike(found: Any, expected: Any) -> None:
    """Complain where containers or values differ."""
    (ours, structure), (theirs, wanted) = flatten(found), flatten(expected)
    assert structure == wanted
    for one, other in zip(ours, theirs, strict=True):
        assert_same(one, other)


@TABLE
def test_arrays_come_back(name: str) -> None:
    form = CONTAINERS[name]
    vector = flatten_parameters(form)
    assert_same(vector, np.concatenate([each.ravel() for each in flatten(form)[0]]))
    assert_alike(unflatten_parameters(vector, form), form)


@TABLE
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_expressions_come_back(name: str, level: str, backend: str) -> None:
    form = CONTAINERS[name]
    inputs, expressions = as_inputs(form)
    vector = flatten_parameters(expressions)
    found, back = run(inputs, [vector, unflatten_parameters(vector, expressions)], flatten(form)[0], level, backend)
    assert_same(found, flatten_parameters(form))
    assert_alike(back, form)
    assert [each.type for each in flatten(unflatten_parameters(vector, form))[0]] == [each.type for each in inputs]


def test_the_vector_has_the_sum_of_named_sizes() -> None:
    g = sd.Graph()
    w, b, c = g.input("W", ("n", 3)), g.input("b", ("n",)), g.input("c", ("m", 2))
    vector = flatten_parameters({"W": w, "b": b, "c": c})
    assert vector.shape == (4 * w.shape[0] + 2 * c.shape[0],)
    back = unflatten_parameters(2 * vector, {"W": w, "b": b, "c": c})
    assert [each.shape for each in back.values()] == [w.shape, b.shape, c.shape]
    values = [np.arange(6.0).reshape(2, 3), np.array([6.0, 7.0]), np.arange(8.0, 14.0).reshape(3, 2)]
    for level, backend in WAYS:
        found, parts = run([w, b, c], [vector, back], values, level, backend)
        assert_same(found, np.arange(14.0))
        assert_alike(parts, dict(zip("Wbc", (2 * each for each in values), strict=True)))


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_the_gradient_by_the_vector_is_the_raveled_gradient(level: str, backend: str) -> None:
    form = CONTAINERS["nested"]
    g = sd.Graph()
    vector = g.input("theta", flatten_parameters(form).shape)
    each = flatten(unflatten_parameters(vector, form))[0]
    loss = sum(sd.sum(sd.sin(part) * (i + 1)) for i, part in enumerate(each))
    found = run([vector], sd.grad(loss, vector), [flatten_parameters(form)], level, backend)
    expected = [np.cos(part) * (i + 1) for i, part in enumerate(flatten(form)[0])]
    np.testing.assert_allclose(found, flatten_parameters(expected), rtol=1e-15)


def test_a_plain_vector_in_containers_of_expressions() -> None:
    inputs, expressions = as_inputs(CONTAINERS["dict"])
    assert_alike(
        unflatten_parameters(list(range(9)), expressions), {"W": np.arange(6.0).reshape(2, 3), "b": np.arange(6.0, 9.0)}
    )
    assert len(inputs) == 2


def test_what_does_not_fit_is_refused() -> None:
    g = sd.Graph()
    w = g.input("W", ("n", 3))
    for wrong in (np.ones(8), np.ones(10), np.ones((9, 1)), g.input("v", (8,)), g.input("u", ("m",))):
        with pytest.raises(ShapeError, match="unflatten_parameters: 9 elements are wanted"):
            unflatten_parameters(wrong, {"W": W, "b": B})
    with pytest.raises(ShapeError, match=r"unflatten_parameters: 3\*n elements are wanted"):
        unflatten_parameters(np.ones(6), w)
    for nothing in ([], {}):
        with pytest.raises(ArgumentError, match="flatten_parameters: there are no parameters"):
            flatten_parameters(nothing)
        with pytest.raises(ArgumentError, match="unflatten_parameters: there are no parameters"):
            unflatten_parameters(np.ones(0), nothing)
