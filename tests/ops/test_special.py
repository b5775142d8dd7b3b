"""Special functions under SciPy's names, against 50 digits; and SciPy's own functions called on expressions."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from symdiff import special
from symdiff.errors import ArgumentError, ConcreteError, UnsupportedError
from tests.ops.special import INF, KNOWN
from tests.values import run


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


@pytest.mark.parametrize("name", ["ndtr", "erf", "erfc", "erfcx"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_long_arrays_are_their_elements(name: str, dtype: str) -> None:
    """Kernels that work on pieces give what they give for single elements, in any layout, and for none."""
    function = getattr(special, name)
    x = np.linspace(-6, 6, 10_000, dtype=dtype).reshape(80, 125).T[:, ::-1]
    found = function(x)
    assert found.dtype == dtype
    assert found.shape == x.shape
    for place in [(0, 0), (51, 17), (52, 17), (124, 79), (99, 3), (7, 78), (33, 33)]:
        assert found[place] == function(x[place])
    assert function(x[:0]).shape == (0, 80)
