"""Sorting, order statistics and cumulative functions at ties, NaN and zeros; and what can't be known is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.ops import NAMES
from tests.values import assert_same, run

NAN: Final = np.nan

# name, function, point, value, gradient of the value
KINKS: Final[list[tuple[str, Callable[..., Any], list[float], float, list[float]]]] = [
    ("median of three, a tie", NAMES.median, [3.0, 1.0, 3.0], 3, [0.5, 0, 0.5]),
    ("median of four", NAMES.median, [4.0, 1.0, 2.0, 9.0], 3, [0.5, 0, 0.5, 0]),
    ("median of four, all equal", NAMES.median, [2.0, 2.0, 2.0, 2.0], 2, [0.25] * 4),
    ("median of four, a tie with the lower", NAMES.median, [2.0, 2.0, 5.0, 9.0], 3.5, [0.25, 0.25, 0.5, 0]),
    ("median with NaN", NAMES.median, [2.0, NAN, 5.0], NAN, [NAN, NAN, NAN]),
    ("quantile at a tie", lambda x: NAMES.quantile(x, 0.5), [2.0, 2.0, 1.0], 2, [0.5, 0.5, 0]),
    ("std of equals", NAMES.std, [2.0, 2.0, 2.0], 0, [0, 0, 0]),
    ("var of equals", NAMES.var, [2.0, 2.0, 2.0], 0, [0, 0, 0]),
    ("ptp of equals", NAMES.ptp, [2.0, 2.0], 0, [0, 0]),
    ("first of a sorted tie", lambda x: NAMES.sort(x)[0], [2.0, 3.0, 2.0], 2, [1, 0, 0]),
    ("second of a sorted tie", lambda x: NAMES.sort(x)[1], [2.0, 3.0, 2.0], 2, [0, 0, 1]),
    ("cumprod with a 0", lambda x: NAMES.cumulative_prod(x)[2], [2.0, 0.0, 5.0], 0, [0, 10, 0]),
    ("cumprod with two 0s", lambda x: NAMES.cumulative_prod(x)[2], [0.0, 0.0, 5.0], 0, [0, 0, 0]),
    ("nan_to_num of NaN", lambda x: sd.sum(NAMES.nan_to_num(x)), [NAN, 2.0], 2, [0, 1]),
    ("select hides a root", lambda x: NAMES.select([x > 0], [sd.sqrt(x)])[0], [-1.0], 0, [0]),
    ("linspace of equals", lambda x: NAMES.linspace(x[0], x[1], 3)[1], [2.0, 2.0], 2, [0.5, 0.5]),
    ("heaviside at 0", lambda x: NAMES.heaviside(x, 2 * x + 0.5)[0], [0.0], 0.5, [2]),
]


@pytest.mark.parametrize(("function", "point", "value", "slope"), [pytest.param(*row[1:], id=row[0]) for row in KINKS])
def test_convention(function: Callable[..., Any], point: list[float], value: float, slope: list[float]) -> None:
    """The value, and the derivative in reverse and in forward mode."""
    x = sd.Graph().input("x", (len(point),))
    y = function(x)
    pushed = [sd.jvp(y, x, unit) for unit in np.eye(len(point))]
    for level in ("none", "default"):
        found, reverse, forward = run([x], [y, sd.grad(y, x), pushed], [point], level)
        np.testing.assert_allclose([found, *reverse, *forward], [value, *slope, *slope], rtol=1e-15, atol=0)


@pytest.mark.parametrize("point", [[2.0, 3.0, 5.0], [0.0, 3.0, 5.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
def test_cumulative_product_to_third_order(point: list[float]) -> None:
    """The Hessian and third derivatives of sum cumprod(x) are those of a + ab + abc, also at zeros."""
    a, b, c = point
    x = sd.Graph().input("x", (3,))
    y = sd.sum(NAMES.cumulative_prod(x))
    gradient = sd.grad(y, x)
    units = np.eye(3)
    hessian = [sd.jvp(gradient, x, unit) for unit in units]
    reverse = [sd.vjp(gradient, x, unit) for unit in units]
    forward = sd.jvp(sd.jvp(sd.jvp(y, x, units[0]), x, units[1]), x, units[2])
    found = run([x], [gradient, hessian, reverse, forward], [point])
    np.testing.assert_array_equal(found[0], [1 + b + b * c, a + a * c, a * b])
    for each in found[1:3]:
        np.testing.assert_array_equal(each, [[0, 1 + c, b], [1 + c, 0, a], [b, a, 0]])
    assert found[3] == 1


def test_argsort_is_stable_in_both_directions() -> None:
    x = sd.Graph().input("x", (5,))
    up, down = NAMES.argsort(x), NAMES.argsort(x, descending=True)
    found = run([x], [up, down, NAMES.sort(x, descending=True)], [[2.0, 1.0, 2.0, 3.0, 1.0]])
    for each, wanted in zip(found, ([1, 4, 0, 2, 3], [3, 0, 2, 1, 4], [3.0, 2, 2, 1, 1]), strict=True):
        np.testing.assert_array_equal(each, wanted)


def test_linear_recurrence_is_the_loop() -> None:
    """y_i = a_i y_(i-1) + b_i; an infinite first coefficient isn't used."""
    graph = sd.Graph()
    a, b = graph.input("a", ("n",)), graph.input("b", ("n",))
    y = NAMES.linear_recurrence(a, b, axis=0)
    found = run([a, b], [y, *sd.grad(sd.sum(y), [a, b])], [[np.inf, 2.0, 3.0], [1.0, 1.0, 1.0]])
    for each, wanted in zip(found, ([1.0, 3, 10], [0.0, 4, 3], [9.0, 4, 1]), strict=True):
        np.testing.assert_array_equal(each, wanted)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.linspace(-1.0, 1.0, 2000), np.sin(np.arange(2000.0))),
        (np.where(np.arange(2000) % 77, 0.9, 0.0), np.cos(np.arange(2000.0))),
        (np.full(2000, 1e-20), np.where(np.arange(2000), 0.0, 1e300)),
        (np.where(np.arange(2000) % 64 < 32, 1e12, 1e-12), np.ones(2000)),
        (np.full((1000, 3), 1j), np.ones((1000, 3), complex)),
        (np.full((2, 500), 3), np.ones((2, 500), np.int64)),
    ],
    ids=["mixed", "zeros", "vanishing products", "huge products", "complex", "integers"],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_long_recurrences_are_the_loop(a: Any, b: Any, reverse: bool) -> None:
    """Many rows are worked on in blocks; what comes out is the loop's, also where products leave a float's range."""
    axis = int(np.argmax(a.shape))
    rows, terms = (np.moveaxis(each, axis, 0)[:: -1 if reverse else 1] for each in (a, b))
    wanted = [terms[0]]
    for row, term in zip(rows[1:], terms[1:], strict=True):
        wanted.append(row * wanted[-1] + term)
    expected = np.moveaxis(np.stack(wanted)[:: -1 if reverse else 1], 0, axis)
    found = NAMES.linear_recurrence(a, b, axis=axis, reverse=reverse)
    size = np.max(np.abs(expected)) if np.isfinite(expected).all() and expected.dtype.kind == "f" else 0.0
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14 * min(size, 10))
    assert found.dtype == expected.dtype


@pytest.mark.parametrize("function", [sd.logaddexp, sd.logaddexp2])
def test_a_tie_has_further_derivatives(function: Callable[..., Any]) -> None:
    """log(e^a + e^b) is smooth where a = b: its second derivative there is 1/4 (to base 2 log(2)/4), 0 at infinity."""
    a, b = (graph := sd.Graph()).input("a", (4,)), graph.input("b", (4,))
    first = sd.grad(sd.sum(function(a, b)), a)
    second = sd.grad(sd.sum(first), a)
    point = [np.array([1.0, np.inf, -np.inf, np.nan]), np.array([1.0, np.inf, -np.inf, 2.0])]
    curve = 0.25 * (1 if function is sd.logaddexp else np.log(2))
    with np.errstate(invalid="ignore"):
        found = run([a, b], [first, second], point)
    np.testing.assert_allclose(found, [[0.5, 0.5, 0.5, np.nan], [curve, 0.0, 0.0, np.nan]])


def test_dtypes_of_cumulative_functions() -> None:
    """Small integers are summed in 64 bits, unless a dtype says otherwise; float32 stays."""
    graph = sd.Graph()
    small, single = graph.input("small", (3,), "int8"), graph.input("single", (3,), "float32")
    assert NAMES.cumulative_sum(small).dtype == "int64"
    assert NAMES.cumulative_sum(small, dtype="int16").dtype == "int16"
    assert NAMES.cumulative_prod(single, include_initial=True).dtype == "float32"
    assert NAMES.std(single).dtype == NAMES.median(single).dtype == NAMES.var(single).dtype == "float32"
    assert NAMES.var(small).dtype == NAMES.median(small).dtype == "float64"


def test_order_of_named_sizes() -> None:
    """The middle of n elements is found whatever n is, even or odd."""
    x = sd.Graph().input("x", ("n",))
    median = sd.compile([x], [NAMES.median(x), sd.grad(NAMES.median(x), x)])
    for values in ([3.0], [3.0, 1.0], [4.0, 1.0, 2.0], [7.0, 1.0, 2.0, 4.0]):
        found, gradient = median(values)
        assert found == np.median(values)
        assert gradient.sum() == 1
        assert np.count_nonzero(gradient) == 2 - len(values) % 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: NAMES.partition(x, 9),
        lambda x: NAMES.sort(x, axis=2),
        lambda x: NAMES.searchsorted(x, x),
        lambda x: NAMES.searchsorted(x[0], x, side="middle"),
        lambda x: NAMES.quantile(x, 1.5),
        lambda x: NAMES.diff(x, n=-1),
        lambda x: NAMES.gradient(x, 1.0, 2.0, 3.0),
        lambda x: NAMES.gradient(x[:1], axis=0),
        lambda x: NAMES.gradient(x, np.arange(5.0), axis=1),
        lambda x: NAMES.average(x, axis=0, weights=[1.0, 2.0]),
        lambda x: NAMES.split(x, 3, axis=1),
        lambda x: NAMES.unstack(x.graph.input("named", ("n", 3))),
        lambda x: NAMES.repeat(x, x.graph.input("times", (), "int64")),
        lambda x: NAMES.pad(x, 1, mode="maximum"),
        lambda x: NAMES.pad(x, ((1, 2), (3,), (4,))),
        lambda x: NAMES.roll(x, (1, 2), axis=(0, 1, 1)),
        lambda x: NAMES.tril(x[0]),
        lambda x: NAMES.diagonal(x, axis1=1, axis2=1),
        lambda x: NAMES.diagonal(x.graph.input("named", ("n", "m"))),
        lambda x: NAMES.concat([x, x[0]]),
        lambda x: NAMES.meshgrid(x, indexing="yx"),
        lambda x: NAMES.moveaxis(x, (0, 1), (0, 0)),
        lambda x: NAMES.take_along_axis(x, [0], axis=1),
        lambda x: NAMES.take(x, [0], axis=0, mode="bounce"),
        lambda x: NAMES.select([x > 0], []),
        lambda x: NAMES.ravel(x, order="F"),
        lambda x: NAMES.full(("n", 2), 1.0),
    ],
)
def test_what_cant_be_is_refused(wrong: Callable[[Any], Any]) -> None:
    """A request that can't be met is an error of symdiff's when the graph is built, with advice."""
    x = sd.Graph().input("x", (3, 4))
    with pytest.raises(SymdiffError) as caught:
        wrong(x)
    assert caught.value.advice


def test_membership() -> None:
    """Elements are found in any shape, NaN never, and nothing in an empty array."""
    graph = sd.Graph()
    x, y = graph.input("x", (2, 2)), graph.input("y", ("m",))
    values = [[[1.0, NAN], [3.0, 5.0]], [5.0, NAN, 1.0]]
    found = run([x, y], [NAMES.isin(x, y), NAMES.isin(x, y, invert=True), NAMES.isin(x, [])], values)
    for each, wanted in zip(found, ([[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, 0], [0, 0]]), strict=True):
        assert_same(each, np.array(wanted, bool))
