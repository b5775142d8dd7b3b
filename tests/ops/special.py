"""What special functions are to 60 digits, and where they are asked: the table behind their laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np

mp.mp.dps = 60
INF, NAN = np.inf, np.nan
RNG: Final = np.random.default_rng(0)


class Known(NamedTuple):
    """A function to 60 digits: its value, its slopes, where it is asked, what it is at ends, its allowed errors.

    `scale` is what the value's error is measured against besides the value; `loose` is how many eps of the slope's
    size, or of 1, its slope may be off by.
    """

    value: Callable[..., Any]
    slopes: tuple[Callable[..., Any], ...]
    points: Any
    ends: tuple[tuple[Any, float], ...] = ()
    scale: float = 0.0
    loose: float = 8.0


def phi(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def ndtr(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def log_ndtr(x: Any) -> Any:
    return mp.log1p(-ndtr(-x)) if x > 0 else mp.log(ndtr(x))


def erfcx(x: Any) -> Any:
    return mp.exp(x * x) * mp.erfc(x)


def erfcinv(t: Any) -> Any:
    if t > 1:
        return -erfcinv(2 - t)
    if t > 0.5:
        return mp.erfinv(1 - t)
    z = mp.sqrt(-mp.log(t))
    for _ in range(60):
        z += mp.log(mp.erfc(z) / t) * mp.sqrt(mp.pi) / 2 * erfcx(z)
    return z


def betaln(a: Any, b: Any) -> Any:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def ive(n: int) -> Callable[[Any], Any]:
    return lambda x: mp.exp(-abs(x)) * mp.besseli(n, x)


def ive_slope(n: int) -> Callable[[Any], Any]:
    return lambda x: (ive(abs(n - 1))(x) + ive(n + 1)(x)) / 2 - mp.sign(x) * ive(n)(x)


LINE: Final = np.concatenate(
    [RNG.uniform(-1, 1, 30), RNG.uniform(-6, 6, 30), [0.0, 1e-300, -1e-8, 0.46875, -0.67, 1.0]]
)
TAIL: Final = RNG.uniform(-37, -5, 30)
UNIT: Final = np.concatenate([RNG.uniform(0, 1, 40), 10.0 ** RNG.uniform(-300, -1, 20), [0.25, 0.5, 0.75, 0.5 + 1e-10]])
UP: Final = np.concatenate([RNG.uniform(0.01, 8, 30), RNG.uniform(8, 40, 20), RNG.uniform(40, 700, 10), [1e-300, 8.0]])
PAIRS: Final = np.exp(
    np.concatenate([RNG.uniform(-5, 5, (60, 2)), [[0.0, 0.0], [0.0, 1e-9], [3.0, 3.1], [2.0, 20.0]]])
).T
POWERS: Final = np.exp(np.concatenate([RNG.uniform(-5, 5, (60, 2)), RNG.uniform(-20, 30, (30, 2)), [[0.0, 0.0]]])).T
KNOWN: Final[dict[str, Known]] = {
    "ndtr": Known(ndtr, (phi,), [np.append(LINE, TAIL)], ((INF, 1), (-INF, 0), (NAN, NAN))),
    "log_ndtr": Known(
        log_ndtr, (lambda x: phi(x) / ndtr(x),), [np.append(LINE, TAIL)], ((-1e200, -INF), (INF, 0), (-INF, -INF))
    ),
    "ndtri": Known(
        lambda p: -mp.sqrt(2) * erfcinv(2 * p), (lambda p: 1 / phi(mp.sqrt(2) * erfcinv(2 * p)),), [UNIT],
        ((0, -INF), (1, INF), (-0.1, NAN), (1.1, NAN)),
    ),
    "erfinv": Known(
        lambda y: mp.sign(y) * erfcinv(1 - abs(y)) if abs(y) > 0.5 else mp.erfinv(y),
        (lambda y: mp.sqrt(mp.pi) / 2 * mp.exp(erfcinv(1 - abs(y)) ** 2),),
        [np.concatenate([RNG.uniform(-1, 1, 40), [1e-300, 0.5, -0.5, 1 - 2.0**-50]])], ((1, INF), (-1, -INF), (2, NAN)),
    ),
    "erfcinv": Known(
        erfcinv, (lambda t: -mp.sqrt(mp.pi) / 2 * mp.exp(erfcinv(t) ** 2),), [2 * UNIT], ((0, INF), (2, -INF), (3, NAN))
    ),
    "erfcx": Known(
        erfcx, (lambda x: 2 * x * erfcx(x) - 2 / mp.sqrt(mp.pi),), [np.append(LINE, -TAIL)], ((INF, 0), (-30, INF))
    ),
    "logit": Known(lambda p: mp.log(p) - mp.log1p(-p), (lambda p: 1 / (p * (1 - p)),), [UNIT], ((0, -INF), (1, INF))),
    "entr": Known(lambda x: -x * mp.log(x), (lambda x: -mp.log(x) - 1,), [UP], ((0, 0), (-1, -INF), (NAN, NAN))),
    "rel_entr": Known(
        lambda x, y: x * mp.log(x / y), (lambda x, y: mp.log(x / y) + 1, lambda x, y: -x / y), PAIRS,
        (((0, 1), 0), ((0, 0), 0), ((1, 0), INF), ((-1, 1), INF), ((NAN, 1), NAN)),
    ),
    "kl_div": Known(
        lambda x, y: x * mp.log(x / y) - x + y, (lambda x, y: mp.log(x / y), lambda x, y: 1 - x / y), PAIRS,
        (((0, 1), 1), ((0, 0), 0), ((1, 0), INF), ((-1, 1), INF), ((1, NAN), NAN)),
    ),
    "xlog1py": Known(
        lambda x, y: x * mp.log1p(y), (lambda x, y: mp.log1p(y), lambda x, y: x / (1 + y)), PAIRS, (((0, -1), 0),)
    ),
    "gamma": Known(
        mp.gamma, (lambda x: mp.gamma(x) * mp.digamma(x),),
        [np.concatenate([RNG.uniform(0.01, 12, 40), RNG.uniform(12, 171, 30), RNG.uniform(-20, 0, 30), [-0.5, 1]])],
        ((0.0, INF), (-0.0, -INF), (-3, NAN), (INF, INF), (-INF, NAN), (172, INF)), loose=60.0,
    ),
    "betaln": Known(
        betaln, (lambda a, b: mp.digamma(a) - mp.digamma(a + b), lambda a, b: mp.digamma(b) - mp.digamma(a + b)),
        POWERS, (((INF, 1), -INF), ((0, 1), INF)), scale=1.0, loose=200.0,
    ),
    "i0": Known(lambda x: mp.besseli(0, x), (lambda x: mp.besseli(1, x),), [UP], ((0, 1), (INF, INF), (NAN, NAN))),
    "i1": Known(
        lambda x: mp.besseli(1, x), (lambda x: (mp.besseli(0, x) + mp.besseli(2, x)) / 2,), [UP],
        ((0, 0), (INF, INF), (-INF, -INF)),
    ),
    "i0e": Known(ive(0), (ive_slope(0),), [UP], ((0, 1), (INF, 0), (1e300, 0.3989422804014327e-150))),
    "i1e": Known(ive(1), (ive_slope(1),), [UP], ((0, 0), (INF, 0))),
}  # fmt: skip
THEIRS: Final = frozenset(
    [
        "ndtr",
        "log_ndtr",
        "erfinv",
        "erfcinv",
        "erfcx",
        "logit",
        "rel_entr",
        "kl_div",
        "xlog1py",
        "gamma",
        "betaln",
        "iv",
        "ive",
    ]
)
"""The ops that they are made of."""
