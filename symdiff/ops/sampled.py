"""Functions known by samples: interpolation, integration, phases without jumps, bins and counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError, UnsupportedError
from symdiff.ops.cumulative import cumulative_sum
from symdiff.ops.differences import diff
from symdiff.ops.gathering import constant_value, take
from symdiff.ops.indexing import ARRAY, scatter_add
from symdiff.ops.joining import concat
from symdiff.ops.kinks import floor, maximum, minimum
from symdiff.ops.logic import where
from symdiff.ops.padding import pad
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import as_arrays, asarray, flip, size
from symdiff.ops.sorting import argsort, searchsorted
from symdiff.types import normalise_axis


def interp(x: Any, xp: Any, fp: Any, /, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The values at x of the line through the points (xp, fp), xp growing: `np.interp`.

    Outside, `left` and `right`, by default the values at the ends; or, with `period`, periodic. At a point the
    derivative is the slope to its right; outside it is 0.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x")
    >>> y = interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 0.0])
    >>> float(y.eval({x: 2.0})), float(sd.grad(y, x).eval({x: 2.0}))
    (1.0, -1.0)
    """
    x, xp, fp = as_arrays(x, xp, fp)
    if xp.ndim != 1 or xp.shape != fp.shape:
        raise ShapeError(f"points of shapes {xp.shape} and {fp.shape}", advice="give two vectors of one size")
    if period is not None:
        x, xp = x % period, xp % period
        order = argsort(xp)
        xp, fp = take(xp, order, axis=0), take(fp, order, axis=0)
        xp, fp = concat([xp[-1:] - period, xp, xp[:1] + period]), concat([fp[-1:], fp, fp[:1]])
    last = size(xp) - 1
    low = minimum(maximum(searchsorted(xp, x, side="right") - 1, 0), maximum(last - 1, 0))
    high = minimum(low + 1, last)
    x0, x1, f0, f1 = (take(each, place, axis=0) for each in (xp, fp) for place in (low, high))
    apart = x1 != x0
    between = f0 + where(apart, (f1 - f0) / where(apart, x1 - x0, 1), 0) * (x - x0)
    below = fp[0] if left is None or period is not None else left
    above = fp[-1] if right is None or period is not None else right
    return where(x < xp[0], below, where(x > xp[-1], above, where(x == xp[-1], fp[-1], between)))


def trapezoid(y: Any, /, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of samples along `axis` by the trapezoidal rule: sum (x_(i+1) - x_i) (y_(i+1) + y_i) / 2.

    Places `x`, of y's shape or a vector, or their distance `dx`.

    >>> float(trapezoid([1.0, 2.0, 3.0], dx=2))
    8.0
    """
    y = asarray(y)
    axis = normalise_axis(axis, y.ndim)
    step = dx
    if x is not None:
        y, x = as_arrays(y, x)
        step = diff(x, axis=axis if x.ndim > 1 else 0)
        step = step if x.ndim > 1 else step.reshape(-1, *[1] * (y.ndim - axis - 1))
    before = (slice(None),) * axis
    return total(step * (y[(*before, slice(1, None))] + y[(*before, slice(None, -1))]) / 2.0, axis=axis)


def unwrap(p: Any, /, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """p with jumps larger than half a `period` (or than `discont`) along `axis` taken out by whole periods.

    Its derivative by p is 1: the jumps are whole numbers of periods.

    >>> unwrap([0.0, 1.0, 6.5, 6.2])
    array([ 0.        ,  1.        ,  0.21681469, -0.08318531])
    """
    p = asarray(p)
    p = p if p.dtype.kind == "f" else p.astype(np.float64)
    axis = normalise_axis(axis, p.ndim)
    step, half = diff(p, axis=axis), period / 2
    into = step - floor((step + half) / period) * period
    into = where((into == -half) & (step > 0), half, into)
    limit = half if discont is None else maximum(discont, half)
    correction = where(abs(step) < limit, 0.0, into - step)
    width = [(1, 0) if i == axis else (0, 0) for i in range(p.ndim)]
    return p + pad(cumulative_sum(correction, axis), width)


def ediff1d(x: Any, /, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours in x laid out flat, with `to_begin` before and `to_end` behind them.

    >>> ediff1d([1, 2, 4], to_begin=-9)
    array([-9,  1,  2])
    """
    parts = [to_begin, diff(asarray(x).reshape(-1)), to_end]
    each = as_arrays(*(part for part in parts if part is not None))
    return concat([part.reshape(-1) for part in each]) if len(each) > 1 else each[0]


def digitize(x: Any, bins: Any, /, right: bool = False) -> Any:
    """The number of the bin of each element: i where bins_(i-1) <= x < bins_i, or < and <= if `right`.

    `bins` grow, or, if they are constant, may fall too. Its derivative is 0.

    >>> digitize([0.2, 6.4, 3.0], [0.0, 1.0, 3.0, 10.0])
    array([1, 3, 3])
    """
    x, bins = as_arrays(x, bins)
    edges, side = constant_value(bins), "left" if right else "right"
    if edges is not None and edges.size > 1 and edges[0] > edges[-1]:
        return size(bins) - searchsorted(flip(bins, axis=0), x, side=side)
    return searchsorted(bins, x, side=side)


def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each of 0, ..., minlength - 1 occurs in the vector x, or the sum of the `weights` where it does.

    A graph's shapes don't depend on data, so `minlength` (an integer or a size) is the length; an element that isn't
    below it is an `IndexError` when a function is run. The derivative by the weights flows.

    >>> bincount([0, 1, 1, 3], minlength=4)
    array([1, 2, 0, 1])
    """
    if isinstance(minlength, int) and minlength <= 0:
        raise UnsupportedError(
            "bincount without minlength has a shape that depends on values", advice="say how many bins: minlength=10"
        )
    (x,) = as_arrays(x)
    if x.ndim != 1 or x.dtype.kind not in "iu":
        raise ArgumentError(f"bincount of {x.dtype} {x.shape}", advice="give a vector of integers")
    x, counted = as_arrays(x, x * 0 + 1 if weights is None else weights)
    if counted.shape != x.shape:
        raise ShapeError(f"weights of shape {counted.shape} for {x.shape}", advice="give one for each element")
    return scatter_add(
        counted.astype(np.int64 if weights is None else np.float64), x, indices=((ARRAY,),), shape=(minlength,)
    )


SAMPLED = (bincount, digitize, ediff1d, interp, trapezoid, unwrap)
