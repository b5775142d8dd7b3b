"""Log-sum-exp and what divides by a sum of exponentials, all without overflow."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.op import Expression, Op, to_real_floating
from symdiff.ops.family import per_operand, restore_axes, spread, uniform
from symdiff.ops.reduction import AXES, reduced_type
from symdiff.ops.slicing import along, reduced
from symdiff.sizes import product
from symdiff.types import ArrayType, Inferred, normalise_axis

ROWS: Final = [uniform(-2, 2, (3,)), uniform(-2, 2, (2, 3)), uniform(-2, 2, (2, 3), attributes={"axis": 0})]


def logsumexp_kernel(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))), with the largest element taken out first."""
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(largest), largest, 0)
    result = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return result if keepdims else np.squeeze(result, axis)


def softmax_kernel(x: Any, *, axis: int = -1) -> Any:
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return weights / np.sum(weights, axis=axis, keepdims=True)


def log_softmax_kernel(x: Any, *, axis: int = -1) -> Any:
    """log(softmax(x)), with the largest element taken out first."""
    shifted = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def _along_type(x: ArrayType, *, axis: int) -> Inferred:
    return Inferred(x, (normalise_axis(axis, len(x.shape)),))


def _weights(y: Expression, x: Expression, axis: Any, keepdims: bool) -> Expression:
    """The softmax that belongs to a log-sum-exp."""
    axes = tuple(range(x.ndim)) if axis is None else axis
    return x.graph.ops.exp(x - restore_axes(y, axes, keepdims))


def _logsumexp_vjp(g: Expression, y: Expression, x: Expression, *, axis: Any, keepdims: bool) -> Expression:
    axes = tuple(range(x.ndim)) if axis is None else axis
    return restore_axes(g, axes, keepdims) * _weights(y, x, axis, keepdims)


def _softmax_back(g: Expression, y: Expression, x: Expression, *, axis: int) -> Expression:
    """y (g - sum(g y)): the Jacobian diag(y) - y y^T is symmetric, so this is the tangent's formula too."""
    return y * (g - (g * y).sum(axis=axis, keepdims=True))


def _log_softmax_vjp(g: Expression, y: Expression, x: Expression, *, axis: int) -> Expression:
    return g - x.graph.ops.exp(y) * g.sum(axis=axis, keepdims=True)


def _log_softmax_tangent(t: Expression, y: Expression, x: Expression, *, axis: int) -> Expression:
    return t - (x.graph.ops.exp(y) * t).sum(axis=axis, keepdims=True)


def _any_along(mask: Expression, y: Expression, x: Expression, *, axis: int) -> Expression:
    """Every element of a slice bears on every other one of it."""
    return x.graph.ops.broadcast_to(mask.any(axis=axis, keepdims=True), x.shape)


def _along(name: str, kernel: Callable[..., Any], back: Any, forward: Any, **facts: Any) -> Op:
    return Op(
        name=name, kernel=kernel, arity=1, attributes=MappingProxyType({"axis": -1}), infer=_along_type,
        promote=to_real_floating, slicing=along, vjp=per_operand(back, mask=_any_along),
        jvp=lambda tangents, y, xs: forward(tangents[0], y, xs[0], axis=y.attrs[0]),
        samples=ROWS, **facts,
    )  # fmt: skip


logsumexp = Op(
    name="logsumexp", kernel=logsumexp_kernel, arity=1, attributes=MappingProxyType(AXES), infer=reduced_type,
    promote=to_real_floating, flops=lambda y, x: product(x.shape) * 11, slicing=reduced(None),
    vjp=per_operand(_logsumexp_vjp, mask=spread),
    jvp=lambda tangents, y, xs: (tangents[0] * _weights(y, xs[0], *y.attrs)).sum(axis=y.attrs[0], keepdims=y.attrs[1]),
    samples=[uniform(-2, 2, (3,)), uniform(-2, 2, (2, 3), attributes={"axis": 1, "keepdims": True})],
    law="d log sum e^x = softmax(x) . dx", doc="log(sum(exp(x))) over axes, without overflow.",
)  # fmt: skip
softmax = _along(
    "softmax", softmax_kernel, _softmax_back, _softmax_back, flops=12,
    law="d softmax(x) = y (dx - y . dx)", doc="exp(x) / sum(exp(x)) along an axis, without overflow.",
)  # fmt: skip
log_softmax = _along(
    "log_softmax", log_softmax_kernel, _log_softmax_vjp, _log_softmax_tangent, flops=14,
    law="d log softmax(x) = dx - softmax(x) . dx", doc="log(softmax(x)) along an axis, without overflow.",
)  # fmt: skip

NORMALISING = (logsumexp, softmax, log_softmax)
