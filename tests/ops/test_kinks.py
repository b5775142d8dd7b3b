"""What derivatives are at kinks and singular points: the conventions, as a table, in both modes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from tests.values import run

INF: Final = np.inf
NAN: Final = np.nan

# name, function, point, value, gradient of the (summed) value
TABLE: Final[list[tuple[str, Callable[..., Any], list[Any], Any, list[Any]]]] = [
    ("abs at 0", sd.abs, [0.0], 0, [0]),
    ("relu at 0", sd.relu, [0.0], 0, [0]),
    ("maximum of equals", sd.maximum, [1.0, 1.0], 1, [0.5, 0.5]),
    ("maximum of zeros of both signs", sd.maximum, [0.0, -0.0], 0, [0.5, 0.5]),
    ("maximum of infinities", sd.maximum, [INF, INF], INF, [0.5, 0.5]),
    ("minimum of equals", sd.minimum, [1.0, 1.0], 1, [0.5, 0.5]),
    ("maximum of a number and 0, at 0", lambda x: sd.maximum(x, 0), [0.0], 0, [0.5]),
    ("max with two winners", sd.max, [[5.0, 1.0, 5.0]], 5, [[0.5, 0, 0.5]]),
    ("max with three winners", sd.max, [[2.0, 2.0, 2.0]], 2, [[1 / 3, 1 / 3, 1 / 3]]),
    ("min with two winners", sd.min, [[5.0, 1.0, 1.0]], 1, [[0, 0.5, 0.5]]),
    ("clip at its lower bound", lambda x: sd.clip(x, 0, 1), [0.0], 0, [0.5]),
    ("clip at its upper bound", lambda x: sd.clip(x, 0, 1), [1.0], 1, [0.5]),
    ("clip below", lambda x: sd.clip(x, 0, 1), [-1.0], 0, [0]),
    ("clip with bounds that move", sd.clip, [0.0, 0.0, 1.0], 0, [0.5, 0.5, 0]),
    ("hypot at (0, 0)", sd.hypot, [0.0, 0.0], 0, [0, 0]),
    ("hypot at (3, 4)", sd.hypot, [3.0, 4.0], 5, [0.6, 0.8]),
    ("vector_norm at 0", sd.vector_norm, [[0.0, 0.0]], 0, [[0, 0]]),
    ("vector_norm of huge values", sd.vector_norm, [[3e200, 4e200]], 5e200, [[0.6, 0.8]]),
    ("sqrt of a sum of squares at 0", lambda x: sd.sqrt(sd.sum(x * x)), [[0.0, 0.0]], 0, [[0, 0]]),
    ("sqrt(x x) at 0", lambda x: sd.sqrt(x * x), [0.0], 0, [0]),
    ("sqrt(x^2 + y^2) at (0, 0)", lambda x, y: sd.sqrt(x**2 + y**2), [0.0, 0.0], 0, [0, 0]),
    ("sqrt at 0", sd.sqrt, [0.0], 0, [INF]),
    ("log at 0", sd.log, [0.0], -INF, [INF]),
    ("x^y at (0, 0)", sd.pow, [0.0, 0.0], 1, [0, 0]),
    ("x^y at (0, 2)", sd.pow, [0.0, 2.0], 0, [0, 0]),
    ("x^y at (0, 1)", sd.pow, [0.0, 1.0], 0, [1, 0]),
    ("x^y at (-1, 2)", sd.pow, [-1.0, 2.0], 1, [-2, NAN]),
    ("x^0 at 0", lambda x: x**0, [0.0], 1, [0]),
    ("x^0 at infinity", lambda x: x**0, [INF], 1, [0]),
    ("x^1 at 0", lambda x: x**1, [0.0], 0, [1]),
    ("x^2 at 0", lambda x: x**2, [0.0], 0, [0]),
    ("x^3 at 0", lambda x: x**3, [0.0], 0, [0]),
    ("x^0.5 at 0", lambda x: x**0.5, [0.0], 0, [INF]),
    ("0^x at 0", lambda x: 0.0**x, [0.0], 1, [0]),
    ("prod with one 0", sd.prod, [[0.0, 2.0, 3.0]], 0, [[6, 0, 0]]),
    ("prod with two 0s", sd.prod, [[0.0, 2.0, 0.0]], 0, [[0, 0, 0]]),
    ("logaddexp of infinities", sd.logaddexp, [INF, INF], INF, [0.5, 0.5]),
    ("logaddexp of equals", sd.logaddexp, [1.0, 1.0], 1 + np.log(2), [0.5, 0.5]),
    ("logaddexp far apart", sd.logaddexp, [800.0, -800.0], 800, [1, 0]),
    ("softplus at 800", lambda x: sd.log(1 + sd.exp(x)), [800.0], 800, [1]),
    ("softplus at -800", lambda x: sd.log(1 + sd.exp(x)), [-800.0], 0, [0]),
    ("logsumexp of equals", sd.logsumexp, [[0.0, 0.0]], np.log(2), [[0.5, 0.5]]),
    ("logsumexp with some -inf", sd.logsumexp, [[0.0, -INF]], 0, [[1, 0]]),
    ("logsumexp of nothing but -inf", sd.logsumexp, [[-INF, -INF]], -INF, [[NAN, NAN]]),
    ("softmax of nothing but -inf", lambda x: sd.softmax(x)[0], [[-INF, -INF]], NAN, [[NAN, NAN]]),
    ("softmax with some -inf", lambda x: sd.softmax(x)[0], [[0.0, -INF]], 1, [[0, 0]]),
    ("xlogy(p, p) at 0", lambda p: sd.xlogy(p, p), [0.0], 0, [-INF]),
    ("p log p at 0", lambda p: p * sd.log(p), [0.0], 0, [-INF]),
    ("xlogy at x = 0", sd.xlogy, [0.0, 2.0], 0, [np.log(2), 0]),
    ("sign at 0", lambda x: sd.sign(x) + x, [0.0], 0, [1]),
    ("floor at 1", lambda x: sd.floor(x) + x, [1.0], 2, [1]),
    ("round at a half", lambda x: sd.round(x) + x, [0.5], 0.5, [1]),
    ("where at its condition", lambda x: sd.where(x >= 0, x, -x), [0.0], 0, [1]),
    ("where hides a root", lambda x: sd.where(x > 0, sd.sqrt(x), 0), [-1.0], 0, [0]),
    ("where hides a division", lambda x: sd.where(x == 0, 1, sd.sin(x) / x), [0.0], 1, [0]),
    ("leaky_relu at 0", sd.leaky_relu, [0.0], 0, [1]),
    ("elu at 0", sd.elu, [0.0], 0, [1]),
    ("softplus(x) at 800", sd.softplus, [800.0], 800, [1]),
    ("binary_step at 0", lambda x: sd.binary_step(x) + x, [0.0], 1, [1]),
    ("hinge at its corner", lambda y: sd.hinge(y, 1.0), [1.0], 0, [0]),
    ("median of equals", sd.median, [[2.0, 2.0, 5.0]], 2, [[0.5, 0.5, 0]]),
    ("std of equals", sd.std, [[3.0, 3.0, 3.0]], 0, [[0, 0, 0]]),
    ("last cumulative product with a 0", lambda x: sd.cumulative_prod(x)[-1], [[0.0, 2.0, 3.0]], 0, [[6, 0, 0]]),
    ("det of a singular matrix", sd.linalg.det, [[[1.0, 2.0], [2.0, 4.0]]], 0, [[[4, -2], [-2, 1]]]),
    ("vector_norm of order 1 at 0", lambda x: sd.vector_norm(x, ord=1), [[0.0, 0.0]], 0, [[0, 0]]),
    ("sin(x)/x at 0 without a where", lambda x: sd.sin(x) / x, [0.0], NAN, [NAN]),
]


@pytest.mark.parametrize(
    ("function", "point", "value", "gradient"), [pytest.param(*row[1:], id=row[0]) for row in TABLE]
)
def test_convention(function: Callable[..., Any], point: Sequence[Any], value: Any, gradient: Sequence[Any]) -> None:
    """The value, stabilised, is that of the table; slopes in reverse and in forward mode are, at each level."""
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", np.shape(each)) for i, each in enumerate(point)]
    y = function(*inputs)
    pulled = sd.grad(y, inputs)
    # the slope in each single direction: a sum over directions would mix infinities and NaN into the others
    pushed = []
    for i, x in enumerate(inputs):
        units = np.eye(int(np.prod(x.shape))).reshape(-1, *x.shape)
        pushed.append([sd.jvp(y, inputs[i], unit) for unit in units])
    for level in ("none", "default"):
        found, reverse, forward = run(inputs, [y, pulled, pushed], point, level)
        if level == "default":
            _assert_equal(found, value, f"value at level {level}", level)
        for i, wanted in enumerate(gradient):
            _assert_equal(reverse[i], wanted, f"reverse mode by operand {i}", level)
            _assert_equal(np.reshape(forward[i], np.shape(wanted)), wanted, f"forward mode by operand {i}", level)


def _assert_equal(found: Any, wanted: Any, what: str, level: str) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=0, err_msg=f"{what}, level {level}")


@pytest.mark.parametrize(
    ("point", "hessian"),
    [
        ([2.0, 3.0, 5.0], [[0, 5, 3], [5, 0, 2], [3, 2, 0]]),
        ([0.0, 3.0, 5.0], [[0, 5, 3], [5, 0, 0], [3, 0, 0]]),
        ([0.0, 3.0, 0.0], [[0, 0, 3], [0, 0, 0], [3, 0, 0]]),
        ([0.0, 0.0, 0.0], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
    ],
)
def test_product_with_zeros_to_second_order(point: list[float], hessian: list[list[float]]) -> None:
    """The Hessian of a product is exact where factors are 0, in all four combinations of modes."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    y = sd.prod(x)
    for unit, row in zip(np.eye(3), hessian, strict=True):
        gradient, tangent = sd.grad(y, x), sd.jvp(y, x, unit)
        ways = [sd.jvp(gradient, x, unit), sd.vjp(gradient, x, unit), sd.grad(tangent, x)]
        across = [sd.jvp(tangent, x, other) for other in np.eye(3)]
        for found in [*run([x], ways, [point]), run([x], across, [point])]:
            np.testing.assert_array_equal(found, row)


def test_third_derivative_of_a_product_with_zeros() -> None:
    """d^3 (x y z) / dx dy dz = 1, also at the origin."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    found = sd.prod(x)
    for unit in np.eye(3):
        found = sd.jvp(found, x, unit)
    assert run([x], found, [[0.0, 0.0, 0.0]]) == 1


@pytest.mark.parametrize(
    ("function", "point", "second"),
    [
        (lambda x: x**2, 0.0, 2),
        (lambda x: x**3, 0.0, 0),
        (lambda x: x**1, 0.0, 0),
        (lambda x: x**0, 0.0, 0),
        (sd.relu, 0.0, 0),
        (sd.abs, 0.0, 0),
        (lambda x: sd.where(x > 0, sd.sqrt(x), 0), -1.0, 0),
        (lambda x: sd.log(1 + sd.exp(x)), 800.0, 0),
        (lambda x: sd.prod(sd.stack([x, x, 1 + x])), 0.0, 2),
    ],
)
def test_second_order(function: Callable[[Any], Any], point: float, second: float) -> None:
    """Conventions hold in the second derivative too, in every combination of modes."""
    x = sd.Graph().input("x")
    y = function(x)
    ways = [
        sd.grad(sd.grad(y, x), x),
        sd.jvp(sd.grad(y, x), x, 1.0),
        sd.grad(sd.jvp(y, x, 1.0), x),
        sd.jvp(sd.jvp(y, x, 1.0), x, 1.0),
    ]
    for level in ("none", "default"):
        assert run([x], ways, [point], level) == [second] * 4


def test_extremes_beside_zero_have_the_sign_s_slope() -> None:
    """1, 1/2 or 0, at each side and in either order; NaN stays NaN."""
    x = sd.Graph().input("x", (5,))
    values = np.array([-2.0, -0.0, 0.0, 3.0, np.nan])
    forms = {"up": [sd.maximum(x, 0), sd.maximum(0.0, x)], "down": [sd.minimum(x, 0), sd.minimum(0.0, x)]}
    for y in forms["up"]:
        np.testing.assert_array_equal(sd.grad(sd.sum(y), x).eval({x: values}), [0, 0.5, 0.5, 1, np.nan])
    for y in forms["down"]:
        np.testing.assert_array_equal(sd.grad(sd.sum(y), x).eval({x: values}), [1, 0.5, 0.5, 0, np.nan])
