"""Convolution and pooling over one or two axes, written with windows and matrix products."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.errors import ArgumentError, ShapeError
from symdiff.library.operands import complaint
from symdiff.ops.linalg import matmul
from symdiff.ops.padding import pad
from symdiff.ops.reduction import max, mean
from symdiff.ops.shape import asarray, expand_dims, permute_dims, reshape
from symdiff.ops.windows import sliding_windows
from symdiff.sizes import product
from symdiff.types import shape_text


def conv1d(
    x: Any, W: Any, b: Any = None, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """The convolution of signals x with kernels W over the last axis: y_o[t] = b_o + sum_ck W_ock x_c[s t + d k].

    x: (batch, channels, length), W: (outputs, channels / groups, width), b: (outputs,); the result: (batch,
    outputs, (length + 2 padding - dilation (width - 1) - 1) // stride + 1). The kernel isn't reversed, as is
    usual in networks. Zeros are padded at both ends; group i of the outputs sees group i of the channels.
    Raises `ShapeError` where sizes don't fit, `ArgumentError` for strides and the like that are no positive
    integers. Goodfellow et al. 9.1.

    >>> from symdiff.library.convolution import conv1d
    >>> conv1d([[[1.0, 2.0, 4.0, 8.0]]], [[[-1.0, 1.0]]])
    array([[[1., 2., 4.]]])
    """
    return _convolved("conv1d", x, W, b, 1, stride, padding, dilation, groups)


def conv2d(
    x: Any, W: Any, b: Any = None, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """The convolution of images x with kernels W over the last two axes; what is said of `conv1d` holds here too.

    x: (batch, channels, height, width), W: (outputs, channels / groups, kernel height, kernel width), b:
    (outputs,). `stride`, `padding` and `dilation` are one integer, or one for each of the two axes.

    >>> import symdiff as sd
    >>> from symdiff.library.convolution import conv2d
    >>> g = sd.Graph()
    >>> conv2d(g.input("x", ("batch", 3, 8, 8)), g.input("W", (16, 3, 3, 3)), stride=2, padding=1).shape
    (batch, 16, 4, 4)
    """
    return _convolved("conv2d", x, W, b, 2, stride, padding, dilation, groups)


def max_pool1d(x: Any, size: Any, *, stride: Any = None, padding: Any = 0) -> Any:
    """The largest element of each window over the last axis; ties share the derivative evenly.

    x: (..., length); `stride` is the windows' size unless it is given. Padding is with -inf, and at most half a
    window. Raises `ShapeError` where no window fits.

    >>> from symdiff.library.convolution import max_pool1d
    >>> max_pool1d([1.0, 3.0, 2.0, 5.0, 4.0], 2)
    array([3., 5.])
    """
    return _pooled("max_pool1d", max, x, 1, size, stride, padding, -math.inf)


def max_pool2d(x: Any, size: Any, *, stride: Any = None, padding: Any = 0) -> Any:
    """The largest element of each window over the last two axes; see `max_pool1d`.

    >>> from symdiff.library.convolution import max_pool2d
    >>> max_pool2d([[1.0, 3.0], [2.0, 5.0]], 2)
    array([[5.]])
    """
    return _pooled("max_pool2d", max, x, 2, size, stride, padding, -math.inf)


def average_pool1d(x: Any, size: Any, *, stride: Any = None, padding: Any = 0) -> Any:
    """The mean of each window over the last axis; padding is with zeros, which count.

    >>> from symdiff.library.convolution import average_pool1d
    >>> average_pool1d([1.0, 3.0, 2.0, 5.0, 4.0], 2)
    array([2. , 3.5])
    """
    return _pooled("average_pool1d", mean, x, 1, size, stride, padding, 0)


def average_pool2d(x: Any, size: Any, *, stride: Any = None, padding: Any = 0) -> Any:
    """The mean of each window over the last two axes; padding is with zeros, which count.

    >>> from symdiff.library.convolution import average_pool2d
    >>> average_pool2d([[1.0, 3.0], [2.0, 6.0]], 2)
    array([[3.]])
    """
    return _pooled("average_pool2d", mean, x, 2, size, stride, padding, 0)


def _convolved(
    asked: str, x: Any, kernels: Any, b: Any, axes: int, stride: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    """Windows as rows of a matrix, one matrix for each group, times the kernels as columns."""
    x, W = asarray(x), asarray(kernels)
    _check(asked, x, W, b, axes, groups)
    batch, channels = x.shape[:2]
    outputs, width = W.shape[0] // groups, product(W.shape[1:])
    steps = {"stride": _each(asked, stride, axes, 1), "dilation": _each(asked, dilation, axes, 1)}
    padded = _padded(x, _each(asked, padding, axes, 0), 0)
    windows = sliding_windows(padded, window=W.shape[2:], axes=tuple(range(2, 2 + axes)), **steps)
    places = windows.shape[2 : 2 + axes]
    windows = reshape(windows, (batch, groups, channels // groups, *places, *W.shape[2:]))
    inner = tuple(range(3, 3 + axes))
    rows = permute_dims(windows, (1, 0, *inner, 2, *range(3 + axes, 3 + 2 * axes)))
    columns = permute_dims(reshape(W, (groups, outputs, width)), (0, 2, 1))
    found = matmul(reshape(rows, (groups, product((batch, *places)), width)), columns)
    y = permute_dims(reshape(found, (groups, batch, *places, outputs)), (1, 0, 2 + axes, *range(2, 2 + axes)))
    y = reshape(y, (batch, groups * outputs, *places))
    return y if b is None else y + expand_dims(asarray(b), tuple(range(1, 1 + axes)))


def _check(asked: str, x: Any, W: Any, b: Any, axes: int, groups: int) -> None:
    """Complain of operands that don't fit: a message about reshapes would say little."""
    fits = x.ndim == W.ndim == 2 + axes and all(isinstance(each, int) for each in W.shape)
    if fits and isinstance(x.shape[1], int):
        fits = x.shape[1] == groups * W.shape[1] and W.shape[0] % groups == 0
    else:
        fits = False
    if not fits:
        problem = f"{asked}: x {shape_text(x.shape)} and W {shape_text(W.shape)} don't fit, with groups = {groups}"
        advice = f"x is (batch, channels, {axes} sizes), W (outputs, channels / groups, {axes} sizes) of known sizes"
        raise complaint(ShapeError, problem, advice, x=x, W=W)
    if b is not None and asarray(b).shape != W.shape[:1]:
        problem = f"{asked}: b has the shape {shape_text(asarray(b).shape)}, where {shape_text(W.shape[:1])} is wanted"
        raise complaint(ShapeError, problem, "b holds one number for each output", b=asarray(b), W=W)


def _pooled(
    asked: str, reduce: Callable[..., Any], x: Any, axes: int, size: Any, stride: Any, padding: Any, fill: float
) -> Any:
    x = asarray(x)
    if x.ndim < axes:
        raise complaint(ShapeError, f"{asked}: {axes} axes are pooled over", "x has the sizes last", x=x)
    window = _each(asked, size, axes, 1)
    steps = window if stride is None else _each(asked, stride, axes, 1)
    margins = _each(asked, padding, axes, 0)
    if any(2 * margin > each for margin, each in zip(margins, window, strict=True)):
        raise complaint(ArgumentError, f"{asked}: a padding of {margins} for windows of {window}", "pad half of one")
    over = tuple(range(x.ndim - axes, x.ndim))
    windows = sliding_windows(_padded(x, margins, fill), window=window, axes=over, stride=steps, dilation=(1,) * axes)
    return reduce(windows, axis=tuple(range(x.ndim, x.ndim + axes)))


def _padded(x: Any, margins: Sequence[int], fill: float) -> Any:
    if not any(margins):
        return x
    return pad(x, [*[(0, 0)] * (x.ndim - len(margins)), *[(each, each) for each in margins]], constant_values=fill)


def _each(asked: str, value: Any, axes: int, least: int) -> tuple[int, ...]:
    """One integer for each axis."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,) * axes
    if len(values) != axes or not all(isinstance(each, int) and each >= least for each in values):
        raise complaint(
            ArgumentError, f"{asked}: {value!r} is no size or step", f"give {axes} integers from {least} on"
        )
    return values
