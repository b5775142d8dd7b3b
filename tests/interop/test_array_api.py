"""The test namespace: arrays are bound inputs of one graph, and values come from compiled functions, once each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, UnsupportedError
from symdiff.interop import array_api as xp


@pytest.mark.parametrize("backend", ["python", "interpreter"])
def test_values_come_from_the_backend(backend: Any) -> None:
    """A value is computed when it is read, by a function of that backend, and remembered."""
    before = xp.session.backend
    xp.session.backend = backend
    try:
        x = xp.asarray([1.0, 2.0, 3.0])
        y = xp.exp(x)[1:] * x[:-1] + 1
        assert y.expr.id not in xp.session.values
        assert isinstance(y.expr, sd.Expr)
        np.testing.assert_allclose(np.asarray(y), np.exp([2.0, 3.0]) * [1, 2] + 1, rtol=1e-15)
        assert y.expr.id in xp.session.values
        assert float(y[0]) == np.exp(2.0) + 1
    finally:
        xp.session.backend = before


def test_reading_as_python_numbers() -> None:
    """bool, int, float, complex and index of scalars; anything else is an error."""
    x = xp.asarray([1, 2, 3])
    assert bool(x[0] == 1)
    assert int(x[1]) == 2
    assert float(xp.sum(x)) == 6.0
    assert complex(x[2]) == 3
    assert [10, 20, 30, 40][x[0]] == 20
    with pytest.raises(ArgumentError, match="no scalar"):
        bool(x)


def test_writing_rebinds() -> None:
    """x[i] = v and x += y make the array stand for another expression."""
    x = xp.zeros((2, 2))
    x[0, 1] = 5.0
    x[xp.asarray([[False, False], [True, False]])] = 7.0
    x += 1
    assert np.asarray(x).tolist() == [[1.0, 6.0], [8.0, 1.0]]
    with pytest.raises(ArgumentError, match="dtype and shape"):
        x += 1j


def test_the_namespace_has_what_the_standard_asks_of_it() -> None:
    """Version, constants, dtypes, extensions, information about itself."""
    assert xp.__array_api_version__ == "2024.12"
    assert xp.asarray(1.0).__array_namespace__() is xp
    assert xp.float32 == np.dtype("float32")
    assert xp.pi == np.pi
    assert xp.__array_namespace_info__().default_device() == xp.asarray(1).device
    assert xp.__array_namespace_info__().dtypes(kind="bool") == {"bool": xp.bool}
    assert np.asarray(xp.fft.fft(xp.asarray([1.0, 0.0]))).tolist() == [1, 1]
    assert xp.result_type(xp.asarray([1], dtype=xp.int8), 1.0) == "float64"
    with pytest.raises(AttributeError):
        xp.no_such_name  # noqa: B018
    with pytest.raises(UnsupportedError, match="static graph"):
        xp.nonzero(xp.asarray([1]))
    with pytest.raises(UnsupportedError, match="no device"):
        xp.asarray(1).to_device("other")
