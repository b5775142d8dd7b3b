"""Rules about stretching: what broadcasting does by itself isn't written, and what is stretched is computed small.

The normal form: an operand is stretched only where the result's shape needs it; an op whose operands are all
stretched, or scalars, works on what they were stretched from.
"""

from __future__ import annotations

from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, pow, sqrt, square, subtract
from symdiff.ops.exponential import exp, log, log1p, sigmoid
from symdiff.ops.kinks import abs, maximum, minimum, relu
from symdiff.ops.logic import (
    bitwise_and,
    bitwise_invert,
    bitwise_or,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    not_equal,
    where,
)
from symdiff.ops.shape import astype, broadcast_to, expand_dims
from symdiff.ops.trigonometric import cos, sin, tanh
from symdiff.rewriting.rule import Rule, View, rule
from symdiff.types import broadcast

COMPARISONS: Final = (equal, not_equal, less, less_equal, greater, greater_equal)
LOGICAL: Final = (bitwise_and, bitwise_or, bitwise_invert)


def _operand(op: Op, x: Any) -> Any:
    """An operand for an example: a condition where the op takes one."""
    return x > 1 if op in (*LOGICAL, astype) else x


def _needless(move: Op, op: Op) -> Rule:
    def example(x: Any, y: Any) -> tuple[Any, Any]:
        small = _operand(op, y[0] if move is expand_dims else y[:1])
        moved = expand_dims(small, (0,)) if move is expand_dims else broadcast_to(small, x.shape)
        before = [x > 1] if op is where else []
        return op(*before, moved, _operand(op, x)), op(*before, small, _operand(op, x))

    @rule(op, "exact", example, over=move)
    def needless_stretch(view: View) -> Any:
        "f(stretch(x), y) = f(x, y), f(expand(x), y) = f(x, y), where y has the whole shape and new axes lead"
        operands = view.inputs
        for i, inner in enumerate(view.operands(move)):
            if inner is None or (move is expand_dims and inner.attrs[0] != tuple(range(len(inner.attrs[0])))):
                continue
            small = [*operands[:i], inner.input(0), *operands[i + 1 :]]
            if broadcast(*(each.shape for each in small)) == view.expr.shape:
                return op(*small)
        return None

    return needless_stretch


def _computed_small(op: Op, **attributes: Any) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        small = _operand(op, x[:1])
        others = (broadcast_to(small, x.shape),) * ((op.arity or 1) - 1)
        before = op(broadcast_to(small, x.shape), *others, **attributes)
        return before, broadcast_to(op(*(small,) * (op.arity or 1), **attributes), x.shape)

    @rule(op, "exact" if op in (*COMPARISONS, *LOGICAL, astype) else "rounding", example, over=broadcast_to)
    def stretched_result(view: View) -> Any:
        "f(stretch(x), s) = stretch(f(x, s)), where s is a scalar or stretched too"
        moved = view.operands(broadcast_to)
        small = [inner.input(0) if inner else x for inner, x in zip(moved, view.inputs, strict=True)]
        if any(inner is None and x.shape for inner, x in zip(moved, small, strict=True)):
            return None
        result = op(*small, **view.expr.operation.attributes)
        return None if result.shape == view.expr.shape else broadcast_to(result, view.expr.shape)

    return stretched_result


BINARY: Final = (add, subtract, multiply, divide, pow, maximum, minimum, *COMPARISONS, bitwise_and, bitwise_or)
UNARY: Final = (negative, exp, log, log1p, sqrt, square, abs, relu, sigmoid, sin, cos, tanh, bitwise_invert)

STRETCHING: Final[tuple[Rule, ...]] = (
    *(_needless(broadcast_to, op) for op in (*BINARY, where)),
    *(_needless(expand_dims, op) for op in (*BINARY, where)),
    *(_computed_small(op) for op in (*BINARY, *UNARY)),
    _computed_small(astype, dtype="float64"),
)  # fmt: skip
