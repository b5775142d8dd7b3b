"""Special functions under SciPy's names, against 50 digits; and SciPy's own functions called on expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from symdiff import special
from symdiff.errors import ArgumentError, ConcreteError, UnsupportedError
from tests.values import run

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


@pytest.mark.parametrize("name", KNOWN)
def test_values_and_slopes(name: str) -> None:
    """Values within 4 ulp; slopes within some eps of their size, or of 1."""
    known, function = KNOWN[name], getattr(special, name)
    columns = [np.asarray(each) for each in known.points]
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", each.shape) for i, each in enumerate(columns)]
    y = function(*inputs)
    with np.errstate(all="ignore"):
        found, *slopes = run(inputs, [y, *sd.grad(sd.sum(y), inputs)], columns, "default", "python")
        plain = function(*columns)
    np.testing.assert_array_equal(found, plain)
    for i, point in enumerate(zip(*columns, strict=True)):
        exact = [mp.mpf(float(each)) for each in point]
        value = known.value(*exact)
        size = max(abs(float(value)), known.scale)
        assert abs(mp.mpf(float(found[i])) - value) <= 4 * np.spacing(size) or not np.isfinite(size), point
        for slope, of in zip(slopes, known.slopes, strict=True):
            wanted = of(*exact)
            if abs(wanted) < 1e300:
                off = abs(mp.mpf(float(slope[i])) - wanted)
                assert off <= known.loose * 2.0**-52 * max(abs(wanted), 1), (point, float(off / max(abs(wanted), 1)))


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if known.ends])
def test_ends(name: str) -> None:
    """What each is at the ends of where it is defined, and beyond; no operand's float32 becomes float64."""
    function = getattr(special, name)
    for point, value in KNOWN[name].ends:
        operands = point if isinstance(point, tuple) else (point,)
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(function(*map(np.float64, operands)), value, rtol=1e-15)
            single = function(*map(np.float32, operands))
        assert np.asarray(single).dtype == "float32"


def test_functions_of_several_parts() -> None:
    """Sums and compositions are what their formulas say."""
    a = np.array([[0.3, 1000.0], [2.0, 999.0]])
    np.testing.assert_allclose(special.logsumexp(a, axis=1, b=[1.0, 3.0]), [1000 + np.log(3), 999 + np.log(3)])
    np.testing.assert_allclose(special.logsumexp(np.array([-INF, -INF]), b=[1.0, 1.0]), -INF)
    np.testing.assert_allclose(special.softmax(a).sum(), 1.0)
    np.testing.assert_allclose(special.log_softmax(a, axis=0), np.log(special.softmax(a, axis=0)), atol=1e-300)
    np.testing.assert_allclose(special.beta(2.5, 3.5), float(mp.beta(2.5, 3.5)), rtol=1e-14)
    assert np.isnan(special.beta(-1.5, 2.0))
    wanted = mp.log(mp.pi) * 1.5 + sum(mp.loggamma(4 - mp.mpf(j) / 2) for j in range(3))
    np.testing.assert_allclose(special.multigammaln(4.0, 3), float(wanted), rtol=1e-14)
    x = sd.Graph().input("x", (3,))
    b = np.array([1.0, 2.0, 0.0])
    weighted = special.logsumexp(x, b=b)
    sd.check_grad(weighted, x, {x: [0.3, -0.2, 5.0]}, order=2)
    for n, wrong in ((0.5, "order"), (-1, "order"), (True, "order")):
        with pytest.raises(ArgumentError, match=wrong):
            special.iv(n, 1.0)  # type: ignore[arg-type]


def test_second_derivatives_at_0() -> None:
    """Even and odd functions have the derivatives that they have at 0, of every order."""
    x = sd.Graph().input("x")
    for function, slopes in ((special.i0, [1, 0, 0.5, 0, 0.375]), (special.i1, [0, 0.5, 0, 0.375])):
        y = function(x)
        for wanted in slopes:
            np.testing.assert_allclose(y.eval({x: 0.0}), wanted, atol=1e-16)
            y = sd.grad(y, x)


def test_scipys_functions_on_expressions() -> None:
    """Universal functions of SciPy's are known by name, whether SciPy is there or not until then."""
    scipy = pytest.importorskip("scipy.special")
    x = sd.Graph().input("x", (3,))
    value = np.array([0.2, 0.5, 0.9])
    names = (
        "betaln cbrt entr erf erfc erfcinv erfcx erfinv exp2 expit expm1 gamma gammaln i0 i0e i1 i1e kl_div log1p"
        " log_expit log_ndtr logit ndtr ndtri psi rel_entr xlog1py xlogy"
    )
    for name in names.split():
        function = getattr(scipy, name)
        others = (0.7,) if function.nin == 2 else ()
        y = function(x, *others)
        assert y is getattr(special, name)(x, *others)
        np.testing.assert_allclose(run([x], y, [value]), function(value, *others), rtol=1e-13)
    assert scipy.iv(2, x) is special.iv(2, x)
    with pytest.raises(ArgumentError, match="order"):
        scipy.iv(0.5, x)
    with pytest.raises(UnsupportedError, match=r"^jv doesn't take"):
        scipy.jv(1, x)
    with pytest.raises(ConcreteError):
        scipy.polygamma(1, x)
