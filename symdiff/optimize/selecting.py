"""What `where` selects: choices that are known, said twice, or better made before than after.

The normal forms: no inverted condition; one choice for what two choices by the same condition give; within a branch
nothing that the condition has already decided; functions outside of choices, so that they are applied once.
"""

from __future__ import annotations

from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import add, multiply, subtract
from symdiff.ops.exponential import exp
from symdiff.ops.logic import bitwise_and, bitwise_invert, bitwise_or, where
from symdiff.ops.shape import broadcast_to
from symdiff.optimize.forms import everywhere
from symdiff.rewriting.rule import Rule, View, rule

DEPTH: Final = 3
"""How far into a branch a choice is looked for that its condition decides."""


@rule(where, "exact", lambda x, y: (where(x > 1, y, y), y))
def same_choice(view: View) -> Any:
    "where(c, x, x) = x"
    _, first, second = view.inputs
    return first if first is second and first.type == view.expr.type else None


@rule(where, "exact", lambda x, y: (where(broadcast_to(x.graph.constant(True), x.shape), x, y), x))
def known_choice(view: View) -> Any:
    "where(true, x, y) = x, where(false, x, y) = y"
    known = everywhere(view, 0)
    if known is None:
        return None
    chosen = view.input(1 if known else 2)
    return chosen if chosen.type == view.expr.type else broadcast_to(chosen, view.expr.shape)


@rule(where, "exact", lambda x, y: (where(~(x > 1), x, y), where(x > 1, y, x)), over=bitwise_invert)
def inverted_choice(view: View) -> Any:
    "where(~c, x, y) = where(c, y, x)"
    inner = view.operand(0, bitwise_invert)
    return inner and where(inner.input(0), view.input(2), view.input(1))


@rule(where, "exact", lambda x, y: (where(x > 1, x + where(x > 1, x, y), 0.0), where(x > 1, x + x, 0.0)))
def decided_within(view: View) -> Any:
    "where(c, f(where(c, x, y)), z) = where(c, f(x), z), where f works element by element; so for the other branch"
    condition, first, second = view.inputs
    for position, truth in ((1, True), (2, False)):
        branch = view.operand(position)
        found = None if branch is None else _decided(branch, _known(view.operand(0), condition, truth), DEPTH)
        if found is not None:
            return where(condition, found, second) if truth else where(condition, first, found)
    return None


def _known(view: View | None, condition: Any, truth: bool) -> dict[int, bool]:
    """What is true or false where a condition is: itself, the parts of an `and`, the parts of an `or`."""
    known = {condition.id: truth}
    if view is not None and view.op is (bitwise_and if truth else bitwise_or):
        for position in (0, 1):
            part = view.operand(position)
            known |= _known(part, view.input(position), truth)
    elif view is not None and view.op is bitwise_invert:
        known[view.input(0).id] = not truth
    return known


def _decided(view: View, known: dict[int, bool], depth: int) -> Any:
    """An elementwise expression with its decided choices made; None where there are none, or the shape would change."""
    if view.op is where and view.input(0).id in known:
        chosen = view.input(1 if known[view.input(0).id] else 2)
        return chosen if chosen.shape == view.expr.shape or not chosen.shape else None
    if not depth or not view.op.elementwise:
        return None
    operands, changed = list(view.inputs), False
    for position in range(len(operands)):
        inner = view.operand(position)
        found = None if inner is None else _decided(inner, known, depth - 1)
        if found is not None:
            operands[position], changed = found, True
    return view.expr.operation(*operands) if changed else None


@rule(where, "exact", lambda x, y: (where(x > 1, x, where(y > 1, x, y)), where((x > 1) | (y > 1), x, y)), over=where)
def either_choice(view: View) -> Any:
    "where(c, x, where(d, x, y)) = where(c | d, x, y), where(c, where(d, x, y), y) = where(c & d, x, y)"
    condition, first, second = view.inputs
    inner = view.operand(2, where)
    if inner is not None and inner.input(1) is first:
        return where(condition | inner.input(0), first, inner.input(2))
    inner = view.operand(1, where)
    if inner is not None and inner.input(2) is second:
        return where(condition & inner.input(0), inner.input(1), second)
    return None


@rule(where, "exact", lambda x, y: (where(x > 1, exp(x), exp(y)), exp(where(x > 1, x, y))), (-2.0, 2.0), (-2.0, 2.0))
def function_of_choice(view: View) -> Any:
    "where(c, f(x, a), f(y, a)) = f(where(c, x, y), a), where f works element by element"
    first, second = view.operand(1), view.operand(2)
    if first is None or second is None or first.op is not second.op or first.attrs != second.attrs:
        return None
    if not first.op.elementwise or not first.inputs or not first.expr.shape == second.expr.shape == view.expr.shape:
        return None
    pairs = list(zip(first.inputs, second.inputs, strict=True))
    differing = [i for i, (a, b) in enumerate(pairs) if a is not b]
    if len(differing) != 1 or (differing[0] == 0 and first.op is where):
        return None
    a, b = pairs[differing[0]]
    if a.type != b.type or (not a.shape and view.expr.shape):
        return None
    operands = [where(view.input(0), a, b) if i == differing[0] else each for i, (each, _) in enumerate(pairs)]
    return first.expr.operation(*operands)


def _together(op: Op) -> Rule:
    def example(x: Any, y: Any) -> tuple[Any, Any]:
        return op(where(x > 1, x, 3.0), where(x > 1, y, 2.0)), where(x > 1, op(x, y), float(op(3.0, 2.0)))

    @rule(op, "rounding", example, over=where)
    def one_choice(view: View) -> Any:
        "where(c, x, a) + where(c, y, b) = where(c, x + y, a + b), where a + b costs nothing; so for - and *"
        first, second = view.operands(where)
        if first is None or second is None or first.input(0) is not second.input(0):
            return None
        pairs = list(zip(first.inputs[1:], second.inputs[1:], strict=True))
        free = [_free(op, a, b) for a, b in pairs]
        if all(each is None for each in free):
            return None
        return where(first.input(0), *(op(*pair) if f is None else f for f, pair in zip(free, pairs, strict=True)))

    return one_choice


def _free(op: Op, a: Any, b: Any) -> Any:
    """What a + b, a - b or a b is where that is known, or is one of the two; None elsewhere."""
    idle = 1 if op is multiply else 0
    if b.literal == idle:
        return a
    if a.literal == idle and op is not subtract:
        return b
    known = a.literal is not None and b.literal is not None
    return a.graph.constant(op(a.literal, b.literal), a.dtype) if known else None


@rule(
    multiply, "domain", lambda x, y: (y * where(x > 1, 1.0, 0.0), where(x > 1, y, 0.0)), (0.5, 2.0), (-2, 2), over=where
)
def mask_as_choice(view: View) -> Any:
    "x where(c, 1, 0) = where(c, x, 0), x where(c, 0, 1) = where(c, 0, x)"
    for one, other in ((0, 1), (1, 0)):
        inner = view.operand(one, where)
        pair = None if inner is None else (inner.input(1).literal, inner.input(2).literal)
        if inner is not None and pair in ((1, 0), (0, 1)):
            x, condition = view.input(other), inner.input(0)
            return where(condition, x, 0) if pair[0] else where(condition, 0, x)
    return None


SELECTING: Final[tuple[Rule, ...]] = (
    same_choice, known_choice, inverted_choice, decided_within, either_choice, function_of_choice, mask_as_choice,
    _together(add), _together(subtract), _together(multiply),
)  # fmt: skip
