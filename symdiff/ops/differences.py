"""Differences of neighbours, and the slopes of sampled values."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.ops.joining import concat
from symdiff.ops.shape import as_arrays, asarray, broadcast_to
from symdiff.sizes import Size
from symdiff.types import normalise_axes, normalise_axis


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return x[(*[slice(None)] * axis, slice(start, stop))]


def diff(x: Any, /, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The n-th difference x_(i+1) - x_i along `axis`, of x with `prepend` and `append` (arrays, scalars) at its ends.

    Booleans are compared instead: where neighbours differ.

    >>> diff([1, 4, 9]), diff([1, 4, 9], n=2), diff([1, 4, 9], prepend=0)
    (array([3, 5]), array([2]), array([1, 3, 5]))
    """
    x = asarray(x)
    axis = normalise_axis(axis, x.ndim)
    if n < 0:
        raise ArgumentError(f"a difference of order {n}", advice="n is 0 or more")
    if n == 0:
        return x
    ends = [None if each is None else _end(x, each, axis) for each in (prepend, append)]
    parts = [each for each in (ends[0], x, ends[1]) if each is not None]
    x = concat(*parts, axis=axis) if len(parts) > 1 else x
    for _ in range(n):
        later, earlier = _part(x, axis, 1, None), _part(x, axis, None, -1)
        x = later != earlier if x.dtype.kind == "b" else later - earlier
    return x


def _end(x: Any, value: Any, axis: int) -> Any:
    x, value = as_arrays(x, value)
    return value if value.ndim else broadcast_to(value, (*x.shape[:axis], 1, *x.shape[axis + 1 :]))


def gradient(f: Any, /, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slopes of sampled values along each axis, accurate to second order inside: `np.gradient`.

    `spacing` is one distance or one for each axis; or for each axis the places of its samples, a vector. Inside it is
    the slope of the parabola through a sample and its neighbours; at the ends that of the line through two samples, or
    with edge_order 2 of the parabola through three (Fornberg, Math. Comp. 51 (1988)). Distances are numbers or
    expressions. One axis gives an array, several a tuple.

    >>> gradient([1.0, 4.0, 9.0, 16.0]), gradient([0.0, 1.0, 9.0], [0.0, 1.0, 3.0], edge_order=2)
    (array([3., 4., 6., 7.]), array([0., 2., 6.]))
    """
    f = asarray(f)
    f = f if f.dtype.kind in "fc" else f.astype(np.float64)
    axes = normalise_axes(tuple(axis) if isinstance(axis, list) else axis, f.ndim)
    if edge_order not in (1, 2):
        raise ArgumentError(f"edge_order {edge_order}", advice="it is 1 or 2")
    steps = spacing or (1.0,)
    if len(steps) == 1 and asarray(steps[0]).ndim == 0:
        steps = steps * len(axes)
    if len(steps) != len(axes):
        raise ArgumentError(f"{len(steps)} spacings for {len(axes)} axes", advice="give one, or one for each axis")
    found = tuple(_slopes(f, step, i, edge_order) for step, i in zip(steps, axes, strict=True))
    return found[0] if len(found) == 1 else found


def _slopes(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    length = f.shape[axis]
    if not isinstance(length, Size) and length < edge_order + 1:
        raise ShapeError(f"{length} samples have no slope", advice=f"give {edge_order + 1} or more along axis {axis}")
    f, step = as_arrays(f, step)
    if step.ndim == 0:
        inside = (_part(f, axis, 2, None) - _part(f, axis, None, -2)) / (2 * step)
        distances = [step] * 4
    else:
        if step.shape != (length,):
            raise ShapeError(
                f"{step.shape} places of {length} samples", advice="give a vector, a place for each sample"
            )
        apart = (step[1:] - step[:-1]).reshape(-1, *[1] * (f.ndim - axis - 1))
        inside = _inside(f, axis, apart[:-1], apart[1:])
        distances = [apart[:1], apart[1:2], apart[-1:], apart[-2:-1]]
    first = _border([_part(f, axis, i, i + 1) for i in range(edge_order + 1)], *distances[:2])
    last = _border([_part(f, axis, -i - 1, -i or None) for i in range(edge_order + 1)], *distances[2:])
    return concat(first, inside, -last, axis=axis)


def _inside(f: Any, axis: int, h: Any, k: Any) -> Any:
    before, here, behind = _part(f, axis, None, -2), _part(f, axis, 1, -1), _part(f, axis, 2, None)
    return (here - before) * (k / (h * (h + k))) + (behind - here) * (h / (k * (h + k)))


def _border(samples: list[Any], h: Any, k: Any) -> Any:
    """The slope at the first of two or three samples, which are h and k apart."""
    slope = (samples[1] - samples[0]) / h
    if len(samples) == 2:
        return slope
    return slope + (slope - (samples[2] - samples[1]) / k) * (h / (h + k))
