"""What an index selects; basic indexing as an op; and the transpose of all indexing, which puts parts back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np

from symdiff.errors import DtypeError, IndexingError
from symdiff.op import ARRAY, REQUIRED, Cotangent, Expression, Op, Sample, keep
from symdiff.ops.family import operands, uniform
from symdiff.sizes import Dim, Shape, Size
from symdiff.types import (
    FLOAT,
    ArrayType,
    DType,
    Inferred,
    Requirement,
    Weak,
    as_shape,
    at_least,
    broadcast,
    common_dtype,
    is_differentiable,
    shape_text,
)

Index: TypeAlias = tuple[Any, ...]
"""Normal form: for each axis an integer, (start, stop, step), or ARRAY; None for a new axis; full ones at the end
left out. "..." is gone, but where it stands for no axis between arrays, which it sets apart."""

FULL: Final = (None, None, None)


def normalise(shape: Shape, index: Index, arrays: Sequence[Shape] = ()) -> tuple[Index, Shape, tuple[Requirement, ...]]:
    """The index in normal form, the shape it selects, and what it requires of the sizes.

    `arrays` holds the shapes of the index arrays, in order. They are broadcast together, and integers beside
    them count as arrays too: where all of these stand side by side, the axes they select take their place,
    and otherwise they lead.
    """
    normal: list[Any] = []
    selected: list[Shape | None] = []
    requirements: tuple[Requirement, ...] = ()
    axes = iter(shape)
    for each in _spelled_out(shape, index, bool(arrays)):
        entry: Any = each
        dims: Shape | None = (1,) if each is None else ()
        more: tuple[Requirement, ...] = ()
        if isinstance(each, tuple):
            entry, dim, more = _select(next(axes), *each)
            dims = (dim,)
        elif each == ARRAY:
            _check_not_empty(next(axes), arrays)
            dims = None
        elif isinstance(each, (int, Size)):
            entry, more = _pick(next(axes), each)
            dims = None
        normal.append(entry)
        selected.append(dims)
        requirements += more
    while normal and normal[-1] == FULL:
        normal.pop()
    return tuple(normal), _arranged(selected, arrays), tuple(dict.fromkeys(requirements))


def _arranged(selected: Sequence[Shape | None], arrays: Sequence[Shape]) -> Shape:
    """The shape of a selection, where None stands for what integers and arrays select together."""
    together: Shape = broadcast(*arrays) if arrays else ()
    spots = [i for i, dims in enumerate(selected) if dims is None]
    place = spots[0] if spots and spots[-1] - spots[0] + 1 == len(spots) else 0
    before, after = ([dim for dims in part if dims for dim in dims] for part in (selected[:place], selected[place:]))
    return (*before, *together, *after)


def _check_not_empty(dim: Dim, arrays: Sequence[Shape]) -> None:
    if isinstance(dim, int) and dim == 0 and not any(isinstance(n, Size) or n == 0 for n in broadcast(*arrays)):
        raise IndexingError("an axis of size 0 has no element to take", advice="index it with an empty array")


def _spelled_out(shape: Shape, index: Index, apart: bool) -> Index:
    """The index with full slices in place of `...`, which stays where it sets arrays apart."""
    taken = sum(each is not None and each != "..." for each in index)
    if taken > len(shape):
        raise IndexingError(
            f"{taken} indices for {len(shape)} axes of {shape_text(shape)}", advice="give at most one for each axis"
        )
    if index.count("...") > 1:
        raise IndexingError("an index has two ...", advice="write : for each axis that one of them stands for")
    if index.count("...") == 0:
        return (*index, *[FULL] * (len(shape) - taken))
    place, missing = index.index("..."), len(shape) - taken
    between = apart and not missing and 0 < place < len(index) - 1
    return (*index[:place], *(["..."] if between else [FULL] * missing), *index[place + 1 :])


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
    normal, shape, requirements = normalise(x.shape, index)
    return Inferred(ArrayType(x.dtype, shape), (normal,), requirements)


def _getitem_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    index = y.attrs[0]
    if any(entry is not None and entry != FULL for entry in index):
        return [cotangent._replace(at=index)]
    new = tuple(axis for axis, entry in enumerate(index) if entry is None)
    return [Cotangent(*(None if each is None else each.squeeze(new) for each in cotangent[:2]))] if new else [cotangent]


def python_index(index: Index, arrays: Sequence[Any] = ()) -> tuple[Any, ...]:
    """An index in normal form as Python's own objects."""
    rest = iter(arrays)
    return tuple(
        slice(*each) if isinstance(each, tuple) else next(rest) if each == ARRAY else ... if each == "..." else each
        for each in index
    )


def getitem_kernel(x: Any, *, index: Index) -> Any:
    """A part of an array."""
    return x[python_index(index)]


def index_text(index: Any, arrays: Sequence[str] = ()) -> str:
    """An index as Python writes it: `1:, ::2, None`."""
    rest = iter(arrays)
    entries = [next(rest) if entry == ARRAY else _entry_text(entry) for entry in index]
    return (", ".join(entries) + ("," if len(index) == 1 and index[0] is None else "")) or "..."


def new_axes_text(x: str, axis: int | tuple[int, ...]) -> str:
    """The text of x with new axes at these places of the result: `x[:, None]`."""
    axes = axis if isinstance(axis, tuple) else (axis,)
    return f"{x}[{index_text(tuple(None if i in axes else FULL for i in range(max(axes, default=-1) + 1)))}]"


def _entry_text(entry: Any) -> str:
    if not isinstance(entry, tuple):
        return str(entry)
    start, stop, step = ("" if each is None else str(each) for each in entry)
    return f"{start}:{stop}" + (f":{step}" if step else "")


getitem_op = Op(
    name="getitem", kernel=getitem_kernel, infer=_getitem_type, arity=1, promote=keep,
    attributes=MappingProxyType({"index": REQUIRED}), carries_mask=True, is_view=True, flops=0,
    source=lambda x, *, index: f"{x}[{index_text(index)}]",
    vjp=_getitem_vjp, jvp=lambda tangents, y, xs: y.operation(tangents[0]),
    samples=[
        uniform(-2, 2, (4,), attributes={"index": ((1, None, 2),)}),
        uniform(-2, 2, (2, 3), attributes={"index": (0, None, (None, None, -1))}),
        uniform(-2, 2, (2, 3, 4), attributes={"index": ("...", (1, -1, None))}),
    ],
    law="d x[i] = dx[i]", doc="A part of an array, by integers, slices, ... and None.",
)  # fmt: skip


def scatter_parts(shape: Any, *parts: Any) -> Any:
    """An array of zeros with (part, index) pairs added in their places, as often as an index array names them."""
    whole = np.zeros(shape, np.result_type(*(part for part, _ in parts)))
    for part, index in parts:
        at = index[0] if isinstance(index, tuple) and len(index) == 1 else index
        if isinstance(at, np.ndarray) and whole.ndim > 1:  # rows: NumPy adds at single positions much faster
            row = whole[0].size if len(whole) else 1
            positions = at[..., None] * row + np.arange(row)
            np.add.at(whole.reshape(-1), positions.reshape(-1), np.reshape(part, -1))
        elif any(isinstance(each, np.ndarray) for each in (index if isinstance(index, tuple) else (index,))):
            np.add.at(whole, index, part)
        else:
            whole[index] += part
    return whole


def by_parts(operands: Sequence[Any], indices: Sequence[Index]) -> list[tuple[Any, list[Any]]]:
    """A scatter's operands as pairs of a part and the arrays of its index."""
    rest = iter(operands)
    return [(next(rest), [next(rest) for _ in range(index.count(ARRAY))]) for index in indices]


def scatter_add_kernel(*operands: Any, indices: Sequence[Index], shape: tuple[int, ...]) -> Any:
    """`scatter_parts`, with indices in normal form and their arrays behind each part."""
    parts = by_parts(operands, indices)
    return scatter_parts(
        shape, *((part, python_index(index, arrays)) for (part, arrays), index in zip(parts, indices, strict=True))
    )


def _parts_to_common(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Floating parts in their common dtype; integers, which indices are too, as they are."""
    kept = keep(*dtypes)
    parts = [given for given, dtype in zip(dtypes, kept, strict=True) if is_differentiable(dtype)]
    return tuple(common_dtype(*parts) if is_differentiable(dtype) else dtype for dtype in kept)


def _scatter_type(*types: ArrayType, indices: Any, shape: Any) -> Inferred:
    whole = as_shape(shape)
    if len(types) != sum(1 + index.count(ARRAY) for index in indices):
        raise IndexingError(f"{len(types)} operands for {len(indices)} indices", advice="each part needs an index")
    normal: list[Index] = []
    requirements: tuple[Requirement, ...] = ()
    for (part, arrays), index in zip(by_parts(types, indices), indices, strict=True):
        entry, selected, more = normalise(whole, index, checked(arrays))
        if selected != part.shape:
            raise IndexingError(f"a part of shape {shape_text(part.shape)} doesn't fit {shape_text(selected)}")
        if part.dtype != types[0].dtype:
            raise DtypeError(f"parts of {types[0].dtype} and {part.dtype}", advice="cast one: x.astype(...)")
        normal.append(entry)
        requirements += more
    return Inferred(ArrayType(types[0].dtype, whole), (tuple(normal), whole), tuple(dict.fromkeys(requirements)))


def checked(arrays: Sequence[ArrayType]) -> list[Shape]:
    """The shapes of index arrays, which hold integers."""
    for each in arrays:
        if each.dtype.kind == "b":
            raise IndexingError(
                "a mask selects as many elements as are true, which is known when a function is run only",
                advice="sd.where(mask, x, 0) keeps the shape; integers that say where select too",
            )
        if each.dtype.kind not in "iu":
            raise IndexingError(f"an array of {each.dtype} can't be an index", advice="cast it: i.astype(int)")
    return [each.shape for each in arrays]


def _scatter_statements(
    out: str, y: ArrayType, *operands: str, indices: Sequence[Index], shape: str
) -> Iterator[str] | None:
    """Zeros, and each part put or added to its slice; None where an array says where to."""
    if any(ARRAY in index for index in indices):
        return None
    spans = [index_text(index, []) for index in indices]
    first = f"{out}[{spans[0]}] = {operands[0]}"
    rest: list[str] = []
    for index, span, part in zip(indices[1:], spans[1:], operands[1:], strict=True):
        in_place = [f"into = {out}[{span}]", f"np.add(into, {part}, into)"]  # sooner than +=, which also puts it back
        rest += in_place if any(isinstance(each, tuple) for each in index) else [f"{out}[{span}] += {part}"]
    return iter([f"{out} = np.zeros({shape}{'' if y.dtype == FLOAT else f', np.{y.dtype.name}'})", first, *rest])


def _scatter_source(*operands: str, indices: Sequence[Index], shape: str) -> str:
    parts = zip(by_parts(operands, indices), indices, strict=True)
    pairs = (f"({part}, np.s_[{index_text(index, arrays)}])" for (part, arrays), index in parts)
    return f"scatter_parts({', '.join([shape, *pairs])})"


def select(x: Expression, index: Index, arrays: Sequence[Expression]) -> Expression:
    """x at an index in normal form."""
    if not arrays:
        return x.graph.apply(getitem_op, (x,), {"index": index})
    return x.graph.ops.gather(x, *arrays, index=index)


def _scatter_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    indices = y.attrs[0]
    value, mask, _ = cotangent
    result: list[Cotangent | None] = []
    for (_, arrays), (wanted, others), index in zip(
        by_parts(xs, indices), by_parts(needed, indices), indices, strict=True
    ):
        found = select(value, index, arrays) if wanted else None
        kept = None if mask is None or not wanted else select(mask, index, arrays)
        result += [None if found is None else Cotangent(found, kept), *(None for _ in others)]
    return result


def _scatter_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    full = [
        t if t is not None else x.graph.zeros(x.type) if is_differentiable(x.dtype) else x
        for t, x in zip(tangents, xs, strict=True)
    ]
    return y.operation(*full)


scatter_add = Op(
    name="scatter_add", kernel=scatter_add_kernel, arity=None, promote=_parts_to_common, infer=_scatter_type,
    attributes=MappingProxyType({"indices": REQUIRED, "shape": REQUIRED}),
    source=_scatter_source, statements=_scatter_statements, helpers=(scatter_parts,), carries_mask=True,
    vjp=_scatter_vjp, jvp=_scatter_jvp,
    samples=[
        uniform(-2, 2, (2,), attributes={"indices": (((1, 3, None),),), "shape": (4,)}),
        uniform(-2, 2, (), (2,), attributes={"indices": ((0,), ((None, None, 2),)), "shape": (4,)}),
        operands(Sample(-2, 2, (6,)), Sample(0, 4, (6,), "int64"), attributes={"indices": ((ARRAY,),), "shape": (4,)}),
        operands(
            Sample(-2, 2, (4, 5)), Sample(-2, 2, (3, 4)), Sample(0, 4, (3, 1), "int64"), Sample(0, 5, (4,), "int64"),
            attributes={"indices": ((), (ARRAY, ARRAY)), "shape": (4, 5)},
        ),
    ],
    law="d scatter(x) = scatter(dx)", doc="Zeros with parts added in their places.",
)  # fmt: skip


INDEXING = (getitem_op, scatter_add)
