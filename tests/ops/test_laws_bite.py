"""The laws bite: for each family of ops, planted faults of each kind are caught by the law that is about them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest

from symdiff.op import Cotangent, Op
from symdiff.ops.arithmetic import hypot, multiply, subtract
from symdiff.ops.family import elementwise, linear, per_operand, uniform
from symdiff.ops.kinks import maximum
from symdiff.ops.linalg import matmul, norm_op
from symdiff.ops.normalising import softmax
from symdiff.ops.reduction import max_op, sum_op
from symdiff.ops.shape import flip, permute_dims, reshape
from symdiff.types import ArrayType, Inferred
from tests.ops.input_laws import INPUT_LAWS
from tests.ops.laws import LAWS
from tests.ops.size_laws import SIZE_LAWS

ALL_LAWS: Final = LAWS | INPUT_LAWS | SIZE_LAWS


def _sine(partial: Callable[..., Any] | None, **facts: Any) -> Op:
    return elementwise("sine", np.sin, partials=[partial], samples=[uniform(-3, 3, (3,))], **facts)


def _product(left: Callable[..., Any] | None, right: Callable[..., Any] | None) -> Op:
    samples = [uniform(0.5, 2, (2, 3), (3,))]
    return elementwise("product", operator.mul, source="{0} * {1}", partials=[left, right], samples=samples)


def _linear(like: Op, *transpose: Callable[..., Any]) -> Op:
    """The same linear op with other transposes."""
    facts = {"source": like.source, "attributes": like.attributes, "is_view": like.is_view}
    return linear(like.name, like.kernel, infer=like.infer, transpose=transpose, samples=like.samples, **facts)


def _rightly_to_first_order(y: Any, x: Any) -> Any:
    """The cosine, but as an op whose own derivative has the wrong sign."""
    cosine = elementwise("cosine", np.cos, partials=[lambda y, x: x.graph.ops.sin(x)], samples=[])
    return cosine(x)


def _at_length(y: Any, x: Any) -> Any:
    """The cosine, and a lot of nothing."""
    cosine = x.graph.ops.cos(x)
    for number in range(9):
        cosine = cosine + 0 * number * x
    return cosine


def _mixing_up_what_is_needed(
    cotangent: Cotangent, y: Any, xs: Sequence[Any], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """The product's rule, right when both parts are asked for."""
    left, right = cotangent.value * xs[1], cotangent.value * xs[0]
    return [Cotangent(left), Cotangent(right)] if all(needed) else [Cotangent(right), Cotangent(left)]


def _in_double(x: Any) -> Any:
    return np.sin(x, dtype=np.float64)


def _overwriting(x: Any) -> Any:
    return np.negative(x, out=x)


def _in_memory_order(x: Any) -> Any:
    return np.sin(x.ravel(order="K").reshape(x.shape))


def _without_nan(x: Any) -> Any:
    return np.sin(np.nan_to_num(x))


def _with_a_name_of_this_file(x: Any) -> Any:
    return np.sin(x) if x.ndim < 9 else ONE_ROW


def _once_for_each_expression(
    cotangent: Cotangent, y: Any, xs: Sequence[Any], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """The product's rule, but for an expression that is both operands."""
    left, right = Cotangent(cotangent.value * xs[1]), Cotangent(cotangent.value * xs[0])
    return [left, None if xs[0] is xs[1] else right]


def _of_any_number(x: ArrayType, *, axis: Any, keepdims: bool) -> Inferred:
    return max_op.infer(x, axis=axis, keepdims=keepdims)._replace(requirements=())


def _of_three_rows(x: ArrayType, *, axis: int) -> Inferred:
    return Inferred(ArrayType(x.dtype, (3, *x.shape[1:])), (axis,))


ONE_ROW: Final = [uniform(-2, 2, (3,))]
SQUARE: Final = [uniform(-1, 1, (3, 3), (3, 3))]

# law, what is wrong, the op with that fault
ELEMENTWISE: Final[list[tuple[str, str, Op]]] = [
    ("modes_agree_with_differences", "a wrong partial", _sine(lambda y, x: x.graph.ops.cosh(x))),
    ("modes_agree_with_differences", "a partial of the wrong sign", _sine(lambda y, x: -x.graph.ops.cos(x))),
    ("modes_agree_with_differences", "a partial off by 1e-5", _sine(lambda y, x: x.graph.ops.cos(x) * 1.00001)),
    ("modes_agree_with_differences", "a wrong second partial", _product(lambda y, a, b: b, lambda y, a, b: b)),
    ("modes_agree_with_differences", "a partial left out", _product(lambda y, a, b: b, None)),
    ("no_derivative_means_flat", "all partials left out", _sine(None)),
    ("second_order_agrees", "a derivative that is right to first order", _sine(_rightly_to_first_order)),
    ("rules_are_short", "a partial of many nodes", _sine(_at_length)),
    ("interpreter_is_source", "a wrong template", replace(multiply, source="{0} + {1}")),
    ("interpreter_is_source", "a template of another function", _sine(None, source="np.cos({0})")),
    ("interpreter_is_source", "a template off by rounding", replace(hypot, source="np.sqrt({0} * {0} + {1} * {1})")),
    ("edges_are_the_same_everywhere", "a template that overflows", replace(hypot, source="np.sqrt({0}**2 + {1}**2)")),
    ("numbers_are_operands", "a template with operands exchanged", replace(subtract, source="{1} - {0}")),
    ("inferred_type_is_evaluated_type", "float32 becoming float64", replace(_sine(None), kernel=_in_double)),
    ("commutes_if_it_says_so", "a subtraction that commutes", replace(subtract, commutative=True)),
    ("commutes_if_it_says_so", "a maximum that commutes at 0.0 and -0.0", replace(maximum, commutative=True)),
    ("operands_are_left_alone", "a kernel that writes to its operand", replace(_sine(None), kernel=_overwriting)),
    ("costs_are_counted", "a negative cost", _sine(None, flops=-1)),
    ("arrays_may_lie_anyhow", "a kernel that reads memory in its order", replace(
        _sine(None), kernel=_in_memory_order, samples=[uniform(-3, 3, (2, 3))])),
    ("nan_is_passed_on", "a kernel that makes NaN a number", replace(_sine(None), kernel=_without_nan)),
    ("functions_travel", "a kernel that needs its file", replace(_sine(None), kernel=_with_a_name_of_this_file)),
    ("functions_travel", "a template with another module", _sine(None, source="(np.sin({0}) if True else os)")),
]  # fmt: skip
LINEAR: Final[list[tuple[str, str, Op]]] = [
    ("modes_agree_with_differences", "a transpose not transposed", _linear(
        replace(matmul, samples=SQUARE), lambda g, y, a, b: g @ b, lambda g, y, a, b: a.mT @ g)),
    ("modes_agree_with_differences", "factors in the wrong order", _linear(
        replace(matmul, samples=SQUARE), lambda g, y, a, b: g @ b.mT, lambda g, y, a, b: g @ a.mT)),
    ("modes_agree_with_differences", "a flip not flipped back", _linear(flip, lambda g, y, x, *, axis: g)),
    ("modes_agree_with_differences", "a permutation not inverted", _linear(
        replace(permute_dims, samples=[uniform(-2, 2, (2, 2, 2), attributes={"axes": (2, 0, 1)})]),
        lambda g, y, x, *, axes: g.transpose(axes))),
    ("derivatives_have_their_types", "a sum not spread out again", _linear(
        replace(sum_op, samples=ONE_ROW), lambda g, y, x, *, axis, keepdims: g)),
    ("interpreter_is_source", "a wrong template", replace(matmul, source="{1} @ {0}", samples=SQUARE)),
    ("interpreter_is_source", "an attribute left out", replace(permute_dims, source="{0}.transpose()")),
    ("interpreter_is_source", "an attribute mistaken", replace(sum_op, source="np.sum({0})")),
    ("operands_are_left_alone", "a view that doesn't say so", replace(reshape, is_view=False)),
    ("results_are_fresh", "a view that doesn't say so", replace(flip, is_view=False)),
    ("nan_is_passed_on", "a sum that leaves NaN out", replace(sum_op, kernel=np.nansum)),
    ("inferred_type_is_evaluated_type", "keepdims forgotten", replace(
        sum_op, infer=lambda x, *, axis, keepdims: sum_op.infer(x, axis=axis, keepdims=False)._replace(attrs=None))),
]  # fmt: skip
NEITHER: Final[list[tuple[str, str, Op]]] = [
    ("modes_agree_with_differences", "a wrong vjp", replace(
        softmax, vjp=per_operand(lambda g, y, x, *, axis: y * (g - g.sum(axis=axis, keepdims=True))))),
    ("modes_agree_with_differences", "a wrong jvp", replace(softmax, jvp=lambda tangents, y, xs: y * tangents[0])),
    ("modes_agree_with_differences", "one mode only", replace(softmax, jvp=None)),
    ("modes_agree_with_differences", "a norm's gradient not normalised", replace(
        norm_op, vjp=per_operand(lambda g, y, x, *, axis, keepdims: x * g), samples=ONE_ROW)),
    ("one_input_at_a_time", "a rule that mixes up what is needed", replace(multiply, vjp=_mixing_up_what_is_needed)),
    ("interpreter_is_source", "a wrong template", replace(max_op, source="np.min({0}, {axis}, keepdims={keepdims})")),
    ("inferred_type_is_evaluated_type", "a wrong type rule", replace(
        softmax, infer=lambda x, *, axis: Inferred(ArrayType(x.dtype, x.shape[:-1]), (0,)))),
    ("named_sizes_stand_for_numbers", "a type rule for one size", replace(softmax, infer=_of_three_rows)),
    ("named_sizes_stand_for_numbers", "a size that must not be 0 and isn't checked", replace(
        max_op, infer=_of_any_number)),
    ("operands_may_be_one_expression", "a rule that takes it for one operand", replace(
        multiply, vjp=_once_for_each_expression)),
]  # fmt: skip
PLANTED: Final = [
    pytest.param(law, op, id=f"{family}: {what}")
    for family, faults in (("elementwise", ELEMENTWISE), ("linear", LINEAR), ("op", NEITHER))
    for law, what, op in faults
]


@pytest.mark.parametrize(("law", "op"), PLANTED)
def test_fault_is_caught(law: str, op: Op) -> None:
    """The law complains of one of the op's samples."""

    def check() -> None:
        for case in op.samples:
            ALL_LAWS[law](op, case)

    with pytest.raises(AssertionError):
        check()


def test_every_law_bites() -> None:
    """There is a fault for each law, and each family has a wrong derivative and a wrong template."""
    assert {law for law, _, _ in (*ELEMENTWISE, *LINEAR, *NEITHER)} == set(ALL_LAWS)
    for family in (ELEMENTWISE, LINEAR, NEITHER):
        assert {"modes_agree_with_differences", "interpreter_is_source"} <= {law for law, _, _ in family}
