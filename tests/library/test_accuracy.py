"""Activations and losses against 50 digits: values to 4 units in the last place, slopes to 8 eps; both precisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from symdiff.library import activations, likelihoods, losses
from tests.ops.accuracy import error_in
from tests.ops.test_accuracy import ulp
from tests.values import run

INF: Final = np.inf
DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])
RNG: Final = np.random.default_rng(0)
POINTS: Final = [
    *RNG.uniform(-3, 3, 60), *RNG.uniform(-40, 40, 60), 0.0, -0.0, 5e-324, 1e-310, 1e-300, -1e-300, 1e-30, 1e-8, -1e-8,
    0.5, 1.0, -1.0, 17.0, -17.0, 37.0, -37.0, 80.0, -80.0, 700.0, -700.0, 1e10, -1e10, 1e30, -1e30, 1e300, -1e300,
]  # fmt: skip
CORNERS: Final = (0.0, 1.0, -1.0, 3.0, -3.0)


class Activation(NamedTuple):
    """An activation to 50 digits; `scale` and `slope_scale` are what errors are measured against besides.

    `reach` is how far out it is asked.
    """

    function: Callable[[Any], Any]
    value: Callable[[Any], Any]
    scale: Callable[[Any], Any] = lambda x: 0
    slope_scale: Callable[[Any], Any] = lambda x: 1
    reach: float = INF


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
    # below -37 it is x times a subnormal number: 17 units in the last place
    "gelu": Activation(activations.gelu, _gelu, scale=lambda x: abs(x) * mp.mpf(2) ** -1022),
    # 1 + tanh(...) is right against 1, as the authors have it (a sigmoid would take 1.6 times as long); x^2 overflows
    "gelu, approximate": Activation(
        lambda x: activations.gelu(x, approximate=True), _gelu_by_tanh, scale=abs, slope_scale=lambda x: max(1, abs(x)),
        reach=1e15,
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
    points = points[np.isfinite(points) & (np.abs(points) <= activation.reach)]
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


class Loss(NamedTuple):
    """A loss of a vector to 50 digits, and the vectors it is asked at; `scale` and `slope_scale` as above."""

    function: Callable[[Any], Any]
    value: Callable[[list[Any]], Any]
    places: list[list[float]]
    scale: Callable[[list[Any]], Any] = lambda x: 0
    slope_scale: Callable[[list[Any]], Any] = lambda x: 1


def _mean(terms: Iterable[Any]) -> Any:
    terms = list(terms)
    return mp.fsum(terms) / len(terms)


def _log_softmax(x: list[Any]) -> list[Any]:
    others = [mp.fsum(mp.exp(each - one) for j, each in enumerate(x) if j != i) for i, one in enumerate(x)]
    return [-mp.log1p(each) for each in others]


def _coin(z: list[Any], target: list[float]) -> Any:
    return _mean(t * _softplus(-each) + (1 - t) * _softplus(each) for each, t in zip(z, target, strict=True))


def _huber(d: Any) -> Any:
    return d * d / 2 if abs(d) <= 1 else abs(d) - mp.mpf(0.5)


LOGITS: Final = [[0.3, -1.2, 2.0], [10.0, 0.0, -3.0], [40.0, 0.0, 1.0], [-200.0, 30.0, 30.5], [1e3, 1e3, 999.0]]
COINS: Final = [0.0, 1.0, 0.25]
SPREAD: Final = [0.5, 0.25, 0.25]
LOSSES: Final = {
    "cross_entropy_from_logits": Loss(
        lambda z: losses.cross_entropy_from_logits(sd.reshape(z, (1, 3)), [0]), lambda z: -_log_softmax(z)[0], LOGITS
    ),
    "cross_entropy_from_logits of a distribution": Loss(
        lambda z: losses.cross_entropy_from_logits(z, np.array(SPREAD, z.dtype)),
        lambda z: -mp.fsum(p * each for p, each in zip(SPREAD, _log_softmax(z), strict=True)), LOGITS,
    ),
    "binary_cross_entropy_from_logits": Loss(
        lambda z: losses.binary_cross_entropy_from_logits(z, np.array(COINS, z.dtype)), lambda z: _coin(z, COINS),
        LOGITS,
    ),
    "mean_squared_error": Loss(
        lambda y: losses.mean_squared_error(y, np.array([0.5, 1.0, -2.0], y.dtype)),
        lambda y: _mean((a - b) ** 2 for a, b in zip(y, (0.5, 1.0, -2.0), strict=True)), [*LOGITS, [0.5, 1.0, -2.0]],
    ),
    "huber": Loss(
        lambda y: likelihoods.huber(y, np.array([0.5, 1.0, -2.0], y.dtype)),
        lambda y: _mean(_huber(a - b) for a, b in zip(y, (0.5, 1.0, -2.0), strict=True)),
        [*LOGITS, [0.25, 1.1, -2.0], [1e18, -1e18, 0.0]],
    ),
    # p log p and p log q cancel
    "kl_divergence": Loss(
        lambda q: likelihoods.kl_divergence(np.array(SPREAD, q.dtype), q),
        lambda q: mp.fsum(p * mp.log(p / each) for p, each in zip(SPREAD, q, strict=True)),
        [[0.25, 0.5, 0.25], [0.5, 0.25, 0.25], [1e-30, 1.0, 1e-8]], scale=lambda q: 1,
    ),
    "poisson_nll": Loss(
        lambda z: likelihoods.poisson_nll(z, np.array([0.0, 1.0, 170.0], z.dtype)),
        lambda z: _mean(mp.exp(a) - n * a + mp.loggamma(n + 1) for a, n in zip(z, (0, 1, 170), strict=True)),
        [[0.0, 1.0, 5.0], [-80.0, 30.0, 2.0]], scale=lambda z: 170 * 5,
    ),
    "gaussian_nll": Loss(
        lambda s: likelihoods.gaussian_nll(np.zeros(3, s.dtype), np.array([0.5, 1.0, -2.0], s.dtype), s),
        lambda s: _mean(a + b * b * mp.exp(-a) for a, b in zip(s, (0.5, 1.0, -2.0), strict=True)) / 2
        + mp.log(2 * mp.pi) / 2,
        [[0.0, 1.0, -1.0], [30.0, -20.0, 80.0]], scale=lambda s: 2 * max(map(abs, s)) + 2,
    ),
    # 1 - sigmoid(z) is right against 1, and is multiplied by z
    "focal": Loss(
        lambda z: likelihoods.focal(z, [1, 0, 1]),
        lambda z: _mean(_sigmoid(-a) ** 2 * _softplus(-a) for a in (z[0], -z[1], z[2])), LOGITS,
        slope_scale=lambda z: max([1, *(abs(each) / 8 for each in z if abs(each) < 40)]),
    ),
}  # fmt: skip


def _slopes(function: Callable[[list[Any]], Any], place: list[Any]) -> list[Any]:
    """The partial derivatives by differences of 200 digits."""
    with mp.workdps(200):
        steps = [mp.mpf(10) ** -60 * (abs(each) or 1) for each in place]
        ahead = [function([*place[:i], place[i] + step, *place[i + 1 :]]) for i, step in enumerate(steps)]
        return [(each - function(place)) / step for each, step in zip(ahead, steps, strict=True)]


@pytest.mark.parametrize("name", LOSSES)
@DTYPES
def test_losses(name: str, dtype: str) -> None:
    loss, wrong = LOSSES[name], []
    for place in np.array(LOSSES[name].places, dtype):
        x = sd.Graph().input("x", place.shape, dtype)
        y = loss.function(x)
        value, slopes = run([x], [y, sd.grad(y, x)], [place])
        exact = [mp.mpf(float(each)) for each in place]
        true = loss.value(exact)
        error = error_in(value, true, max(ulp(true), loss.scale(exact)), dtype)
        if error > 4:
            wrong.append((place, "value", value, float(true), error))
        trues = _slopes(loss.value, exact)
        scale = max(loss.slope_scale(exact), *map(abs, trues))
        errors = [error_in(s, t, scale, dtype) for s, t in zip(slopes, trues, strict=True)]
        if max(errors) > 8:
            wrong.append((place, "slopes", slopes, [float(each) for each in trues], max(errors)))
    assert not wrong, wrong
