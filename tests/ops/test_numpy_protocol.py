"""NumPy's functions on expressions: they add nodes, take NumPy's own arguments, and give what NumPy gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError, UnsupportedError
from symdiff.ops import NAMES
from symdiff.ops.refused import REFUSED
from tests.values import run

A: Final = np.array([[0.3, -0.6, 0.2], [0.9, 0.1, -0.4]])
UNARY: Final = (
    np.abs, np.absolute, np.arccos, np.arcsin, np.arctan, np.arcsinh, np.arctanh, np.cbrt, np.ceil, np.conj,
    np.conjugate, np.cos, np.cosh, np.deg2rad, np.degrees, np.exp, np.exp2, np.expm1, np.fabs, np.floor, np.isfinite,
    np.isinf, np.isnan, np.log, np.log10, np.log1p, np.log2, np.negative, np.positive, np.rad2deg, np.radians,
    np.reciprocal, np.rint, np.sign, np.signbit, np.sin, np.sinh, np.sqrt, np.square, np.tan, np.tanh, np.trunc,
    np.real, np.imag, np.angle, np.ravel, np.transpose, np.mean, np.round,
)  # fmt: skip
BINARY: Final = (
    np.add, np.arctan2, np.copysign, np.divide, np.equal, np.float_power, np.floor_divide, np.fmax, np.fmin,
    np.greater, np.greater_equal, np.hypot, np.less, np.less_equal, np.logaddexp, np.logaddexp2, np.maximum,
    np.minimum, np.mod, np.multiply, np.nextafter, np.not_equal, np.power, np.remainder, np.subtract, np.true_divide,
)  # fmt: skip
CALLS: Final[dict[str, Callable[[Any], Any]]] = {
    "sum by position": lambda x: np.sum(x, 0),
    "sum with all": lambda x: np.sum(x, axis=1, dtype=np.float32, keepdims=True),
    "sum by names": lambda x: np.sum(axis=1, a=x),
    "sum at defaults": lambda x: np.sum(x, None, None, None, False, where=True),
    "prod": lambda x: np.prod(x, axis=-1, keepdims=True),
    "max": lambda x: np.max(x, 1),
    "amax": lambda x: np.amax(x, axis=0, keepdims=True),
    "amin": lambda x: np.amin(x),
    "mean": lambda x: np.mean(x, 0, np.float32, keepdims=True),
    "any": lambda x: np.any(x > 0, axis=0),
    "all": lambda x: np.all(x > 0, 1, keepdims=True),
    "argmax": lambda x: np.argmax(x, 1),
    "argmin": lambda x: np.argmin(x, axis=0, keepdims=True),
    "clip": lambda x: np.clip(x, 0, 0.5),
    "clip by names": lambda x: np.clip(x, a_min=0, a_max=None),
    "clip by the standard's names": lambda x: np.clip(x, min=0, max=0.5),
    "round": lambda x: np.round(x, 1),
    "round to tens": lambda x: np.around(x * 100, decimals=-1),
    "concatenate": lambda x: np.concatenate([x, x], 1),
    "concatenate flat": lambda x: np.concatenate((x, x[0]), axis=None),
    "stack": lambda x: np.stack([x, 2 * x], 1),
    "where": lambda x: np.where(x > 0, x, 1.0),
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "reshape in an order": lambda x: np.reshape(x, (3, -1), order="C"),
    "transpose": lambda x: np.transpose(x, (1, 0)),
    "permute_dims": lambda x: np.permute_dims(x, (1, 0)),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "squeeze an axis": lambda x: np.squeeze(x[:, :1], axis=1),
    "broadcast_to": lambda x: np.broadcast_to(x, (4, 2, 3)),
    "flip": lambda x: np.flip(x, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "zeros_like": lambda x: np.zeros_like(x, dtype=np.float32),
    "full_like": lambda x: np.full_like(x, 2.5),
    "astype": lambda x: np.astype(x, np.float32),
    "a ufunc with a dtype": lambda x: np.add(x, 1, dtype=np.float32),
    "a matrix product": lambda x: np.matmul(x, np.ones((3, 2))),
    "an array's operator": lambda x: np.ones((2, 2)) @ x,
    "std with NumPy's ddof": lambda x: np.std(x, 0, ddof=1),
    "var": lambda x: np.var(x, axis=1, keepdims=True),
    "sort": lambda x: np.sort(x, 0),
    "cumsum": lambda x: np.cumsum(x, 1),
    "take": lambda x: np.take(x, np.array([0, 2]), 1),
    "roll": lambda x: np.roll(x, 1, 1),
    "solve": lambda x: np.linalg.solve(np.array([[2.0, 1.0], [0.0, 3.0]]), x),
    "einsum": lambda x: np.einsum("ij->ji", x),
    "bits": lambda x: np.bitwise_and(np.int64(6), np.invert(np.left_shift((x > 0).astype(np.int64), 1))),
}


def check(call: Callable[[Any], Any]) -> None:
    """The same call on an expression and on its value gives the same."""
    x = sd.Graph().input("x", A.shape)
    y = call(x)
    assert isinstance(y, sd.Expr)
    with np.errstate(all="ignore"):
        found, expected = run([x], y, [A]), call(A)
    np.testing.assert_allclose(found, expected, rtol=4e-16 if np.asarray(expected).dtype == "float64" else 2e-7)
    assert y.dtype == expected.dtype


@pytest.mark.parametrize("function", UNARY, ids=lambda f: f.__name__)
def test_unary(function: Callable[..., Any]) -> None:
    """NumPy's functions of one array."""
    check(function)


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_binary(function: Callable[..., Any]) -> None:
    """NumPy's functions of two arrays, with an array, a number, and on the left."""
    if function in (np.power, np.float_power):
        check(lambda x: function(abs(x), A))
        return
    check(lambda x: function(x, A[0]))
    check(lambda x: function(2.0, x))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_call(call: Callable[[Any], Any]) -> None:
    """NumPy's own arguments, by position and by name."""
    check(call)


def test_names_that_are_one_object() -> None:
    """NumPy has one object under several names, and one function here stands for all."""
    x = sd.Graph().input("x", (3,))
    assert np.arcsin is np.asin
    for old, new in (("absolute", "abs"), ("arctan2", "atan2"), ("power", "pow"), ("conjugate", "conj")):
        assert getattr(np, old) is getattr(np, new)
    assert np.absolute(x) is sd.abs(x)
    assert np.shape(x) == (3,)
    assert np.ndim(x) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: np.add(x, 1, out=np.zeros(3)), "out="),
        (lambda x: np.sum(x, out=np.zeros(())), "out="),
        (lambda x: np.add(x, 1, where=np.array([True, False, True])), "where="),
        (lambda x: np.sum(x, where=np.array([True, False, True])), "where="),
        (lambda x: np.sum(x, initial=5.0), "initial="),
        (lambda x: np.reshape(x, (3, 1), order="F"), "order="),
        (lambda x: np.add.reduce(x), "np.add.reduce"),
        (lambda x: np.multiply.accumulate(x), "np.multiply.accumulate"),
        (lambda x: np.subtract.outer(x, x), "np.subtract.outer"),
        (lambda x: np.add.at(x, [0], 1.0), "np.add.at"),
        (lambda x: np.nonzero(x), "static graph"),
        (lambda x: np.where(x > 0), "static graph"),
        (lambda x: np.unique(x), "static graph"),
        (lambda x: np.spacing(x), "np.spacing"),
        (lambda x: np.histogram(x), "np.histogram"),
    ],
)
def test_what_is_not_supported(call: Callable[[Any], Any], message: str) -> None:
    """It is a clear error that says what to do instead."""
    x = sd.Graph().input("x", (3,))
    with pytest.raises(UnsupportedError, match=message) as caught:
        call(x)
    assert caught.value.advice


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_refused(function: Callable[..., Any]) -> None:
    """What depends on values says so, on expressions and on arrays."""
    with pytest.raises(UnsupportedError, match=function.__name__) as caught:
        function(sd.Graph().input("x", (3,)))
    assert getattr(NAMES, function.__name__) is function
    assert isinstance(caught.value, NotImplementedError | SymdiffError)
