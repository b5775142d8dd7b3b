"""Functions of the standard that are written in other ops, and so need no derivative of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import graph_of
from symdiff.ops.kinks import maximum, minimum
from symdiff.ops.shape import broadcast_to, permute_dims
from symdiff.ops.shape import reshape as reshape_op
from symdiff.types import check_device, normalise_axis


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """The values of x limited to [min, max]; either bound may be None, a number or an expression.

    The derivative splits evenly between x and a bound where they tie, as for `maximum` and `minimum`.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.clip(x, 0, 1).eval({x: [-0.5, 0.5, 1.5]})
    array([0. , 0.5, 1. ])
    """
    if min is not None:
        x = maximum(x, min)
    return x if max is None else minimum(x, max)


def moveaxis(x: Any, source: Any, destination: Any, /) -> Any:
    """The axes in the same order, but for one, or each of several, that is moved elsewhere.

    >>> import symdiff as sd
    >>> sd.moveaxis(sd.Graph().input("x", (2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    ndim = np.ndim(x) if graph_of([x]) is None else x.ndim
    sources, destinations = (
        [normalise_axis(axis, ndim) for axis in (each if isinstance(each, (tuple, list)) else (each,))]
        for each in (source, destination)
    )
    if len(sources) != len(destinations) or len({*sources}) != len(sources) or len({*destinations}) != len(sources):
        raise ShapeError(f"axes {source} can't move to {destination}", advice="name as many distinct axes in both")
    order = [axis for axis in range(ndim) if axis not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return x if order == list(range(ndim)) else permute_dims(x, tuple(order))


def reshape(x: Any, /, shape: Any, *, copy: bool | None = None) -> Any:
    """The same elements in another shape; one size may be -1. `copy` makes no difference: nothing is written into.

    >>> import symdiff as sd
    >>> reshape(sd.Graph().input("x", ("n", 3)), (-1,)).shape
    (3*n,)
    """
    return reshape_op(x, shape)


def zeros_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """Zeros of x's shape, and of its dtype unless another is given.

    >>> import symdiff as sd
    >>> sd.zeros_like(sd.Graph().input("x", ("n", 3))).shape
    (n, 3)
    """
    check_device(device)
    return full_like(x, 0, dtype=dtype)


def ones_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """Ones of x's shape, and of its dtype unless another is given."""
    check_device(device)
    return full_like(x, 1, dtype=dtype)


def full_like(x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """The scalar `fill_value` in every element of an array of x's shape and dtype."""
    check_device(device)
    if graph_of([x, fill_value]) is None:
        return np.full_like(x, fill_value, dtype=dtype)
    value = x.graph.lift(fill_value).astype(dtype or x.dtype)
    return broadcast_to(value, x.shape) if x.shape else value
