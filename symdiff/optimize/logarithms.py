"""Logarithms: of sums of exponentials without overflow, near 1 without cancellation, of what has a simple one."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

import math
from typing import Any, Final

from symdiff.ops.arithmetic import add, divide, negative, pow, sqrt, subtract
from symdiff.ops.exponential import exp, expm1, log, log1p, log_sigmoid, logaddexp, sigmoid, xlogy
from symdiff.ops.gathering import gather
from symdiff.ops.indexing import FULL, getitem_op
from symdiff.ops.kinks import abs, maximum
from symdiff.ops.lines import take_along
from symdiff.ops.logic import where
from symdiff.ops.normalising import log_softmax, logsumexp, softmax
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import expand_dims, matrix_transpose, permute_dims, reshape, squeeze
from symdiff.ops.solving import det, slogdet
from symdiff.ops.trigonometric import acosh, asinh, atanh
from symdiff.optimize.forms import is_real, squared
from symdiff.rewriting.rule import Rule, View, equation, rule

MOVES: Final = (take_along, gather, getitem_op, expand_dims, squeeze, reshape, matrix_transpose, permute_dims)


@equation("domain")
def log_of_one_plus(x):
    "log(1 + x) = log1p(x)"
    return log(1 + x), log1p(x)


@equation("domain", (-2.0, 0.9))
def log_of_one_minus(x):
    "log(1 - x) = log1p(-x)"
    return log(1 - x), log1p(-x)


@equation("domain")
def log1p_of_less_one(x):
    "log1p(x - 1) = log(x)"
    return log1p(x - 1), log(x)


@equation("domain")
def softplus(x):
    "log1p(e^x) = logaddexp(x, 0)"
    return log1p(exp(x)), logaddexp(x, 0)


@equation("domain")
def log_of_two_exponentials(x, y):
    "log(e^x + e^y) = logaddexp(x, y)"
    return log(exp(x) + exp(y)), logaddexp(x, y)


@equation("domain", (1.0, 2.0), (-2.0, 0.5))
def log_of_difference_of_exponentials(x, y):
    "log(e^x - e^y) = x + log(1 - e^(y - x))"
    return log(exp(x) - exp(y)), x + log(-expm1(y - x))


@equation("domain")
def log_of_sigmoid(x):
    "log(sigmoid(x)) = log_sigmoid(x)"
    return log(sigmoid(x)), log_sigmoid(x)


@equation("domain")
def x_log_x(x):
    "x log(x) = xlogy(x, x)"
    return x * log(x), xlogy(x, x)


@equation("domain")
def log_of_root(x):
    "log(sqrt(x)) = log(x) / 2"
    return log(sqrt(x)), 0.5 * log(x)


@equation("domain")
def log_of_reciprocal(x):
    "log(1 / x) = -log(x)"
    return log(1 / x), -log(x)


@rule(log, "domain", lambda x: (log(exp(x)), x), (-2.0, 2.0), over=exp)
def log_of_exp(view: View) -> Any:
    "log(e^x) = x, for real x"
    inner = view.operand(0, exp)
    return inner.input(0) if inner and is_real(inner.expr) else None


@rule(log, "domain", lambda x: (log(x**2), 2 * log(abs(x))), (-2.0, -0.5))
def log_of_square(view: View) -> Any:
    "log(x^2) = 2 log|x|, for real x"
    base = squared(view.operand(0))
    return None if base is None or not is_real(base) else 2 * log(abs(base))


@equation("domain")
def exp_of_log(x):
    "e^log(x) = x"
    return exp(log(x)), x


@equation("domain")
def exp_of_multiple_of_log(x, y):
    "e^(y log(x)) = x^y"
    return exp(y * log(x)), pow(x, y)


@equation("domain", (-0.5, 2.0))
def log1p_of_expm1(x):
    "log1p(e^x - 1) = x"
    return log1p(expm1(x)), x


@equation("domain", (-0.5, 2.0))
def expm1_of_log1p(x):
    "e^log(1 + x) - 1 = x"
    return expm1(log1p(x)), x


@rule(log, "domain", lambda x: (log(sum_op(exp(x), axis=(1,), keepdims=True)), logsumexp(x, axis=(1,), keepdims=True)))
def log_of_summed_exponentials(view: View) -> Any:
    "log(sum(e^x)) = logsumexp(x), over any axes"
    total = view.operand(0, sum_op)
    terms = total and total.operand(0, exp)
    if total is None or terms is None:
        return None
    axis, keepdims = total.attrs
    return logsumexp(terms.input(0), axis=axis, keepdims=keepdims)


@rule(add, "domain", lambda x: (logsumexp(x - x[:, :1], axis=(1,), keepdims=True) + x[:, :1], _rows(x)), over=logsumexp)
def shift_taken_back(view: View) -> Any:
    "logsumexp(x - c) + c = logsumexp(x), where c is the same for all that is summed"
    for one, other in ((0, 1), (1, 0)):
        total = view.operand(one, logsumexp)
        shifted = total and total.operand(0, subtract)
        if total is None or shifted is None:
            continue
        axis, keepdims = total.attrs
        shift, back = shifted.input(1), view.operand(other)
        if not _alike_along(shift, shifted.expr.ndim, axis):
            continue
        same = view.input(other) is shift if keepdims or not shift.shape else _squeezed(back, shift, axis)
        if same:
            return logsumexp(shifted.input(0), axis=axis, keepdims=keepdims)
    return None


def _rows(x: Any) -> Any:
    return logsumexp(x, axis=(1,), keepdims=True)


def _squeezed(view: View | None, shift: Any, axis: Any) -> bool:
    axes = tuple(range(shift.ndim)) if axis is None else axis
    if view is None or view.input(0) is not shift:
        return False
    if view.op is getitem_op:
        entries = view.attrs[0]
        return tuple(i for i, entry in enumerate(entries) if entry != FULL) == axes and {entries[i] for i in axes} == {
            0
        }
    return view.op is squeeze and view.attrs[0] == axes


def _alike_along(shift: Any, ndim: int, axis: Any) -> bool:
    """Whether what is subtracted is the same for all elements along the axes."""
    axes = range(ndim) if axis is None else axis
    return all(shift.ndim - ndim + each < 0 or shift.shape[shift.ndim - ndim + each] == 1 for each in axes)


def _shift_of(op: Any) -> Rule:
    @rule(op, "domain", lambda x: (op(x - x[:, :1], axis=1), op(x, axis=1)), (-2.0, 2.0), over=subtract)
    def shift_dropped(view: View) -> Any:
        "softmax(x - c) = softmax(x), log_softmax(x - c) = log_softmax(x), where c is the same along the axis"
        inner = view.operand(0, subtract)
        axis = view.attrs[0] if isinstance(view.attrs[0], tuple) else (view.attrs[0],)
        if inner is None or not _alike_along(inner.input(1), inner.expr.ndim, axis):
            return None
        return op(inner.input(0), axis=view.attrs[0])

    return shift_dropped


@rule(log, "domain", lambda x: (log(softmax(x, axis=0)), log_softmax(x, axis=0)))
def log_of_softmax(view: View) -> Any:
    "log(softmax(x)) = log_softmax(x), along any axis"
    inner = view.operand(0, softmax)
    return inner and log_softmax(inner.input(0), axis=inner.attrs[0])


@rule(
    log,
    "domain",
    lambda x: (log(expand_dims(softmax(x, axis=0), 0)), expand_dims(log_softmax(x, axis=0), 0)),
    over=MOVES,
)
def log_of_part_of_softmax(view: View) -> Any:
    "log(softmax(x)[i]) = log_softmax(x)[i], however elements are chosen or moved"
    part = view.operand(0)
    inner = part.operand(0, softmax) if part and part.op in MOVES else None
    if part is None or inner is None:
        return None
    return part.expr.operation(log_softmax(inner.input(0), axis=inner.attrs[0]), *part.inputs[1:])


@rule(divide, "domain", lambda x: (exp(x) / sum_op(exp(x), axis=(1,), keepdims=True), softmax(x, axis=1)))
def softmax_by_quotient(view: View) -> Any:
    "e^x / sum(e^x) = softmax(x), along one axis"
    top, total = view.operand(0, exp), view.operand(1, sum_op)
    bottom = total and total.operand(0, exp)
    if top is None or total is None or bottom is None or top.node != bottom.node:
        return None
    axis = _one_axis(total)
    return None if axis is None else softmax(top.input(0), axis=axis)


@rule(
    subtract,
    "domain",
    lambda x: (x - logsumexp(x, axis=(1,), keepdims=True), log_softmax(x, axis=1)),
    over=logsumexp,
)
def log_softmax_by_difference(view: View) -> Any:
    "x - logsumexp(x) = log_softmax(x), along one axis"
    total = view.operand(1, logsumexp)
    if total is None or total.input(0) is not view.input(0):
        return None
    axis = _one_axis(total)
    return None if axis is None else log_softmax(view.input(0), axis=axis)


def _one_axis(reduction: View) -> int | None:
    """The one axis that a reduction takes away in such a way that its result broadcasts back; or None."""
    axis, keepdims = reduction.attrs
    ndim = reduction.input(0).ndim
    if axis is None and ndim == 1:
        return 0
    return axis[0] if axis is not None and len(axis) == 1 and keepdims else None


@equation("domain", (-0.9, 0.9))
def atanh_by_quotient(x):
    "log((1 + x) / (1 - x)) = 2 atanh(x)"
    return log((1 + x) / (1 - x)), 2 * atanh(x)


@equation("domain", (-0.9, 0.9))
def atanh_by_difference(x):
    "log1p(x) - log1p(-x) = 2 atanh(x)"
    return log1p(x) - log1p(-x), 2 * atanh(x)


@rule(log, "domain", lambda x: (log(x + sqrt(x**2 + 1)), asinh(x)), (-0.5, 2.0), over=add)
def asinh_by_root(view: View) -> Any:
    "log(x + sqrt(x^2 + 1)) = asinh(x)"
    base = _root_of_square_and(view, add)
    return None if base is None else asinh(base)


@rule(log, "domain", lambda x: (log(x + sqrt(x**2 - 1)), acosh(x)), (1.5, 3.0), over=add)
def acosh_by_root(view: View) -> Any:
    "log(x + sqrt(x^2 - 1)) = acosh(x), for real x"
    base = _root_of_square_and(view, subtract)
    return None if base is None else acosh(base)


def _root_of_square_and(view: View, op: Any) -> Any:
    """The x of x + sqrt(x^2 + 1), or of x + sqrt(x^2 - 1)."""
    total = view.operand(0, add)
    for side in (0, 1) if total is not None else ():
        root = total.operand(side, sqrt) if total else None
        inner = root and root.operand(0, op)
        for position in (0, 1) if op is add else (0,):
            base = squared(inner.operand(position)) if inner else None
            if total and inner and base is total.input(1 - side) and inner.input(1 - position).literal == 1:
                return base
    return None


@rule(
    log,
    "domain",
    lambda x: (
        log(-expm1(x)),
        where(x > -math.log(2), log(-expm1(maximum(x, -1.0))), log1p(-exp(x))),
    ),
    (-3.0, -0.1),
    over=negative,
)
def log_of_one_minus_exp(view: View) -> Any:
    "log(1 - e^x) = log1p(-e^x), for x below -log 2, where 1 - e^x rounds (Maechler 2012)"
    inner = view.operand(0, negative)
    power = inner and inner.operand(0, expm1)
    bounded = power and power.operand(0, maximum)
    if power is None:
        return None
    if bounded and (bounded.input(1).literal or -math.inf) >= -1:
        return None
    x = power.input(0)
    return where(x > -math.log(2), log(-expm1(maximum(x, -1.0))), log1p(-exp(x)))


@rule(log, "domain", lambda x: (log(det(_square(x))), _log_det(_square(x))), (-0.4, 0.4), over=det)
def log_of_determinant(view: View) -> Any:
    "log(det(A)) = log|det(A)| + log(sign), which neither overflows nor vanishes, for real A"
    inner = view.operand(0, det)
    return _log_det(inner.input(0)) if inner and is_real(inner.expr) else None


@rule(log, "domain", lambda x: (log(abs(det(_square(x)))), slogdet(_square(x)).logabsdet), (-0.4, 0.4), over=abs)
def log_of_size_of_determinant(view: View) -> Any:
    "log|det(A)| = slogdet(A).logabsdet, for real A"
    size = view.operand(0, abs)
    inner = size and size.operand(0, det)
    return slogdet(inner.input(0)).logabsdet if inner and is_real(inner.expr) else None


def _log_det(x: Any) -> Any:
    sign, size = slogdet(x)
    return size + log(sign)


def _square(x: Any) -> Any:
    """A regular square matrix of x's elements, for the examples."""
    return x @ x.mT + 1


LOGARITHMS: Final[tuple[Rule, ...]] = (
    log_of_exp, log_of_one_plus, log_of_one_minus, log1p_of_less_one, softplus, log_of_two_exponentials,
    log_of_difference_of_exponentials, log_of_one_minus_exp, log_of_sigmoid, x_log_x, log_of_root, log_of_reciprocal,
    log_of_square, exp_of_log, exp_of_multiple_of_log, log1p_of_expm1, expm1_of_log1p, log_of_summed_exponentials,
    shift_taken_back, _shift_of(softmax), _shift_of(log_softmax), log_of_softmax, log_of_part_of_softmax,
    softmax_by_quotient, log_softmax_by_difference, atanh_by_quotient, atanh_by_difference, asinh_by_root,
    acosh_by_root, log_of_determinant, log_of_size_of_determinant,
)  # fmt: skip
