"""Spread, ranks and weighted means over axes, written in other ops."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.ops.arranging import diagonal
from symdiff.ops.complexes import conj, real
from symdiff.ops.joining import concat
from symdiff.ops.kinks import maximum
from symdiff.ops.linalg import vector_norm
from symdiff.ops.logic import where
from symdiff.ops.reduction import max as largest
from symdiff.ops.reduction import mean
from symdiff.ops.reduction import min as smallest
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import as_arrays, asarray, broadcast_to, size, size_op, stack
from symdiff.ops.shape import squeeze as squeeze_op
from symdiff.ops.sorting import kth_smallest
from symdiff.sizes import Size, product
from symdiff.types import as_dtype, floating_dtype, normalise_axes

LARGEST_DENOMINATOR: Final = 1 << 53


def _axes(x: Any, axis: Any) -> tuple[int, ...]:
    return normalise_axes(tuple(axis) if isinstance(axis, list) else axis, x.ndim)


def _degrees(x: Any, axes: tuple[int, ...], correction: float, dtype: Any) -> Any:
    """How many elements are averaged, less `correction`, and not below 0."""
    count = product(x.shape[i] for i in axes)
    if not isinstance(count, Size):
        return max(count - correction, 0.0)
    return maximum(size(x, axes, dtype=dtype) - correction, 0) if correction else size(x, axes, dtype=dtype)


def _deviations(x: Any, axis: Any, dtype: Any) -> tuple[Any, tuple[int, ...]]:
    x = asarray(x)
    x = x.astype(as_dtype(dtype) if dtype is not None else floating_dtype(x.dtype))
    axes = _axes(x, axis)
    return x - mean(x, axes, keepdims=True), axes


def var(x: Any, /, axis: Any = None, *, correction: float = 0.0, dtype: Any = None, keepdims: bool = False) -> Any:
    """The variance over `axis`: sum |x - mean|^2 / (n - correction). NumPy's `ddof` is `correction`.

    >>> var([1.0, 2.0, 3.0, 4.0], correction=1)
    np.float64(1.6666666666666667)
    """
    deviations, axes = _deviations(x, axis, dtype)
    size_ = abs(deviations) if deviations.dtype.kind == "c" else deviations
    summed = total(size_ * size_, axes, keepdims=keepdims)
    return summed / _degrees(deviations, axes, correction, summed.dtype)


def std(x: Any, /, axis: Any = None, *, correction: float = 0.0, dtype: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation over `axis`: |x - mean| / sqrt(n - correction); its derivative is 0 where it is 0.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.grad(std(x), x).eval({x: [2.0, 2.0, 2.0]})
    array([0., 0., 0.])
    """
    deviations, axes = _deviations(x, axis, dtype)
    norm = vector_norm(deviations, axis=axes, keepdims=keepdims)
    return norm / _degrees(deviations, axes, correction, norm.dtype) ** 0.5


def ptp(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest less the smallest element over `axis`.

    >>> ptp([3, 1, 5])
    np.int64(4)
    """
    return largest(x, axis, keepdims=keepdims) - smallest(x, axis, keepdims=keepdims)


def average(x: Any, /, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """The mean over `axis` weighted by `weights`: sum(w x) / sum(w); with `returned`, also sum(w).

    Weights have x's shape, or the shape of the averaged axes.

    >>> average([1.0, 2.0, 6.0], weights=[1, 1, 2])
    np.float64(3.75)
    """
    if weights is None:
        x = asarray(x)
        found = mean(x, axis, keepdims=keepdims)
        count = size(x, axis, dtype=found.dtype)
        return (found, broadcast_to(count, found.shape)) if returned else found
    x, weights = as_arrays(x, weights)
    axes = _axes(x, axis)
    if weights.shape != x.shape:
        if weights.shape != tuple(x.shape[i] for i in axes):
            raise ShapeError("weights of another shape", advice="give x's shape, or that of the averaged axes")
        weights = weights.reshape(tuple(dim if i in axes else 1 for i, dim in enumerate(x.shape)))
    weight = total(weights, axes, keepdims=keepdims)
    found = total(x * weights, axes, keepdims=keepdims) / weight
    return (found, broadcast_to(weight, found.shape)) if returned else found


def _in_one(x: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    """x with these axes as one, the last; and which axes they were."""
    x = asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    axes = _axes(x, axis)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    count = product(x.shape[i] for i in axes)
    moved = x if (*kept, *axes) == tuple(range(x.ndim)) else x.transpose((*kept, *axes))
    return moved.reshape((*(x.shape[i] for i in kept), count)), axes


def _restored(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """A statistic of the last axis, which it has still with size 1, without that axis or with all it stands for."""
    if not keepdims:
        return squeeze_op(x, x.ndim - 1)
    dims = iter(x.shape[:-1])
    return x.reshape(tuple(1 if i in axes else next(dims) for i in range(x.ndim - 1 + len(axes))))


def median(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The middle element over `axis`, or the mean of the two middle ones. Of equal elements each gets as much.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (5,))
    >>> sd.grad(median(x), x).eval({x: [1.0, 3.0, 3.0, 9.0, 0.0]})
    array([0. , 0.5, 0.5, 0. , 0. ])
    """
    flat, axes = _in_one(x, axis)
    count = flat.shape[-1]
    low = kth_smallest(flat, k=(count - 1) // 2, axis=-1)
    if isinstance(count, int) and count % 2:
        return _restored(low, axes, keepdims)
    return _restored((low + kth_smallest(flat, k=count // 2, axis=-1)) / 2, axes, keepdims)


def quantile(x: Any, q: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The q-quantile over `axis`, between elements linearly; q is a number or a list in [0, 1].

    Of n elements in order (from 0 on) it is the one at the position q (n - 1). Several q give a leading axis. Of
    equal elements each gets as much of the derivative.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([1.0, 2.0, 3.0, 4.0], [0, 1])
    (array(2.5), array([1., 4.]))
    """
    flat, axes = _in_one(x, axis)
    wanted = np.asarray(q, np.float64)
    if not np.all((wanted >= 0) & (wanted <= 1)):
        raise ArgumentError(f"quantiles {q}", advice="quantiles are numbers from 0 to 1")
    found = [_restored(_between(flat, _fraction(float(each))), axes, keepdims) for each in wanted.ravel()]
    if not wanted.ndim:
        return found[0]
    together = stack(found)
    return together.reshape((*wanted.shape, *together.shape[1:]))


def _fraction(q: float) -> tuple[int, int]:
    """A number as the fraction of integers that is meant by it, 0.1 as 1/10: its first convergent that rounds to it."""
    (above, below), last, found = q.as_integer_ratio(), (0, 1), (1, 0)
    while below and (found[1] == 0 or found[0] / found[1] != q):
        whole, rest = divmod(above, below)
        following = (whole * found[0] + last[0], whole * found[1] + last[1])
        if following[1] > LARGEST_DENOMINATOR:
            break
        above, below, last, found = below, rest, found, following
    return found


def _between(flat: Any, q: tuple[int, int]) -> Any:
    """The element at q times the last position along the last axis, which may lie between two."""
    position, parts = q[0] * (flat.shape[-1] - 1), q[1]
    rank, above = position // parts, (position + parts - 1) // parts
    low = kth_smallest(flat, k=rank, axis=-1)
    if rank == above:
        return low
    high = kth_smallest(flat, k=above, axis=-1)
    rest = position - rank * parts
    if isinstance(rest, int):
        return low + (high - low) * (rest / parts)
    part = flat.graph.apply(size_op, (), {"value": rest, "dtype": flat.dtype}) / parts
    return where(part > 0, low + (high - low) * part, low)


def percentile(x: Any, q: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The `quantile` at q / 100.

    >>> percentile([1.0, 2.0, 3.0], 50)
    array(2.)
    """
    return quantile(x, np.asarray(q, np.float64) / 100, axis, keepdims=keepdims)


def cov(m: Any, /, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None) -> Any:
    """The covariances of variables, one a row of m (or a column, unless `rowvar`), and one a row of y behind them.

    sum (x_i - mean_i) conj(x_j - mean_j) / (n - ddof); ddof is 1, or 0 if `bias`, by default.

    >>> cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    parts = [each.reshape(*[1] * (2 - each.ndim), *each.shape) for each in as_arrays(*([m] if y is None else [m, y]))]
    rows = [x if rowvar or x.shape[0] == 1 else x.transpose() for x in parts]
    x = concat(rows, axis=0) if y is not None else rows[0]
    deviations = x - mean(x, 1, keepdims=True)
    lost = ddof if ddof is not None else 0 if bias else 1
    products = deviations @ conj(deviations).transpose() / _degrees(deviations, (1,), lost, deviations.dtype)
    return products.reshape(()) if products.shape == (1, 1) else products


def corrcoef(x: Any, /, y: Any = None, rowvar: bool = True) -> Any:
    """The correlations of variables, arranged as for `cov`: c_ij / sqrt(c_ii c_jj).

    >>> corrcoef([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    c = cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    spread = real(diagonal(c)) ** 0.5
    return c / spread.reshape(-1, 1) / spread
