"""Rules about parts: parts of parts, parts of what was joined, joining what was cut, and parts put back in place.

The normal form: one index instead of two; of a join only the operands that are looked at; zeros with parts added in
their places are a join where the parts tile the whole.
"""

from __future__ import annotations

import itertools
from typing import Any, Final

from symdiff.ops.indexing import FULL, getitem_op, scatter_add
from symdiff.ops.shape import broadcast_to, concat, expand_dims, squeeze, stack_op
from symdiff.rewriting.rule import Rule, View, rule
from symdiff.sizes import Dim, Size


def picked(x: Any, index: tuple[Any, ...]) -> Any:
    """x at an index in normal form; x itself where that is all of it."""
    return x.graph.apply(getitem_op, (x,), {"index": index}) if index else x


@rule(getitem_op, "exact", lambda x: (x[1:][:, 1:][0, :1], x[1, 1:2]), over=getitem_op)
def part_of_part(view: View) -> Any:
    "x[i][j] = x[i[j]]"
    inner = view.operand(0, getitem_op)
    if inner is None:
        return None
    index = _composed(inner.attrs[0], view.attrs[0], inner.input(0).shape)
    return None if index is None else picked(inner.input(0), index)


def _composed(inner: tuple[Any, ...], outer: tuple[Any, ...], shape: tuple[Dim, ...]) -> tuple[Any, ...] | None:
    """The index that x[inner][outer] is, or None where that isn't one, or sizes known by name hide which it is."""
    axes, rest = iter(shape), iter(outer)
    found: list[Any] = []
    for entry in (*inner, *[FULL] * (len(shape) - sum(each is not None for each in inner))):
        dim = 1 if entry is None else next(axes)
        if isinstance(entry, (int, Size)):
            found.append(entry)
            continue
        second = next(rest, FULL)
        while second is None:
            found.append(None)
            second = next(rest, FULL)
        if entry is None:
            if second not in (FULL, 0):
                return None
            found += [None] if second == FULL else []
            continue
        both = _entry(entry, second, dim)
        if both is None:
            return None
        found.append(both)
    found += list(rest)
    while found and found[-1] == FULL:
        found.pop()
    return tuple(found)


def _entry(first: tuple[Any, ...], second: Any, dim: Dim) -> Any:
    """What a slice, and then a slice or a position of what it selects, are together; None where it isn't known."""
    if second == FULL:
        return first
    if first == FULL:
        return second
    bounds = (*first, *(second if isinstance(second, tuple) else (second,)))
    if any(isinstance(each, Size) for each in bounds):
        return None
    if isinstance(dim, int):
        chosen = range(dim)[slice(*first)]
        if not isinstance(second, tuple):
            return chosen[second]
        left = chosen[slice(*second)]
        return (left.start, None if left.stop < 0 else left.stop, left.step) if left else (0, 0, None)
    start, stop, step = first
    if stop is not None or step is not None or start < 0:
        return None
    if not isinstance(second, tuple):
        return start + second if second >= 0 else second
    if (second[0] or 0) < 0 or second[2] is not None:
        return None
    last = second[1]
    return (start + (second[0] or 0), last if last is None or last < 0 else start + last, None)


@rule(getitem_op, "exact", lambda x, y: (concat(x[:, :2], y, axis=1)[0, 1:2], x[:, :2][0, 1:2]), over=concat)
def part_of_join(view: View) -> Any:
    "concat(x, y)[i] = y[i - n], where it lies in one of them"
    inner, index = view.operand(0, concat), view.attrs[0]
    if inner is None or None in index or len(index) <= inner.attrs[0]:
        return None
    axis, start = inner.attrs[0], 0
    span = _span(index[axis], inner.expr.shape[axis])
    for each in inner.inputs if span else ():
        stop = each.shape[axis] + start
        if isinstance(stop, Size):
            return None
        if span and start <= span[0] <= span[1] <= stop:
            entry = index[axis] - start if isinstance(index[axis], int) else (span[0] - start, span[1] - start, None)
            return picked(each, (*index[:axis], entry, *index[axis + 1 :]))
        start = stop
    return None


@rule(getitem_op, "exact", lambda x, y: (stack_op(x, y, axis=1)[0, 1], y[0]), over=stack_op)
def part_of_stack(view: View) -> Any:
    "stack(x, y)[1] = y"
    inner, index = view.operand(0, stack_op), view.attrs[0]
    if inner is None or None in index or len(index) <= inner.attrs[0] or type(index[inner.attrs[0]]) is not int:
        return None
    axis = inner.attrs[0]
    return picked(inner.input(index[axis]), _trimmed((*index[:axis], *index[axis + 1 :])))


def _trimmed(index: tuple[Any, ...]) -> tuple[Any, ...]:
    return index if any(each != FULL for each in index) else ()


@rule(concat, "exact", lambda x, y: (concat(x, concat(y, x, axis=1), axis=1), concat(x, y, x, axis=1)), over=concat)
def joined_twice(view: View) -> Any:
    "concat(x, concat(y, z)) = concat(x, y, z), along one axis"
    parts: list[Any] = []
    for position in range(len(view.inputs)):
        inner = view.operand(position, concat)
        parts += inner.inputs if inner and inner.attrs == view.attrs else [view.input(position)]
    return concat(*parts, axis=view.attrs[0]) if len(parts) > len(view.inputs) else None


@rule(concat, "exact", lambda x: (concat(x, axis=0), x))
def joined_alone(view: View) -> Any:
    "concat(x) = x"
    return view.input(0) if len(view.inputs) == 1 else None


@rule(stack_op, "exact", lambda x: (stack_op(x, axis=1), expand_dims(x, (1,))))
def stacked_alone(view: View) -> Any:
    "stack(x) = expand(x)"
    return expand_dims(view.input(0), view.attrs) if len(view.inputs) == 1 else None


@rule(concat, "exact", lambda x: (concat(x[:, :1], x[:, 1:], axis=1), x), over=getitem_op)
def joined_again(view: View) -> Any:
    "concat(x[:k], x[k:]) = x"
    parts = view.operands(getitem_op)
    first, axis = parts[0], view.attrs[0]
    if first is None or first.input(0).type != view.expr.type:
        return None
    edge: Any = 0
    for part in parts:
        if part is None or part.input(0) is not first.input(0) or _other_axes(part.attrs[0], axis):
            return None
        entry = part.attrs[0][axis]
        if not isinstance(entry, tuple) or (entry[0] or 0, entry[2]) != (edge, None):
            return None
        edge = entry[1]
    return first.input(0) if edge is None else None


@rule(stack_op, "exact", lambda x: (stack_op(x[:2][0], x[:2][1], axis=0), x[:2]), over=getitem_op)
def stacked_again(view: View) -> Any:
    "stack(x[0], x[1]) = x"
    parts = view.operands(getitem_op)
    first, axis = parts[0], view.attrs[0]
    if first is None or first.input(0).type != view.expr.type:
        return None
    whole = all(
        part is not None and part.input(0) is first.input(0) and part.attrs[0] == (*(FULL,) * axis, place)
        for place, part in enumerate(parts)
    )
    return first.input(0) if whole else None


@rule(
    scatter_add,
    "rounding",
    lambda x: (
        scatter_add(x[:, 1:], x[:, 0], indices=((FULL, (1, None, None)), (FULL, 0)), shape=(2, 3)),
        concat(expand_dims(x[:, 0], (1,)), x[:, 1:], axis=1),
    ),
    (-2.0, 2.0),
)
def tiles(view: View) -> Any:
    "scatter(x, y) = concat(x, y), where the parts tile the whole; of one position each, stack(x, y)"
    indices, shape = view.attrs
    axis = max(len(indices[0]) - 1, 0)
    length = shape[axis] if axis < len(shape) else None
    if not isinstance(length, int) or any(_other_axes(index, axis) for index in indices):
        return None
    spans = [_span(index[axis], length) for index in indices]
    order = sorted(range(len(spans)), key=lambda i: spans[i] or (0, 0))
    edges = [(0, 0), *(spans[i] or (-1, -1) for i in order)]
    if any(after[0] != before[1] for before, after in itertools.pairwise(edges)) or edges[-1][1] != length:
        return None
    parts = [view.input(i) for i in order]
    single = [isinstance(indices[i][axis], int) for i in order]
    if all(single):
        return stack_op(*parts, axis=axis)
    return concat(*(expand_dims(p, (axis,)) if one else p for p, one in zip(parts, single, strict=True)), axis=axis)


def _other_axes(index: Any, axis: int) -> bool:
    """Whether an index does more than take a part along one axis."""
    return len(index) != axis + 1 or index[-1] is None or any(entry != FULL for entry in index[:-1])


def _span(entry: Any, length: Dim) -> tuple[int, int] | None:
    """Where a position, or a slice of step 1, starts and stops; None for other slices, and for named sizes."""
    if isinstance(entry, int):
        return entry, entry + 1
    if not isinstance(entry, tuple):
        return None
    start, stop, step = entry
    first, last = start or 0, length if stop is None else stop
    return (first, last) if step is None and isinstance(first, int) and isinstance(last, int) else None


@rule(
    scatter_add,
    "rounding",
    lambda x: (
        scatter_add(expand_dims(x[:, 0], 0), indices=((None, FULL, 1),), shape=x.shape),
        scatter_add(squeeze(expand_dims(x[:, 0], 0), (0,)), indices=((FULL, 1),), shape=x.shape),
    ),
    (-2.0, 2.0),
)
def scattered_new_axes(view: View) -> Any:
    "scatter(x at [None, i]) = scatter(squeeze(x) at [i])"
    indices, shape = view.attrs
    if len(indices) != len(view.inputs) or not any(None in index for index in indices):
        return None
    parts = [_without_new(part, index) for part, index in zip(view.inputs, indices, strict=True)]
    return scatter_add(
        *parts, indices=tuple(tuple(i for i in index if i is not None) for index in indices), shape=shape
    )


def _without_new(part: Any, index: tuple[Any, ...]) -> Any:
    """A part without the axes of size 1 that None in its index stands for."""
    kept = [entry for entry in index if not isinstance(entry, (int, Size))]
    new = tuple(axis for axis, entry in enumerate(kept) if entry is None)
    return squeeze(part, new) if new else part


@rule(scatter_add, "rounding", lambda x: (scatter_add(x, indices=((),), shape=x.shape), x), (-2.0, 2.0))
def scattered_whole(view: View) -> Any:
    "scatter(x at [...]) = x"
    whole = len(view.inputs) == 1 and all(each == FULL for each in view.attrs[0][0])
    return view.input(0) if whole else None


@rule(
    scatter_add,
    "exact",
    lambda x: (
        scatter_add(
            scatter_add(x[1, :2], indices=((0, (0, 2, None)),), shape=(1, 3)),
            indices=(((1, None, None),),), shape=(2, 3),
        ),
        scatter_add(x[1, :2], indices=((1, (0, 2, None)),), shape=(2, 3)),
    ),
    over=scatter_add,
)  # fmt: skip
def scattered_twice(view: View) -> Any:
    "scatter(scatter(x at [i]) at [j]) = scatter(x at [j[i]])"
    inner = view.operand(0, scatter_add)
    if inner is None or len(view.inputs) > 1 or len(inner.inputs) > 1:
        return None
    (outer,), shape = view.attrs
    index = _composed(outer, inner.attrs[0][0], shape)
    return None if index is None else scatter_add(inner.input(0), indices=(index,), shape=shape)


@rule(
    getitem_op,
    "rounding",
    lambda x: (scatter_add(x[:, 1], indices=((FULL, 1),), shape=x.shape)[:, 1], x[:, 1]),
    (-2.0, 2.0),
    over=scatter_add,
)
def part_of_scatter(view: View) -> Any:
    "scatter(x at [i])[i] = x"
    inner = view.operand(0, scatter_add)
    alone = inner is not None and len(inner.inputs) == 1 and inner.attrs[0][0] == view.attrs[0]
    return inner.input(0) if inner and alone else None


@rule(
    concat,
    "exact",
    lambda x: (concat(broadcast_to(x[0, 0], (2, 3)), broadcast_to(x[0, 0], (2, 2)), axis=1),
               broadcast_to(x[0, 0], (2, 5))),
    over=broadcast_to,
)  # fmt: skip
def joined_scalars(view: View) -> Any:
    "concat(stretch(s), stretch(s)) = stretch(s), where s is a scalar"
    parts = view.operands(broadcast_to)
    first = parts[0]
    if first is None or first.input(0).shape:
        return None
    uniform = all(part is not None and part.input(0) is first.input(0) for part in parts)
    return broadcast_to(first.input(0), view.expr.shape) if uniform else None


SLICING: Final[tuple[Rule, ...]] = (
    part_of_part, part_of_join, part_of_stack, joined_twice, joined_alone, stacked_alone, joined_again, joined_scalars,
    stacked_again, tiles, scattered_new_axes, scattered_whole, scattered_twice, part_of_scatter,
)  # fmt: skip
