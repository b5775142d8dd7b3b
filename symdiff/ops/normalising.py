"""Log-sum-exp and what divides by a sum of exponentials, all without overflow."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.op import REQUIRED, Expression, Op, Slicing, keep, to_real_floating
from symdiff.ops.family import all_axes, per_operand, restore_axes, spread, uniform
from symdiff.ops.reduction import AXES, reduced_type
from symdiff.ops.slicing import aligned, along, reduced
from symdiff.sizes import product
from symdiff.types import ArrayType, Inferred, normalise_axes, normalise_axis

ROWS: Final = [
    uniform(-2, 2, (3,)), uniform(-2, 2, (2, 3)), uniform(-2, 2, (2, 3), attributes={"axis": 0}),
    uniform(-2, 2, (2, 3, 2), attributes={"axis": (0, 2)}),
]  # fmt: skip


def largest_of(x: Any, *, axis: Any) -> Any:
    """The largest element over axes, which stay; that of none is -inf."""
    return np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)


def below(x: Any, largest: Any, out: Any = None) -> Any:
    """x less its largest element; where that is inf, equal elements are at 0 and all others at -inf."""
    if np.isfinite(largest).all():
        return np.subtract(x, largest, out=out)
    relative = x - np.where(np.isinf(largest), 0, largest)
    relative = np.where(largest == np.inf, np.where(x == largest, 0, -np.inf).astype(x.dtype), relative)
    return relative if out is None else np.add(relative, 0, out=out)


def log_of_sum(weights: Any, total: Any, *, axis: Any) -> Any:
    """log(total) of weights up to 1; where a single one is 1, and the others little, by what they add to it."""
    result = np.log(total)
    alone = total < 1.25
    if not alone.any():
        return result
    alone &= total >= 1  # the sum of none is 0
    if axis in (weights.ndim - 1, (weights.ndim - 1,)):  # only the lines that need it
        weights = weights[alone[..., 0]]
        weights[weights == 1] = 0
        result[alone] = np.log1p(np.add.reduce(weights, -1))
        return result
    others = np.add.reduce(weights - np.floor(weights), axis=axis, keepdims=True)  # 1 becomes 0, the rest stays
    return np.where(alone, np.log1p(others), result)


def logsumexp_kernel(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))), with the largest element taken out first."""
    largest = largest_of(x, axis=axis)
    weights = np.exp(below(x, largest))
    result = log_of_sum(weights, np.sum(weights, axis=axis, keepdims=True), axis=axis) + largest
    return result if keepdims else np.squeeze(result, axis).copy()


def softmax_kernel(x: Any, *, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = np.exp(below(x, largest_of(x, axis=axis)))
    return weights / np.sum(weights, axis=axis, keepdims=True)


def log_softmax_kernel(x: Any, *, axis: Any = -1) -> Any:
    """log(softmax(x)), with the largest element taken out first."""
    lower = below(x, largest_of(x, axis=axis))
    weights = np.exp(lower)
    return lower - log_of_sum(weights, np.sum(weights, axis=axis, keepdims=True), axis=axis)


def _kept_type(x: ArrayType, *_: ArrayType, axis: Any) -> Inferred:
    return reduced_type(x, axis=axis, keepdims=True)._replace(attrs=(axis,))


def _over(y: ArrayType, *xs: ArrayType, axis: Any) -> Slicing:
    labels = reduced(None)(y, xs[0], axis=axis, keepdims=True)
    return labels._replace(operands=(labels.operands[0], *(labels.result for _ in xs[1:])))


def _part(name: str, kernel: Callable[..., Any], arity: int, doc: str, **facts: Any) -> Op:
    """A step of the three ops below, which generated code takes apart so that they share it; it has no derivative."""
    return Op(name=name, kernel=kernel, arity=arity, promote=keep, doc=doc, **facts)


OVER: Final = {"attributes": MappingProxyType({"axis": REQUIRED}), "infer": _kept_type, "slicing": _over}
LARGEST: Final = _part("largest_of", largest_of, 1, "The largest element over axes, which stay.", **OVER)
LOG_OF_SUM: Final = _part("log_of_sum", log_of_sum, 2, "The logarithm of the sum of weights up to 1.", **OVER)
BELOW: Final = _part(
    "below", below, 2, "x less its largest element.", infer=lambda x, largest: Inferred(x), slicing=aligned,
    fills=True,
)  # fmt: skip


def _weighted(x: Expression, axis: Any) -> tuple[Expression, Expression, Expression, Expression]:
    """The largest element, how far the others are below, their weights, and the weights' sum."""
    largest = LARGEST(x, axis=axis)
    lower = BELOW(x, largest)
    weights = x.graph.ops.exp(lower)
    return largest, lower, weights, weights.sum(axis=axis, keepdims=True)


def _named(x: Expression, axis: Any) -> Any:
    """Axes as all ways to ask for them are written: an integer for one, None for all of several."""
    axes = (axis,) if isinstance(axis, int) else all_axes(x, axis)
    return axes[0] if len(axes) == 1 else None if len(axes) == x.ndim else axes


def _softmax_expanded(x: Expression, *, axis: Any) -> Expression:
    _, _, weights, total = _weighted(x, _named(x, axis))
    return weights / total


def _log_softmax_expanded(x: Expression, *, axis: Any) -> Expression:
    axis = _named(x, axis)
    _, lower, weights, total = _weighted(x, axis)
    return lower - LOG_OF_SUM(weights, total, axis=axis)


def _logsumexp_expanded(x: Expression, *, axis: Any, keepdims: bool) -> Expression:
    largest, _, weights, total = _weighted(x, _named(x, axis))
    result = LOG_OF_SUM(weights, total, axis=_named(x, axis)) + largest
    return result if keepdims else result.squeeze(all_axes(x, axis))


def _along_type(x: ArrayType, *, axis: Any) -> Inferred:
    ndim = len(x.shape)
    several = axis is None or isinstance(axis, tuple)
    return Inferred(x, (normalise_axes(axis, ndim) if several else normalise_axis(axis, ndim),))


def _weights(x: Expression, axis: Any) -> Expression:
    """The softmax that belongs to a log-sum-exp; not e^(x - y), for which a large y has too few digits."""
    return x.graph.ops.softmax(x, axis=all_axes(x, axis))


def _logsumexp_vjp(g: Expression, y: Expression, x: Expression, *, axis: Any, keepdims: bool) -> Expression:
    return restore_axes(g, all_axes(x, axis), keepdims) * _weights(x, axis)


def _softmax_back(g: Expression, y: Expression, x: Expression, *, axis: Any) -> Expression:
    """y (g - sum(g y)): the Jacobian diag(y) - y y^T is symmetric, so this is the tangent's formula too."""
    return y * (g - (g * y).sum(axis=axis, keepdims=True))


def _log_softmax_vjp(g: Expression, y: Expression, x: Expression, *, axis: Any) -> Expression:
    return g - x.graph.ops.softmax(x, axis=axis) * g.sum(axis=axis, keepdims=True)


def _log_softmax_tangent(t: Expression, y: Expression, x: Expression, *, axis: Any) -> Expression:
    return t - (x.graph.ops.softmax(x, axis=axis) * t).sum(axis=axis, keepdims=True)


def _any_along(mask: Expression, y: Expression, x: Expression, *, axis: Any) -> Expression:
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
    helpers=(largest_of, below, log_of_sum, logsumexp_kernel), expand=_logsumexp_expanded,
    promote=to_real_floating, flops=lambda y, x: product(x.shape) * 11, slicing=reduced(None),
    vjp=per_operand(_logsumexp_vjp, mask=spread),
    jvp=lambda tangents, y, xs: (tangents[0] * _weights(xs[0], y.attrs[0])).sum(axis=y.attrs[0], keepdims=y.attrs[1]),
    samples=[uniform(-2, 2, (3,)), uniform(-2, 2, (2, 3), attributes={"axis": 1, "keepdims": True})],
    law="d log sum e^x = softmax(x) . dx", doc="log(sum(exp(x))) over axes, without overflow.",
)  # fmt: skip
softmax = _along(
    "softmax", softmax_kernel, _softmax_back, _softmax_back, flops=12, helpers=(largest_of, below, softmax_kernel),
    expand=_softmax_expanded,
    law="d softmax(x) = y (dx - y . dx)", doc="exp(x) / sum(exp(x)) along an axis or several, without overflow.",
)  # fmt: skip
log_softmax = _along(
    "log_softmax", log_softmax_kernel, _log_softmax_vjp, _log_softmax_tangent, flops=14,
    helpers=(largest_of, below, log_of_sum, log_softmax_kernel), expand=_log_softmax_expanded,
    law="d log softmax(x) = dx - softmax(x) . dx", doc="log(softmax(x)) along an axis or several, without overflow.",
)  # fmt: skip

NORMALISING = (logsumexp, softmax, log_softmax)
