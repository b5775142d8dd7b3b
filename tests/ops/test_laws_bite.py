"""The laws bite: for each family of ops, planted faults of each kind are caught by the law that is about them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symdiff.op import Op, to_floating
from symdiff.ops.arithmetic import add, hypot, subtract
from symdiff.ops.family import elementwise, linear, per_operand, uniform
from symdiff.ops.linalg import matmul, norm_op
from symdiff.ops.normalising import softmax
from symdiff.ops.reduction import max_op, sum_op
from symdiff.ops.shape import flip, permute_dims, reshape
from symdiff.types import ArrayType, Inferred
from tests.ops.laws import LAWS


def _sine(partial: Callable[..., Any] | None) -> Op:
    return elementwise("planted", np.sin, partials=[partial], samples=[uniform(-3, 3, (3,))])


def _product(right: Callable[..., Any] | None, **facts: Any) -> Op:
    facts = {"source": "{0} * {1}", **facts}
    return elementwise(
        "planted",
        operator.mul,
        partials=[lambda y, a, b: b, right],
        samples=[uniform(0.5, 2, (2, 3), (3,))],
        **facts,
    )


def _twice(transpose: Callable[..., Any], **facts: Any) -> Op:
    return linear(
        "planted",
        np.negative,
        infer=lambda x: Inferred(x),
        transpose=[transpose],
        samples=[uniform(-2, 2, (2, 3))],
        **facts,
    )


def _matmul(left: Callable[..., Any]) -> Op:
    assert matmul.vjp is not None
    return linear(
        "planted",
        operator.matmul,
        infer=matmul.infer,
        source="{0} @ {1}",
        transpose=[left, lambda g, y, a, b: a.mT @ g],
        samples=[uniform(-1, 1, (3, 3), (3, 3))],
    )


def _in_double(x: Any) -> Any:
    return np.sin(x, dtype=np.float64)


def _overwriting(x: Any) -> Any:
    return np.negative(x, out=x)


def _long_partial(y: Any, x: Any) -> Any:
    cosine = x.graph.ops.cos(x)
    for power in range(2, 10):
        cosine = cosine + 0 * x**power
    return cosine


def _masking_late(y: Any, x: Any) -> Any:
    return x.graph.ops.cos(x) * x.sum() / x.sum()


PLANTED = [
    # elementwise: partials
    ("modes_agree_with_differences", "wrong partial", _sine(lambda y, x: x.graph.ops.cosh(x))),
    ("modes_agree_with_differences", "partial of the wrong sign", _sine(lambda y, x: -x.graph.ops.cos(x))),
    ("modes_agree_with_differences", "a little wrong partial", _sine(lambda y, x: x.graph.ops.cos(x) * 1.00001)),
    ("modes_agree_with_differences", "wrong second partial", _product(lambda y, a, b: b)),
    ("modes_agree_with_differences", "a partial left out", _product(None)),
    ("no_derivative_means_flat", "all partials left out", _sine(None)),
    (
        "second_order_agrees",
        "partial right to first order only",
        _sine(lambda y, x: x.graph.ops.where(x > 9, x, x.graph.constant(0.0) + _frozen_cosine(x))),
    ),
    ("rules_are_short", "a partial of many nodes", _sine(_long_partial)),
    # elementwise: source, dtypes, flags
    ("interpreter_is_source", "wrong source template", _product(lambda y, a, b: a, source="{0} + {1}")),
    ("numbers_are_operands", "template with its operands exchanged", replace(subtract, source="{1} - {0}")),
    ("interpreter_is_source", "template of another function", replace(_sine(None), source="np.cos({0})")),
    ("interpreter_is_source", "template off by rounding", replace(hypot, source="np.sqrt({0}**2 + {1}**2)")),
    ("edges_are_the_same_everywhere", "template that overflows", replace(hypot, source="np.sqrt({0}**2 + {1}**2)")),
    ("inferred_type_is_evaluated_type", "float32 becomes float64", replace(_sine(None), kernel=_in_double)),
    ("commutes_if_it_says_so", "subtraction is not commutative", replace(subtract, commutative=True)),
    ("commutes_if_it_says_so", "maximum is not, at zeros", _commuting_maximum := replace(add, kernel=np.maximum, commutative=True)),
    ("operands_are_left_alone", "a kernel that writes to its operand", replace(_sine(None), kernel=_overwriting)),
    # linear: transposes, source, types
    ("modes_agree_with_differences", "transpose of the wrong sign", _twice(lambda g, y, x: g)),
    ("modes_agree_with_differences", "transpose without the transpose", _matmul(lambda g, y, a, b: g @ b)),
    ("modes_agree_with_differences", "factors in the wrong order", _matmul(lambda g, y, a, b: b.mT @ g)),
    (
        "modes_agree_with_differences",
        "a flip taken for its own inverse's absence",
        linear(
            "planted", np.flip, attributes={"axis": None}, infer=flip.infer, is_view=True,
            transpose=[lambda g, y, x, *, axis: g], samples=flip.samples,
        ),
    ),
    (
        "modes_agree_with_differences",
        "a permutation that isn't inverted",
        linear(
            "planted", np.permute_dims, attributes=dict(permute_dims.attributes), infer=permute_dims.infer,
            transpose=[lambda g, y, x, *, axes: g.transpose(axes)],
            samples=[uniform(-2, 2, (2, 2, 2), attributes={"axes": (2, 0, 1)})],
        ),
    ),
    (
        "derivatives_have_their_types",
        "a transpose that gives the wrong shape",
        linear(
            "planted", np.sum, attributes=dict(sum_op.attributes), infer=sum_op.infer,
            transpose=[lambda g, y, x, *, axis, keepdims: g], samples=[uniform(-2, 2, (3,))],
        ),
    ),
    ("interpreter_is_source", "wrong source template", _twice(lambda g, y, x: -g, source="{0}")),
    ("interpreter_is_source", "an attribute left out of the template", replace(permute_dims, source="{0}.transpose()")),
    (
        "interpreter_is_source",
        "an axis mistaken",
        replace(sum_op, source=lambda x, *, axis, keepdims: f"np.sum({x}, axis=0, keepdims={keepdims})"),
    ),
    ("operands_are_left_alone", "a view that doesn't say so", replace(reshape, is_view=False)),
    (
        "inferred_type_is_evaluated_type",
        "a type rule that forgets keepdims",
        replace(sum_op, infer=lambda x, *, axis, keepdims: sum_op.infer(x, axis=axis, keepdims=False)),
    ),
    # Op: vjp, jvp, source, types
    (
        "modes_agree_with_differences",
        "wrong vjp",
        replace(softmax, vjp=per_operand(lambda g, y, x, *, axis: y * (g - g.sum(axis=axis, keepdims=True)))),
    ),
    ("modes_agree_with_differences", "wrong jvp", replace(softmax, jvp=lambda tangents, y, xs: y * tangents[0])),
    ("modes_agree_with_differences", "one mode only", replace(softmax, jvp=None)),
    (
        "modes_agree_with_differences",
        "a norm's gradient that isn't normalised",
        replace(norm_op, vjp=per_operand(lambda g, y, x, *, axis, keepdims: x * (g.sum() if g.ndim else g))),
    ),
    ("interpreter_is_source", "wrong source template", replace(max_op, source="np.min({0}, axis={axis}, keepdims={keepdims})")),
    (
        "inferred_type_is_evaluated_type",
        "wrong type rule",
        replace(softmax, infer=lambda x, *, axis: Inferred(ArrayType(x.dtype, x.shape[:-1]), (0,))),
    ),
    (
        "named_sizes_stand_for_numbers",
        "a shape rule that is right for one size only",
        replace(softmax, infer=lambda x, *, axis: Inferred(ArrayType(x.dtype, (3, *x.shape[1:])), (axis,)), samples=[]),
    ),
]
