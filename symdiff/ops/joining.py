"""Joining arrays and taking them apart, with the standard's names and NumPy's families of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import graph_of
from symdiff.ops.functions import moveaxis
from symdiff.ops.gathering import take
from symdiff.ops.shape import as_arrays, asarray, broadcast_to
from symdiff.ops.shape import concat as concat_op
from symdiff.sizes import Dim, Size
from symdiff.tree import flatten, rebuild
from symdiff.types import broadcast, normalise_axis


def concat(*arrays: Any, axis: int | None = 0) -> Any:
    """Arrays joined along an axis; without one, laid out flat first. Dtypes are promoted together.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", ("n", 2))
    >>> concat([x, x[:3]]).shape
    (n + 3, 2)
    """
    given = arrays[0] if len(arrays) == 1 and isinstance(arrays[0], (list, tuple)) else arrays
    each = as_arrays(*given)
    if axis is None:
        each, axis = [array.reshape(-1) for array in each], 0
    if not each:
        raise ShapeError("nothing to join", advice="give at least one array")
    return concat_op(*each, axis=axis)


def concatenate(
    arrays: Sequence[Any], /, axis: int | None = 0, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """`concat`, with NumPy's name and arguments.

    >>> concatenate(([1, 2], [3]), axis=0)
    array([1, 2, 3])
    """
    joined = concat(list(arrays), axis=axis)
    return joined if dtype is None else joined.astype(dtype)


def append(x: Any, values: Any, /, axis: int | None = None) -> Any:
    """`values` joined behind x, along `axis`, or both laid out flat: `np.append`."""
    return concat([x, values], axis=axis)


def atleast_1d(*arrays: Any) -> Any:
    """Each array with one axis at least; one array alone, several as a tuple."""
    return _each([x if x.ndim else x.reshape(1) for x in map(asarray, arrays)])


def atleast_2d(*arrays: Any) -> Any:
    """Each array with two axes at least, new ones in front.

    >>> atleast_2d([1, 2]).shape
    (1, 2)
    """
    return _each([x.reshape(*[1] * (2 - x.ndim), *x.shape) for x in map(asarray, arrays)])


def atleast_3d(*arrays: Any) -> Any:
    """Each array with three axes at least: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""
    shapes: dict[int, Any] = {0: lambda: (1, 1, 1), 1: lambda n: (1, n, 1), 2: lambda m, n: (m, n, 1)}
    return _each([x if x.ndim > 2 else x.reshape(*shapes[x.ndim](*x.shape)) for x in map(asarray, arrays)])


def _each(arrays: list[Any]) -> Any:
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


def hstack(arrays: Sequence[Any], /, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Arrays side by side: joined along axis 1, vectors along axis 0."""
    each = [atleast_1d(x) for x in arrays]
    return concatenate(each, 0 if each and each[0].ndim == 1 else 1, dtype=dtype)


def vstack(arrays: Sequence[Any], /, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Arrays one below another: joined along axis 0, vectors as rows.

    >>> vstack(([1, 2], [3, 4]))
    array([[1, 2],
           [3, 4]])
    """
    return concatenate([atleast_2d(x) for x in arrays], 0, dtype=dtype)


def dstack(arrays: Sequence[Any], /) -> Any:
    """Arrays behind one another: joined along axis 2, each with three axes at least."""
    return concatenate([atleast_3d(x) for x in arrays], 2)


def column_stack(arrays: Sequence[Any], /) -> Any:
    """Vectors as the columns of a matrix; matrices among them stay what they are."""
    each = [asarray(x) for x in arrays]
    return concat([x if x.ndim > 1 else x.reshape(-1, 1) for x in each], axis=1)


def block(arrays: Any, /) -> Any:
    """An array put together of blocks in nested lists: the innermost are joined along the last axis.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (2, 2))
    >>> block([[x, x], [sd.zeros((1, 4))]]).shape
    (3, 4)
    """
    depth = _depth(arrays)

    def joined(part: Any, level: int) -> Any:
        return part if level == 0 else concat([joined(each, level - 1) for each in part], axis=-level)

    leaves, structure = flatten(arrays)
    each = as_arrays(*leaves)
    ndim = max(depth, *(x.ndim for x in each))
    return joined(rebuild(structure, [x.reshape(*[1] * (ndim - x.ndim), *x.shape) for x in each]), depth)


def _depth(arrays: Any) -> int:
    """How deeply lists are nested, which must be the same everywhere."""
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(each) for each in arrays}
    if len(depths) != 1:
        raise ShapeError("blocks are nested to different depths, or there are none", advice="nest all lists alike")
    return 1 + depths.pop()


def insert(x: Any, obj: Any, values: Any, /, axis: int | None = None) -> Any:
    """x with `values` put in before the positions `obj`, along an axis of integer size or laid out flat: `np.insert`.

    >>> insert([1, 2, 3], 1, 9), insert([1, 2, 3], [0, 2], [8, 9])
    (array([1, 9, 2, 3]), array([8, 1, 2, 9, 3]))
    """
    x, values = as_arrays(x, values)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, normalise_axis(axis, x.ndim))
    length = _whole(x, axis)
    values = values.reshape(*[1] * (x.ndim - values.ndim), *values.shape).astype(x.dtype)
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        values = moveaxis(values, 0, axis)
    places = np.arange(length)[obj] if isinstance(obj, slice) else np.asarray(obj)
    count = values.shape[axis] if places.size == 1 else places.size
    values = broadcast_to(values, (*x.shape[:axis], count, *x.shape[axis + 1 :]))
    order = np.insert(np.arange(length), obj, length + np.arange(count))
    return take(concat([x, values], axis=axis), order, axis=axis)


def delete(x: Any, obj: Any, /, axis: int | None = None) -> Any:
    """x without the positions `obj` (integers or a slice) along an axis of integer size, or laid out flat: `np.delete`.

    >>> delete([1, 2, 3, 4], [0, 2])
    array([2, 4])
    """
    x = asarray(x)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, normalise_axis(axis, x.ndim))
    return take(x, np.delete(np.arange(_whole(x, axis)), obj), axis=axis)


def _whole(x: Any, axis: int) -> int:
    """The size of an axis, which must be an integer."""
    length = x.shape[axis]
    if isinstance(length, Size):
        raise ShapeError(f"positions of an axis of size {length}", advice="give that axis an integer size, or slice it")
    return length


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The parts of x along an axis of integer size, without that axis.

    >>> unstack([[1, 2], [3, 4]], axis=1)
    (array([1, 3]), array([2, 4]))
    """
    x = asarray(x)
    axis = normalise_axis(axis, x.ndim)
    count = x.shape[axis]
    if isinstance(count, Size):
        raise ShapeError(
            f"an axis of size {count} has as many parts as are known when a function is called only",
            advice="give that axis an integer size, or index it: x[0], x[1:]",
        )
    return tuple(x[(*[slice(None)] * axis, i)] for i in range(count))


def array_split(x: Any, indices_or_sections: Any, /, axis: int = 0) -> list[Any]:
    """x cut along `axis`: before each of the given positions, or into that many nearly equal parts.

    Of n elements in k parts, part i (from 0 on) gets (n + k - 1 - i) // k.

    >>> import symdiff as sd
    >>> [part.shape for part in array_split(sd.Graph().input("x", ("n", 4)), 2)]
    [((n + 1)//2, 4), (n//2, 4)]
    """
    x = asarray(x)
    axis = normalise_axis(axis, x.ndim)
    length = x.shape[axis]
    if isinstance(indices_or_sections, (list, tuple)) or getattr(indices_or_sections, "ndim", 0) == 1:
        edges: list[Dim] = [0, *indices_or_sections, length]
    else:
        parts = int(indices_or_sections)
        if parts <= 0:
            raise ArgumentError(f"{parts} parts", advice="cut into one part at least")
        edges = list(accumulate(((length + parts - 1 - i) // parts for i in range(parts)), initial=0))
    before = [slice(None)] * axis
    return [x[(*before, slice(start, stop))] for start, stop in pairwise(edges)]


def split(x: Any, indices_or_sections: Any, /, axis: int = 0) -> list[Any]:
    """x cut along `axis`: before each of the given positions, or into that many equal parts.

    >>> import symdiff as sd
    >>> [part.shape for part in split(sd.Graph().input("x", ("n", 6)), 2, axis=1)]
    [(n, 3), (n, 3)]
    """
    x = asarray(x)
    axis = normalise_axis(axis, x.ndim)
    if isinstance(indices_or_sections, (list, tuple)) or getattr(indices_or_sections, "ndim", 0) == 1:
        return array_split(x, indices_or_sections, axis)
    parts, length = int(indices_or_sections), x.shape[axis]
    if isinstance(length, Size):
        apart = x.reshape(*x.shape[:axis], parts, -1, *x.shape[axis + 1 :])
        return list(unstack(apart, axis=axis))
    if parts <= 0 or length % parts:
        raise ShapeError(f"{length} elements can't be cut into {parts} equal parts", advice="see sd.array_split")
    return array_split(x, parts, axis)


def _splitter(name: str, axis: int, which: str) -> Any:
    def function(x: Any, indices_or_sections: Any, /) -> list[Any]:
        x = asarray(x)
        if x.ndim < max(axis, 1) + (name != "hsplit"):
            raise ShapeError(f"{name} needs more axes than {x.ndim}", advice="sd.split takes any axis")
        return split(x, indices_or_sections, min(axis, x.ndim - 1))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`split` along the {which} axis: `np.{name}`."
    return function


hsplit = _splitter("hsplit", 1, "second (for vectors, the only)")
vsplit = _splitter("vsplit", 0, "first")
dsplit = _splitter("dsplit", 2, "third")


def broadcast_arrays(*arrays: Any) -> list[Any]:
    """Arrays stretched to the one shape that they broadcast to.

    >>> [x.shape for x in broadcast_arrays([1, 2, 3], [[1], [2]])]
    [(2, 3), (2, 3)]
    """
    each = as_arrays(*arrays)
    shape = broadcast(*(x.shape for x in each))
    return [x if x.shape == shape else broadcast_to(x, shape) for x in each]


def meshgrid(*arrays: Any, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> list[Any]:
    """The coordinates of a grid's points from its axes' coordinates: one array for each.

    With "ij" the i-th vector varies along axis i; with "xy" the first two axes change places.

    >>> meshgrid([1, 2], [3, 4, 5], indexing="ij")[0]
    array([[1, 1, 1],
           [2, 2, 2]])
    """
    if indexing not in ("xy", "ij"):
        raise ArgumentError(f"indexing {indexing!r}", advice='indexing is "xy" or "ij"')
    count = len(arrays)
    order = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    each = [x.reshape(-1) for x in as_arrays(*arrays)]
    apart = [x.reshape(*[1] * axis, -1, *[1] * (count - axis - 1)) for x, axis in zip(each, order, strict=True)]
    if sparse:
        return list(apart)
    grids = broadcast_arrays(*apart)
    return [x.copy() for x in grids] if copy and graph_of(grids) is None else grids
