"""Indexing by arrays: what NumPy selects, with the transpose that adds up what was selected more than once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import IndexingError, ShapeError, UnsupportedError
from symdiff.ops import NAMES
from tests.values import assert_close, assert_same, run

I: Final = np.array([2, 0, 2])  # noqa: E741
J: Final = np.array([[1], [3]])

# each key is a function of i and j, which are arrays, or expressions of the same values
KEYS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "one": lambda i, j: i,
    "one behind a slice": lambda i, j: (slice(1, None), i),
    "one behind ...": lambda i, j: (..., i),
    "two together": lambda i, j: (i, j),
    "two together, in the middle": lambda i, j: (slice(None), i, j),
    "two apart": lambda i, j: (i, slice(None), j),
    "integer beside": lambda i, j: (slice(None), 1, i),
    "integer apart": lambda i, j: (0, slice(None), i),
    "new axis between": lambda i, j: (i, None, j),
    "new axis before": lambda i, j: (None, i, j),
    "... between, of one axis": lambda i, j: (None, i, ..., j),
    "... between, of none": lambda i, j: (None, i, ..., 1, j),
    "reversed and stepped": lambda i, j: (i, slice(None, None, -2)),
    "negative": lambda i, j: i - 3,
    "a list": lambda i, j: [0, 2],
    "nested lists": lambda i, j: (slice(None), [[0, 1], [3, 3]]),
    "a scalar": lambda i, j: i[0],
    "scalars and an array": lambda i, j: (i[0], slice(None), i[1:]),
    "an empty list": lambda i, j: [],
    "an empty array": lambda i, j: i[:0],
}


@pytest.mark.parametrize("key", [pytest.param(key, id=name) for name, key in KEYS.items()])
@pytest.mark.parametrize("known", [True, False], ids=["constant", "given"])
@pytest.mark.parametrize("leading", [3, "n"])
def test_indexing_is_numpys(key: Callable[[Any, Any], Any], known: bool, leading: Any) -> None:
    """Value, gradient and tangent, for indices known when the graph is built and for indices given later."""
    rng = np.random.default_rng(0)
    x_value = rng.uniform(-2, 2, (3, 4, 5))
    graph = sd.Graph()
    x = graph.input("x", (leading, 4, 5))
    i, j = (I, J) if known else (graph.input("i", (3,), "int64"), graph.input("j", (2, 1), "int32"))
    arguments, values = ([x], [x_value]) if known else ([x, i, j], [x_value, I, J.astype("int32")])
    y = x[key(i, j)]
    expected = x_value[key(I, J)]
    weights = rng.uniform(0.5, 1.5, expected.shape)
    pulled = np.zeros_like(x_value)
    np.add.at(pulled, key(I, J), weights)
    wanted = [expected, pulled, expected]
    u = graph.input("u", y.shape)
    for backend in ("interpreter", "python"):
        outputs = [y, sd.vjp(y, x, u), sd.jvp(y, x, x)]
        found = run([*arguments, u], outputs, [*values, weights], "default", backend)
        for each, right in zip(found, wanted, strict=True):
            assert_close(each, right, backend, rtol=1e-15, atol=1e-15)
    assert_same(NAMES.getitem(x_value, key(I, J)), expected)


def test_second_order_through_repeated_indices() -> None:
    """The Hessian of sum x[i]^3 counts each element as often as the index names it."""
    graph = sd.Graph()
    x, i = graph.input("x", (4,)), graph.input("i", (3,), "int64")
    y = sd.sum(x[i] ** 3)
    hessian = [sd.hvp(y, x, unit) for unit in np.eye(4)]
    found = run([x, i], hessian, [[1.0, 2.0, 3.0, 4.0], [1, 1, 3]])
    np.testing.assert_array_equal(found, np.diag([0.0, 2 * 6 * 2.0, 0.0, 6 * 4.0]))


def test_gathers_of_one_array_are_scattered_together() -> None:
    """Contributions by arrays and by slices become one scatter_add."""
    graph = sd.Graph()
    x, i = graph.input("x", (6,)), graph.input("i", (2,), "int64")
    y = sd.sum(x[i] * x[1:3] + x[[0, 0]] * x[5] + x[i + 1])
    before = len(graph)
    gradient = sd.grad(y, x)
    made = [graph.expr(node).operation.op.name for node in range(before, len(graph))]
    assert made.count("scatter_add") == 1
    np.testing.assert_array_equal(run([x, i], gradient, [np.arange(6.0), [2, 2]]), [10, 2, 5, 2, 0, 0])


def test_where_selects_last_through_a_gather() -> None:
    """What a condition hides stays hidden, though the root that is hidden has an infinite slope."""
    graph = sd.Graph()
    x, i = graph.input("x", (3,)), graph.input("i", (2,), "int64")
    root = sd.sqrt(x)
    y = sd.sum(sd.where(x[i] > 0, root[i], 0))
    np.testing.assert_array_equal(run([x, i], sd.grad(y, x), [[-1.0, 4.0, 0.0], [0, 1]]), [0, 0.25, 0])


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ([0, 4], IndexingError),
        (([0], [5]), IndexingError),
        ((..., [-6]), IndexingError),
        ([0.5], IndexingError),
        (1.5, IndexingError),
        ([True, False, True, True], UnsupportedError),
        (True, UnsupportedError),
        (([0], [0], [0]), IndexingError),
        (([0, 1], [0, 1, 2]), ShapeError),
        (([[0], [1, 2]],), ValueError),
    ],
)
def test_bad_indices(key: Any, error: type[Exception]) -> None:
    """A wrong index is an error when the graph is built."""
    x = sd.Graph().input("x", (4, 5))
    with pytest.raises(error):
        x[key]


def test_a_mask_names_the_alternative() -> None:
    x = sd.Graph().input("x", (4, 5))
    with pytest.raises(UnsupportedError, match="where"):
        x[x > 0]


@pytest.mark.parametrize("backend", ["interpreter", "python"])
def test_out_of_range_at_the_call(backend: str) -> None:
    """An index that is given out of range is NumPy's own error, in each backend."""
    graph = sd.Graph()
    x, i = graph.input("x", (4,)), graph.input("i", (2,), "int64")
    with pytest.raises(IndexError, match="out of bounds"):
        run([x, i], x[i], [np.arange(4.0), [0, 4]], backend=backend)


def test_an_operand_in_parentheses() -> None:
    """What is indexed may be any expression in the emitted source."""
    graph = sd.Graph()
    x, i = graph.input("x", (4,)), graph.input("i", (2,), "int64")
    for y in ((x + 1)[i], (-x)[i], sd.sin(x)[i], x[::-1][i], x.at[i].set(1)[i]):
        values = [np.arange(4.0), [3, 0]]
        assert_same(run([x, i], y, values, backend="python"), run([x, i], y, values))


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_one_hot(axis: int) -> None:
    """A 1 where the index says; nothing for an index out of range."""
    graph = sd.Graph()
    i = graph.input("i", ("n",), "int64")
    y = NAMES.one_hot(i, 3, dtype="float32", axis=axis) if axis < 2 else None
    value = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]], "float32")
    assert_same(run([i], y, [[1, 0, 3, -1]]), np.ascontiguousarray(value if axis else value.T))


UPDATES: Final[dict[str, Any]] = {
    "a slice": np.s_[1:3],
    "a column": np.s_[:, 1],
    "an element": np.s_[2, 1],
    "rows": np.array([3, 0]),
    "rows, repeating": np.array([3, 0, 3]),
    "pairs": (np.array([0, 1, 3]), np.array([2, 2, 0])),
    "all": np.s_[...],
}


def _replaced(x: Any, key: Any, v: Any) -> Any:
    x = x.copy()
    x[key] = v
    return x


def _each(ufunc: np.ufunc) -> Callable[[Any, Any, Any], Any]:
    def meaning(x: Any, key: Any, v: Any) -> Any:
        x = x.copy()
        ufunc.at(x, key, v)
        return x

    return meaning


MEANINGS: Final[dict[str, Callable[[Any, Any, Any], Any]]] = {
    "set": _replaced,
    "add": _each(np.add),
    "subtract": _each(np.subtract),
    "multiply": _each(np.multiply),
    "divide": _each(np.divide),
    "min": _each(np.minimum),
    "max": _each(np.maximum),
}


@pytest.mark.parametrize("how", MEANINGS)
@pytest.mark.parametrize("key", [pytest.param(key, id=name) for name, key in UPDATES.items()])
@pytest.mark.parametrize("given", [False, True], ids=["known", "given"])
def test_updates(how: str, key: Any, given: bool) -> None:
    """Updates are NumPy's assignments, and their derivatives are those of finite differences, in both modes."""
    graph, meaning = sd.Graph(), MEANINGS[how]
    rng = np.random.default_rng(0)
    x = graph.input("x", ("n", 3))
    given = given and isinstance(key, np.ndarray)
    used = graph.input("i", key.shape, "int64") if given else key
    v = graph.input("v", x[used].shape)
    part = np.zeros((4, 3))[key].shape
    y = getattr(x.at[used], how)(v)
    inputs = [x, v, *(graph.input(name, each.shape) for name, each in (("dx", x), ("dv", v), ("u", x)))]
    values = [rng.uniform(0.5, 2, shape) for shape in ((4, 3), part, (4, 3), part, (4, 3))]
    (dx, dv, u), (dx_value, dv_value, u_value) = inputs[2:], values[2:]
    outputs = [y, sd.jvp(y, [x, v], [dx, dv]), sd.vjp(y, [x, v], u)]
    for backend in ("interpreter", "python"):
        arguments = [[*inputs, used], [*values, key]] if given else [inputs, values]
        found, pushed, (gx, gv) = run(arguments[0], outputs, arguments[1], "default", backend)
        assert_close(found, meaning(values[0], key, values[1]), backend, rtol=1e-15, atol=0)
        ahead, behind = (meaning(values[0] + s * dx_value, key, values[1] + s * dv_value) for s in (1e-6, -1e-6))
        assert_close(pushed, (ahead - behind) / 2e-6, "forward mode", rtol=1e-6, atol=1e-8)
        pulled = np.vdot(gx, dx_value) + np.vdot(gv, dv_value)
        assert_close(np.vdot(u_value, pushed), pulled, "reverse mode", rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("given", [False, True], ids=["known", "given"])
def test_updates_of_an_element_twice_by_zeros(given: bool) -> None:
    """Products of zeros have the derivatives of products, of second order too."""
    graph = sd.Graph()
    x, v, i = graph.input("x", (2,)), graph.input("v", (3,)), graph.input("i", (3,), "int64")
    y = sd.sum(x.at[i if given else [1, 0, 1]].multiply(v))
    gx, gv = sd.grad(y, [x, v])
    mixed = sd.jvp(gv, v, np.array([1.0, 0.0, 0.0]))
    for level in ("none", "default"):
        found = run([x, v, i], [y, gx, gv, mixed], [[2.0, 3.0], [0.0, 5.0, 0.0], [1, 0, 1]], level)
        for each, wanted in zip(found, (10.0, [5.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]), strict=True):
            np.testing.assert_array_equal(each, wanted)


@pytest.mark.parametrize("how", ["min", "max"])
def test_updates_that_tie_share_evenly(how: str) -> None:
    """The element and every value put to it, each the same, get a third."""
    x, v = (graph := sd.Graph()).input("x", (2,)), graph.input("v", (3,))
    y = getattr(x.at[[1, 0, 1]], how)(v)
    pushed = sd.jvp(y, [x, v], [np.array([3.0, 6.0]), np.array([9.0, 1.0, 0.0])])
    found = run([x, v], [sd.vjp(y, [x, v], np.array([1.0, 3.0])), pushed], [[0.0, 2.0], [2.0, 0.0, 2.0]])
    np.testing.assert_allclose(found[0][0], [0.5, 1.0])
    np.testing.assert_allclose(found[0][1], [1.0, 0.5, 1.0])
    np.testing.assert_allclose(found[1], [2.0, 5.0])


def test_updates_of_arrays_and_get() -> None:
    """The same functions take plain arrays, and leave them alone."""
    x = np.arange(4.0)
    assert_same(NAMES.at(x)[1:].set(9), np.array([0.0, 9, 9, 9]))
    assert_same(NAMES.at(x)[[0, 0]].add(1), np.array([2.0, 1, 2, 3]))
    assert_same(NAMES.at(x)[[0, 3]].get(), np.array([0.0, 3]))
    assert_same(NAMES.at(x)[[0, 3, 3]].max([1, 5, 4]), np.array([1.0, 1, 2, 5]))
    assert_same(NAMES.at(x)[[3, 1, 3]].multiply([2, 3, 4]), np.array([0.0, 3, 2, 24]))
    assert_same(NAMES.at(x)[1:3].apply(np.square), np.array([0.0, 1, 4, 3]))
    assert_same(x, np.arange(4.0))


def test_updates_keep_the_dtype() -> None:
    x = sd.Graph().input("x", (3,), "float32")
    assert x.at[0].set(1).dtype == "float32"
    assert x.at[[0]].add(0.5).dtype == "float32"
    assert x.at[[0]].multiply(2.0).dtype == "float32"
    with pytest.raises(sd.SymdiffError, match="safely"):
        x.at[0].set(x.graph.input("v"))
