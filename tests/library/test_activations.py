"""Activation functions against their formulas, at their kinks, and where the formulas would overflow."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.library.activations import (
    binary_step,
    elu,
    gelu,
    glu,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    leaky_relu,
    mish,
    selu,
    silu,
    softplus,
    softsign,
    swish,
)
from tests.library.laws import WAYS, differences, values_and_gradients
from tests.values import assert_close, run


class Formula(NamedTuple):
    """An activation, and what it and its derivative are for one number."""

    function: Callable[..., Any]
    value: Callable[[float], float]
    slope: Callable[[float], float]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


FORMULAS = {
    "leaky_relu": Formula(leaky_relu, lambda x: x if x >= 0 else 0.01 * x, lambda x: 1 if x >= 0 else 0.01),
    "leaky_relu(0.2)": Formula(
        lambda x: leaky_relu(x, 0.2), lambda x: x if x >= 0 else 0.2 * x, lambda x: 1 if x >= 0 else 0.2
    ),
    "elu": Formula(elu, lambda x: x if x >= 0 else math.expm1(x), lambda x: 1 if x >= 0 else math.exp(x)),
    "elu(2)": Formula(
        lambda x: elu(x, alpha=2.0),
        lambda x: x if x >= 0 else 2 * math.expm1(x),
        lambda x: 1 if x >= 0 else 2 * math.exp(x),
    ),
    "softplus": Formula(softplus, lambda x: max(x, 0) + math.log1p(math.exp(-abs(x))), _sigmoid),
    "binary_step": Formula(binary_step, lambda x: float(x >= 0), lambda x: 0),
}
NAMES = pytest.mark.parametrize("name", FORMULAS)
SAMPLES = np.concatenate([np.random.default_rng(0).uniform(-4, 4, 20), [1e-9, -1e-9]])
EXTREMES = np.array([-math.inf, -800.0, -40.0, -1e-300, -0.0, 0.0, 1e-300, 40.0, 800.0, math.inf])


@NAMES
@pytest.mark.parametrize("points", [SAMPLES, EXTREMES], ids=["samples", "extremes"])
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_value_and_derivative_are_the_formulas(name: str, points: Any, level: str, backend: str) -> None:
    function, value, slope = FORMULAS[name]
    found, (gradient,) = values_and_gradients(function, [points], level, backend)
    assert_close(found, [value(x) for x in points], rtol=1e-14, atol=0)
    assert_close(gradient, [slope(x) for x in points], rtol=1e-14, atol=0)
    assert_close(function(points), [value(x) for x in points], "called on an array", rtol=1e-14, atol=0)


@NAMES
def test_derivative_agrees_with_finite_differences(name: str) -> None:
    points = SAMPLES[:20]
    _, found = values_and_gradients(FORMULAS[name].function, [points])
    assert_close(found, differences(FORMULAS[name].function, [points]))


@NAMES
def test_second_derivative_agrees_with_finite_differences(name: str) -> None:
    function, points = FORMULAS[name].function, SAMPLES[:20]

    def slopes(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return values_and_gradients(function, [x])[1][0]
        return sd.grad(sd.sum(function(x)), x)

    assert_close(values_and_gradients(slopes, [points])[1], differences(slopes, [points]), atol=1e-6)


@NAMES
def test_tangent_is_the_derivative(name: str) -> None:
    function, _, slope = FORMULAS[name]
    points = np.concatenate([SAMPLES, EXTREMES])
    x = sd.Graph().input("x", points.shape)
    tangent = run([x], sd.jvp(function(x), x, np.ones(points.shape)), [points])
    assert_close(tangent, [slope(each) for each in points], rtol=1e-14, atol=0)


@NAMES
def test_no_element_warns(name: str) -> None:
    finite = EXTREMES[np.isfinite(EXTREMES)]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        values_and_gradients(FORMULAS[name].function, [finite], "none", "interpreter")


@NAMES
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_shape_and_dtype_are_the_operands(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    function = FORMULAS[name].function
    x = sd.Graph().input("x", shape, dtype)
    assert function(x).type == sd.grad(sd.sum(function(x)), x).type == x.type
    array = function(np.ones(shape, dtype))
    assert (array.shape, array.dtype) == (shape, dtype)


def test_lists_numbers_and_integers_are_taken() -> None:
    assert binary_step(-2) == 0
    assert binary_step([1, -1]).dtype == np.int64
    assert elu(3) == 3.0
    np.testing.assert_array_equal(leaky_relu([[-1, 2]]), [[-0.01, 2.0]])


def test_nothing_hides_a_nan() -> None:
    for function in (leaky_relu, elu, softplus):
        assert np.isnan(function(math.nan))


@pytest.mark.parametrize("function", [leaky_relu, elu])
def test_the_second_operand_may_be_learned(function: Callable[..., Any]) -> None:
    points = [SAMPLES[:12].reshape(4, 3), np.array([0.1, 0.5, 1.5])]
    _, found = values_and_gradients(function, points)
    expected = differences(function, points)
    for one, other in zip(found, expected, strict=True):
        assert_close(one, other)


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _log1p_exp(x: float) -> float:
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


SMOOTH: dict[str, tuple[Callable[..., Any], Callable[[float], float]]] = {
    "gelu": (gelu, lambda x: x * _normal(x)),
    "gelu by tanh": (
        lambda x: gelu(x, approximate=True),
        lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    "silu": (silu, lambda x: x * _sigmoid(x)),
    "swish(2)": (lambda x: swish(x, 2.0), lambda x: x * _sigmoid(2 * x)),
    "selu": (
        selu,
        lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543773 * math.expm1(x)),
    ),
    "mish": (mish, lambda x: x * math.tanh(_log1p_exp(x))),
    "softsign": (softsign, lambda x: x / (1 + abs(x))),
    "hard_sigmoid": (hard_sigmoid, lambda x: min(max(x / 6 + 0.5, 0), 1)),
    "hard_swish": (hard_swish, lambda x: x * min(max(x / 6 + 0.5, 0), 1)),
    "hard_tanh": (hard_tanh, lambda x: min(max(x, -1), 1)),
}
FAR = np.array([-800.0, -40.0, -1e-300, 0.0, 1e-300, 40.0, 800.0])


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_values_are_the_formulas_and_derivatives_the_differences(name: str, level: str, backend: str) -> None:
    function, value = SMOOTH[name]
    points = SAMPLES[:20]
    found, (gradient,) = values_and_gradients(function, [points], level, backend)
    assert_close(found, [value(x) for x in points], rtol=1e-14)
    assert_close(gradient, differences(function, [points])[0])
    assert_close(function(points), found, rtol=1e-15)


@pytest.mark.parametrize("name", SMOOTH)
def test_far_from_0_nothing_overflows(name: str) -> None:
    function, value = SMOOTH[name]
    with np.errstate(invalid="raise", divide="raise"):
        found, (gradient,) = values_and_gradients(function, [FAR], "none", "interpreter")
    assert_close(found, [value(x) for x in FAR], rtol=1e-13, atol=1e-300)
    slopes = [0, 1] if not name.startswith(("hard_sigmoid", "hard_tanh", "softsign")) else [0, 0]
    if name == "selu":
        slopes[1] = 1.0507009873554805
    assert_close(gradient[[0, -1]], slopes, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_stays(name: str, dtype: str) -> None:
    function = SMOOTH[name][0]
    x = sd.Graph().input("x", ("n", 2), dtype)
    assert function(x).type == sd.grad(sd.sum(function(x)), x).type == x.type
    assert function(np.ones(3, dtype)).dtype == dtype


def test_corners_of_the_hard_ones_have_half_the_slope() -> None:
    _, (gradient,) = values_and_gradients(hard_tanh, [np.array([-1.0, 1.0])])
    np.testing.assert_array_equal(gradient, [0.5, 0.5])
    _, (gradient,) = values_and_gradients(hard_sigmoid, [np.array([-3.0, 3.0])])
    np.testing.assert_allclose(gradient, [1 / 12, 1 / 12])


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_glu_is_a_half_gated_by_the_other(axis: int, level: str, backend: str) -> None:
    points = np.random.default_rng(1).uniform(-2, 2, (4, 6))
    half, gate = np.split(points, 2, axis)

    def plain(x: Any) -> Any:
        a, b = np.split(x, 2, axis)
        return a / (1 + np.exp(-b))

    found, (gradient,) = values_and_gradients(lambda x: glu(x, axis), [points], level, backend)
    assert_close(found, plain(points), rtol=1e-14)
    assert_close(gradient, differences(plain, [points])[0])
    assert half.shape == gate.shape == found.shape
    n = sd.Graph().input("x", (4, "n"))
    assert [str(dim) for dim in glu(n).shape] == ["4", "n//2"]
    assert_close(run([n], glu(n), [points]), plain_last(points), rtol=1e-14)
    with pytest.raises(ShapeError):
        run([n], glu(n), [points[:, :5]])
    with pytest.raises(ShapeError, match=r"glu: axis 0 .* has no two halves"):
        glu(np.ones((3, 2)), 0)


def plain_last(x: Any) -> Any:
    """The gated linear unit along the last axis."""
    a, b = np.split(x, 2, -1)
    return a / (1 + np.exp(-b))
