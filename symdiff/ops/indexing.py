"""Basic indexing: integers, slices with any step, `...` and None; and its transpose, which puts parts back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from symdiff.errors import IndexingError, SymdiffError, UnsupportedError
from symdiff.expr import describe_node
from symdiff.op import REQUIRED, Cotangent, Expression, Op, graph_of, keep
from symdiff.ops.family import linear, uniform
from symdiff.sizes import Dim, Shape, Size
from symdiff.types import ArrayType, Inferred, Requirement, as_shape, at_least, shape_text

Index: TypeAlias = tuple[Any, ...]
"""Normal form: for each axis an integer, or (start, stop, step); None for a new axis; full ones at the end left out."""

FULL = (None, None, None)


def _normalise(shape: Shape, index: Index) -> tuple[Index, Shape, tuple[Requirement, ...]]:
    """The index in normal form, the shape it selects, and what it requires of the sizes."""
    taken = sum(each is not None and not isinstance(each, str) for each in index)
    if taken > len(shape):
        raise IndexingError(
            f"{taken} indices for {len(shape)} axes of {shape_text(shape)}", advice="give at most one for each axis"
        )
    if index.count("...") > 1:
        raise IndexingError("an index has two ...", advice="write : for each axis that one of them stands for")
    if index.count("...") == 0:
        index = (*index, "...")
    place = index.index("...")
    index = (*index[:place], *[FULL] * (len(shape) - taken), *index[place + 1 :])
    normal: list[Any] = []
    dims: list[Dim] = []
    requirements: tuple[Requirement, ...] = ()
    axes = iter(shape)
    for each in index:
        if each is None:
            normal.append(None)
            dims.append(1)
        elif isinstance(each, tuple):
            entry, dim, more = _select(next(axes), *each)
            normal.append(entry)
            dims.append(dim)
            requirements += more
        else:
            entry, more = _pick(next(axes), each)
            normal.append(entry)
            requirements += more
    while normal and normal[-1] == FULL:
        normal.pop()
    return tuple(normal), tuple(dims), tuple(dict.fromkeys(requirements))


def _pick(dim: Dim, at: Dim) -> tuple[Dim, tuple[Requirement, ...]]:
    if isinstance(dim, int) and isinstance(at, int):
        if not -dim <= at < dim:
            raise IndexingError(
                f"index {at} is out of range for an axis of size {dim}", advice=f"indices run from {-dim} to {dim - 1}"
            )
        return at % dim, ()
    if isinstance(at, int) and at < 0:
        return at, at_least(dim, -at)
    return at, (*at_least(at, 0), *at_least(dim, at + 1))


def _select(dim: Dim, start: Any, stop: Any, step: Any) -> tuple[tuple[Any, Any, Any], Dim, tuple[Requirement, ...]]:
    step = 1 if step is None else step
    if not isinstance(step, int) or step == 0:
        raise IndexingError(f"a slice's step is an integer other than 0, not {step}", advice="-1 reverses an axis")
    if isinstance(dim, int) and not isinstance(start, Size) and not isinstance(stop, Size):
        start, stop, step = slice(start, stop, step).indices(dim)
        count = len(range(start, stop, step))
        return _shortest(start, stop, step, dim) if count else (0, 0, None), count, ()
    if step > 0:
        first, more = _bound(dim, start, 0, dim)
        last, even_more = _bound(dim, stop, dim, dim)
        span = last - first
    else:
        first, more = _bound(dim, start, dim - 1, dim - 1)
        last, even_more = _bound(dim, stop, -1, dim)
        span = first - last
    span = max(span, 0) if isinstance(span, int) else span
    count = span if abs(step) == 1 else (span + (abs(step) - 1)) // abs(step)
    return _shortest(start, stop, step, dim), count, (*more, *even_more, *at_least(span, 1 - abs(step)))


def _bound(dim: Dim, bound: Any, default: Dim, largest: Dim) -> tuple[Dim, tuple[Requirement, ...]]:
    """Where a bound lies, counted from the front, and what keeps it inside the axis, where NumPy would move it."""
    if bound is None:
        return default, ()
    if isinstance(bound, int) and bound < 0:
        return dim + bound, at_least(dim, -bound)
    return bound, (*at_least(bound, 0), *at_least(largest, bound))


def _shortest(start: Any, stop: Any, step: int, dim: Dim) -> tuple[Any, Any, Any]:
    """A slice with the bounds it has anyway left out."""
    if step > 0:
        start = None if isinstance(start, int) and start == 0 else start
        stop = None if stop == dim else stop
    else:
        last = dim - 1
        start = None if start == last else start
        stop = None if isinstance(dim, int) and stop == -1 else stop
    return (start, stop, None if step == 1 else step)


def _getitem_type(x: ArrayType, *, index: Index) -> Inferred:
    normal, shape, requirements = _normalise(x.shape, index)
    return Inferred(ArrayType(x.dtype, shape), (normal,), requirements)


def _getitem_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    return [cotangent._replace(at=y.attrs[0])]


def python_index(index: Index) -> tuple[Any, ...]:
    """An index in normal form as Python's own objects."""
    return tuple(slice(*each) if isinstance(each, tuple) else each for each in index)


def getitem_kernel(x: Any, *, index: Index) -> Any:
    """A part of an array."""
    return x[python_index(index)]


def index_text(index: Any) -> str:
    """An index as Python writes it: `1:, ::2, None`."""
    return ", ".join(map(_entry_text, index)) + ("," if len(index) == 1 and index[0] is None else "")


def _entry_text(entry: Any) -> str:
    if not isinstance(entry, tuple):
        return str(entry)
    start, stop, step = ("" if each is None else str(each) for each in entry)
    return f"{start}:{stop}" + (f":{step}" if step else "")


getitem_op = Op(
    name="getitem", kernel=getitem_kernel, infer=_getitem_type, arity=1, promote=keep,
    attributes=MappingProxyType({"index": REQUIRED}), carries_mask=True, is_view=True, flops=0,
    source=lambda x, *, index: f"{x}[{index_text(index) or '...'}]",
    vjp=_getitem_vjp, jvp=lambda tangents, y, xs: y.operation(tangents[0]),
    samples=[
        uniform(-2, 2, (4,), attributes={"index": ((1, None, 2),)}),
        uniform(-2, 2, (2, 3), attributes={"index": (0, None, (None, None, -1))}),
        uniform(-2, 2, (2, 3, 4), attributes={"index": ("...", (1, -1, None))}),
    ],
    law="d x[i] = dx[i]", doc="A part of an array, by integers, slices, ... and None.",
)  # fmt: skip


def scatter_parts(shape: Any, *parts: Any) -> Any:
    """An array of zeros with (part, index) pairs added in their places."""
    whole = np.zeros(shape, np.result_type(*(part for part, _ in parts)))
    for part, index in parts:
        whole[index] += part
    return whole


def scatter_add_kernel(*parts: Any, indices: Sequence[Index], shape: tuple[int, ...]) -> Any:
    """`scatter_parts`, with indices in normal form."""
    return scatter_parts(shape, *zip(parts, map(python_index, indices), strict=True))


def _scatter_type(*types: ArrayType, indices: Any, shape: Any) -> Inferred:
    whole = as_shape(shape)
    normal = []
    for each, index in zip(types, indices, strict=True):
        entry, selected, _ = _normalise(whole, index)
        if selected != each.shape:
            raise IndexingError(f"a part of shape {shape_text(each.shape)} doesn't fit {shape_text(selected)}")
        normal.append(entry)
    return Inferred(ArrayType(types[0].dtype, whole), (tuple(normal), whole))


def _scatter_source(*parts: str, indices: Sequence[Index], shape: str) -> str:
    pairs = (f"({part}, np.s_[{index_text(index) or '...'}])" for part, index in zip(parts, indices, strict=True))
    return f"scatter_parts({', '.join([shape, *pairs])})"


def _scatter_transpose(
    needed: Sequence[bool], g: Expression, y: Expression, *parts: Expression, indices: Sequence[Index], shape: Shape
) -> list[Expression | None]:
    return [
        g.graph.apply(getitem_op, (g,), {"index": index}) if wanted else None
        for index, wanted in zip(indices, needed, strict=True)
    ]


scatter_add = linear(
    "scatter_add", scatter_add_kernel, attributes={"indices": REQUIRED, "shape": REQUIRED},
    source=_scatter_source, helpers=(scatter_parts,),
    infer=_scatter_type, jointly=True, transpose=_scatter_transpose, carries_mask=True,
    samples=[
        uniform(-2, 2, (2,), attributes={"indices": (((1, 3, None),),), "shape": (4,)}),
        uniform(-2, 2, (), (2,), attributes={"indices": ((0,), ((None, None, 2),)), "shape": (4,)}),
    ],
    law="d scatter(x) = scatter(dx)", doc="Zeros with parts added in their places.",
)  # fmt: skip

INDEXING = (getitem_op, scatter_add)


def getitem(x: Any, key: Any) -> Any:
    """x[key] for integers, slices with any step, `...` and None, as NumPy reads them.

    A bound k on a named size n records the requirement n >= k, which is checked at the call, so that
    x[1:] has size n - 1 and x[:3] size 3.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", ("n", 4))
    >>> x[1:, ::-2].shape, x[:3, None, 0].shape, x[::2].shape
    ((n - 1, 2), (3, 1), ((n + 1)//2, 4))
    """
    keys = key if isinstance(key, tuple) else (key,)
    try:
        index = tuple(_entry(each) for each in keys)
    except SymdiffError as error:
        raise error.located("getitem", [f"operand 0: {_described(x)}"]) from None
    apply: Callable[..., Any] = getitem_op if graph_of([x]) is None else x.graph.apply
    return apply(x, index=index) if apply is getitem_op else apply(getitem_op, (x,), {"index": index})


def _described(x: Any) -> str:
    return f"{np.asarray(x).dtype} {np.shape(x)}" if graph_of([x]) is None else describe_node(x)


def _entry(key: Any) -> Any:
    if key is None or isinstance(key, Size):
        return key
    if key is Ellipsis:
        return "..."
    if isinstance(key, slice):
        return tuple(_bound_of(each) for each in (key.start, key.stop, key.step))
    if not isinstance(key, (bool, np.bool_)) and isinstance(key, (int, np.integer)):
        return int(key)
    expression: Any = key if graph_of([key]) is not None else None
    kind = type(key).__name__ if expression is None else f"expression of {expression.type}"
    raise UnsupportedError(
        f"an index of kind {kind}: this takes integers, slices, ... and None",
        advice="select by a comparison with sd.where, by one-hot products, or with several slices",
    )


def _bound_of(bound: Any) -> Any:
    if bound is None or isinstance(bound, Size):
        return bound
    try:
        return int(bound.__index__())
    except (AttributeError, TypeError):
        raise IndexingError(
            f"a slice's bound is an integer or a size, not {bound!r}", advice="x.shape[0] // 2 is a size; n / 2 isn't"
        ) from None
