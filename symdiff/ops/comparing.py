"""Questions about arrays: whether they are close, equal as a whole, real; and whether elements are infinite."""

from __future__ import annotations

from typing import Any

from symdiff.errors import UnsupportedError
from symdiff.ops.complexes import imag
from symdiff.ops.functions import full_like
from symdiff.ops.logic import isfinite, isinf, isnan
from symdiff.ops.reduction import all as every
from symdiff.ops.shape import as_arrays, asarray


def isclose(a: Any, b: Any, /, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    """Whether |a - b| <= atol + rtol |b|, elementwise; infinities are close to themselves, NaN if `equal_nan`.

    >>> isclose([1.0, 2.0], [1.0 + 1e-9, 2.1])
    array([ True, False])
    """
    a, b = as_arrays(a, b)
    close = (abs(a - b) <= atol + rtol * abs(b)) & isfinite(b) | (a == b)
    return close | (isnan(a) & isnan(b)) if equal_nan else close


def allclose(a: Any, b: Any, /, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    """Whether all elements are close: a boolean of shape (), known when a function is run. See `isclose`."""
    return every(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a: Any, b: Any, /, equal_nan: bool = False) -> Any:
    """Whether two arrays have the same elements; arrays whose shapes differ haven't.

    >>> bool(array_equal([1, 2], [1, 2])), array_equal([1, 2], [[1, 2]])
    (True, False)
    """
    a, b = as_arrays(a, b)
    if a.shape != b.shape:
        return False
    same = a == b
    return every(same | (isnan(a) & isnan(b)) if equal_nan else same)


def isneginf(x: Any, /) -> Any:
    """Whether elements are minus infinity."""
    x = asarray(x)
    return isinf(x) & (x < 0)


def isposinf(x: Any, /) -> Any:
    """Whether elements are plus infinity."""
    x = asarray(x)
    return isinf(x) & (x > 0)


def isreal(x: Any, /) -> Any:
    """Whether elements have no imaginary part."""
    x = asarray(x)
    return imag(x) == 0 if iscomplexobj(x) else full_like(x, True, dtype=bool)


def iscomplex(x: Any, /) -> Any:
    """Whether elements have an imaginary part."""
    x = asarray(x)
    return imag(x) != 0 if iscomplexobj(x) else full_like(x, False, dtype=bool)


def iscomplexobj(x: Any, /) -> bool:
    """Whether the dtype is a complex one: a Python boolean, known when the graph is built."""
    return asarray(x).dtype.kind == "c"


def isrealobj(x: Any, /) -> bool:
    """Whether the dtype is not a complex one: a Python boolean, known when the graph is built."""
    return not iscomplexobj(x)


def real_if_close(x: Any, /, tol: float = 100) -> Any:
    """x, if its dtype is real. Whether complex numbers are close to real ones depends on their values: an error.

    >>> real_if_close([1.0])
    array([1.])
    """
    x = asarray(x)
    if iscomplexobj(x):
        raise UnsupportedError(
            "real_if_close of complex numbers has a dtype that depends on values, and a graph's dtypes don't",
            advice="take sd.real(x), or keep complex numbers",
        )
    return x


COMPARING = (
    allclose, array_equal, isclose, iscomplex, iscomplexobj, isneginf, isposinf, isreal, isrealobj, real_if_close,
)  # fmt: skip
