"""Lints for forms that lose digits, overflow or cost more than they must, though better ones say the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.inspect.lint import Form, Found, Lint, Survey, of_patterns
from symdiff.ops.arithmetic import add, divide, multiply, square, subtract
from symdiff.ops.exponential import exp, expm1, log, log1p, sigmoid
from symdiff.ops.indexing import getitem_op
from symdiff.ops.kinks import abs, maximum
from symdiff.ops.linalg import matmul
from symdiff.ops.logic import where
from symdiff.ops.reduction import prod_op, sum_op
from symdiff.ops.shape import expand_dims, reshape, size_op
from symdiff.ops.solving import det, inv
from symdiff.ops.trigonometric import asin, asinh, atan, atanh, cosh, sin, sinh, tan, tanh
from symdiff.rewriting.rule import View

SMALL: Final = 10_000
"""Up to so many elements, or multiplications, nobody need care."""


def _inverse_is_kept(survey: Survey, node: int, operands: Mapping[str, int]) -> bool:
    """An inverse that other things are made of too may be worth its price."""
    nodes = survey.graph.arena.nodes
    return any(nodes[each].op is inv and not survey.used_once(each) for each in nodes[node].inputs)


def _is_square(x: Any) -> bool:
    return x.ndim > 1 and x.shape[-1] == x.shape[-2]


INVERSE_PRODUCT: Final = of_patterns(
    "inverse-product",
    "solving is faster than inverting, and its residual is small where the inverse's isn't",
    Form("sd.inv({A}) @ {b}", "sd.solve({A}, {b})", lambda A, b: inv(A) @ b),
    Form("{b} @ sd.inv({A})", "sd.solve({A}.mT, {b})", lambda A, b: b @ inv(A), lambda A, b: b.ndim == 1),
    Form("{B} @ sd.inv({A})", "sd.solve({A}.mT, {B}.mT).mT", lambda A, B: B @ inv(A)),
    unless=_inverse_is_kept,
)

DETERMINANT_OF_PRODUCT: Final = of_patterns(
    "determinant-of-product",
    "the product costs more than a second determinant, and its condition is worse than its factors'",
    Form(
        "sd.det({A} @ {B})", "sd.det({A}) * sd.det({B})",
        lambda A, B: det(A @ B), lambda A, B: _is_square(A) and _is_square(B),
    ),
)  # fmt: skip


def _traces(survey: Survey) -> Iterator[Found]:
    for view in survey.views(sum_op):
        diagonal = view.operand(0, getitem_op)
        flat = diagonal and diagonal.operand(0, reshape)
        product = flat and flat.operand(0, matmul)
        if not (view.expr.ndim == 0 and diagonal and product and product.expr.ndim == 2 and _is_square(product.expr)):
            continue
        if diagonal.attrs[0] == ((None, None, product.expr.shape[0] + 1),):
            yield Found(view.node, TRACE_OF_PRODUCT.forms[0], {"A": product.input(0).id, "B": product.input(1).id})


TRACE_OF_PRODUCT: Final = Lint(
    "trace-of-product",
    "the product's other elements are computed for nothing: n^3 multiplications where n^2 are enough",
    (Form("sd.linalg.trace({A} @ {B})", "sd.sum({A} * {B}.mT)"),),
    _traces,
)

POSITIVE: Final = (where, maximum, exp, sigmoid, cosh, CONSTANT)
"""What a divisor that is kept from 0 looks like."""


def _never_zero_over_zero(survey: Survey, node: int, operands: Mapping[str, int]) -> bool:
    """A `where` leaves the quotient out, or chose the divisor; or the divisor is kept from 0 by adding a number."""
    nodes = survey.graph.arena.nodes
    op, inputs, _, _ = nodes[operands["x"]]
    shifted = op is add and any(nodes[each].op is CONSTANT for each in inputs)
    return survey.guarded(node) or shifted or op in POSITIVE


SQUARES: Final[tuple[tuple[str, Callable[[Any], Any]], ...]] = (
    ("{}**2", lambda x: x**2), ("sd.square({})", lambda x: square(x)), ("({0} * {0})", lambda x: x * x),
)  # fmt: skip
"""The ways to write a square."""


def _over_its_operand(op: Any) -> Callable[[Any], Any]:
    return lambda x: op(x) / x


def _versine(x: Any) -> Any:
    """What 1 - cos(x) has become when lints look."""
    return 2 * (sin(x * 0.5) * sin(x * 0.5))


def _versine_over(power: Any) -> Callable[[Any], Any]:
    return lambda x: _versine(x) / power(x)


def _one_minus_squared_tanh(power: Any) -> Callable[[Any], Any]:
    return lambda x: 1 - power(tanh(x))


ZERO_OVER_ZERO: Final = of_patterns(
    "zero-over-zero",
    "the limit at 0 exists, but 0/0 is NaN, and so is every derivative there",
    Form("sd.sin({x}) / {x}", "sd.sinc({x} / sd.pi)", lambda x: sin(x) / x),
    *(
        Form(
            f"sd.{op.name}({{x}}) / {{x}}",
            f"sd.where({{x}} == 0, 1, sd.{op.name}({{x}}) / {{x}})",
            _over_its_operand(op),
        )
        for op in (tan, asin, atan, sinh, tanh, asinh, atanh, expm1, log1p)
    ),
    Form(
        "(1 - sd.cos({x})) / {x}", "sd.sin({x} / 2) * sd.sinc({x} / (2 * sd.pi))", lambda x: _versine(x) / x
    ),
    *(
        Form(
            f"(1 - sd.cos({{x}})) / {text.format('{x}')}",
            "sd.sinc({x} / (2 * sd.pi))**2 / 2",
            _versine_over(power),
        )
        for text, power in SQUARES
    ),
    Form("{x} / sd.abs({x})", "sd.sign({x})", lambda x: x / abs(x)),
    Form("{x} / {x}", "sd.ones_like({x})", lambda x: x / x),
    unless=_never_zero_over_zero,
)  # fmt: skip

CANCELLATION: Final = of_patterns(
    "cancellation",
    "where nearly equal numbers are subtracted, few correct digits are left",
    *(
        Form(f"1 - {text.format('sd.tanh({x})')}", "1 / sd.cosh({x})**2", _one_minus_squared_tanh(power))
        for text, power in SQUARES
    ),
)

OVERFLOW: Final = of_patterns(
    "overflow",
    "an exponential is infinite from 710 on (89 in float32), where the value itself is moderate",
    Form("sd.exp({x}) / (sd.exp({x}) + sd.exp({y}))", "sd.sigmoid({x} - {y})", lambda x, y: exp(x) / (exp(x) + exp(y))),
)  # fmt: skip


def _over(reduction: View, keepdims: bool | None = None) -> str:
    """The axes of a reduction as further arguments."""
    axis, kept = reduction.attrs[:2]
    texts = [] if axis is None else [f"axis={axis}"]
    return "".join(f", {each}" for each in [*texts, *(["keepdims=True"] if kept or keepdims else [])])


def _mean(view: View | None) -> View | None:
    """The sum that a mean divides by how many there are."""
    quotient = view if view is not None and view.op is divide else None
    count = quotient and quotient.operand(1)
    return quotient.operand(0, sum_op) if quotient and count and count.op in (CONSTANT, size_op) else None


def _reductions_before_logs(survey: Survey) -> Iterator[Found]:
    mean_form, prod_form = LOG_OF_REDUCTION.forms
    for view in survey.views(log):
        total = _mean(view.operand(0, divide))
        terms = total and total.operand(0, exp)
        if total and terms:
            count = survey.graph.arena.nodes[view.input(0).id].inputs[1]
            yield Found(view.node, mean_form, {"x": terms.input(0).id, "n": count, "axes": _over(total)})
        product = view.operand(0, prod_op)
        if product:
            yield Found(view.node, prod_form, {"x": product.input(0).id, "axes": _over(product)})


LOG_OF_REDUCTION: Final = Lint(
    "log-of-reduction",
    "the reduction over- or underflows where the result is moderate",
    (
        Form("sd.log(sd.mean(sd.exp({x}){axes}))", "sd.logsumexp({x}{axes}) - sd.log({n})"),
        Form("sd.log(sd.prod({x}{axes}))", "sd.sum(sd.log(sd.abs({x})){axes})"),
    ),
    _reductions_before_logs,
)


def _softmaxes(survey: Survey) -> Iterator[Found]:
    one_axis, more_axes = SOFTMAX_BY_QUOTIENT.forms
    for view in survey.views(divide):
        top, bottom = view.operand(0, exp), view.operand(1)
        aligned = bottom is not None and bottom.op in (expand_dims, reshape, getitem_op)
        total = bottom.operand(0) if bottom and aligned else bottom
        if not top or not bottom or not total or total.op is not sum_op or total.input(0) is not top.expr:
            continue
        if bottom.expr.size == total.expr.size and top.operand(0, subtract) is None:
            axis = total.attrs[0]
            form = one_axis if axis is not None and len(axis) == 1 else more_axes
            texts = {"axes": _over(total), "all": _over(total, keepdims=True), "axis": str(axis and axis[0])}
            yield Found(view.node, form, {"x": top.input(0).id, **texts})


SOFTMAX_BY_QUOTIENT: Final = Lint(
    "softmax-by-quotient",
    "the exponentials and their sum overflow where the quotient is between 0 and 1",
    (
        Form("sd.exp({x}) / sd.sum(sd.exp({x}){axes})", "sd.softmax({x}, axis={axis})"),
        Form("sd.exp({x}) / sd.sum(sd.exp({x}){axes})", "sd.exp({x} - sd.logsumexp({x}{all}))"),
    ),
    _softmaxes,
)


def _stretched_products(survey: Survey) -> Iterator[Found]:
    for view in survey.views(sum_op):
        product = view.operand(0, multiply)
        if product is None or product.expr.dtype.kind not in "fc" or not survey.used_once(product.node):
            continue
        shape = product.expr.shape
        a, b = ([dim == 1 for dim in (1,) * (len(shape) - each.ndim) + each.shape] for each in product.inputs)
        summed = range(len(shape)) if view.attrs[0] is None else view.attrs[0]
        only_a, only_b = (any(mine < other for mine, other in zip(*pair, strict=True)) for pair in ((a, b), (b, a)))
        is_small = all(isinstance(dim, int) for dim in shape) and math.prod(shape) <= SMALL  # type: ignore[arg-type]
        if only_a and only_b and not is_small and not any(a[axis] or b[axis] for axis in summed):
            names = {"a": product.input(0).id, "b": product.input(1).id, "axes": _over(view)}
            yield Found(view.node, STRETCHED_PRODUCT.forms[0], names)


STRETCHED_PRODUCT: Final = Lint(
    "stretched-product",
    "all products of the elements of both are stored before they are summed; a matrix product stores none",
    (Form("sd.sum({a} * {b}{axes})", "@, sd.vecdot or sd.einsum of what {a} and {b} were stretched from"),),
    _stretched_products,
)


def _is_dear(now: int, other: int) -> bool:
    return now > 2 * other and now - other > SMALL


def _chains(survey: Survey) -> Iterator[Found]:
    left_form, right_form = CHAIN_ORDER.forms
    for view in survey.views(matmul):
        for position, form in ((0, left_form), (1, right_form)):
            inner = view.operand(position, matmul)
            if inner is None or not survey.used_once(inner.node):
                continue
            a, b, c = [*inner.inputs, view.input(1)] if position == 0 else [view.input(0), *inner.inputs]
            sizes = [*((1,) if a.ndim == 1 else ()), *a.shape, *b.shape[-1:], *(c.shape[1:] or (1,))]
            if any(each.ndim > 2 for each in (a, b, c)) or b.ndim < 2 or any(not isinstance(n, int) for n in sizes):
                continue
            m, k, n, p = sizes
            from_left, from_right = m * k * n + m * n * p, k * n * p + m * k * p
            if _is_dear(*((from_left, from_right) if position == 0 else (from_right, from_left))):
                yield Found(view.node, form, {"A": a.id, "B": b.id, "C": c.id})


CHAIN_ORDER: Final = Lint(
    "chain-order",
    "the other order of the two products needs less than half of the multiplications",
    (
        Form("({A} @ {B}) @ {C}", "{A} @ ({B} @ {C}), or sd.multi_dot([{A}, {B}, {C}])"),
        Form("{A} @ ({B} @ {C})", "({A} @ {B}) @ {C}, or sd.multi_dot([{A}, {B}, {C}])"),
    ),
    _chains,
)

FORMS: Final[tuple[Lint, ...]] = (
    INVERSE_PRODUCT, DETERMINANT_OF_PRODUCT, TRACE_OF_PRODUCT, ZERO_OVER_ZERO, CANCELLATION, OVERFLOW,
    LOG_OF_REDUCTION, SOFTMAX_BY_QUOTIENT, STRETCHED_PRODUCT, CHAIN_ORDER,
)  # fmt: skip
