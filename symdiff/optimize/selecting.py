"""Rules about conditions and what they select: what masks of derivatives leave behind when they meet."""

from __future__ import annotations

from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.logic import bitwise_and, bitwise_invert, bitwise_or, where
from symdiff.ops.shape import broadcast_to
from symdiff.rewriting.rule import Rule, View, rule


@rule(where, "exact", lambda x, y: (where(x > 1, y, y), y))
def same_choice(view: View) -> Any:
    "where(c, x, x) = x"
    _, first, second = view.inputs
    return first if first is second and first.type == view.expr.type else None


@rule(where, "exact", lambda x, y: (where(x > 1, where(x > 1, x, y), 0.0), where(x > 1, x, 0.0)), over=where)
def chosen_twice(view: View) -> Any:
    "where(c, where(c, x, y), z) = where(c, x, z)"
    inner = view.operand(1, where)
    if inner is None or inner.input(0) is not view.input(0):
        return None
    return where(view.input(0), inner.input(1), view.input(2))


@rule(bitwise_invert, "exact", lambda x: (~~(x > 1), x > 1), over=bitwise_invert)
def inverted_twice(view: View) -> Any:
    "~~c = c"
    inner = view.operand(0, bitwise_invert)
    return inner and inner.input(0)


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
                return inner.expr
        return None

    return with_itself


@rule(
    bitwise_or,
    "exact",
    lambda x: ((x > 1) | ~(x > 1), broadcast_to(x.graph.constant(True), x.shape)),
    over=bitwise_invert,
)
def either_way(view: View) -> Any:
    "c | ~c = true"
    for one, other in ((0, 1), (1, 0)):
        inner = view.operand(one, bitwise_invert)
        if inner is not None and inner.input(0) is view.input(other) and view.expr.dtype.kind == "b":
            true = view.graph.constant(True)
            return broadcast_to(true, view.expr.shape) if view.expr.shape else true
    return None


@rule(where, "exact", lambda x, y: (where(broadcast_to(x.graph.constant(True), x.shape), x, y), x))
def always_chosen(view: View) -> Any:
    "where(true, x, y) = x"
    condition = view.operand(0, broadcast_to)
    always = condition.input(0) if condition is not None else view.input(0)
    chosen = view.input(1)
    return chosen if always.literal is True and chosen.type == view.expr.type else None


SELECTING: Final[tuple[Rule, ...]] = (
    same_choice, chosen_twice, inverted_twice, _with_itself(bitwise_or), _with_itself(bitwise_and), either_way,
    always_chosen,
)  # fmt: skip
