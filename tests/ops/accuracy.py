"""What elementwise ops are to 50 digits, and where they are asked: the table behind the accuracy law."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np

mp.mp.dps = 50
INF: Final = np.inf
NAN: Final = np.nan
EDGES: Final = [
    0.0, -0.0, 5e-324, -5e-324, 1e-310, 3e-308, 1e-300, -1e-300, 1e-30, -1e-30, 1e-8, -1e-8, 0.5, -0.5, 2.0, -2.0,
    1.0, 1 - 2**-53, 1 + 2**-52, -1.0, -1 + 2**-53, -1 - 2**-52, 10.0, -10.0, 20.0, -20.0, 40.0, -40.0, 709.0, -745.0,
    1e10, -1e10, 1e150, -1e150, 1e200, -1e200, 1e300, -1e300,
]  # fmt: skip
GAMMA_EDGES: Final = [*(x for x in EDGES if x > -10), -10.5, -20.25, -30.75, -1000.125, -1e6 - 0.5, -1e10 - 0.25]
PAIRS: Final = [0.0, -0.0, 5e-324, 1e-300, -1e-200, 1e-8, 1.0, 1 + 2**-52, -1.5, 3.0, 40.0, -700.0, 1e200, -1e300]
OVERFLOW: Final = {"float32": mp.mpf(2) ** 128, "float64": mp.mpf(2) ** 1024}


class Reference(NamedTuple):
    """An op to 50 digits.

    `slopes` are its partial derivatives; `bounded` says of each that it never exceeds 1 in size by much, so that
    its error is measured against 1; `ends` are the values at -inf and inf and the slopes there, for ops of one
    operand; `ranges` say where random operands are drawn; `scale` is what the value's error is measured
    against besides the value (a sum that cancels is only as accurate as its terms), and `attributes` those of
    the application.
    """

    value: Callable[..., Any]
    slopes: Sequence[Callable[..., Any]]
    ranges: Sequence[Sequence[tuple[float, float]]]
    bounded: bool = False
    ends: Sequence[float] | None = None
    scale: Callable[..., Any] | None = None
    attributes: Mapping[str, Any] = MappingProxyType({})
    edges: Sequence[float] = EDGES


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x)) if x > -1e6 else mp.mpf(0)


def _exp(x: Any) -> Any:
    return mp.exp(x) if x < 1e6 else mp.mpf("1e400000")


def _cosh(x: Any) -> Any:
    return (_exp(x) + _exp(-x)) / 2


def _lgamma(x: Any) -> Any:
    if x > 0:
        return mp.loggamma(x)
    return mp.log(mp.pi / abs(x * mp.sinpi(x))) - mp.loggamma(-x)


def _digamma(x: Any) -> Any:
    return mp.digamma(x) if x > 0 else mp.digamma(1 - x) - mp.pi * mp.cospi(x) / mp.sinpi(x)


def _trigamma(x: Any) -> Any:
    return mp.polygamma(1, x) if x > 0 else (mp.pi / mp.sinpi(x)) ** 2 - mp.polygamma(1, 1 - x)


def _tetragamma(x: Any) -> Any:
    return mp.polygamma(2, x) if x > 0 else mp.polygamma(2, 1 - x) - 2 * mp.pi**3 * mp.cospi(x) / mp.sinpi(x) ** 3


def _near_zero_of(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """1 within 0.1 of a zero, where the error is measured absolutely; 0 elsewhere."""

    def scale(x: Any) -> Any:
        points = [x + mp.mpf(i) / 200 for i in range(-20, 21)]
        signs = {mp.sign(function(point)) for point in points if point != mp.floor(point)}
        return max(1, mp.log(abs(x)) if x < -2 else 0) if len(signs) > 1 and abs(x) < 1e9 else 0

    return scale


def _sinc_slope(x: Any) -> Any:
    return (mp.cospi(x) - mp.sincpi(x)) / x if x else mp.mpf(0)


def _logaddexp(a: Any, b: Any) -> Any:
    return max(a, b) + mp.log1p(_exp(-abs(a - b)))


def _cancelled(a: Any, b: Any) -> Any:
    """What the larger of two logarithms, from -1 to 0, cancels with: near a zero the error is absolute, up to 1 eps."""
    return -max(a, b) if -1 <= max(a, b) < 0 else 0


def _floor(a: Any, b: Any) -> Any:
    with mp.workdps(700):
        return mp.floor(a / b)


def _remainder(a: Any, b: Any) -> Any:
    with mp.workdps(700):
        return +(a - b * mp.floor(a / b))


ROOT_PI: Final = mp.sqrt(mp.pi)
LINE: Final = [(-3.0, 3.0)], [(-30.0, 30.0)]
POSITIVE: Final = [(0.0, 3.0)], [(0.0, 1000.0)]
PLANE: Final = [(-3.0, 3.0)] * 2, [(-1000.0, 1000.0)] * 2
UNIT: Final = [(-1.0, 1.0)], [(0.99, 1.0)]

UNARY: Final = {
    "negative": Reference(lambda x: -x, [lambda x: -1], LINE, ends=(INF, -INF, -1, -1)),
    "square": Reference(lambda x: x * x, [lambda x: 2 * x], LINE, ends=(INF, INF, -INF, INF)),
    "sqrt": Reference(mp.sqrt, [lambda x: 0.5 / mp.sqrt(x)], POSITIVE, ends=(NAN, INF, NAN, 0)),
    "reciprocal": Reference(lambda x: 1 / x, [lambda x: -1 / x**2], LINE, ends=(0, 0, 0, 0)),
    "exp": Reference(_exp, [_exp], ([(-3.0, 3.0)], [(-700.0, 700.0)]), ends=(0, INF, 0, INF)),
    "exp2": Reference(
        lambda x: _exp(x * mp.log(2)), [lambda x: _exp(x * mp.log(2)) * mp.log(2)], LINE, ends=(0, INF, 0, INF)
    ),
    "expm1": Reference(lambda x: mp.expm1(x) if x < 1e6 else _exp(x), [_exp], LINE, ends=(-1, INF, 0, INF)),
    "log": Reference(mp.log, [lambda x: 1 / x], (*POSITIVE, [(0.99, 1.01)]), ends=(NAN, INF, 0, 0)),
    "log2": Reference(
        lambda x: mp.log(x) / mp.log(2), [lambda x: 1 / (x * mp.log(2))], POSITIVE, ends=(NAN, INF, 0, 0)
    ),
    "log10": Reference(mp.log10, [lambda x: 1 / (x * mp.log(10))], POSITIVE, ends=(NAN, INF, 0, 0)),
    "log1p": Reference(mp.log1p, [lambda x: 1 / (1 + x)], (*POSITIVE, [(-1.0, 0.1)]), ends=(NAN, INF, 0, 0)),
    "sigmoid": Reference(
        _sigmoid, [lambda x: _sigmoid(x) * _sigmoid(-x)], (*LINE, [(-740.0, 40.0)]), bounded=True, ends=(0, 1, 0, 0)
    ),
    "log_sigmoid": Reference(
        lambda x: -mp.log1p(_exp(-x)) if x > -100 else x - _exp(x), [lambda x: _sigmoid(-x)], LINE, ends=(-INF, 0, 1, 0)
    ),
    "sin": Reference(mp.sin, [mp.cos], LINE, bounded=True, ends=(NAN,) * 4),
    "cos": Reference(mp.cos, [lambda x: -mp.sin(x)], LINE, bounded=True, ends=(NAN,) * 4),
    "tan": Reference(mp.tan, [lambda x: 1 + mp.tan(x) ** 2], LINE, ends=(NAN,) * 4),
    "asin": Reference(mp.asin, [lambda x: 1 / mp.sqrt(1 - x * x)], UNIT, ends=(NAN,) * 4),
    "acos": Reference(mp.acos, [lambda x: -1 / mp.sqrt(1 - x * x)], UNIT, ends=(NAN,) * 4),
    "atan": Reference(
        mp.atan, [lambda x: 1 / (1 + x * x)], LINE, bounded=True, ends=(-np.pi / 2, np.pi / 2, 0, 0)
    ),
    "sinh": Reference(lambda x: mp.sinh(x) if abs(x) < 1e6 else mp.sign(x) * _cosh(x), [_cosh], LINE,
                      ends=(-INF, INF, INF, INF)),
    "cosh": Reference(_cosh, [lambda x: mp.sinh(x) if abs(x) < 1e6 else mp.sign(x) * _cosh(x)], LINE,
                      ends=(INF, INF, -INF, INF)),
    "tanh": Reference(
        lambda x: mp.tanh(x) if abs(x) < 1e4 else mp.sign(x), [lambda x: 1 / _cosh(x) ** 2], LINE, bounded=True,
        ends=(-1, 1, 0, 0),
    ),
    "asinh": Reference(mp.asinh, [lambda x: 1 / mp.sqrt(1 + x * x)], LINE, ends=(-INF, INF, 0, 0)),
    "acosh": Reference(
        mp.acosh, [lambda x: 1 / mp.sqrt((x - 1) * (x + 1))], ([(1.0, 1.01)], [(1.0, 100.0)]), ends=(NAN, INF, NAN, 0)
    ),
    "atanh": Reference(mp.atanh, [lambda x: 1 / ((1 - x) * (1 + x))], UNIT, ends=(NAN, NAN, 0, 0)),
    "erf": Reference(
        mp.erf, [lambda x: 2 / ROOT_PI * _exp(-x * x)], (*LINE, [(-0.5, 0.5)]), bounded=True, ends=(-1, 1, 0, 0)
    ),
    "erfc": Reference(
        lambda x: mp.erfc(x) if x < 1e4 else mp.mpf(0), [lambda x: -2 / ROOT_PI * _exp(-x * x)],
        (*LINE, [(0.4, 1.5)], [(1.0, 4.5)], [(4.0, 27.0)]), bounded=True, ends=(2, 0, 0, 0),
    ),
    "cbrt": Reference(
        lambda x: mp.sign(x) * mp.cbrt(abs(x)), [lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)], LINE, ends=(-INF, INF, 0, 0)
    ),
    "sinc": Reference(mp.sincpi, [_sinc_slope], LINE, bounded=True, ends=(0, 0, 0, 0)),
    "lgamma": Reference(
        _lgamma, [_digamma],
        (*POSITIVE, [(0.0, 0.9)], [(1.3, 1.7)], [(2.0, 14.0)], [(-3.0, 0.0)], [(-8.0, 0.0)], [(-60.0, -20.0)]),
        ends=(INF, INF, NAN, INF), scale=_near_zero_of(_lgamma),
    ),
    "digamma": Reference(
        _digamma, [_trigamma], (*POSITIVE, [(1.0, 2.0)], [(-1.0, 0.0)], [(-8.0, 0.0)], [(-60.0, -20.0)]),
        ends=(NAN, INF, NAN, 0), scale=_near_zero_of(_digamma), edges=GAMMA_EDGES,
    ),
    "polygamma": Reference(
        _trigamma, [_tetragamma], ([(0.0, 3.0)], [(0.0, 40.0)], [(-4.0, 0.0)], [(-60.0, -20.0)]),
        ends=(NAN, 0, NAN, 0), attributes={"order": 1}, edges=GAMMA_EDGES,
    ),
}  # fmt: skip

BINARY: Final = {
    "add": Reference(lambda a, b: a + b, [lambda a, b: 1, lambda a, b: 1], PLANE),
    "subtract": Reference(lambda a, b: a - b, [lambda a, b: 1, lambda a, b: -1], PLANE),
    "multiply": Reference(lambda a, b: a * b, [lambda a, b: b, lambda a, b: a], PLANE),
    "divide": Reference(lambda a, b: a / b, [lambda a, b: 1 / b, lambda a, b: -a / b**2], PLANE),
    "remainder": Reference(_remainder, [lambda a, b: 1, lambda a, b: -_floor(a, b)], PLANE, edges=PAIRS[5:10]),
    # a^(b-1) has a relative error of |log a| eps / 2 where b - 1 is rounded (b below 1/2): 9 eps were seen at 5e9
    "pow": Reference(
        lambda a, b: mp.power(a, b), [lambda a, b: b * mp.power(a, b - 1), lambda a, b: mp.power(a, b) * mp.log(a)],
        ([(0.01, 100.0), (-20.0, 20.0)], [(0.0, 1e5), (-0.5, 0.5)], [(0.0, 0.001), (-2.0, 2.0)]),
        edges=[0.0, -0.0, 1e-12, 1e-4, 0.5, 1.0, 1 + 2**-52, 2.0, 3.0, 40.0, -1e-4, -1.0, -1.5, -2.0, -3.0],
    ),
    "hypot": Reference(
        lambda a, b: mp.hypot(a, b), [lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)], PLANE,
        bounded=True,
    ),
    "atan2": Reference(
        mp.atan2, [lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)], PLANE,
        edges=[x for x in PAIRS if x],
    ),
    "logaddexp": Reference(
        _logaddexp, [lambda a, b: _sigmoid(a - b), lambda a, b: _sigmoid(b - a)], PLANE, bounded=True,
        scale=_cancelled,
    ),
    "logaddexp2": Reference(
        lambda a, b: _logaddexp(a * mp.log(2), b * mp.log(2)) / mp.log(2),
        [lambda a, b: _sigmoid((a - b) * mp.log(2)), lambda a, b: _sigmoid((b - a) * mp.log(2))], PLANE, bounded=True,
        scale=_cancelled,
    ),
    "xlogy": Reference(
        lambda a, b: a * mp.log(b) if a else mp.mpf(0), [lambda a, b: mp.log(b), lambda a, b: a / b],
        ([(-3.0, 3.0), (0.0, 3.0)],),
    ),
}  # fmt: skip

REFERENCES: Final = UNARY | BINARY


def points(name: str, dtype: str, count: int = 60) -> list[Any]:
    """The operands at which an op is asked: pairs of edges or edges, then random ones."""
    reference = REFERENCES[name]
    rng = np.random.default_rng(0)
    if name in UNARY:
        edges = [np.array(reference.edges)]
    else:
        chosen = PAIRS if reference.edges is EDGES else reference.edges
        edges = list(np.array(list(itertools.product(chosen, chosen))).T)
    drawn = [[rng.uniform(*bounds, count) for bounds in ranges] for ranges in reference.ranges]
    with np.errstate(over="ignore", under="ignore"):
        columns = [np.concatenate([edge, *(each[i] for each in drawn)]).astype(dtype) for i, edge in enumerate(edges)]
    finite = np.logical_and.reduce([np.isfinite(each) for each in columns])
    if 0.0 not in reference.edges:  # nor in float32, where small numbers become 0
        finite &= np.logical_and.reduce([each != 0 for each in columns])
    return [each[finite] for each in columns]


def exactly(function: Callable[..., Any], place: Sequence[Any]) -> Any:
    """The function of these numbers to 50 digits; None where it has no finite real value."""
    try:
        found = function(*(mp.mpf(float(each)) for each in place))
    except (ZeroDivisionError, ValueError, OverflowError, mp.libmp.libhyper.NoConvergence):
        return None
    return None if isinstance(found, mp.mpc) or mp.isnan(found) or mp.isinf(found) else mp.mpf(found)


def error_in(found: Any, true: Any, scale: Any, dtype: str) -> float:
    """The error of a number in units of eps times a scale, or of the last place where that is larger."""
    info = np.finfo(dtype)
    if abs(true) >= OVERFLOW[dtype] * (1 - 4 * mp.mpf(float(info.eps))):
        return 0.0 if np.isinf(found) and np.sign(found) == mp.sign(true) else 1e9
    if not np.isfinite(found):
        return 1e9
    unit = max(mp.mpf(float(info.eps)) * scale, mp.mpf(float(info.smallest_subnormal)))
    return float(abs(mp.mpf(float(found)) - true) / unit)
