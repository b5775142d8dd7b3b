"""Reductions over axes: sums, products, extremes; and their positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import DtypeError, ShapeError
from symdiff.op import REQUIRED, Expression, Op, graph_of, to_boolean
from symdiff.ops.family import all_axes, linear, per_operand, restore_axes, spread, uniform
from symdiff.ops.shape import size
from symdiff.ops.slicing import along, reduced
from symdiff.sizes import product
from symdiff.types import (
    INT,
    ArrayType,
    DType,
    Inferred,
    Weak,
    as_dtype,
    at_least,
    common_dtype,
    floating_dtype,
    normalise_axes,
    normalise_axis,
)

AXES: Final = {"axis": None, "keepdims": False}
SAMPLES: Final = [
    uniform(-2, 2, (3,)),
    uniform(-2, 2, (2, 3), attributes={"axis": 1}),
    uniform(-2, 2, (2, 3, 2), attributes={"axis": (0, 2), "keepdims": True}),
]
BOOLEANS: Final = [
    uniform(0, 2, (2, 3), dtype="bool"),
    uniform(0, 2, (2, 3), dtype="bool", attributes={"axis": 1, "keepdims": True}),
]
POSITIONS: Final = [*SAMPLES[:2], uniform(-2, 2, (2, 3), attributes={"axis": 0, "keepdims": True})]


def _to_wide(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Sum and multiply booleans and small integers in 64 bits, as NumPy and the standard have it."""
    common = common_dtype(*dtypes)
    return ({"b": INT, "i": INT, "u": np.dtype("uint64")}.get(common.kind, common),)


def reduced_type(x: ArrayType, *, axis: Any, keepdims: Any, dtype: Any = None) -> Inferred:
    """The type of a reduction over axes, with the attributes in normal form: None for all axes."""
    axes = normalise_axes(axis, len(x.shape))
    kept = [1 if i in axes else dim for i, dim in enumerate(x.shape) if keepdims or i not in axes]
    normal = None if axis is None or len(axes) == len(x.shape) else axes
    return Inferred(ArrayType(dtype or x.dtype, tuple(kept)), (normal, bool(keepdims)))


def _extreme_type(x: ArrayType, *, axis: Any, keepdims: bool) -> Inferred:
    if x.dtype.kind in "cb":
        raise DtypeError(f"{x.dtype} has no largest or smallest element", advice="compare real numbers")
    inferred = reduced_type(x, axis=axis, keepdims=keepdims)
    dims = [x.shape[i] for i in normalise_axes(axis, len(x.shape))]
    if 0 in dims:
        raise ShapeError("no element is the largest or smallest of none", advice="reduce over non-empty axes")
    return inferred._replace(requirements=tuple(each for dim in dims for each in at_least(dim, 1)))


def _once(y: ArrayType, x: ArrayType) -> Any:
    """One operation for each element that is reduced."""
    return product(x.shape)


def _shares(y: Expression, x: Expression, axis: Any, keepdims: bool) -> tuple[Expression, Expression]:
    """Which elements are the extreme one, and how many are, as numbers; axes kept."""
    winners = (x == restore_axes(y, all_axes(x, axis), keepdims)).astype(x.dtype)
    return winners, winners.sum(axis=axis, keepdims=True)


def _extreme_vjp(g: Expression, y: Expression, x: Expression, *, axis: Any, keepdims: bool) -> Expression:
    winners, count = _shares(y, x, axis, keepdims)
    return winners * (restore_axes(g, all_axes(x, axis), keepdims) / count)


def _extreme_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    (x,), (tangent,) = xs, tangents
    axis, keepdims = y.attrs
    winners, count = _shares(y, x, axis, keepdims)
    mean = (winners * tangent).sum(axis=axis, keepdims=True) / count
    return mean if keepdims else mean.graph.ops.squeeze(mean, all_axes(x, axis))


def _extreme(name: str, kernel: Callable[..., Any], meaning: str) -> Op:
    return Op(
        name=name, kernel=kernel, arity=1, attributes=MappingProxyType(AXES), infer=_extreme_type,
        flops=_once, nodes_per_edge=12, slicing=reduced(f"{name}imum"),
        vjp=per_operand(_extreme_vjp, mask=spread), jvp=_extreme_jvp, samples=SAMPLES,
        law=f"d {name}(x) = mean of dx over the {meaning} elements", convention="ties split evenly",
        doc=f"The {meaning} element over axes.",
    )  # fmt: skip


def _position(name: str, kernel: Callable[..., Any], meaning: str) -> Op:
    def infer(x: ArrayType, *, axis: Any, keepdims: bool) -> Inferred:
        requirements = _extreme_type(x, axis=axis, keepdims=keepdims).requirements
        single = None if axis is None else normalise_axis(axis[0] if isinstance(axis, tuple) else axis, len(x.shape))
        inferred = reduced_type(x, axis=single, keepdims=keepdims, dtype=INT)
        return inferred._replace(attrs=(single, bool(keepdims)), requirements=requirements)

    return Op(
        name=name, kernel=kernel, arity=1, attributes=MappingProxyType(AXES), infer=infer, samples=POSITIONS,
        flops=_once, slicing=reduced(None),
        law=f"d {name}(x) = 0",
        doc=f"The index of the first {meaning} element along an axis, or in the whole array laid out flat.",
    )  # fmt: skip


def _quantifier(name: str, kernel: Callable[..., Any], meaning: str) -> Op:
    return Op(
        name=name, kernel=kernel, arity=1, attributes=MappingProxyType(AXES), infer=reduced_type, promote=to_boolean,
        flops=_once, slicing=reduced("logical_or" if kernel is np.any else "logical_and"),
        samples=BOOLEANS,
        law=f"d {name}(x) = 0", doc=f"Whether {meaning} is true, over axes.",
    )  # fmt: skip


def product_of_others(x: Any, *, axis: int) -> Any:
    """For each element, the product of all others along the axis: exact where elements are 0."""
    found, after = np.ones_like(x), np.ones_like(x)
    x, before, behind = (np.moveaxis(each, axis, -1) for each in (x, found, after))
    np.multiply.accumulate(x[..., :-1], axis=-1, out=before[..., 1:])
    np.multiply.accumulate(x[..., :0:-1], axis=-1, out=behind[..., -2::-1])
    found *= after
    return found


def _others_type(x: ArrayType, *, axis: int) -> Inferred:
    return Inferred(x, (normalise_axis(axis, len(x.shape)),))


def _others_tangent(t: Expression, x: Expression, axis: int) -> Expression:
    """sum_i t_i prod_{k != i, j} x_k for each j, from the n x n matrix whose row i has a 1 in place of x_i."""
    ops = x.graph.ops
    last = ops.moveaxis(x, axis, -1)
    index = ops.arange(x.shape[axis], graph=x.graph)
    diagonal = ops.expand_dims(index, 1) == index
    without = ops.where(diagonal, 1, ops.expand_dims(last, -2))
    pairs = ops.where(diagonal, 0, ops.product_of_others(without, axis=-1))
    rows = ops.expand_dims(ops.moveaxis(t, axis, -1), -1)
    return ops.moveaxis((rows * pairs).sum(axis=-2), -1, axis)


def _prod_vjp(g: Expression, y: Expression, x: Expression, *, axis: int, keepdims: bool) -> Expression:
    return restore_axes(g, (axis,), keepdims) * x.graph.ops.product_of_others(x, axis=axis)


def _prod_type(x: ArrayType, *, axis: int, keepdims: bool) -> Inferred:
    single = normalise_axis(axis, len(x.shape))
    return reduced_type(x, axis=single, keepdims=keepdims)._replace(attrs=(single, bool(keepdims)))


def _prod_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    axis, keepdims = y.attrs
    return (tangents[0] * xs[0].graph.ops.product_of_others(xs[0], axis=axis)).sum(axis=axis, keepdims=keepdims)


sum_op = linear(
    "sum", np.sum, attributes=AXES, infer=reduced_type, transpose=[spread], carries_mask=True, flops=_once,
    slicing=reduced("add"),
    promote=_to_wide, samples=SAMPLES, law="d sum(x) = sum(dx)", doc="The sum over axes.",
)  # fmt: skip
max_op = _extreme("max", np.max, "largest")
min_op = _extreme("min", np.min, "smallest")
prod_op = Op(
    name="prod", kernel=np.prod, arity=1, infer=_prod_type, promote=_to_wide,
    attributes=MappingProxyType({"axis": REQUIRED, "keepdims": False}), flops=_once, slicing=reduced("multiply"),
    vjp=per_operand(_prod_vjp, mask=spread), jvp=_prod_jvp,
    samples=[
        uniform(-2, 2, (3,), attributes={"axis": 0}),
        uniform(-2, 2, (2, 3), attributes={"axis": 1, "keepdims": True}),
    ],
    law="d prod(x) = sum_i dx_i prod_{k != i} x_k", doc="The product along an axis.",
)  # fmt: skip
others = Op(
    name="product_of_others", kernel=product_of_others, arity=1, attributes=MappingProxyType({"axis": REQUIRED}),
    infer=_others_type, flops=3, nodes_per_edge=12, slicing=along,
    vjp=per_operand(lambda g, y, x, *, axis: _others_tangent(g, x, axis)),
    jvp=lambda tangents, y, xs: _others_tangent(tangents[0], xs[0], y.attrs[0]),
    samples=[uniform(-2, 2, (3,), attributes={"axis": 0}), uniform(-2, 2, (2, 3), attributes={"axis": 1})],
    law="d prod_{k != j} x_k = sum_{i != j} dx_i prod_{k != i, j} x_k",
    doc="For each element, the product of all others along the axis.",
)  # fmt: skip
any_op = _quantifier("any", np.any, "any element")
all_op = _quantifier("all", np.all, "every element")
argmax = _position("argmax", np.argmax, "largest")
argmin = _position("argmin", np.argmin, "smallest")

REDUCTION = (sum_op, max_op, min_op, prod_op, others, any_op, all_op, argmax, argmin)


def _cast(x: Any, dtype: Any) -> Any:
    """x, an array or a list, in the dtype that was asked for, if one was."""
    graph = graph_of([x])
    x = np.asarray(x) if graph is None else graph.lift(x)
    return x if dtype is None or x.dtype == as_dtype(dtype) else x.astype(as_dtype(dtype))


def sum(x: Any, /, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Any:
    """The sum over `axis` (an axis, a tuple of axes, or all of them).

    Booleans and integers are summed in 64 bits unless `dtype` says otherwise; floats in their own dtype.

    >>> import symdiff as sd
    >>> sd.sum(sd.Graph().input("x", ("n", 3)), axis=0).shape
    (3,)
    """
    return _cast(sum_op(_cast(x, dtype), axis=axis, keepdims=keepdims), dtype)


def prod(x: Any, /, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Any:
    """The product over `axis` (an axis, a tuple of axes, or all of them); dtypes as for `sum`.

    Its derivative is the product of the other elements, also where some are 0.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", (3,))
    >>> sd.grad(sd.prod(x), x).eval({x: [0.0, 2.0, 3.0]})
    array([6., 0., 0.])
    """
    result = _cast(x, dtype)
    result = _cast(result, _to_wide(result.dtype)[0])
    for each in reversed(normalise_axes(tuple(axis) if isinstance(axis, list) else axis, result.ndim)):
        result = prod_op(result, axis=each, keepdims=keepdims)
    return _cast(result, dtype)


def mean(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The arithmetic mean over `axis`: the sum divided by the number of elements.

    >>> import symdiff as sd
    >>> sd.mean(sd.Graph().input("x", ("batch", 3))).shape
    ()
    """
    if graph_of([x]) is None:
        return np.mean(x, axis=axis, keepdims=keepdims)
    x = _cast(x, None)
    total = sum(x, axis, keepdims=keepdims)
    return total / size(x, axis, dtype=floating_dtype(total.dtype))


def max(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest element over `axis`; its derivative is split evenly between equal ones.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.grad(sd.max(x), x).eval({x: [5.0, 1.0, 5.0]})
    array([0.5, 0. , 0.5])
    """
    return max_op(x, axis=axis, keepdims=keepdims)


def min(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The smallest element over `axis`; its derivative is split evenly between equal ones."""
    return min_op(x, axis=axis, keepdims=keepdims)


def any(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Whether any element over `axis` is true (numbers: other than 0)."""
    return any_op(_truth(x), axis=axis, keepdims=keepdims)


def all(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Whether all elements over `axis` are true (numbers: other than 0)."""
    return all_op(_truth(x), axis=axis, keepdims=keepdims)


def _truth(x: Any) -> Any:
    x = _cast(x, None)
    return x if x.dtype.kind == "b" else x != 0
