"""Expressions are used like arrays: operators, methods, indexing and NumPy's functions agree with NumPy's own."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, ConcreteError, ShapeError, UnsupportedError
from tests.values import assert_same, run

Function = Callable[..., Any]

FLOATS = np.array([[1.5, -2.25, 0.5], [-0.75, 3.0, 2.0]])
OTHERS = np.array([[0.5, 2.0, -1.5], [2.0, -0.25, 4.0]])
INTEGERS = np.array([[5, -3, 2], [7, 1, -6]])
MORE_INTEGERS = np.array([[2, 3, -2], [1, 4, 5]])
BOOLEANS = np.array([[True, False, True], [False, False, True]])


def lifted(*arrays: Any) -> list[sd.Expr]:
    """An input for each array, of its type, named a, b, ..."""
    g = sd.Graph()
    return [g.input("abcdef"[i], np.shape(each), np.asarray(each).dtype) for i, each in enumerate(arrays)]


def agrees(function: Function, *arrays: Any) -> None:
    """A function of expressions has the value, bit for bit, that it has of the arrays themselves."""
    inputs = lifted(*arrays)
    with np.errstate(all="ignore"):
        wanted = function(*arrays)
        found = function(*inputs)
        assert isinstance(found, sd.Expr)
        assert found.shape == np.shape(wanted)
        assert_same(run(inputs, found, arrays), wanted)


# Operators

ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
BITS = {"&": operator.and_, "|": operator.or_, "^": operator.xor}
SHIFTS = {"<<": operator.lshift, ">>": operator.rshift}
UNARY = {"-": operator.neg, "+": operator.pos, "abs": abs}


@pytest.mark.parametrize("sign", ARITHMETIC)
def test_operators_on_two_arrays(sign: str) -> None:
    agrees(ARITHMETIC[sign], abs(FLOATS), OTHERS)
    agrees(ARITHMETIC[sign], FLOATS.astype("float32"), OTHERS.astype("float32"))
    if sign != "**":
        agrees(ARITHMETIC[sign], INTEGERS, MORE_INTEGERS)
    agrees(ARITHMETIC[sign], abs(INTEGERS), OTHERS)
    agrees(ARITHMETIC[sign], abs(FLOATS), OTHERS[0])


@pytest.mark.parametrize("sign", ARITHMETIC)
@pytest.mark.parametrize("number", [2, 1.5, True])
def test_operators_with_a_number_on_either_side(sign: str, number: float) -> None:
    function = ARITHMETIC[sign]
    for array in (abs(FLOATS), abs(FLOATS).astype("float32"), abs(INTEGERS)):
        if number is True and sign in ("-",):
            continue
        agrees(lambda a: function(a, number), array)
        agrees(lambda a: function(number, a), array)


@pytest.mark.parametrize("sign", ARITHMETIC)
def test_operators_with_a_plain_array_on_either_side(sign: str) -> None:
    function = ARITHMETIC[sign]
    for other in (abs(OTHERS), abs(OTHERS)[0], np.float64(2.5), np.float32(2.5), np.int8(3)):
        agrees(lambda a: function(a, other), abs(FLOATS))  # noqa: B023
        agrees(lambda a: function(other, a), abs(FLOATS))  # noqa: B023


@pytest.mark.parametrize("sign", BITS)
def test_bits_of_integers_and_booleans(sign: str) -> None:
    function = BITS[sign]
    agrees(function, INTEGERS, MORE_INTEGERS)
    agrees(function, BOOLEANS, ~BOOLEANS)
    agrees(lambda a: function(a, 3), INTEGERS)
    agrees(lambda a: function(3, a), INTEGERS)
    agrees(lambda a: function(True, a), BOOLEANS)


@pytest.mark.parametrize("sign", SHIFTS)
def test_shifts(sign: str) -> None:
    agrees(SHIFTS[sign], INTEGERS, abs(MORE_INTEGERS))
    agrees(lambda a: SHIFTS[sign](a, 2), INTEGERS)
    agrees(lambda a: SHIFTS[sign](64, a), abs(MORE_INTEGERS))


@pytest.mark.parametrize("sign", UNARY)
@pytest.mark.parametrize("array", [FLOATS, FLOATS.astype("float32"), INTEGERS], ids=str)
def test_unary_operators(sign: str, array: Any) -> None:
    agrees(UNARY[sign], array)


def test_inversion() -> None:
    agrees(operator.invert, INTEGERS)
    agrees(operator.invert, BOOLEANS)


def test_divmod_on_either_side() -> None:
    for i in range(2):
        agrees(lambda a, b: divmod(a, b)[i], FLOATS, OTHERS)  # noqa: B023
        agrees(lambda a: divmod(a, 2)[i], FLOATS)  # noqa: B023
        agrees(lambda a: divmod(2, a)[i], FLOATS)  # noqa: B023


def test_divmod_of_a_plain_array() -> None:
    agrees(lambda a: divmod(OTHERS, a)[0], FLOATS)
    agrees(lambda a: np.divmod(OTHERS, a)[1], FLOATS)


def test_matrix_products_on_either_side() -> None:
    agrees(operator.matmul, FLOATS, OTHERS.T)
    agrees(lambda a: OTHERS.T @ a, FLOATS)
    agrees(lambda a: a @ OTHERS.T, FLOATS)
    agrees(lambda a: a @ [1.0, 2.0, 3.0], FLOATS)
    agrees(lambda a: OTHERS[:, 0] @ a, FLOATS)
    agrees(lambda a, b: a.dot(b), FLOATS, OTHERS.T)


def test_in_place_operators_give_a_new_expression() -> None:
    (x,) = lifted(FLOATS)
    y = x
    y += 1
    y *= 2
    assert y is (x + 1) * 2
    assert y is not x


def test_python_numbers_stay_weak() -> None:
    (x,) = lifted(FLOATS.astype("float32"))
    assert ((2 * x + 1.5) / 3 - 0.5).dtype == np.float32
    assert (x + np.float64(1)).dtype == np.float64


# Attributes and methods


def test_an_expression_has_what_an_array_has() -> None:
    g = sd.Graph()
    x = g.input("x", ("n", 3), dtype="float32")
    assert (str(x.shape), x.ndim, str(x.size), x.dtype) == ("(n, 3)", 2, "3*n", np.dtype("float32"))
    assert (x[0].size, sd.sum(x).size, sd.sum(x).shape) == (3, 1, ())
    assert isinstance(x.dtype, np.dtype)
    assert str(x.type) == "float32 (n, 3)"
    assert repr(x + 1) == "<add: float32 (n, 3)>"
    assert repr(x) == "<input(name=x, dtype=float32, shape=(n, 3)): float32 (n, 3)>"


def test_a_scalar_constants_value_is_at_hand() -> None:
    g = sd.Graph()
    assert g.constant(2.5).literal == 2.5
    assert g.constant(True).literal is True
    assert g.constant([2.5]).literal is None
    assert g.input("x").literal is None


@pytest.mark.parametrize(
    "method",
    [
        lambda a: a.T, lambda a: a.mT, lambda a: a.reshape(3, 2), lambda a: a.reshape((3, 2)), lambda a: a.reshape(-1),
        lambda a: a.reshape([2, -1]), lambda a: a.ravel(), lambda a: a.flatten(), lambda a: a.astype("float32"),
        lambda a: a.astype(int), lambda a: a.transpose(), lambda a: a.transpose(1, 0), lambda a: a.transpose((1, 0)),
        lambda a: a.sum(), lambda a: a.sum(0), lambda a: a.sum(axis=-1, keepdims=True), lambda a: a.sum(axis=(0, 1)),
        lambda a: a.prod(), lambda a: a.prod(axis=1), lambda a: a.mean(), lambda a: a.mean(axis=0, keepdims=True),
        lambda a: a.max(), lambda a: a.max(axis=1), lambda a: a.min(axis=0), lambda a: a.min(keepdims=True),
        lambda a: a.argmax(), lambda a: a.argmax(axis=1), lambda a: a.argmin(axis=0), lambda a: a.clip(-1, 1),
        lambda a: a.clip(0), lambda a: a.clip(max=1), lambda a: (a > 0).any(axis=1), lambda a: (a > -9).all(),
        lambda a: a.reshape(1, 2, 1, 3).squeeze(), lambda a: a.reshape(1, 2, 1, 3).squeeze(axis=2),
        lambda a: a.reshape(1, 6).squeeze(0), lambda a: a.sum(dtype="float32"),
        lambda a: a.argsort(0), lambda a: a.cumsum(), lambda a: a.cumprod(1), lambda a: a.std(0, ddof=1),
        lambda a: a.var(), lambda a: a.copy(),
        lambda a: a.swapaxes(0, 1), lambda a: a.take([1, 0], axis=1), lambda a: a.repeat(2, 1), lambda a: a.trace(),
        lambda a: a.diagonal(1), lambda a: a.round(1), lambda a: a.conj(), lambda a: a.conjugate(), lambda a: a.real,
        lambda a: a.imag, lambda a: a.dot(a.T), lambda a: a.clip(-0.5, 0.5), lambda a: a.clip(max=0.1),
        lambda a: a[0].searchsorted(a), lambda a: a.argmax(1), lambda a: a.argmin(),
        lambda a: a.astype("int64").clip(0, 1).choose([a, -a]),
    ],
)  # fmt: skip
def test_methods_are_numpys(method: Function) -> None:
    agrees(method, FLOATS)


def test_transposes_of_more_and_fewer_axes() -> None:
    agrees(lambda a: a.T, np.arange(24.0).reshape(2, 3, 4))
    agrees(lambda a: a.mT, np.arange(24.0).reshape(2, 3, 4))
    agrees(lambda a: a.T, np.arange(3.0))
    agrees(lambda a: a.T, np.float64(3.0))
    agrees(lambda a: a.transpose(2, 0, 1), np.arange(24.0).reshape(2, 3, 4))


def test_sums_of_small_integers_and_booleans_are_wide() -> None:
    agrees(lambda a: a.sum(axis=0), BOOLEANS)
    agrees(lambda a: a.sum(), np.array([200, 100], np.uint8))
    agrees(lambda a: a.prod(), np.array([100, 100], np.int8))
    agrees(lambda a: a.mean(), INTEGERS)


# Length, iteration and unpacking


def test_a_known_leading_size_can_be_gone_through() -> None:
    (x,) = lifted(FLOATS)
    first, second = x
    assert len(x) == 2
    assert first is x[0]
    assert second is x[1]
    assert [each.shape for each in x] == [(3,), (3,)]
    assert [each is x[i] for i, each in enumerate(x)] == [True, True]
    a, *rest = x[0]
    assert a is x[0][0]
    assert len(rest) == 2
    assert [row.id for row in reversed(x)] == [x[1].id, x[0].id]


def test_an_expression_cant_be_unpacked_into_another_number() -> None:
    (x,) = lifted(FLOATS)
    with pytest.raises(ValueError, match="too many values"):
        _a, _ = x[0]


def test_a_named_leading_size_and_a_scalar_cant() -> None:
    x = sd.Graph().input("x", ("n",))
    for wrong in (len, list, iter):
        with pytest.raises(ShapeError, match="by name only"):
            wrong(x)
    scalar = sd.sum(x)
    for wrong in (len, list, iter):
        with pytest.raises(ConcreteError, match="no axes"):
            wrong(scalar)


# What only a value has


@pytest.mark.parametrize(
    "wrong", [bool, float, int, complex, operator.index, range, lambda x: [1][x], lambda x: x and 1, lambda x: not x]
)
def test_a_value_cant_be_asked_of_an_expression(wrong: Function) -> None:
    for dtype in ("float64", "int64", "bool"):
        x = sd.Graph().input("x", dtype=dtype)
        with pytest.raises(ConcreteError, match=r"sd\.where"):
            wrong(x)


def test_a_constant_becomes_an_array_and_anything_else_doesnt() -> None:
    g = sd.Graph()
    x = g.input("x", (3,))
    k = g.constant([1.0, 2.0, 3.0]) * 2
    assert_same(np.asarray(k), np.array([2.0, 4.0, 6.0]))
    assert np.asarray(k, dtype="float32").dtype == np.float32
    for wrong in (np.asarray, np.array, lambda x: np.zeros(3) + np.array(x)):
        with pytest.raises(ConcreteError, match="array"):
            wrong(x + k)


def test_an_expression_cant_be_written_into() -> None:
    (x,) = lifted(FLOATS)
    with pytest.raises(ArgumentError, match=r"x\.at\[i\]\.set\(v\)"):
        x[0] = 1.0
    with pytest.raises(AttributeError):
        x.anything = 3  # type: ignore[attr-defined]


# NumPy's functions


@pytest.mark.parametrize(
    "function",
    [
        np.exp, np.sin, np.tanh, np.negative, np.abs, np.absolute, np.sign, np.floor, np.square, np.isnan, np.transpose,
        np.matrix_transpose, np.sum, np.mean, np.max, np.min, np.argmax, np.prod, np.flip, np.zeros_like,
        np.ones_like, lambda a: np.subtract(OTHERS, a),
        lambda a: np.add(a, 1), lambda a: np.multiply(2, a), lambda a: np.maximum(a, 0),
        lambda a: np.sum(a, axis=0), lambda a: np.sum(a, 1), lambda a: np.sum(a, axis=1, keepdims=True),
        lambda a: np.mean(a, axis=-1), lambda a: np.max(a, axis=0), lambda a: np.reshape(a, (3, 2)),
        lambda a: np.expand_dims(a, 0), lambda a: np.squeeze(np.expand_dims(a, 0), 0), lambda a: np.matmul(a, OTHERS.T),
        lambda a: np.transpose(a, (1, 0)), lambda a: np.permute_dims(a, (1, 0)), lambda a: np.where(a > 0, a, 0),
        lambda a: np.stack([a, a]), lambda a: np.concat([a, a], axis=1), lambda a: np.concatenate([a, a]),
        lambda a: np.broadcast_to(a, (2, 2, 3)), lambda a: np.clip(a, -1, 1), lambda a: np.moveaxis(a, 0, 1),
        lambda a: np.power(a, 2), lambda a: np.linalg.vector_norm(a), lambda a: np.arctan2(a, 2.0),
    ],
)  # fmt: skip
def test_numpys_functions_add_nodes(function: Function) -> None:
    agrees(function, FLOATS)


def test_numpys_functions_give_the_nodes_of_symdiffs() -> None:
    (x,) = lifted(FLOATS)
    assert np.exp(x) is sd.exp(x)
    assert np.sum(x, axis=0) is sd.sum(x, axis=0)
    assert np.matmul(OTHERS.T, x) is OTHERS.T @ x
    assert np.transpose(x) is x.T


def test_what_numpy_has_and_symdiff_hasnt_says_so() -> None:
    (x,) = lifted(FLOATS)
    for wrong in (
        lambda: np.histogram(x, 1),
        lambda: np.add.reduce(x),
        lambda: np.add.outer(x, x),
        lambda: np.exp(x, out=np.zeros((2, 3))),
        lambda: np.sum(x, out=np.zeros(())),
    ):
        with pytest.raises(UnsupportedError):
            wrong()
    with pytest.raises(UnsupportedError, match="where"):
        np.exp(x, where=BOOLEANS)


def test_the_array_namespace_is_symdiff() -> None:
    (x,) = lifted(FLOATS)
    assert x.__array_namespace__() is sd
    assert x.__array_namespace__().exp(x) is sd.exp(x)


# Evaluation


def test_eval_takes_inputs_by_expression_or_by_name() -> None:
    a, b = lifted(FLOATS, OTHERS)
    assert_same((a + b).eval({a: FLOATS, "b": OTHERS}), FLOATS + OTHERS)
    assert_same((a.graph.constant(2) * 3).eval(), np.int64(6))
    with pytest.raises(ArgumentError, match="no input 'c'"):
        a.eval({"c": 1.0})


def test_eval_computes_what_a_compiled_function_would() -> None:
    x = sd.Graph().input("x")
    assert sd.log(1 + sd.exp(x)).eval({x: 800.0}) == 800.0


# Identity


def test_equality_is_elementwise_and_containers_compare_nodes() -> None:
    a, b = lifted(FLOATS, OTHERS)
    assert (a == b).dtype == np.bool_
    assert (a == a) is not a
    assert hash(a) != hash(b)
    assert {a: 1, b: 2}[b] == 2
    assert len({a, b, a + b, a + b}) == 3


def test_copies_of_an_expression_are_the_expression() -> None:
    (x,) = lifted(FLOATS)
    y = x + 1
    again_x, again_y = pickle.loads(pickle.dumps([x, y]))
    assert again_x.graph is again_y.graph
    assert again_y is again_x + 1
    assert copy.copy(y) is y


def test_an_expressions_page_in_a_notebook_is_text_that_cant_break_out() -> None:
    g = sd.Graph()
    x = g.input("<script>alert(1)</script>", (3,))
    page = (x + 1)._repr_html_()
    assert "<script>" not in page
