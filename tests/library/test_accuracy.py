"""Activations and losses against 50 digits: values to 4 units in the last place, slopes to 8 eps, in both precisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from symdiff.library import activations, likelihoods, losses
from tests.ops.accuracy import error_in
from tests.ops.test_accuracy import nearby, ulp
from tests.values import run

DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])
RNG: Final = np.random.default_rng(0)
POINTS: Final = [
    *RNG.uniform(-3, 3, 60), *RNG.uniform(-40, 40, 60), 0.0, -0.0, 5e-324, 1e-310, 1e-300, -1e-300, 1e-30, 1e-8, -1e-8,
    0.5, 1.0, -1.0, 17.0, -17.0, 37.0, -37.0, 80.0, -80.0, 700.0, -700.0, 1e10, -1e10, 1e30, -1e30, 1e300, -1e300,
]  # fmt: skip
CORNERS: Final = (0.0, 1.0, -1.0, 3.0, -3.0)


class Activation(NamedTuple):
    """An activation to 50 digits; `scale` and `slope_scale` are what errors are measured against besides."""

    function: Callable[[Any], Any]
    value: Callable[[Any], Any]
    scale: Callable[[Any], Any] = lambda x: 0
    slope_scale: Callable[[Any], Any] = lambda x: 1


def _exp(x: Any) -> Any:
    return mp.exp(x) if abs(x) < 1e5 else mp.mpf(0)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + _exp(-x)) if x >= 0 else _exp(x) / (1 + _exp(x))


def _softplus(x: Any) -> Any:
    return max(x, mp.mpf(0)) + mp.log1p(_exp(-abs(x)))


def _tanh(x: Any) -> Any:
    return mp.tanh(x) if abs(x) < 1e5 else mp.sign(x)


def _elu(x: Any) -> Any:
    return x if x >= 0 else mp.expm1(x) if x > -1e5 else mp.mpf(-1)


def _gelu(x: Any) -> Any:
    return x * mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 1e4 else max(x, mp.mpf(0))


def _gelu_by_tanh(x: Any) -> Any:
    return x * _sigmoid(mp.sqrt(8 / mp.pi) * (x + mp.mpf("0.044715") * x**3))


def _hard_sigmoid(x: Any) -> Any:
    return min(max(x / 6 + 0.5, mp.mpf(0)), mp.mpf(1))


ACTIVATIONS: Final = {
    "softplus": Activation(activations.softplus, _softplus),
    "elu": Activation(activations.elu, _elu),
    "selu": Activation(
        activations.selu, lambda x: mp.mpf("1.0507009873554804934193349852946") * (
            x if x >= 0 else mp.mpf("1.6732632423543772848170429916717") * _elu(x))
    ),
    # the argument of erfc is rounded, and so e^(-x^2 / 2): 454 units in the last place of 2e-127, at -24
    "gelu": Activation(activations.gelu, _gelu, scale=lambda x: abs(_gelu(x)) * x * x / 4),
    # the exponent is rounded: AAA
    "gelu, approximate": Activation(
        lambda x: activations.gelu(x, approximate=True), _gelu_by_tanh,
        scale=lambda x: abs(_gelu_by_tanh(x)) * (1 + abs(x) ** 3) / 4,
    ),
    # 1 - sigmoid(x) and 1 - tanh(...)^2 are right against 1, and x times them is then wrong by x: 17 eps at 34
    "silu": Activation(activations.silu, lambda x: x * _sigmoid(x), slope_scale=lambda x: max(1, abs(x) / 8)),
    "mish": Activation(
        activations.mish, lambda x: x * _tanh(_softplus(x)), slope_scale=lambda x: max(1, abs(x) / 8)
    ),
    "softsign": Activation(activations.softsign, lambda x: x / (1 + abs(x))),
    "leaky_relu": Activation(activations.leaky_relu, lambda x: x if x >= 0 else mp.mpf(0.01) * x),
    # above -3 x / 6 and 1 / 2 cancel
    "hard_sigmoid": Activation(activations.hard_sigmoid, _hard_sigmoid, scale=lambda x: 0.5),
    "hard_swish": Activation(
        activations.hard_swish, lambda x: x * _hard_sigmoid(x), scale=lambda x: abs(x) / 2 if x > -3 else 0
    ),
    "hard_tanh": Activation(activations.hard_tanh, lambda x: min(max(x, mp.mpf(-1)), mp.mpf(1))),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTIVATIONS)
@DTYPES
def test_activations(name: str, dtype: str) -> None:
    activation, wrong = ACTIVATIONS[name], []
    with np.errstate(over="ignore", under="ignore"):
        points = np.array(POINTS, dtype)
    points = points[np.isfinite(points)]
    x = sd.Graph().input("x", points.shape, dtype)
    y = activation.function(x)
    values, slopes = run([x], [y, sd.vjp(y, x, np.ones(points.shape, dtype))], [points])
    for point, value, slope in zip(points, values, slopes, strict=True):
        exact = mp.mpf(float(point))
        true = mp.mpf(activation.value(exact))
        error = error_in(value, true, max(ulp(true), activation.scale(exact)), dtype)
        if error > 4:
            wrong.append((point, "value", value, float(true), error))
        if float(point) in CORNERS:
            continue
        step = mp.sign(exact) * mp.mpf(10) ** -20 * max(abs(exact), 1)  # away from the corner at 0
        true = (activation.value(exact + step) - activation.value(exact)) / step
        error = error_in(slope, true, activation.slope_scale(exact), dtype)
        if error > 8:
            wrong.append((point, "slope", slope, float(true), error))
    assert not wrong, wrong
