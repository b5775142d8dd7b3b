"""NumPy's further names on expressions: what they give, and that derivatives flow in both modes through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ConcreteError, SymdiffError, UnsupportedError
from tests.values import run

RNG: Final = np.random.default_rng(0)
MATRIX: Final = np.array([[0.3, -0.6, 0.2, 1.4], [0.9, 0.1, -0.4, 0.7]])
VECTOR: Final = np.array([0.3, -0.6, 2.2, 1.4, -1.1])
GAPS: Final = np.array([[0.3, np.nan, 0.2, 1.4], [0.9, 0.1, np.nan, np.nan]])
OF_A_MATRIX: Final[dict[str, Callable[[Any], Any]]] = {
    "average": lambda x: np.average(x, 0, [1.0, 3.0]),
    "percentile": lambda x: np.percentile(x, [25, 60], axis=1),
    "ptp": lambda x: np.ptp(x, 1),
    "gradient": lambda x: np.gradient(x, [0.0, 2.0], [0.0, 1.0, 4.0, 5.0])[1],
    "gradient, edge_order": lambda x: np.gradient(x, [0.0, 1.0, 4.0, 5.0], axis=1, edge_order=2),
    "gradient, even, edge_order": lambda x: np.gradient(x, 0.5, axis=1, edge_order=2),
    "trapezoid": lambda x: np.trapezoid(x, [0.0, 1.0, 4.0, 5.0]),
    "trapezoid, dx": lambda x: np.trapezoid(x, dx=2.0, axis=0),
    "unwrap": lambda x: np.unwrap(9 * x, axis=0),
    "unwrap, period": lambda x: np.unwrap(8.9 * x, period=3.0),
    "ediff1d": lambda x: np.ediff1d(x, to_end=[9.0, 8.0], to_begin=x[0]),
    "interp": lambda x: np.interp(x, [-0.5, 0.0, 1.0], [3.0, 1.0, 4.0]),
    "interp, ends": lambda x: np.interp(x, [-0.5, 0.0, 1.0], [3.0, 1.0, 4.0], left=-1.0, right=9.0),
    "interp, period": lambda x: np.interp(1.01 * x, [0.1, 0.4, 0.2], [3.0, 1.0, 4.0], period=0.5),
    "interp of values": lambda x: np.interp([-9.0, 0.2, 1.0, 1.7, 3.0], [0.0, 1.0, 2.0, 3.0], x[0]),
    "cov": lambda x: np.cov(x),
    "cov of columns": lambda x: np.cov(x, x[::-1] ** 2, rowvar=False, bias=True),
    "corrcoef": lambda x: np.corrcoef(x),
    "block": lambda x: np.block([[x, 2 * x], [x[:, :1], x, x[:, 1:]]]),
    "insert": lambda x: np.insert(x, 1, x[:, 0], axis=1),
    "insert several": lambda x: np.insert(x, [0, 2, 2], 7.0, axis=1),
    "delete": lambda x: np.delete(x, [0, -1], axis=1),
    "delete a slice": lambda x: np.delete(x, slice(0, 2), axis=1),
    "diagflat": lambda x: np.diagflat(x[0], 1),
    "choose": lambda x: np.choose(np.array([[1, 0, 1, 1]]), [x, x[0] ** 2]),
    "piecewise": lambda x: np.piecewise(x, [x < 0, x > 1], [lambda v: v**2, 3.0, np.exp]),
    "cross": lambda x: np.cross(x[:, :3], [1.0, 2.0, 3.0], axisc=0),
    "vdot": lambda x: np.vdot(x, x[:, ::-1]),
    "matvec": lambda x: np.matvec(x, x),
    "vecmat": lambda x: np.vecmat(x.T[..., :2], x),
    "fmod": lambda x: np.fmod(x, 0.25),
    "modf": lambda x: np.modf(3 * x)[0],
    "ldexp": lambda x: np.ldexp(x, 3),
    "lexsort": lambda x: x[0][np.lexsort(np.stack([x[0], x[1]]))],
    "repeat by counts": lambda x: np.repeat(x, [1, 0, 2, 1], axis=1),
    "copy": lambda x: np.copy(x),
    "tril_indices_from": lambda x: x[np.tril_indices_from(x)],
    "i0": lambda x: np.i0(x),
    **{f"pad {mode}": lambda x, mode=mode: np.pad(x, 2, mode=mode) for mode in ("edge", "wrap", "constant")},
    "nancumsum": lambda x: np.nancumsum(x, 1),
}
"""Differentiable functions of a matrix, asked of one without NaN."""
OF_A_VECTOR: Final[dict[str, Callable[[Any], Any]]] = {
    **{
        f"{name} {mode} {length}": lambda x, name=name, mode=mode, length=length: getattr(np, name)(
            x, np.arange(1.0, length + 1), mode=mode
        )
        for name in ("convolve", "correlate")
        for mode in ("full", "same", "valid")
        for length in (1, 2, 5, 8)
    },
    "convolve of itself": lambda x: np.convolve(x, x[:3]),
    "polyval": lambda x: np.polyval(x, x[:2]),
    "polyder": lambda x: np.polyder(x, 2),
    "polyint": lambda x: np.polyint(x, 2, [1.0, 3.0]),
    "polyadd": lambda x: np.polyadd(x, x[:2]),
    "polysub": lambda x: np.polysub(x[1:], x),
    "polymul": lambda x: np.polymul(x, x),
    "vander": lambda x: np.vander(x, 3),
    "vander, increasing": lambda x: np.vander(x, increasing=True),
    "geomspace": lambda x: np.geomspace(x[0], x[2], 4),
    "bincount with weights": lambda x: np.bincount([0, 1, 1, 3, 0], x, 4),
}
WITH_GAPS: Final = (
    np.nanargmax, np.nanargmin, np.nancumprod, np.nancumsum, np.nanmax, np.nanmean, np.nanmin, np.nanprod, np.nanstd,
    np.nansum, np.nanvar,
)  # fmt: skip
ANSWERS: Final[dict[str, Callable[[Any], Any]]] = {
    "isclose": lambda x: np.isclose(x, x + np.array([1e-9, 1e-3, 0.0, 1e-9]), atol=1e-6),
    "isclose, infinite": lambda x: np.isclose(x / 0.0, [np.inf, -np.inf, np.inf, np.nan], equal_nan=True),
    "allclose": lambda x: np.allclose(x, x + 1e-12),
    "array_equal": lambda x: np.array_equal(x, x[::-1]),
    "isneginf": lambda x: np.isneginf(x / 0.0),
    "isposinf": lambda x: np.isposinf(x / 0.0),
    "isreal": lambda x: np.isreal(x),
    "iscomplex": lambda x: np.iscomplex(x + np.array([0j, 1j, 0j, 1j])),
    "digitize": lambda x: np.digitize(x, [-0.4, 0.1, 0.9]),
    "digitize, right": lambda x: np.digitize(x, [-0.4, 0.1, 0.9], right=True),
    "digitize, falling": lambda x: np.digitize(x, [0.9, 0.1, -0.4]),
    "bincount": lambda x: np.bincount((x[0] > 0).astype(np.int64), minlength=2),
    "trunc": lambda x: np.fix(9 * x),
}
"""Functions without a derivative."""


def agrees(call: Callable[[Any], Any], value: Any) -> tuple[Any, Any]:
    """An expression and its result, after a check that it is what NumPy gives for its value, in both backends."""
    x = sd.Graph().input("x", value.shape)
    y = call(x)
    with np.errstate(all="ignore"):
        expected = call(value)
        for backend in ("interpreter", "python"):
            found = run([x], y, [value], "default", backend)
            np.testing.assert_allclose(found, expected, rtol=2e-14, atol=1e-15)
    assert y.dtype == np.asarray(expected).dtype
    return x, y


@pytest.mark.parametrize("name", [*OF_A_MATRIX, *OF_A_VECTOR])
def test_values_and_derivatives_are_numpys(name: str) -> None:
    """The value, and derivatives as difference quotients have them."""
    value = MATRIX if name in OF_A_MATRIX else VECTOR
    call = OF_A_MATRIX.get(name) or OF_A_VECTOR[name]
    if name.startswith("geomspace"):
        value = abs(VECTOR)
    x, y = agrees(call, value)
    weights = np.random.default_rng(1).normal(size=y.shape)
    sd.check_grad(sd.sum(y * weights), x, {x: value}, order=2 if y.dtype == np.float64 else 1)


@pytest.mark.parametrize("function", WITH_GAPS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_nan_is_left_out(function: Callable[..., Any], axis: int | None) -> None:
    """Values are NumPy's; the derivative by what is left out is 0, by the rest what it is without it."""
    full = np.where(np.isnan(GAPS), 0.5, GAPS)
    x, y = agrees(lambda x: function(x, axis=axis), GAPS if axis != 0 else np.vstack([GAPS, full]))
    if y.dtype.kind == "f" and axis is None:
        slope = run([x], sd.vjp(y, x, np.ones(y.shape)), [GAPS])
        assert (slope[np.isnan(GAPS)] == 0).all()
        known = GAPS[~np.isnan(GAPS)]
        z = sd.Graph().input("z", known.shape)
        plain = getattr(np, function.__name__.removeprefix("nan"))(z)
        if plain.shape == ():
            np.testing.assert_allclose(slope[~np.isnan(GAPS)], run([z], sd.grad(plain, z), [known]), rtol=1e-13)


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_numpys(name: str) -> None:
    agrees(ANSWERS[name], MATRIX)


def test_lists_of_expressions_are_arrays() -> None:
    """Wherever an array is taken, a list of expressions and numbers is."""
    graph = sd.Graph()
    a, b = graph.input("a"), graph.input("b", (3,))
    calls = (
        sd.sum([a, 2 * a]), sd.mean([a, 3.0]), sd.exp([a, 0.0]), sd.add(b, [a, 1.0, a]), sd.any([a > 0, a > 9]),
        sd.std([a, 1.0]),
        sd.linalg.norm([a, a]), sd.prod([[a], [a]]), sd.real([a]), sd.vector_norm([a, 1.0]), sd.softmax([a, a]),
    )  # fmt: skip
    for found in calls:
        assert isinstance(found, sd.Expr)
    assert run([a], calls[0], [2.0]) == 6.0
    assert run([a], calls[1], [2.0]) == 2.5


@pytest.mark.parametrize("name", ["apply_along_axis", "histogram", "putmask", "union1d", "fill_diagonal"])
def test_what_calls_on_values_says_what_to_do(name: str) -> None:
    x = sd.Graph().input("x", (3, 3))
    others = {
        "apply_along_axis": (np.sum, 0, x),
        "putmask": (x, x > 0, 1.0),
        "union1d": (x, x),
        "fill_diagonal": (x, 0),
    }
    with pytest.raises(UnsupportedError, match=f"np.{name}") as caught:
        getattr(np, name)(*others.get(name, (x,)))
    assert "sd." in caught.value.advice


def test_what_cannot_be_dispatched_is_a_clear_error() -> None:
    x = sd.Graph().input("x", (3,))
    for call in (lambda: np.array([x, x]), lambda: np.float64(x), lambda: np.r_[x, 1.0], lambda: x.item(), x.tolist):
        with pytest.raises(ConcreteError, match="known when a function is run"):
            call()
    for call in (lambda: np.bincount((x > 0).astype(int)), lambda: np.real_if_close(x + 0j), x.nonzero):
        with pytest.raises(UnsupportedError):
            call()
    for call in (lambda: np.interp(x, x, [1.0]), lambda: np.convolve(x, []), lambda: np.repeat(x, sd.abs(x))):
        with pytest.raises(SymdiffError):
            call()
