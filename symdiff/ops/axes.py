"""Functions that rename or reverse axes, with NumPy's names; all written in the ops of `shape`."""

from __future__ import annotations

from typing import Any

from symdiff.errors import UnsupportedError
from symdiff.ops.functions import moveaxis
from symdiff.ops.shape import asarray, flip, permute_dims
from symdiff.ops.shape import squeeze as squeeze_op
from symdiff.types import normalise_axis


def swapaxes(x: Any, axis1: int, axis2: int, /) -> Any:
    """Two axes exchanged.

    >>> swapaxes([[1, 2, 3]], 0, 1).shape
    (3, 1)
    """
    x = asarray(x)
    order = list(range(x.ndim))
    first, second = normalise_axis(axis1, x.ndim), normalise_axis(axis2, x.ndim)
    order[first], order[second] = second, first
    return permute_dims(x, tuple(order))


def rollaxis(x: Any, axis: int, /, start: int = 0) -> Any:
    """The axis moved to stand before what is axis `start` now: `np.rollaxis`, which `moveaxis` says more clearly."""
    x = asarray(x)
    axis = normalise_axis(axis, x.ndim)
    start = normalise_axis(start, x.ndim) if start < x.ndim else start
    return moveaxis(x, axis, start - 1 if axis < start else start)


def ravel(x: Any, /, order: str = "C") -> Any:
    """All elements along one axis, the last axis varying fastest.

    >>> ravel([[1, 2], [3, 4]])
    array([1, 2, 3, 4])
    """
    if order not in ("C", "K", "A"):
        raise UnsupportedError(f"order {order!r}", advice="x.T.reshape(-1) lays the first axis out fastest")
    return asarray(x).reshape(-1)


def squeeze(x: Any, /, axis: Any = None) -> Any:
    """Without the axes of size 1 that `axis` names, or without all of them."""
    x = asarray(x)
    return squeeze_op(x, tuple(i for i, dim in enumerate(x.shape) if dim == 1) if axis is None else axis)


def fliplr(x: Any, /) -> Any:
    """The elements in reverse order along axis 1."""
    return flip(x, axis=1)


def flipud(x: Any, /) -> Any:
    """The elements in reverse order along axis 0."""
    return flip(x, axis=0)
