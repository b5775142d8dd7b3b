"""The three families of ops: from a few facts each to a whole `Op`, so that no derivative fact is written twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from symdiff.errors import DtypeError
from symdiff.op import Attrs, Case, Cotangent, Expression, Op, Sample, to_common, to_floating
from symdiff.ops.slicing import aligned
from symdiff.types import ArrayType, DType, Inferred, as_dtype, broadcast

Partial: TypeAlias = Callable[..., Any] | None
NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})


def uniform(
    low: float,
    high: float,
    *shapes: tuple[int, ...],
    dtype: str = "float64",
    attributes: Mapping[str, Any] = NO_ATTRIBUTES,
) -> Case:
    """A sample application: operands drawn from [low, high), one for each shape, and these attributes."""
    return Case(tuple(Sample(low, high, shape, dtype) for shape in shapes), attributes)


def operands(*samples: Sample, attributes: Mapping[str, Any] = NO_ATTRIBUTES) -> Case:
    """A sample application whose operands are drawn from different ranges."""
    return Case(samples, attributes)


def elementwise(
    name: str,
    kernel: Callable[..., Any],
    *,
    partials: Sequence[Partial],
    samples: Sequence[Case],
    promote: Callable[..., tuple[DType, ...]] = to_floating,
    **facts: Any,
) -> Op:
    """An op that works element by element on operands broadcast together.

    `partials` holds, for each operand, a function of (y, *xs) that gives d y / d x_i as an expression or a
    number, or None where it is 0 everywhere; 1 is skipped, -1 negates, a boolean selects. Of a real function
    of complex numbers u + iv it is dy/du - i dy/dv. vjp, jvp and broadcasting follow; the result's dtype is
    what the kernel gives for one element.
    """

    def infer(*types: ArrayType, **attributes: Any) -> Inferred:
        dtype = result_dtype(kernel, *(each.dtype for each in types), **attributes)
        return Inferred(ArrayType(dtype, broadcast(*(each.shape for each in types))))

    differentiable = any(partials)
    return Op(
        name=name,
        kernel=kernel,
        infer=infer,
        arity=len(partials),
        promote=promote,
        samples=samples,
        elementwise=True,
        slicing=aligned,
        vjp=_elementwise_vjp(partials) if differentiable else None,
        jvp=_elementwise_jvp(partials) if differentiable else None,
        **facts,
    )


def linear(
    name: str,
    kernel: Callable[..., Any],
    *,
    infer: Callable[..., Inferred],
    transpose: Sequence[Callable[..., Any]] | Callable[..., Any],
    samples: Sequence[Case],
    attributes: Mapping[str, Any] = NO_ATTRIBUTES,
    promote: Callable[..., tuple[DType, ...]] = to_common,
    jointly: bool = False,
    **facts: Any,
) -> Op:
    """An op that is linear in each operand, or in all of them together (`jointly`).

    `transpose` holds, for each operand, a function of (g, y, *xs, **attributes) that gives its cotangent;
    an op of any number of operands has one function of (needed, g, y, *xs, **attributes) instead, which
    gives all of them. The tangent is the op itself, applied to the operands' tangents.
    """

    def vjp(
        cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
    ) -> list[Cotangent | None]:
        values = _transposed(transpose, needed, cotangent.value, y, xs)
        masks: Sequence[Expression | None] = [None] * len(xs)
        if cotangent.mask is not None and op.carries_mask:
            masks = _transposed(transpose, needed, cotangent.mask, y, xs)
        return [
            None if value is None else Cotangent(value, None if mask is None else mask.astype("bool"))
            for value, mask in zip(values, masks, strict=True)
        ]

    op = Op(
        name=name,
        kernel=kernel,
        infer=infer,
        arity=None if callable(transpose) else len(transpose),
        attributes=MappingProxyType(dict(attributes)),
        promote=promote,
        samples=samples,
        vjp=vjp,
        jvp=_joint_jvp if jointly else _operandwise_jvp,
        **facts,
    )
    return op


def _joint_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    return y.operation(*(x.graph.zeros(x.type) if t is None else t for t, x in zip(tangents, xs, strict=True)))


def _operandwise_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    return total([y.operation(*xs[:i], t, *xs[i + 1 :]) for i, t in enumerate(tangents) if t is not None])


def _transposed(
    transpose: Sequence[Callable[..., Any]] | Callable[..., Any],
    needed: Sequence[bool],
    g: Expression,
    y: Expression,
    xs: Sequence[Expression],
) -> Sequence[Expression | None]:
    attributes = y.operation.attributes
    if callable(transpose):
        return transpose(needed, g, y, *xs, **attributes)
    return [rule(g, y, *xs, **attributes) if wanted else None for rule, wanted in zip(transpose, needed, strict=True)]


def per_operand(
    *rules: Callable[..., Any] | None, mask: Callable[..., Any] | None = None
) -> Callable[..., list[Cotangent | None]]:
    """The vjp of an op that is neither elementwise nor linear: a function of (g, y, *xs, **attributes) each.

    `mask`, a function of (mask, y, x, **attributes) for an op of one operand, says which elements of x bear on
    those of y that the cotangent's mask lets through; without it the mask ends here.
    """

    def back(rule: Callable[..., Any], cotangent: Cotangent, y: Expression, xs: Sequence[Expression]) -> Cotangent:
        attributes = y.operation.attributes
        value = rule(cotangent.value, y, *xs, **attributes)
        if cotangent.mask is None or mask is None:
            return Cotangent(value)
        visible = mask(cotangent.mask, y, *xs, **attributes)
        return Cotangent(y.graph.ops.where(visible, value, 0), visible)

    def vjp(
        cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
    ) -> list[Cotangent | None]:
        return [
            back(rule, cotangent, y, xs) if wanted and rule else None
            for rule, wanted in zip(rules, needed, strict=True)
        ]

    return vjp


def all_axes(x: Expression, axis: Attrs | None) -> Attrs:
    """The axes that a reduction's normalised `axis` names, where None names all of them."""
    return tuple(range(x.ndim)) if axis is None else axis


def spread(reduced: Expression, y: Expression, x: Expression, *, axis: Any, keepdims: bool) -> Expression:
    """What belongs to a reduction's result y, given to every element of x that was reduced to it."""
    axes = (axis,) if isinstance(axis, int) else all_axes(x, axis)
    return reduced.graph.ops.broadcast_to(restore_axes(reduced, axes, keepdims), x.shape)


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of at least one term."""
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def unbroadcast(cotangent: Cotangent, type_: ArrayType) -> Cotangent:
    """Sum a cotangent over the axes along which an operand of this type was stretched; masks take `any`."""
    value, mask, _ = cotangent
    leading = value.ndim - len(type_.shape)
    if leading:
        axes = tuple(range(leading))
        value = value.sum(axis=axes)
        mask = None if mask is None else mask.any(axis=axes)
    stretched = tuple(i for i, dim in enumerate(type_.shape) if dim == 1 and value.shape[i] != 1)
    if stretched:
        value = value.sum(axis=stretched, keepdims=True)
        mask = None if mask is None else mask.any(axis=stretched, keepdims=True)
    return Cotangent(value, mask)


@lru_cache(maxsize=4096)
def result_dtype(kernel: Callable[..., Any], *dtypes: DType, **attributes: Any) -> DType:
    """The dtype a kernel gives for operands of these, found by running it on one element.

    Where NumPy answers with one that graphs don't have, as float16 for booleans, the op isn't defined.
    """
    with np.errstate(all="ignore"):
        try:
            return as_dtype(np.asarray(kernel(*(np.ones(1, dtype) for dtype in dtypes), **attributes)).dtype)
        except TypeError:
            raise DtypeError(
                f"not defined for {' and '.join(map(str, dtypes))}", advice="cast an operand: x.astype(...)"
            ) from None


def restore_axes(reduced: Expression, axes: Attrs, keepdims: bool) -> Expression:
    """A reduction's result so that it broadcasts against the operand: reduced axes come back, of size 1.

    Leading ones need not, since broadcasting puts them back by itself.
    """
    if keepdims or axes == tuple(range(len(axes))):
        return reduced
    return reduced.graph.ops.expand_dims(reduced, axes)


def _scale(value: Expression, factor: Any) -> Expression:
    if isinstance(factor, (int, float, complex)):
        return value if factor == 1 else -value if factor == -1 else value * factor
    if factor.dtype.kind == "b":
        return value.graph.ops.where(factor, value, 0)
    return factor if value.literal == 1 and factor.dtype == value.dtype else value * factor


def fit(value: Expression, dtype: DType) -> Expression:
    """A derivative in the dtype of what it is of: real numbers are moved by the real part only.

    With L real and z = x + iy, a cotangent g = dL/dx - i dL/dy says that dL = Re(g dz).
    """
    if value.dtype == dtype:
        return value
    real = value.graph.ops.real(value) if value.dtype.kind == "c" and dtype.kind != "c" else value
    return real if real.dtype == dtype else real.astype(dtype)


def _elementwise_vjp(partials: Sequence[Partial]) -> Callable[..., list[Cotangent | None]]:
    def vjp(
        cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
    ) -> list[Cotangent | None]:
        value, mask, _ = cotangent
        result: list[Cotangent | None] = []
        for x, partial, wanted in zip(xs, partials, needed, strict=True):
            if not wanted or partial is None:
                result.append(None)
                continue
            factor = partial(y, *xs)
            scaled = fit(_scale(value, factor), x.dtype)
            if mask is not None and not isinstance(factor, (int, float, complex)):
                scaled = y.graph.ops.where(mask, scaled, 0)
            back = Cotangent(scaled, mask)
            result.append(back if scaled.type is x.type else unbroadcast(back, x.type))
        return result

    return vjp


def _fill(value: Expression, y: Expression) -> Expression:
    """Stretch `value` to y's shape, which it lacks where only a smaller operand has a tangent."""
    return value if value.shape == y.shape else value.graph.ops.broadcast_to(value, y.shape)


def _elementwise_jvp(partials: Sequence[Partial]) -> Callable[..., Expression | None]:
    def jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression | None:
        terms = [
            fit(_scale(tangent, partial(y, *xs)), y.dtype)
            for tangent, partial in zip(tangents, partials, strict=True)
            if tangent is not None and partial is not None
        ]
        return _fill(total(terms), y) if terms else None

    return jvp
