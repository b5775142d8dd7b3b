"""Scalars beside products of matrices, and matrices beside a common factor: multiplied where there is least to do."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, sqrt, subtract
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import broadcast_to, matrix_transpose
from symdiff.optimize.chains import is_less, multiplications, plus
from symdiff.optimize.forms import VIEWS, is_inner
from symdiff.rewriting.rule import Rule, View, rule
from symdiff.sizes import Dim

SCALED: Final = (multiply, divide, *VIEWS)

THIN: Final = 32
"""Adding two matrices costs as much time as multiplying one of them by a matrix of some so many columns."""


def is_smaller(a: Any, b: Any) -> bool:
    """Whether an expression has fewer elements than another, whatever sizes known by name are."""
    sizes = a.size, b.size
    if isinstance(sizes[0], int) and isinstance(sizes[1], int):
        return sizes[0] < sizes[1]
    return is_less(multiplications(*a.shape), multiplications(*b.shape))


LARGER: Final = 7
"""A division takes 1.6 times as long as a multiplication: one that is instead of more than so many pays for itself."""


class Scaled(NamedTuple):
    """A scalar that multiplies or divides (`op`) something, which may be seen in another way."""

    op: Op
    scalar: Any
    rest: Any


def scaled_by(view: View | None) -> Scaled | None:
    """The scalar that an array is multiplied or divided by, where nothing else needs the result."""
    if view is None or view.op not in SCALED or not is_inner(view.graph, view.node):
        return None
    if view.op in VIEWS:
        inner = scaled_by(view.operand(0))
        return inner and inner._replace(rest=view.expr.operation(inner.rest))
    for side in (1, 0) if view.op is multiply else (1,) if view.op is divide else ():
        if not view.input(side).shape:
            return Scaled(view.op, view.input(side), view.input(1 - side))
    return None


def _behind(position: int) -> Rule:
    def example(x: Any, y: Any) -> tuple[Any, Any]:
        operands = [y[0], x.mT] if position else [x, y[0]]
        scaled = [x[0, 0] * each if i == position else each for i, each in enumerate(operands)]
        return matmul(*scaled), matmul(*operands) * x[0, 0]

    @rule(matmul, "domain", example, over=SCALED)
    def scalar_behind_product(view: View) -> Any:
        "(s A) B = s (A B) for a scalar s, where the product has fewer elements than A"
        found = scaled_by(view.operand(position))
        if found is None or not is_smaller(view.expr, view.input(position)):
            return None
        operands = view.inputs
        operands[position] = found.rest
        return found.op(matmul(*operands), found.scalar)

    return scalar_behind_product


@rule(multiply, "domain", lambda x, y: ((x[:, :1] @ y[:1]) * x[0, 0], (x[:, :1] * x[0, 0]) @ y[:1]), over=matmul)
def scalar_into_factor(view: View) -> Any:
    "s (A B) = (s A) B for a scalar s, where A has fewer elements than the product; or B, the smaller of the two"
    for one, other in ((0, 1), (1, 0)):
        scalar, product = view.input(one), view.operand(other, matmul)
        if product is None or scalar.shape or not is_inner(view.graph, product.node):
            continue
        a, b = product.inputs
        views = [each.operation.op in VIEWS for each in (a, b)]
        place = 1 if is_smaller(b, a) or (views == [True, False] and not is_smaller(a, b)) else 0
        if is_smaller((a, b)[place], product.expr):
            return matmul(a * scalar, b) if place == 0 else matmul(a, b * scalar)
    return None


def _together(op: Op, shared: int) -> Rule:
    def product(a: Any, b: Any) -> Any:
        return matmul(a, b) if shared == 0 else matmul(b, a)

    def example(x: Any, y: Any, z: Any) -> tuple[Any, Any]:
        rows = broadcast_to(x[:1], (THIN, x.shape[1]))
        a = rows if shared == 0 else matrix_transpose(rows)
        return op(product(a, y[0]), product(a, z[0])), product(a, op(y[0], z[0]))

    @rule(op, "domain", example, over=matmul)
    def products_together(view: View) -> Any:
        "A B + A C = A (B + C), B A + C A = (B + C) A, and so for differences, unless A is thin"
        first, second = view.operands(matmul)
        if first is None or second is None or first.input(shared) is not second.input(shared):
            return None
        b, c = first.input(1 - shared), second.input(1 - shared)
        turned = any(each.operation.op in VIEWS for each in (b, c))
        alone = is_inner(view.graph, first.node) and is_inner(view.graph, second.node)
        if b.shape != c.shape or turned or not alone:
            return None
        return product(first.input(shared), op(b, c)) if _is_wide(first.input(shared), shared) else None

    return products_together


def _is_wide(a: Any, shared: int) -> bool:
    """Whether a product with a matrix takes longer than adding two of what it is multiplied by."""
    if a.ndim == 1:
        return False
    size: Dim = a.shape[-2] if shared == 0 else a.shape[-1]
    return not isinstance(size, int) or size >= THIN


@rule(
    divide,
    "domain",
    lambda x, y: (broadcast_to(x, (LARGER + 1, *x.shape)) / sqrt(y), _over_root(x, y)),
    over=(sqrt, *VIEWS),
)
def times_inverse_root(view: View) -> Any:
    "x / sqrt(y) = x (1 / sqrt(y)), where x is much larger than y; of any root there is the reciprocal"
    x, root = view.input(0), view.operand(1)
    while root is not None and root.op in VIEWS:
        root = root.operand(0)
    if root is None or root.op is not sqrt or view.expr.dtype.kind != "f":
        return None
    small, large = (multiplications(*each.shape) for each in (view.input(1), x))
    return x * (1 / view.input(1)) if is_less(plus({}, small, LARGER), large) else None


def _over_root(x: Any, y: Any) -> Any:
    return broadcast_to(x, (LARGER + 1, *x.shape)) * (1 / sqrt(y))


SCALING: Final[tuple[Rule, ...]] = (
    _behind(0), _behind(1), scalar_into_factor, times_inverse_root,
    *(_together(op, shared) for op in (add, subtract) for shared in (0, 1)),
)  # fmt: skip
