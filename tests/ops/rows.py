"""What functions of a row are to 50 digits, and the rows they are asked at: the table behind the law of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np

import symdiff as sd

INF: Final = np.inf
NAN: Final = np.nan
RNG: Final = np.random.default_rng(3)
ROWS: Final = {
    "ordinary": RNG.uniform(-3, 3, 6), "long": RNG.uniform(-3, 3, 300), "wide": RNG.uniform(-30, 30, 6),
    "wider": RNG.uniform(-1000, 1000, 6), "thousands": [1000.0, 1000.0, 999.0], "below": [-40.0, -41.0, -80.0],
    "sure": [10.0, 0.0, -3.0], "surer": [40.0, 0.0, 1.0], "one": [2.5], "ties": [2.0, 2.0, 2.0, 1.0],
    "huge": [1e300, -1e300, 5e299], "large": [1e16, 1e16], "small": [1e-200, 2e-200, 1e-200],
    "subnormal": [1e-310, 3e-310, -2e-310], "zeros": [0.0, -0.0, 0.0], "one zero": [3.0, 0.0, -2.0],
    "largest of float32": [1e38, 2e38, -1e38],
}  # fmt: skip


class RowReference(NamedTuple):
    """A function of a row to 50 digits: `value` and the list of its `slopes`, both of a list of numbers.

    `scale` is what the value's error is measured against besides the value, and `slope_scale` the slopes' besides
    the largest of them: what rounding the terms of a sum, or the exponent of an exponential, can't help.
    """

    function: Callable[[Any], Any]
    value: Callable[[list[Any]], Any]
    slopes: Callable[[list[Any]], Sequence[Any]]
    scale: Callable[[list[Any]], Any] = lambda x: 0
    slope_scale: Callable[[list[Any]], Any] = lambda x: 0


def _logsumexp(x: list[Any]) -> Any:
    return max(x) + mp.log1p(mp.fsum(mp.exp(each - max(x)) for each in x) - 1)


def _softmax(x: list[Any]) -> list[Any]:
    weights = [mp.exp(each - max(x)) for each in x]
    return [weight / mp.fsum(weights) for weight in weights]


def _first_of_softmax(x: list[Any]) -> list[Any]:
    first, *others = _softmax(x)
    return [first * mp.fsum(others), *(-first * each for each in others)]


def _first_of_log_softmax(x: list[Any]) -> list[Any]:
    _, *others = _softmax(x)
    return [mp.fsum(others), *(-each for each in others)]


def _mean(x: list[Any]) -> Any:
    return mp.fsum(x) / len(x)


def _deviations(x: list[Any]) -> list[Any]:
    mean = _mean(x)
    return [each - mean for each in x]


def _std(x: list[Any]) -> Any:
    return mp.sqrt(mp.fsum(each**2 for each in _deviations(x)) / len(x))


def _std_slopes(x: list[Any]) -> list[Any]:
    std = _std(x)
    return [each / (len(x) * std) if std else mp.mpf(0) for each in _deviations(x)]


def _norm(x: list[Any], order: float) -> Any:
    sizes = [abs(each) for each in x]
    if abs(order) == INF:
        return max(sizes) if order > 0 else min(sizes)
    if order == 0:
        return mp.mpf(sum(size != 0 for size in sizes))
    if (order < 0 and 0 in sizes) or not any(sizes):
        return mp.mpf(0)
    return mp.fsum(size ** mp.mpf(order) for size in sizes if size) ** (1 / mp.mpf(order))


def _norm_slopes(x: list[Any], order: float) -> list[Any]:
    norm = _norm(x, order)
    if not norm or not order:
        return [mp.mpf(0)] * len(x)
    if abs(order) == INF:
        winners = [abs(each) == norm for each in x]
        return [mp.sign(each) * won / sum(winners) for each, won in zip(x, winners, strict=True)]
    return [mp.sign(each) * (abs(each) / norm) ** (mp.mpf(order) - 1) if each else mp.mpf(0) for each in x]


def _norm_of(order: float) -> RowReference:
    return RowReference(
        lambda x: sd.vector_norm(x, ord=order), lambda x: _norm(x, order), lambda x: _norm_slopes(x, order)
    )


def _median(x: list[Any]) -> Any:
    ordered = sorted(x)
    return (ordered[(len(x) - 1) // 2] + ordered[len(x) // 2]) / 2


def _median_slopes(x: list[Any]) -> list[Any]:
    middle = [sorted(x)[(len(x) - 1) // 2], sorted(x)[len(x) // 2]]
    return [sum(mp.mpf(each == one) / x.count(one) for one in middle) / 2 for each in x]


def _of_others(x: list[Any]) -> list[Any]:
    return [mp.fprod([*x[:i], *x[i + 1 :]]) for i in range(len(x))]


def _of_sizes(x: list[Any]) -> Any:
    return mp.fsum(abs(each) for each in x)


REFERENCES: Final = {
    "sum": RowReference(sd.sum, mp.fsum, lambda x: [mp.mpf(1)] * len(x), scale=_of_sizes),
    "mean": RowReference(
        sd.mean, _mean, lambda x: [mp.mpf(1) / len(x)] * len(x), scale=lambda x: _of_sizes(x) / len(x)
    ),
    # each of n - 1 products is rounded
    "prod": RowReference(
        sd.prod, mp.fprod, _of_others, scale=lambda x: abs(mp.fprod(x)) * len(x) / 8,
        slope_scale=lambda x: max(map(abs, _of_others(x))) * len(x) / 8,
    ),
    "var": RowReference(
        sd.var, lambda x: _std(x) ** 2, lambda x: [2 * each / len(x) for each in _deviations(x)],
        slope_scale=lambda x: abs(_mean(x)) / len(x),
    ),
    "std": RowReference(
        sd.std, _std, _std_slopes, slope_scale=lambda x: abs(_mean(x)) / (_std(x) * len(x)) if _std(x) else 0
    ),
    "max": RowReference(sd.max, max, lambda x: [mp.mpf(each == max(x)) / x.count(max(x)) for each in x]),
    "min": RowReference(sd.min, min, lambda x: [mp.mpf(each == min(x)) / x.count(min(x)) for each in x]),
    "median": RowReference(sd.median, _median, _median_slopes),
    # below 0 the largest and the logarithm of what it was taken out of cancel
    "logsumexp": RowReference(
        sd.logsumexp, _logsumexp, _softmax, scale=lambda x: max(-max(x), 0), slope_scale=lambda x: 1
    ),
    # the exponent x - max(x) is rounded: 143 units in the last place of e^-700, 5 of e^-16 in float32
    "softmax": RowReference(
        lambda x: sd.softmax(x)[0], lambda x: _softmax(x)[0], _first_of_softmax,
        scale=lambda x: _softmax(x)[0] * (max(x) - x[0]), slope_scale=lambda x: 1,
    ),
    "log_softmax": RowReference(
        lambda x: sd.log_softmax(x)[0], lambda x: x[0] - _logsumexp(x), _first_of_log_softmax, slope_scale=lambda x: 1
    ),
    "cumulative_sum": RowReference(
        lambda x: sd.cumulative_sum(x)[-1], mp.fsum, lambda x: [mp.mpf(1)] * len(x),
        scale=lambda x: _of_sizes(x) * len(x) / 8,
    ),
    "cumulative_prod": RowReference(
        lambda x: sd.cumulative_prod(x)[-1], mp.fprod, _of_others, scale=lambda x: abs(mp.fprod(x)) * len(x) / 8,
        slope_scale=lambda x: max(map(abs, _of_others(x))) * len(x) / 8,
    ),
    **{f"vector_norm of order {order}": _norm_of(order) for order in (0.5, 1, 1.5, 2, 3, 20, -1, -2, INF, -INF, 0)},
}  # fmt: skip
