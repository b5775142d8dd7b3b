"""Products of matrices, and the norm of vectors."""

from __future__ import annotations

import operator
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import Cotangent, Expression, Op, graph_of, to_real_floating
from symdiff.ops.family import linear, per_operand, restore_axes, spread, unbroadcast, uniform
from symdiff.ops.reduction import AXES, reduced_type
from symdiff.ops.slicing import contracted, reduced
from symdiff.sizes import Dim, product
from symdiff.types import ArrayType, Inferred, broadcast, floating_dtype, normalise_axes


def _matmul_type(a: ArrayType, b: ArrayType) -> Inferred:
    if not a.shape or not b.shape:
        raise ShapeError("a scalar is no matrix", advice="multiply by a scalar with *")
    left, right = a.shape, b.shape
    inner: Dim = right[-min(len(right), 2)]
    if left[-1] != inner:
        raise ShapeError(
            f"inner sizes {left[-1]} and {inner} differ",
            advice="the last size of the left operand meets the first of the right one's matrix; x.mT transposes",
        )
    batch = broadcast(left[:-2], right[:-2])
    rows = left[-2:-1]
    columns = right[-1:] if len(right) > 1 else ()
    return Inferred(ArrayType(a.dtype, (*batch, *rows, *columns)))


def _matmul_left(g: Expression, y: Expression, a: Expression, b: Expression) -> Expression:
    """dA = G B^T, summed over the batch axes along which A was stretched."""
    ops = g.graph.ops
    if b.ndim == 1:
        return _summed(ops.expand_dims(g, -1) * b, a) if a.ndim > 1 else g * b
    if a.ndim == 1:
        return _summed((b @ ops.expand_dims(g, -1)).squeeze(-1), a)
    return _summed(g @ b.mT, a)


def _matmul_right(g: Expression, y: Expression, a: Expression, b: Expression) -> Expression:
    """dB = A^T G, summed over the batch axes along which B was stretched."""
    ops = g.graph.ops
    if a.ndim == 1:
        return _summed(ops.expand_dims(a, -1) * ops.expand_dims(g, -2), b) if b.ndim > 1 else g * a
    if b.ndim == 1:
        return _summed((a.mT @ ops.expand_dims(g, -1)).squeeze(-1), b)
    return _summed(a.mT @ g, b)


def _summed(value: Expression, like: Expression) -> Expression:
    return unbroadcast(Cotangent(value), like.type).value


def vector_norm_kernel(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The Euclidean norm; elements are scaled where their squares would overflow or vanish."""
    largest = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    scale = np.where((largest > 1e-15) & (largest < 1e15) | ~np.isfinite(largest) | (largest == 0), 1, largest)
    scaled = x / scale
    norm = scale * np.sqrt(np.sum(scaled * scaled, axis=axis, keepdims=True))
    norm = norm.astype(x.dtype, copy=False)
    return norm if keepdims else np.squeeze(norm, axis).copy()


def _unit(y: Expression, x: Expression, axis: Any, keepdims: bool) -> Expression:
    """x / |x|; 0 where the norm is 0, 1 or -1 where the element is infinite."""
    norm, ops = restore_axes(y, tuple(range(x.ndim)) if axis is None else axis, keepdims), x.graph.ops
    return ops.where((norm == 0) | ops.isinf(x), ops.sign(x), x / norm)


def _norm_vjp(g: Expression, y: Expression, x: Expression, *, axis: Any, keepdims: bool) -> Expression:
    axes = tuple(range(x.ndim)) if axis is None else axis
    return restore_axes(g, axes, keepdims) * _unit(y, x, axis, keepdims)


matmul = linear(
    "matmul", operator.matmul, source="{0} @ {1}", infer=_matmul_type, slicing=contracted,
    transpose=[_matmul_left, _matmul_right], flops=lambda y, a, b: product(y.shape) * a.shape[-1] * 2,
    samples=[
        uniform(-1, 1, (2, 3), (3, 4)), uniform(-1, 1, (3,), (3, 2)), uniform(-1, 1, (2, 3), (3,)),
        uniform(-1, 1, (3,), (3,)), uniform(-1, 1, (2, 2, 3), (3, 2)), uniform(-1, 1, (2, 2, 3), (3,)),
        uniform(-1, 1, (3,), (2, 3, 2)), uniform(-1, 1, (2, 1, 2, 3), (4, 3, 2)),
    ],
    law="d AB = dA B + A dB", doc="The matrix product of the last two axes, broadcasting those before.",
)  # fmt: skip

norm_op = Op(
    name="vector_norm", kernel=vector_norm_kernel, arity=1, attributes=MappingProxyType(AXES), infer=reduced_type,
    promote=to_real_floating, flops=lambda y, x: product(x.shape) * 5, nodes_per_edge=12, slicing=reduced(None),
    vjp=per_operand(_norm_vjp, mask=spread),
    jvp=lambda tangents, y, xs: (tangents[0] * _unit(y, xs[0], *y.attrs)).sum(axis=y.attrs[0], keepdims=y.attrs[1]),
    samples=[uniform(0.5, 2, (3,)), uniform(-2, -0.5, (2, 3), attributes={"axis": 1, "keepdims": True})],
    law="d |x| = x . dx / |x|, 0 at 0; by infinite elements 1 or -1", convention="the norm's gradient at 0 is 0",
    doc="The Euclidean norm over axes, without overflow.",
)  # fmt: skip

LINALG = (matmul, norm_op)
INF: Final = float("inf")


def as_real(x: Any) -> Any:
    """x as an expression of floats, or complex numbers' absolute values."""
    dtype = floating_dtype(x.dtype)
    if dtype.kind == "c":
        return abs(x)
    return x if x.dtype == dtype else x.astype(dtype)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: int | float = 2) -> Any:
    """The norm (sum |x_i|^ord)^(1/ord) over `axis`; ord may be 0, inf and -inf too, as the standard has it.

    No order overflows where its value doesn't. Norms are even in each element, so their derivative by an
    element that is 0 is 0, and by all elements at 0; ties of the largest or smallest share it evenly. From order 1
    on an infinite element has the derivative 1 or -1, and finite ones beside it 0 (of order 1 all have 1 or -1).

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (2,))
    >>> print(f"{sd.vector_norm(x).eval({x: [3e200, 4e200]}):.6g}")
    5e+200
    """
    graph = graph_of([x])
    x = np.asarray(x) if graph is None else graph.lift(x)
    reductions: dict[str, Any] = {"axis": axis, "keepdims": keepdims}
    x = as_real(x)
    if ord == 2:
        return norm_op(x, **reductions)
    if ord == 0:
        return (x != 0).astype(x.dtype).sum(**reductions)
    size = abs(x)
    if ord == 1 or (ord > 0 and 0 in [x.shape[i] for i in normalise_axes(axis, x.ndim)]):  # of no elements it is 0
        return size.sum(**reductions)
    if ord in (INF, -INF):
        return size.max(**reductions) if ord > 0 else size.min(**reductions)
    if graph is None:
        return np.linalg.vector_norm(x, **reductions, ord=ord)
    return _power_norm(size, ord, axis, keepdims)


def _power_norm(size: Any, ord: float, axis: Any, keepdims: bool) -> Any:
    """scale (sum (|x_i| / scale)^ord)^(1/ord), where the scale is the element that dominates, and no derivative's."""
    ops = size.graph.ops
    dominating = size.max(axis=axis, keepdims=True) if ord > 0 else size.min(axis=axis, keepdims=True)
    regular = (dominating > 0) & ops.isfinite(dominating)
    least = float(np.finfo(size.dtype).smallest_normal)  # 1 / scale is a derivative, and must be finite
    scale = ops.stop_gradient(ops.where(regular, ops.maximum(dominating, least), 1))
    powers = ops.where(size == 0, 0.0 if ord > 0 else INF, (size / scale) ** ord)
    total = powers.sum(axis=axis, keepdims=True)
    found = ops.where(total == 0, 0, total ** (1 / ord)) * scale
    if ord > 1:  # what an infinite element is added to counts for nothing
        endless = ops.where(ops.isinf(size), size, 0).sum(axis=axis, keepdims=True)
        found = ops.where(ops.isinf(dominating), endless, found)
    if keepdims:
        return found
    return ops.squeeze(found, tuple(range(size.ndim)) if axis is None else axis)
