"""Functional updates: a new array with a part replaced, added to, multiplied: `x.at[index].set(values)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, IndexingError
from symdiff.op import ARRAY, REQUIRED, Cotangent, Expression, Op, Sample, compute, graph_of, keep
from symdiff.ops.cumulative import linear_recurrence
from symdiff.ops.extremes import scatter_max, scatter_min
from symdiff.ops.family import operands, uniform
from symdiff.ops.gathering import constant_value, getitem, parsed
from symdiff.ops.indexing import FULL, Index, checked, index_text, normalise, python_index, scatter_add, select
from symdiff.ops.joining import concat
from symdiff.ops.logic import where
from symdiff.ops.ranges import arange
from symdiff.ops.shape import broadcast_to
from symdiff.ops.sorting import argsort
from symdiff.sizes import product
from symdiff.types import ArrayType, DType, Inferred, Weak, common_dtype, shape_text


def replaced(x: Any, part: Any, index: Any) -> Any:
    """A copy of x whose elements at the index are those of `part`; the last one, where it names an element twice."""
    y = np.array(x)
    y[index] = part
    return y


def replace_part_kernel(x: Any, part: Any, *arrays: Any, index: Index) -> Any:
    """`replaced`, with an index in normal form and its arrays."""
    return replaced(x, part, python_index(index, arrays))


def _to_array_and_part(*dtypes: DType | Weak) -> tuple[DType, ...]:
    return (*[common_dtype(*dtypes[:2])] * 2, *keep(*dtypes[2:]))


def _replace_type(x: ArrayType, part: ArrayType, *arrays: ArrayType, index: Index) -> Inferred:
    normal, selected, requirements = normalise(x.shape, index, checked(arrays))
    if selected != part.shape:
        raise IndexingError(
            f"a part of shape {shape_text(part.shape)} doesn't fit {shape_text(selected)}",
            advice="x.at[i].set(v) stretches v where it can",
        )
    return Inferred(x, (normal,), requirements)


def _repeats(x: Any, index: Index, arrays: Sequence[Any]) -> bool | None:
    """Whether an index names an element twice; None where that isn't known."""
    values = [constant_value(each) for each in arrays]
    if not values or any(value is None for value in values):
        return None if values else False
    if all(isinstance(dim, int) for dim in x.shape):
        count: Any = product(x.shape)
        named = np.arange(count).reshape(x.shape)[python_index(index, values)]
        return np.unique(named).size < named.size
    places = np.stack(np.broadcast_arrays(*values)).reshape(len(values), -1)
    if np.unique(places, axis=1).shape[1] < places.shape[1]:
        return True
    return None if (places < 0).any() else False


def _replace_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """What is replaced gets nothing; what replaces it gets its place's, if it is the last one put there."""
    graph, (x, part, *arrays), index = y.graph, xs, y.attrs[0]
    value, mask, _ = cotangent
    result: list[Cotangent | None] = [None] * len(xs)
    if needed[0]:
        kept = graph.ops.replace_part(value, graph.zeros(part.type), *arrays, index=index)
        if mask is not None:
            mask = graph.ops.replace_part(mask, graph.zeros(ArrayType(mask.dtype, part.shape)), *arrays, index=index)
        result[0] = Cotangent(kept, mask)
    if needed[1]:
        found = select(value, index, arrays)
        if _repeats(x, index, arrays) is not False:
            order = arange(product(part.shape), graph=graph).reshape(part.shape)
            last = graph.ops.replace_part(graph.zeros(ArrayType(order.dtype, x.shape)), order, *arrays, index=index)
            found = graph.ops.where(select(last, index, arrays) == order, found, 0)
        result[1] = Cotangent(found, None if cotangent.mask is None else select(cotangent.mask, index, arrays))
    return result


def _replace_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    full = [x.graph.zeros(x.type) if t is None else t for t, x in zip(tangents[:2], xs[:2], strict=True)]
    return y.operation(*full, *xs[2:])


replace = Op(
    name="replace_part", kernel=replace_part_kernel, infer=_replace_type, arity=None, promote=_to_array_and_part,
    attributes=MappingProxyType({"index": REQUIRED}), carries_mask=True, helpers=(replaced,), nodes_per_edge=12,
    source=lambda x, part, *arrays, index: f"replaced({x}, {part}, np.s_[{index_text(index, arrays)}])",
    vjp=_replace_vjp, jvp=_replace_jvp,
    samples=[
        uniform(-2, 2, (4, 3), (2, 3), attributes={"index": ((1, 3, None),)}),
        operands(Sample(-2, 2, (4,)), Sample(-2, 2, (6,)), Sample(0, 4, (6,), "int64"), attributes={"index": (ARRAY,)}),
        operands(
            Sample(-2, 2, (4, 5)), Sample(-2, 2, (4, 3)), Sample(0, 5, (3,), "int64"),
            attributes={"index": (FULL, ARRAY)},
        ),
    ],
    law="d replaced(x, v) = replaced(dx, dv)", doc="The array with a part replaced.",
)  # fmt: skip

UPDATES = (replace,)


@dataclass(frozen=True)
class Part:
    """A part of an array, to make a new array in which it is another one; `x.at[index]` makes it.

    Values are broadcast to the part's shape. Where an index array names an element more than once, `add`, `multiply`,
    `min` and their like are done as often, as `np.add.at` does, and of `set` the last one stays, as for NumPy's
    assignment. So `multiply` and `divide` sort an index that repeats, or that is known at the call only.
    """

    array: Any
    key: Any

    def get(self) -> Any:
        """The part itself: x[index]."""
        return getitem(self.array, self.key)

    def set(self, values: Any) -> Any:
        """x with the part replaced: it no longer depends on what was there, and `values` on nothing else."""
        x, index, arrays = self._parsed(values)
        return _applied(replace, [x, self._fitting(x, values, index, arrays), *arrays], index=index)

    def add(self, values: Any) -> Any:
        """x with `values` added to the part, as often as an index names an element (`np.add.at`)."""
        x, index, arrays = self._parsed(values)
        part = self._fitting(x, values, index, arrays)
        return _applied(scatter_add, [x, part, *arrays], indices=((), index), shape=x.shape)

    def subtract(self, values: Any) -> Any:
        """x with `values` subtracted from the part."""
        return self.add(-_array(values))

    def multiply(self, values: Any) -> Any:
        """x with the part multiplied by `values`, as often as an index names an element (`np.multiply.at`)."""
        return self._scaled(values, lambda part, factor: part * factor, lambda factor: factor)

    def divide(self, values: Any) -> Any:
        """x with the part divided by `values`, as often as an index names an element."""
        return self._scaled(values, lambda part, factor: part / factor, lambda factor: 1 / factor)

    def min(self, values: Any) -> Any:
        """x with the smallest of the part and `values` in its place; ties split the derivative evenly."""
        return self._extreme(scatter_min, values)

    def max(self, values: Any) -> Any:
        """x with the largest of the part and `values` in its place; ties split the derivative evenly."""
        return self._extreme(scatter_max, values)

    def apply(self, function: Callable[[Any], Any]) -> Any:
        """x with function(part) in the part's place, once where an index names an element more than once."""
        return self.set(function(self.get()))

    def _extreme(self, op: Op, values: Any) -> Any:
        x, index, arrays = self._parsed(values)
        return _applied(op, [x, self._fitting(x, values, index, arrays), *arrays], index=index)

    def _scaled(self, values: Any, scale: Callable[[Any, Any], Any], factor: Callable[[Any], Any]) -> Any:
        """The part scaled by the values; one after another where they may name an element more than once."""
        x, index, arrays = self._parsed(values)
        if _repeats(x, index, arrays) is False:
            return self.set(scale(self.get(), values))
        scales = self._fitting(x, values, index, arrays).reshape(-1)
        flat, graph = x.reshape(-1), graph_of([x])
        places = getitem(arange(product(x.shape), graph=graph).reshape(x.shape), self.key).reshape(-1)
        order = argsort(places)
        places, scales = places[order], scales[order]
        first = concat([places[:1] == places[:1], places[1:] != places[:-1]])
        begun = where(first, scale(flat[places], scales), 0)
        return at(flat)[places].set(linear_recurrence(where(first, 0, factor(scales)), begun, axis=0)).reshape(x.shape)

    def _parsed(self, values: Any) -> tuple[Any, Index, list[Any]]:
        graph = graph_of([self.array, self.key, values])
        x = np.asarray(self.array) if graph is None else graph.lift(self.array)
        index, arrays = parsed(graph, x, self.key)
        return x, index, arrays

    def _fitting(self, x: Any, values: Any, index: Index, arrays: Sequence[Any]) -> Any:
        """The values, cast to x's dtype if that is safe and stretched to the part's shape."""
        index, shape, _ = normalise(x.shape, index, [each.shape for each in arrays])
        values = _array(values)
        if common_dtype(x.dtype, values.dtype) != x.dtype and not isinstance(values, np.ndarray):
            raise ArgumentError(f"{values.dtype} doesn't cast to {x.dtype} safely", advice="x.astype(...).at[i] first")
        values = values if values.dtype == x.dtype else values.astype(x.dtype)
        values = values if graph_of([x]) is None else x.graph.lift(values)
        return values if values.shape == shape else broadcast_to(values, shape)


@dataclass(frozen=True)
class At:
    """What `x.at` is: indexed, it is a part of x that can be updated."""

    array: Any

    def __getitem__(self, key: Any) -> Part:
        return Part(self.array, key)


def _array(values: Any) -> Any:
    return np.asarray(values) if graph_of([values]) is None else values


def _applied(op: Op, operands: Sequence[Any], **attributes: Any) -> Any:
    graph = graph_of(operands)
    if graph is None:
        return compute(op, operands, op.bind(tuple(operands), attributes)[1])
    return graph.apply(op, tuple(operands), attributes)


def at(x: Any, /) -> At:
    """Functional updates of an array: `sd.at(x)[index].set(v)`, also spelled `x.at[index].set(v)` of expressions.

    `set`, `add`, `subtract`, `multiply`, `divide`, `min`, `max`, `apply` give a new array, `get` the part; the index
    is any that `x[index]` takes. The result has x's dtype.

    >>> import numpy as np
    >>> at(np.zeros(4))[[1, 1, 3]].add(1.0)
    array([0., 2., 0., 1.])
    """
    return At(x)
