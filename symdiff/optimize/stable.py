"""STABLE: forms that overflow, cancel or divide 0 by 0, and the ones that don't; applied before differentiating."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.ops.arithmetic import add, divide, hypot, multiply, pow, sqrt, square, subtract
from symdiff.ops.exponential import exp, expm1, log, log1p, log_sigmoid, logaddexp, sigmoid, xlogy
from symdiff.ops.kinks import abs
from symdiff.ops.linalg import norm_op
from symdiff.ops.normalising import log_softmax, logsumexp, softmax
from symdiff.ops.reduction import sum_op
from symdiff.rewriting.rule import Rule, View, equation, rule


@equation("domain")
def log_of_one_plus(x):
    "log(1 + x) = log1p(x)"
    return log(1 + x), log1p(x)


@equation("domain")
def exp_minus_one(x):
    "e^x - 1 = expm1(x)"
    return exp(x) - 1, expm1(x)


@equation("domain")
def softplus(x):
    "log1p(e^x) = logaddexp(x, 0)"
    return log1p(exp(x)), logaddexp(x, 0)


@equation("domain")
def log_of_two_exponentials(x, y):
    "log(e^x + e^y) = logaddexp(x, y)"
    return log(exp(x) + exp(y)), logaddexp(x, y)


@equation("domain")
def sigmoid_by_negative_exponential(x):
    "1 / (1 + e^-x) = sigmoid(x)"
    return 1 / (1 + exp(-x)), sigmoid(x)


@equation("domain")
def sigmoid_of_negative(x):
    "1 / (1 + e^x) = sigmoid(-x)"
    return 1 / (1 + exp(x)), sigmoid(-x)


@equation("domain")
def sigmoid_by_quotient(x):
    "e^x / (1 + e^x) = sigmoid(x)"
    return exp(x) / (1 + exp(x)), sigmoid(x)


@equation("domain")
def one_minus_sigmoid(x):
    "1 - sigmoid(x) = sigmoid(-x)"
    return 1 - sigmoid(x), sigmoid(-x)


@equation("domain")
def log_of_sigmoid(x):
    "log(sigmoid(x)) = log_sigmoid(x)"
    return log(sigmoid(x)), log_sigmoid(x)


@equation("domain")
def x_log_x(x):
    "x log(x) = xlogy(x, x)"
    return x * log(x), xlogy(x, x)


@equation("domain")
def square_root_as_power(x):
    "x^0.5 = sqrt(x)"
    return x**0.5, sqrt(x)


@rule(log, "domain", lambda x: (log(sum_op(exp(x), axis=(1,), keepdims=True)), logsumexp(x, axis=(1,), keepdims=True)))
def log_of_summed_exponentials(view: View) -> Any:
    "log(sum(e^x)) = logsumexp(x), over any axes"
    total = view.operand(0, sum_op)
    terms = total and total.operand(0, exp)
    if total is None or terms is None:
        return None
    axis, keepdims = total.attrs
    return logsumexp(terms.input(0), axis=axis, keepdims=keepdims)


@rule(log, "domain", lambda x: (log(softmax(x, axis=0)), log_softmax(x, axis=0)))
def log_of_softmax(view: View) -> Any:
    "log(softmax(x)) = log_softmax(x), along any axis"
    inner = view.operand(0, softmax)
    return inner and log_softmax(inner.input(0), axis=inner.attrs[0])


@rule(divide, "domain", lambda x: (exp(x) / sum_op(exp(x), axis=(1,), keepdims=True), softmax(x, axis=1)))
def softmax_by_quotient(view: View) -> Any:
    "e^x / sum(e^x) = softmax(x), along one axis"
    top, total = view.operand(0, exp), view.operand(1, sum_op)
    bottom = total and total.operand(0, exp)
    if top is None or total is None or bottom is None or top.node != bottom.node:
        return None
    axis = _one_axis(total)
    return None if axis is None else softmax(top.input(0), axis=axis)


@rule(subtract, "domain", lambda x: (x - logsumexp(x, axis=(1,), keepdims=True), log_softmax(x, axis=1)))
def log_softmax_by_difference(view: View) -> Any:
    "x - logsumexp(x) = log_softmax(x), along one axis"
    total = view.operand(1, logsumexp)
    if total is None or total.input(0) is not view.input(0):
        return None
    axis = _one_axis(total)
    return None if axis is None else log_softmax(view.input(0), axis=axis)


@rule(sqrt, "domain", lambda x: (sqrt(x * x), abs(x)), (-2.0, 2.0))
def root_of_square(view: View) -> Any:
    "sqrt(x^2) = |x|, with derivative 0 at 0"
    inner = view.operand(0)
    base = inner and _squared(inner)
    return None if base is None else abs(base)


@rule(sqrt, "domain", lambda x, y: (sqrt(x * x + y**2), hypot(x, y)), (-2.0, 2.0), (-2.0, 2.0))
def root_of_two_squares(view: View) -> Any:
    "sqrt(x^2 + y^2) = hypot(x, y), with derivative 0 at (0, 0)"
    total = view.operand(0, add)
    sides = total and [total.operand(0), total.operand(1)]
    bases = [side and _squared(side) for side in sides or ()]
    if not bases or any(base is None for base in bases):
        return None
    return hypot(*bases)


@rule(sqrt, "domain", lambda x: (sqrt(sum_op(x * x, axis=(1,))), norm_op(x, axis=(1,))), (-2.0, 2.0))
def root_of_summed_squares(view: View) -> Any:
    "sqrt(sum(x^2)) = vector_norm(x), with derivative 0 at 0"
    total = view.operand(0, sum_op)
    inner = total and total.operand(0)
    base = inner and _squared(inner)
    if total is None or base is None:
        return None
    axis, keepdims = total.attrs
    return norm_op(base, axis=axis, keepdims=keepdims)


def _one_axis(reduction: View) -> int | None:
    """The one axis that a reduction takes away in such a way that its result broadcasts back; or None."""
    axis, keepdims = reduction.attrs
    ndim = reduction.input(0).ndim
    if axis is None and ndim == 1:
        return 0
    return axis[0] if axis is not None and len(axis) == 1 and keepdims else None


def _squared(view: View) -> Any:
    """What `view` is the square of, however it is written; or None, also for complex numbers: sqrt(z^2) isn't |z|."""
    if view.expr.dtype.kind == "c":
        return None
    if view.op is square:
        return view.input(0)
    if view.op is multiply and view.input(0) is view.input(1):
        return view.input(0)
    if view.op is pow and view.input(1).literal == 2:
        return view.input(0)
    return None


STABLE: Final[tuple[Rule, ...]] = (
    log_of_one_plus, exp_minus_one, softplus, log_of_two_exponentials, sigmoid_by_negative_exponential,
    sigmoid_of_negative, sigmoid_by_quotient, one_minus_sigmoid, log_of_sigmoid, x_log_x, square_root_as_power,
    log_of_softmax, log_of_summed_exponentials, softmax_by_quotient,
    log_softmax_by_difference, root_of_square, root_of_two_squares, root_of_summed_squares,
)  # fmt: skip
