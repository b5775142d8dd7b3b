"""Conditions: and, or, not, and comparisons, as masks of derivatives leave them behind when they meet.

The normal forms: `~` outside of & and |, and none before a comparison that has an opposite; no part said twice.
"""

from __future__ import annotations

from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.logic import bitwise_and, bitwise_invert, bitwise_or, equal, greater, less, logical_not, not_equal
from symdiff.optimize.forms import everywhere, filled
from symdiff.rewriting.rule import Rule, View, rule


def _is_boolean(view: View) -> bool:
    return view.expr.dtype.kind == "b"


@rule(bitwise_invert, "exact", lambda x: (~~(x > 1), x > 1), over=bitwise_invert)
def inverted_twice(view: View) -> Any:
    "~~c = c"
    inner = view.operand(0, bitwise_invert)
    return inner and inner.input(0)


@rule(logical_not, "exact", lambda x: (logical_not(x > 1), ~(x > 1)))
def one_kind_of_not(view: View) -> Any:
    "not c = ~c"
    return ~view.input(0)


def _opposite(op: Op, other: Op) -> Rule:
    @rule(bitwise_invert, "exact", lambda x: (~op(x, 1), other(x, 1)), over=op)
    def opposite_comparison(view: View) -> Any:
        "~(x == y) = x != y, ~(x != y) = x == y; the others have no opposite, since NaN isn't ordered"
        inner = view.operand(0, op)
        return inner and other(*inner.inputs)

    return opposite_comparison


def _never(op: Op) -> Rule:
    @rule(op, "exact", lambda x: (op(x, x), filled(x > 1, False)))
    def strictly_itself(view: View) -> Any:
        "x < x = x > x = false"
        return filled(view.expr, False) if view.input(0) is view.input(1) else None

    return strictly_itself


def _with_itself(op: Op) -> Rule:
    @rule(op, "exact", lambda x: (op(x > 1, x > 1), x > 1))
    def with_itself(view: View) -> Any:
        "c | c = c, c & c = c, and the same once more = what it is already"
        first, second = view.inputs
        if first is second:
            return first
        for one, other in ((0, 1), (1, 0)):
            inner = view.operand(one, op)
            if inner is not None and any(each is view.input(other) for each in inner.inputs):
                return inner.expr if inner.expr.type == view.expr.type else None
        return None

    return with_itself


def _absorbed(op: Op, other: Op) -> Rule:
    @rule(op, "exact", lambda x, y: (op(x > 1, other(x > 1, y > 1)), x > 1), over=other)
    def absorbed(view: View) -> Any:
        "c & (c | d) = c, c | (c & d) = c"
        for one, rest in ((0, 1), (1, 0)):
            inner = view.operand(one, other)
            if inner is not None and any(each is view.input(rest) for each in inner.inputs):
                return view.input(rest)
        return None

    return absorbed


def _both(op: Op, truth: bool) -> Rule:
    @rule(op, "exact", lambda x: (op(x > 1, ~(x > 1)), filled(x > 1, truth)), over=bitwise_invert)
    def either_way(view: View) -> Any:
        "c | ~c = true, c & ~c = false"
        for one, other in ((0, 1), (1, 0)):
            inner = view.operand(one, bitwise_invert)
            if inner is not None and inner.input(0) is view.input(other) and _is_boolean(view):
                return filled(view.expr, truth)
        return None

    return either_way


def _with_known(op: Op, idle: bool) -> Rule:
    @rule(op, "exact", lambda x: (op(x > 1, filled(x > 1, idle)), x > 1))
    def with_known(view: View) -> Any:
        "c & true = c, c & false = false, c | false = c, c | true = true"
        for one, other in ((0, 1), (1, 0)):
            known = everywhere(view, one) if _is_boolean(view) else None
            if known is not None:
                return view.input(other) if known is idle else filled(view.expr, known)
        return None

    return with_known


def _outside(op: Op, other: Op) -> Rule:
    @rule(op, "exact", lambda x, y: (op(~(x > 1), ~(y > 1)), ~other(x > 1, y > 1)), over=bitwise_invert)
    def inversion_outside(view: View) -> Any:
        "~c & ~d = ~(c | d), ~c | ~d = ~(c & d)"
        first, second = view.operands(bitwise_invert)
        return ~other(first.input(0), second.input(0)) if first and second else None

    return inversion_outside


def _split(op: Op, other: Op) -> Rule:
    def example(x: Any, y: Any) -> tuple[Any, Any]:
        return op(other(x > 1, y > 1), other(x > 1, ~(y > 1))), x > 1

    @rule(op, "exact", example, over=other)
    def in_both_cases(view: View) -> Any:
        "(c & d) | (c & ~d) = c, (c | d) & (c | ~d) = c"
        first, second = view.operands(other)
        for i in (0, 1) if first and second else ():
            for j in (0, 1) if first and second else ():
                if first and second and first.input(i) is second.input(j):
                    rest = (first.operand(1 - i), second.operand(1 - j))
                    if any(_inverse(a, b) for a, b in (rest, rest[::-1])):
                        return first.input(i)
        return None

    return in_both_cases


def _inverse(a: View | None, b: View | None) -> bool:
    return a is not None and b is not None and a.op is bitwise_invert and a.input(0) is b.expr


CONDITIONS: Final[tuple[Rule, ...]] = (
    inverted_twice, one_kind_of_not, _opposite(equal, not_equal), _opposite(not_equal, equal), _never(less),
    _never(greater), _with_itself(bitwise_or), _with_itself(bitwise_and), _absorbed(bitwise_and, bitwise_or),
    _absorbed(bitwise_or, bitwise_and), _both(bitwise_or, True), _both(bitwise_and, False),
    _with_known(bitwise_and, True), _with_known(bitwise_or, False), _outside(bitwise_and, bitwise_or),
    _outside(bitwise_or, bitwise_and), _split(bitwise_or, bitwise_and), _split(bitwise_and, bitwise_or),
)  # fmt: skip
