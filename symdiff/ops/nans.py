"""Reductions that leave NaN out: of an element that is NaN the derivative is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import DtypeError
from symdiff.ops.cumulative import cumulative_prod, cumulative_sum
from symdiff.ops.kinks import maximum
from symdiff.ops.linalg import vector_norm
from symdiff.ops.logic import isnan, where
from symdiff.ops.reduction import any as some
from symdiff.ops.reduction import argmax, argmin, prod
from symdiff.ops.reduction import max as largest
from symdiff.ops.reduction import min as smallest
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import asarray
from symdiff.types import as_dtype, floating_dtype


def _replaced(x: Any, value: Any) -> Any:
    x = asarray(x)
    return where(isnan(x), value, x) if x.dtype.kind in "fc" else x


def _floats(x: Any, dtype: Any) -> Any:
    x = asarray(x)
    return x.astype(floating_dtype(x.dtype) if dtype is None else as_dtype(dtype))


def _count(x: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    return total((~isnan(x)).astype(dtype), axis, keepdims=keepdims)


def nansum(x: Any, /, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Any:
    """The sum of the elements that aren't NaN, 0 of none.

    >>> float(nansum([1.0, np.nan, 3.0]))
    4.0
    """
    return total(_replaced(x, 0), axis, dtype=dtype, keepdims=keepdims)


def nanprod(x: Any, /, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Any:
    """The product of the elements that aren't NaN, 1 of none."""
    return prod(_replaced(x, 1), axis, dtype=dtype, keepdims=keepdims)


def nanmean(x: Any, /, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Any:
    """The mean of the elements that aren't NaN, NaN of none.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.grad(nanmean(x), x).eval({x: [1.0, float("nan"), 3.0]})
    array([0.5, 0. , 0.5])
    """
    x = _floats(x, dtype)
    summed = total(_replaced(x, 0), axis, keepdims=keepdims)
    return summed / _count(x, axis, keepdims, summed.dtype)


def _deviations(x: Any, axis: Any, correction: float, dtype: Any, keepdims: bool) -> tuple[Any, Any]:
    """What elements differ by from the mean, 0 where they are NaN; and how many they are, less `correction`."""
    x = _floats(x, dtype)
    deviations = abs(_replaced(x - nanmean(x, axis, keepdims=True), 0))
    count = _count(x, axis, keepdims, deviations.dtype)
    return deviations, maximum(count - correction, 0) if correction else count


def nanvar(x: Any, /, axis: Any = None, *, correction: float = 0.0, dtype: Any = None, keepdims: bool = False) -> Any:
    """The variance of the elements that aren't NaN: sum |x - mean|^2 / (n - correction), n of them."""
    deviations, count = _deviations(x, axis, correction, dtype, keepdims)
    return total(deviations * deviations, axis, keepdims=keepdims) / count


def nanstd(x: Any, /, axis: Any = None, *, correction: float = 0.0, dtype: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation of the elements that aren't NaN, with derivative 0 where it is 0."""
    deviations, count = _deviations(x, axis, correction, dtype, keepdims)
    return vector_norm(deviations, axis=axis, keepdims=keepdims) / count**0.5


def _extreme(reduce: Any, start: float, x: Any, axis: Any, keepdims: bool) -> Any:
    x = asarray(x)
    if x.dtype.kind == "c":
        raise DtypeError("complex numbers have no order", advice="take sd.abs(x), sd.real(x) or sd.imag(x) first")
    found = reduce(_replaced(x, start), axis, keepdims=keepdims)
    return where(some(~isnan(x), axis, keepdims=keepdims), found, np.nan) if x.dtype.kind == "f" else found


def nanmax(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest of the elements that aren't NaN, NaN of none; ties split the derivative evenly."""
    return _extreme(largest, -np.inf, x, axis, keepdims)


def nanmin(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The smallest of the elements that aren't NaN, NaN of none; ties split the derivative evenly."""
    return _extreme(smallest, np.inf, x, axis, keepdims)


def nanargmax(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The position of the largest element that isn't NaN; 0 where all are."""
    return argmax(_replaced(x, -np.inf), axis=axis, keepdims=keepdims)


def nanargmin(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The position of the smallest element that isn't NaN; 0 where all are."""
    return argmin(_replaced(x, np.inf), axis=axis, keepdims=keepdims)


def nancumsum(x: Any, /, axis: int | None = None, dtype: Any = None) -> Any:
    """Running sums in which NaN counts as 0."""
    return cumulative_sum(_replaced(x, 0), axis, dtype=dtype)


def nancumprod(x: Any, /, axis: int | None = None, dtype: Any = None) -> Any:
    """Running products in which NaN counts as 1."""
    return cumulative_prod(_replaced(x, 1), axis, dtype=dtype)


NANS = (
    nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmin, nanprod, nanstd, nansum, nanvar,
)  # fmt: skip
