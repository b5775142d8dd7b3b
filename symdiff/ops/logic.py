"""Comparison, logic, integers' bits, and the choice between values; all but `where` have derivative 0."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from symdiff.errors import DtypeError
from symdiff.op import Cotangent, Expression, Op, Sample, to_boolean, to_common, to_real
from symdiff.ops.family import elementwise, operands, unbroadcast, uniform
from symdiff.ops.slicing import aligned
from symdiff.types import ArrayType, DType, Inferred, broadcast, common_dtype, is_differentiable

PAIR: Final = [uniform(-2, 2, (3,), (3,)), uniform(-2, 2, (2, 3), (3,))]
BITS: Final = [uniform(0, 8, (3,), (3,), dtype="int64"), uniform(0, 2, (3,), (3,), dtype="bool")]
SHIFTS: Final = [uniform(0, 8, (3,), (3,), dtype="int64")]


def _to_integers(*dtypes: Any) -> tuple[DType, ...]:
    common = common_dtype(*dtypes)
    if is_differentiable(common):
        raise DtypeError(f"bits of {common} can't be combined", advice="& | ^ ~ work on booleans and integers")
    return (common,) * len(dtypes)


def _to_condition(condition: Any, a: Any, b: Any) -> tuple[DType, ...]:
    common = common_dtype(a, b)
    return (*to_boolean(condition), common, common)


def _comparison(name: str, sign: str, kernel: Any, commutative: bool = False) -> Op:
    return elementwise(
        name, kernel, source=f"{{0}} {sign} {{1}}", commutative=commutative,
        promote=to_common if commutative else to_real,  # complex numbers have no order
        partials=[None, None], samples=PAIR, law=f"d(a {sign} b) = 0", doc=f"Whether a {sign} b, elementwise.",
    )  # fmt: skip


def _bitwise(name: str, sign: str, kernel: Any, commutative: bool = False) -> Op:
    return elementwise(
        name, kernel, source=f"{{0}} {sign} {{1}}", promote=_to_integers, commutative=commutative,
        partials=[None, None], samples=BITS if commutative else SHIFTS, law=f"d(a {sign} b) = 0",
        doc=f"a {sign} b on booleans or integers, elementwise." if commutative else f"a {sign} b on integers.",
    )  # fmt: skip


def _test(name: str, kernel: Any, meaning: str) -> Op:
    return elementwise(
        name, kernel, promote=to_common, partials=[None], samples=[uniform(-2, 2, (3,))],
        law=f"d {name}(x) = 0", doc=f"Whether x is {meaning}, elementwise.",
    )  # fmt: skip


equal = _comparison("equal", "==", operator.eq, commutative=True)
not_equal = _comparison("not_equal", "!=", operator.ne, commutative=True)
less = _comparison("less", "<", operator.lt)
less_equal = _comparison("less_equal", "<=", operator.le)
greater = _comparison("greater", ">", operator.gt)
greater_equal = _comparison("greater_equal", ">=", operator.ge)

bitwise_and = _bitwise("bitwise_and", "&", operator.and_, commutative=True)
bitwise_or = _bitwise("bitwise_or", "|", operator.or_, commutative=True)
bitwise_xor = _bitwise("bitwise_xor", "^", operator.xor, commutative=True)
bitwise_left_shift = _bitwise("bitwise_left_shift", "<<", operator.lshift)
bitwise_right_shift = _bitwise("bitwise_right_shift", ">>", operator.rshift)
bitwise_invert = elementwise(
    "bitwise_invert", operator.invert, source="~{0}", scalar="(not {0})", promote=_to_integers,
    partials=[None], samples=[uniform(0, 8, (3,), dtype="int64"), uniform(0, 2, (3,), dtype="bool")],
    law="d(~x) = 0", doc="Every bit inverted, or `not` on booleans.",
)  # fmt: skip


def _logical(name: str, arity: int) -> Op:
    return elementwise(
        name, getattr(np, name), promote=to_boolean, partials=[None] * arity, commutative=arity == 2,
        samples=[uniform(0, 2, *[(3,)] * arity, dtype="bool")],
        law=f"d {name} = 0", doc=f"{name.removeprefix('logical_')} on booleans, elementwise.",
    )  # fmt: skip


logical_and = _logical("logical_and", 2)
logical_or = _logical("logical_or", 2)
logical_xor = _logical("logical_xor", 2)
logical_not = _logical("logical_not", 1)
isnan = _test("isnan", np.isnan, "not a number")
isfinite = _test("isfinite", np.isfinite, "neither infinite nor NaN")
isinf = _test("isinf", np.isinf, "infinite")


def _where_type(condition: ArrayType, a: ArrayType, b: ArrayType) -> Inferred:
    return Inferred(ArrayType(a.dtype, broadcast(condition.shape, a.shape, b.shape)))


def _where_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """Each branch gets what it was selected for, and a mask that says where: what comes later can't undo it."""
    ops, condition = y.graph.ops, xs[0]
    value, mask, _ = cotangent
    result: list[Cotangent | None] = [None]
    for x, wanted, first in zip(xs[1:], needed[1:], (True, False), strict=True):
        if not wanted:
            result.append(None)
            continue
        selected = condition if first else ~condition
        chosen = ops.where(condition, value, 0) if first else ops.where(condition, 0, value)
        visible = ops.broadcast_to(selected, y.shape) if selected.shape != y.shape else selected
        result.append(unbroadcast(Cotangent(chosen, visible if mask is None else visible & mask), x.type))
    return result


def _where_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    chosen = y.graph.ops.where(xs[0], *(0 if each is None else each for each in tangents[1:]))
    return chosen if chosen.shape == y.shape else y.graph.ops.broadcast_to(chosen, y.shape)


where = Op(
    name="where", kernel=np.where, infer=_where_type, arity=3, promote=_to_condition, elementwise=True,
    scalar="({1} if {0} else {2})", slicing=aligned,
    vjp=_where_vjp, jvp=_where_jvp,
    samples=[
        operands(Sample(0, 2, (3,), "bool"), Sample(-2, 2, (3,)), Sample(-2, 2, (3,))),
        operands(Sample(0, 2, (2, 1), "bool"), Sample(-2, 2, (3,)), Sample(-2, 2)),
    ],
    law="d where(c, a, b) = where(c, da, db), selecting last", convention="where selects last",
    doc="a where the condition is true, b elsewhere.",
)  # fmt: skip

LOGIC = (
    equal, not_equal, less, less_equal, greater, greater_equal, bitwise_and, bitwise_or, bitwise_xor,
    bitwise_left_shift, bitwise_right_shift, bitwise_invert, logical_and, logical_or, logical_xor, logical_not,
    isnan, isfinite, isinf, where,
)  # fmt: skip
