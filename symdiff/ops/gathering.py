"""Indexing by arrays of integers, alone and beside basic indices: `x[key]`, `take`, `take_along_axis`, `one_hot`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from symdiff.errors import ArgumentError, IndexingError, SymdiffError, UnsupportedError
from symdiff.expr import describe_node
from symdiff.op import ARRAY, REQUIRED, Cotangent, Expression, Op, Sample, compute, graph_of, keep
from symdiff.ops.family import operands
from symdiff.ops.indexing import Index, checked, getitem_op, index_text, normalise, python_index
from symdiff.ops.lines import take_along
from symdiff.ops.ranges import arange
from symdiff.ops.shape import asarray, size
from symdiff.sizes import Size
from symdiff.types import ArrayType, Inferred, normalise_axis


def gather_kernel(x: Any, *arrays: Any, index: Index) -> Any:
    """The elements of x that an index with arrays names."""
    return x[python_index(index, arrays)]


def _gather_type(x: ArrayType, *arrays: ArrayType, index: Index) -> Inferred:
    normal, shape, requirements = normalise(x.shape, index, checked(arrays))
    return Inferred(ArrayType(x.dtype, shape), (normal,), requirements)


def _gather_source(x: str, *arrays: str, index: Index) -> str:
    """Operands of an op of any number come without parentheses; what is indexed may need some."""
    whole = ast.parse(x, mode="eval").body
    x = x if isinstance(whole, (ast.Name, ast.Call, ast.Subscript, ast.Attribute)) else f"({x})"
    return f"{x}[{index_text(index, arrays)}]"


def _gather_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    rest = iter(xs[1:])
    place = tuple(next(rest) if each == ARRAY else each for each in y.attrs[0])
    return [cotangent._replace(at=place) if needed[0] else None, *(None for _ in xs[1:])]


gather = Op(
    name="gather", kernel=gather_kernel, infer=_gather_type, arity=None, promote=keep,
    attributes=MappingProxyType({"index": REQUIRED}), carries_mask=True, is_view=True, flops=0, source=_gather_source,
    vjp=_gather_vjp, jvp=lambda tangents, y, xs: y.operation(tangents[0], *xs[1:]),
    samples=[
        operands(Sample(-2, 2, (4,)), Sample(0, 4, (6,), "int64"), attributes={"index": (ARRAY,)}),
        operands(
            Sample(-2, 2, (4, 5, 4)), Sample(-4, 4, (3, 1), "int32"), Sample(0, 4, (2,), "uint8"),
            attributes={"index": (ARRAY, (None, None, 2), ARRAY)},
        ),
        operands(
            Sample(-2, 2, (2, 4, 5)), Sample(0, 4, (3,), "int64"), attributes={"index": ("...", None, ARRAY, 1)}
        ),
        operands(Sample(-2, 2, (4, 2)), Sample(0, 4, (), "int64"), attributes={"index": (ARRAY,)}),
    ],
    law="d x[i] = dx[i], i an array of integers", doc="The elements of an array that arrays of integers name.",
)  # fmt: skip

GATHERING = (gather,)


def getitem(x: Any, key: Any) -> Any:
    """x[key], as NumPy reads it: integers, slices with any step, `...`, None, arrays and lists of integers.

    Arrays, nested lists and integer expressions are broadcast together; where they (and integers) stand side
    by side the axes they select take their place, otherwise these lead. A bound k on a named size n
    records the requirement n >= k, which is checked at the call, so that x[1:] has size n - 1 and x[:3]
    size 3. An index that repeats an element adds up its cotangents.

    A constant index out of range is an `IndexingError`; one that is known at the call only, or on a named
    size, is NumPy's `IndexError` then. Masks are refused: their result's shape would depend on data.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x, i = g.input("x", ("n", 4)), g.input("i", ("m",), "int64")
    >>> x[1:, ::-2].shape, x[:3, None, 0].shape, x[::2].shape
    ((n - 1, 2), (3, 1), ((n + 1)//2, 4))
    >>> x[i].shape, x[i, [[0], [3]]].shape
    ((m, 4), (2, m))
    """
    graph = graph_of([x, key])
    index, arrays = parsed(graph, x, key)
    op = gather if arrays else getitem_op
    if graph is None:
        return compute(op, [x, *arrays], (index,))
    return graph.apply(op, (x, *arrays), {"index": index})


def parsed(graph: Any, x: Any, key: Any) -> tuple[Index, list[Any]]:
    """The index of x that `key` stands for, and the arrays in it; constants in them are checked."""
    try:
        index, arrays = _parsed(graph, key if isinstance(key, tuple) else (key,))
        _check_range(x, index, arrays)
    except SymdiffError as error:
        raise error.located("getitem", [f"operand 0: {_described(x)}"]) from None
    return index, arrays


def _parsed(graph: Any, keys: Sequence[Any]) -> tuple[Index, list[Any]]:
    index: list[Any] = []
    arrays: list[Any] = []
    for key in keys:
        if key is None or isinstance(key, Size):
            index.append(key)
        elif key is Ellipsis:
            index.append("...")
        elif isinstance(key, slice):
            index.append(tuple(_bound_of(each) for each in (key.start, key.stop, key.step)))
        elif isinstance(key, (int, np.integer)) and not isinstance(key, bool):
            index.append(int(key))
        else:
            index.append(ARRAY)
            arrays.append(_array_of(graph, key))
    return tuple(index), arrays


def _array_of(graph: Any, key: Any) -> Any:
    """An index array as an operand: an expression, or a NumPy array where there is no graph."""
    if not isinstance(key, (list, tuple, np.ndarray, np.generic, bool)) and graph_of([key]) is None:
        raise IndexingError(
            f"an index of kind {type(key).__name__}",
            advice="index with integers, slices, ..., None, and arrays or lists of integers",
        )
    array = asarray(key)
    if array.ndim and array.shape[0] == 0 and isinstance(key, list):
        array = np.zeros(array.shape, np.int64)
    if array.dtype.kind == "b":
        raise UnsupportedError(
            "an index of booleans selects as many elements as are true, and a graph's shapes don't depend on data",
            advice="sd.where(mask, x, 0) keeps the shape; integers that say where select too",
        )
    checked([ArrayType(array.dtype, ())])
    return array if graph is None else graph.lift(array)


def constant_value(array: Any) -> Any:
    """The value of an array or of a constant expression; None for other expressions."""
    if graph_of([array]) is None:
        return np.asarray(array)
    return array.attrs[0].value if array.operation.op.name == "constant" else None


def _check_range(x: Any, index: Index, arrays: Sequence[Any]) -> None:
    """Complain of constants in index arrays that lie outside their axis."""
    shape, rest = np.shape(x) if graph_of([x]) is None else x.shape, iter(arrays)
    taken = [i for i, each in enumerate(index) if each is not None and each != "..."]
    place = index.index("...") if "..." in index else len(index)
    for order, i in enumerate(taken):
        axis = order if i < place else len(shape) - len(taken) + order
        if index[i] == ARRAY:
            value = constant_value(next(rest))
            dim = shape[axis] if axis < len(shape) else None
            if value is not None and isinstance(dim, int) and value.size and dim:
                worst = value.max() if value.max() >= dim else value.min()
                if not -dim <= worst < dim:
                    raise IndexingError(
                        f"index {worst} is out of range for axis {axis} of size {dim}",
                        advice=f"indices run from {-dim} to {dim - 1}",
                    )


def _described(x: Any) -> str:
    return f"{np.asarray(x).dtype} {np.shape(x)}" if graph_of([x]) is None else describe_node(x)


def _bound_of(bound: Any) -> Any:
    if bound is None or isinstance(bound, Size):
        return bound
    try:
        return int(bound.__index__())
    except (AttributeError, TypeError):
        raise IndexingError(
            f"a slice's bound is an integer or a size, not {bound!r}", advice="x.shape[0] // 2 is a size; n / 2 isn't"
        ) from None


def take(x: Any, indices: Any, /, axis: int | None = None, *, mode: Literal["raise", "wrap", "clip"] = "raise") -> Any:
    """The elements of x along `axis` at `indices`, integers of any shape, which takes the axis' place.

    Without an axis, of x laid out flat. `mode` "wrap" and "clip" bring indices into range as NumPy does.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> table, word = g.input("table", ("words", 8)), g.input("word", ("batch",), "int64")
    >>> take(table, word, axis=0).shape
    (batch, 8)
    """
    graph = graph_of([x, indices])
    x = np.asarray(x) if graph is None else graph.lift(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalise_axis(axis, x.ndim)
    if mode not in ("raise", "wrap", "clip"):
        raise ArgumentError(f"mode {mode!r}", advice='mode is "raise", "wrap" or "clip"')
    if not isinstance(indices, (int, np.integer)):
        indices = asarray(indices)
    if mode != "raise":
        count = x.shape[axis] if graph is None else size(x, axis)
        if mode == "wrap":
            indices = indices % count
        else:
            lift: Any = np.asarray if graph is None else graph.lift
            maximum, minimum = (np.maximum, np.minimum) if graph is None else (graph.ops.maximum, graph.ops.minimum)
            indices = minimum(maximum(lift(indices), 0), count - 1)
    return getitem(x, (*[slice(None)] * axis, indices))


def take_along_axis(x: Any, indices: Any, /, axis: int | None = -1) -> Any:
    """For each line of x along `axis`, its elements at the integers of that line of `indices`.

    y[i, j, k] = x[i, indices[i, j, k], k] for axis 1. The other axes broadcast together. Without an axis, of x
    laid out flat. `sd.take_along_axis(x, sd.argsort(x), axis=-1)` sorts.

    >>> take_along_axis([[10, 20, 30], [40, 50, 60]], [[2], [0]], axis=1)
    array([[30],
           [40]])
    """
    graph = graph_of([x, indices])
    if graph is None:
        x, indices = np.asarray(x), np.asarray(indices)
    else:
        x, indices = graph.lift(x), graph.lift(indices)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalise_axis(axis, x.ndim)
    return take_along(x, indices, axis=axis)


def one_hot(indices: Any, classes: Any, /, *, dtype: Any = None, axis: int = -1) -> Any:
    """A 1 at the position that each index names, 0 elsewhere, along a new `axis` of size `classes`.

    Its shape is the indices' with `classes` (an integer or a size) at `axis`; its dtype float64 by default. An index
    out of range, -1 too, gives nothing but zeros.

    >>> one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    graph = graph_of([indices])
    indices = np.asarray(indices) if graph is None else indices
    axis = normalise_axis(axis, indices.ndim + 1)
    positions = arange(classes, graph=graph)
    hot = indices.reshape(*indices.shape[:axis], 1, *indices.shape[axis:]) == positions.reshape(
        -1, *[1] * (indices.ndim - axis)
    )
    return hot.astype(np.float64 if dtype is None else dtype)
