"""Padding: more elements at the ends of axes, constant or continued from what is there."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError, UnsupportedError
from symdiff.ops.gathering import take
from symdiff.ops.indexing import FULL, scatter_add
from symdiff.ops.joining import concat
from symdiff.ops.shape import as_arrays, asarray, astype, broadcast_to, flip
from symdiff.sizes import Dim
from symdiff.types import as_dim

MODES = ("constant", "edge", "reflect", "symmetric", "wrap", "empty")


def pad(x: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Any:
    """x with `pad_width` more elements at the ends of its axes: `np.pad`.

    `pad_width` is one number, (before, after), or such a pair for each axis, or a dict of axes; numbers may be
    sizes. `mode` is "constant" (`constant_values`, numbers or scalar expressions, arranged as the widths), "edge",
    "reflect", "symmetric", "wrap" or "empty" (zeros). Along an axis of a named size an end can't be longer than
    what it continues; that is checked at the call.

    >>> pad([1, 2, 3], (1, 2), mode="reflect"), pad([1, 2], 1)
    (array([2, 1, 2, 3, 2, 1]), array([0, 1, 2, 0]))
    """
    x = asarray(x)
    if mode not in MODES:
        raise UnsupportedError(f"padding of mode {mode!r}", advice=f"modes are {', '.join(MODES)}")
    if isinstance(pad_width, dict):
        given = {range(x.ndim)[axis]: width for axis, width in pad_width.items()}
        pad_width = [given.get(axis, 0) for axis in range(x.ndim)]
        pad_width = [width if isinstance(width, (list, tuple)) else (width, width) for width in pad_width]
    widths = [(as_dim(before), as_dim(after)) for before, after in _pairs(pad_width, x.ndim)]
    values = _pairs(constant_values, x.ndim)
    if mode == "empty" or (mode == "constant" and all(_is_zero(each) for pair in values for each in pair)):
        return _with_zeros(x, widths)
    for axis, (width, value) in enumerate(zip(widths, values, strict=True)):
        if width != (0, 0):
            x = _constant(x, axis, width, value) if mode == "constant" else _continued(x, axis, width, mode)
    return x


def _is_zero(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and value == 0


def _pairs(value: Any, ndim: int) -> list[tuple[Any, Any]]:
    """A (before, after) for each axis, from what NumPy takes: anything that broadcasts to shape (ndim, 2)."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(value, (list, tuple)):
        return [(value, value)] * ndim
    if len(value) == 1:
        return _pairs(value[0], ndim)
    nested = [isinstance(each, (list, tuple)) for each in value]
    if not any(nested) and len(value) == 2:
        return [(value[0], value[1])] * ndim
    if not all(nested) or len(value) != ndim or any(len(each) not in (1, 2) for each in value):
        raise ArgumentError(f"{value} for {ndim} axes", advice="give one number, one pair, or a pair for each axis")
    return [(each[0], each[-1]) for each in value]


def _with_zeros(x: Any, widths: list[tuple[Dim, Dim]]) -> Any:
    shape = tuple(before + n + after for (before, after), n in zip(widths, x.shape, strict=True))
    index = tuple(
        (before, before + n, None) if width != (0, 0) else FULL
        for width, n in zip(widths, x.shape, strict=True)
        for before in width[:1]
    )
    return scatter_add(x, indices=(index,), shape=shape)


def _constant(x: Any, axis: int, width: tuple[Dim, Dim], values: tuple[Any, Any]) -> Any:
    parts: list[Any] = [x]
    for position, (count, value) in enumerate(zip(width, values, strict=True)):
        x, value = as_arrays(x, value)
        ends = broadcast_to(astype(value, x.dtype), (*x.shape[:axis], count, *x.shape[axis + 1 :]))
        parts.insert(0, ends) if position == 0 else parts.append(ends)
    return concat(parts, axis=axis)


def _continued(x: Any, axis: int, width: tuple[Dim, Dim], mode: str) -> Any:
    (before, after), length = width, x.shape[axis]
    reach = length - 1 if mode == "reflect" else length
    if mode != "edge" and isinstance(length, int) and any(isinstance(w, int) and w > reach for w in width):
        if length == 0:
            raise ShapeError("an empty axis can't be continued", advice='pad it with mode="constant"')
        return take(x, np.pad(np.arange(length), (before, after), mode=mode), axis=axis)  # type: ignore[call-overload]

    def part(start: Any, stop: Any) -> Any:
        return x[(*[slice(None)] * axis, slice(start, stop))]

    parts: list[Any] = [x]
    if _some(before):
        parts.insert(0, _end(part, mode, axis, before, True, length))
    if _some(after):
        parts.append(_end(part, mode, axis, after, False, length))
    return concat(parts, axis=axis)


def _some(width: Dim) -> bool:
    return not (isinstance(width, int) and width == 0)


def _end(part: Any, mode: str, axis: int, width: Dim, first: bool, length: Dim) -> Any:
    """What continues an axis by `width` elements at its first or its last end."""
    if mode == "edge":
        one = part(0, 1) if first else part(length - 1, length)
        return broadcast_to(one, (*one.shape[:axis], width, *one.shape[axis + 1 :]))
    if mode == "wrap":
        return part(length - width, length) if first else part(0, width)
    inner = 1 if mode == "reflect" else 0
    source = part(inner, width + inner) if first else part(length - width - inner, length - inner)
    return flip(source, axis=axis)
