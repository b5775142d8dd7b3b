"""Fourier transforms: values are NumPy's, derivatives those of finite differences, sizes may be named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
import symdiff.fft as fft
from symdiff.errors import ArgumentError, DtypeError, ShapeError
from tests.ops.test_complex import check
from tests.values import assert_same, run

COMPLEX: Final = np.array([[1 + 2j, -3.0, 0.5j, 2 - 1j], [0.25, 1j, -1 - 1j, 4.0], [2.0, 1.5, -2j, 1 + 1j]])
REAL: Final = COMPLEX.real + 0.5

TABLE: Final[list[tuple[str, Any, dict[str, Any]]]] = [
    *(
        (name, values, keywords)
        for name, values in (("fft", COMPLEX), ("ifft", COMPLEX), ("rfft", REAL), ("irfft", COMPLEX), ("hfft", COMPLEX),
                             ("ihfft", REAL), ("fft", REAL))
        for keywords in ({}, {"n": 3}, {"n": 7, "axis": 0, "norm": "ortho"}, {"axis": -2, "norm": "forward"})
    ),
    *(
        (name, REAL, keywords)
        for name in ("ifft", "irfft", "hfft")
        for keywords in ({}, {"n": 5, "norm": "ortho"}, {"n": 4, "axis": 0}, {"n": 1})
    ),
    *((name, REAL, {"n": 1, "axis": 0}) for name in ("fft", "rfft", "ihfft")),
    *(
        (name, values, keywords)
        for name, values in (("fft2", COMPLEX), ("ifft2", COMPLEX), ("rfft2", REAL), ("irfft2", COMPLEX))
        for keywords in ({}, {"s": (-1, 5), "axes": (1, 0), "norm": "forward"})
    ),
    *(
        (name, values, keywords)
        for name, values in (("fftn", COMPLEX), ("ifftn", COMPLEX), ("rfftn", REAL), ("irfftn", COMPLEX))
        for keywords in ({}, {"s": (2, 5), "axes": (1, 0)}, {"axes": (0,), "norm": "ortho"})
    ),
    *((name, COMPLEX, each) for name in ("fftshift", "ifftshift") for each in ({}, {"axes": 1}, {"axes": (0,)})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "keywords"), TABLE)
def test_values_and_derivatives(name: str, values: Any, keywords: dict[str, Any]) -> None:
    """Expressions give what NumPy gives, also by way of np.fft; gradients agree with differences."""
    function: Callable[..., Any] = getattr(fft, name)
    x = sd.Graph().input("x", values.shape, values.dtype)
    expected = getattr(np.fft, name)(values, **keywords)
    y = function(x, **keywords)
    assert getattr(np.fft, name)(x, **keywords) is y
    assert (y.shape, y.dtype) == (expected.shape, expected.dtype)
    for backend in ("interpreter", "python"):
        np.testing.assert_allclose(run([x], y, [values], backend=backend), expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(function(values, **keywords), expected, rtol=1e-13, atol=1e-14)
    check(lambda z: function(z, **keywords) ** 2, [values])


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_named_sizes(size: int) -> None:
    """With a size by name the transforms and their gradients are the same, whether it is even or odd."""
    g = sd.Graph()
    x = g.input("x", ("n",))
    half = fft.rfft(x)
    back = fft.irfft(half, n=x.shape[0])
    target = sd.sum(back**3) + sd.sum(sd.abs(fft.fftshift(fft.fft(x))) ** 2)
    values = np.arange(1.0, size + 1)
    found, slope = run([x], [back, sd.grad(target, x)], [values])
    np.testing.assert_allclose(found, values, rtol=1e-13)
    np.testing.assert_allclose(slope, 3 * values**2 + 2 * size * values, rtol=1e-12)


def test_single_precision_stays() -> None:
    """float32 becomes complex64, and its gradient float32."""
    x = sd.Graph().input("x", (4,), "float32")
    y = fft.rfft(x)
    assert y.dtype == "complex64"
    assert sd.grad(sd.sum(sd.abs(y)), x).dtype == "float32"
    assert fft.irfft(y).dtype == "float32"


def test_frequencies() -> None:
    """They are arrays, of the dtype that is asked for."""
    assert_same(fft.fftfreq(5, d=0.5), np.fft.fftfreq(5, 0.5))
    assert_same(fft.rfftfreq(6, dtype=np.float32), np.fft.rfftfreq(6).astype(np.float32))


def test_errors() -> None:
    """A bad norm, an empty axis, complex numbers for rfft: each is refused when the graph is built."""
    g = sd.Graph()
    x, z = g.input("x", (4,)), g.input("z", (4,), "complex128")
    with pytest.raises(ArgumentError, match="ortho"):
        fft.fft(x, norm="other")
    with pytest.raises(ShapeError, match="empty"):
        fft.fft(x[:0])
    with pytest.raises(DtypeError, match=r"sd\.real"):
        fft.rfft(z)
    with pytest.raises(ShapeError, match="each axis"):
        fft.fftn(x, s=(2, 3), axes=(0,))


def test_every_transform_of_numpys_is_there() -> None:
    """NumPy's functions of arrays all add nodes when called on expressions."""
    known = sd.Graph.standard.numpy
    assert {name for name in np.fft.__all__ if getattr(np.fft, name) not in known} == {"fftfreq", "rfftfreq"}
