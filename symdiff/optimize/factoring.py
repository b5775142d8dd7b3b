"""Sums of products with what their terms have in common taken out, where that takes fewer operations.

Terms are looked through as far as nothing else needs them. What derivatives add up, in whatever order it was reached,
may change places; in a user's own sums only multiples of one thing meet over another term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, subtract
from symdiff.optimize.forms import filled, is_inner, is_real, moderate_literal, scaled
from symdiff.rewriting.rule import Rule, View, rule

SUMS: Final = (add, subtract)
PRODUCTS: Final = (multiply, divide, negative)

LONGEST: Final = 8
"""Of products of more factors, the ones beyond are taken as one; sums of more terms are taken as sums of two."""


class Product(NamedTuple):
    """A number times factors, by divisors: nodes, in the order in which they stand."""

    number: float
    above: tuple[int, ...] = ()
    below: tuple[int, ...] = ()

    @property
    def operations(self) -> int:
        """How many multiplications and divisions it takes."""
        return max(0, len(self.above) + (abs(self.number) != 1) - 1) + len(self.below)

    def times(self, number: float) -> Product:
        """The same with another number."""
        return self._replace(number=self.number * number)


class Shared(NamedTuple):
    """Two products as what both have, times the sum of what else each is; and how many operations that saves."""

    common: Product
    first: Product
    second: Product
    saving: int

    @property
    def is_like(self) -> bool:
        """Whether both are multiples of one thing."""
        return not (self.first.above or self.second.above or self.first.below or self.second.below)


def _product(graph: Any, node: int, room: int = LONGEST) -> Product:
    """A node as a product, as far as nothing else needs the products in between."""
    number = moderate_literal(graph, node)
    if number is not None:
        return Product(number)
    op, inputs, _, _ = graph.arena.nodes[node]
    if room < 2 or op not in PRODUCTS or not is_inner(graph, node) or _is_extreme(graph, inputs):
        return Product(1, (node,))
    a = _product(graph, inputs[0], room // 2)
    if op is negative:
        return a.times(-1)
    b = _product(graph, inputs[1], room // 2)
    if op is multiply:
        return Product(a.number * b.number, a.above + b.above, a.below + b.below)
    return Product(a.number / b.number, a.above + b.below, a.below + b.above)


def _is_extreme(graph: Any, inputs: Sequence[int]) -> bool:
    """Whether there is a number among these, like 0 or infinity, that isn't taken from its factor."""
    nodes = graph.arena.nodes
    return any(nodes[each].op is CONSTANT and moderate_literal(graph, each) is None for each in inputs)


def _terms(graph: Any, root: int, nested: bool = True) -> list[tuple[int, int, bool]]:
    """The terms of a sum and of the sums in it: sign, node, whether it may change places with others that may."""
    nodes, found = graph.arena.nodes, list[tuple[int, int, bool]]()
    for sign, node in _operands(graph, root):
        if nested and nodes[node].op in SUMS and is_inner(graph, node):
            free = all(graph.arena.provenance[each].role != "forward" for each in (root, node))
            found += [(sign * inner, parent, free) for inner, parent in _operands(graph, node)]
        else:
            found.append((sign, node, True))
    return found


def _may_meet(graph: Any, terms: Sequence[tuple[int, int, bool]]) -> bool:
    """Whether two terms may have a factor in common: a look that costs little, at what most sums are."""
    nodes, seen, numbers = graph.arena.nodes, set[int](), 0
    for _, term, _ in terms:
        factors, level = {term}, [term]
        for _ in range(3):
            level = [each for node in level if nodes[node].op in PRODUCTS for each in _inner_inputs(graph, node)]
            factors.update(level)
        numbers += nodes[term].op is not CONSTANT and any(nodes[each].op is CONSTANT for each in factors)
        if numbers > 1 or not seen.isdisjoint(factors):
            return True
        seen |= factors
    return False


def _inner_inputs(graph: Any, node: int) -> Sequence[int]:
    return graph.arena.nodes[node].inputs if is_inner(graph, node) else ()


def _is_short(graph: Any, root: int) -> bool:
    """Whether a sum of sums has no more than so many terms."""
    count, stack = 0, [root]
    while stack and count <= LONGEST:
        node = stack.pop()
        op, inputs, _, _ = graph.arena.nodes[node]
        if op in SUMS and (node == root or is_inner(graph, node)):
            stack += inputs
        else:
            count += 1
    return count <= LONGEST


def _operands(graph: Any, node: int) -> tuple[tuple[int, int], tuple[int, int]]:
    op, (first, second), _, _ = graph.arena.nodes[node]
    return (1, first), (1 if op is add else -1, second)


def _without(factors: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    """The factors less others, each as often as it is among these."""
    left = list(factors)
    for each in others:
        if each in left:
            left.remove(each)
    return tuple(left)


def _shared(a: Product, b: Product) -> Shared:
    """What two products have in common: factors, divisors, and a number where both have the same."""
    above, below = _without(a.above, _without(a.above, b.above)), _without(a.below, _without(a.below, b.below))
    number = a.number if abs(a.number) == abs(b.number) else -1 if max(a.number, b.number) < 0 else 1
    common = Product(number, above, below)
    first, second = (
        Product(each.number / number, _without(each.above, above), _without(each.below, below)) for each in (a, b)
    )
    shared = Shared(common, first, second, 0)
    if shared.is_like:
        after = common.times(first.number + second.number).operations
    else:
        outside = len(above) + len(below) + (abs(number) != 1)
        after = first.operations + second.operations + 1 + outside
    return shared._replace(saving=a.operations + b.operations + 1 - after)


def _built(graph: Any, product: Product, value: Any = None) -> Any:
    """The expression that a product is, after one that is multiplied first; or a number."""
    for node in product.above:
        value = graph.expr(node) if value is None else value * graph.expr(node)
    for node in product.below:
        value = (1 if value is None else value) / graph.expr(node)
    return product.number if value is None else scaled(product.number, value)


def _together(graph: Any, shared: Shared) -> tuple[int, Any]:
    """The sum of two products as one, and its sign."""
    common, first, second, _ = shared
    if shared.is_like:
        sign, product = _signed(common.times(first.number + second.number))
        return sign, _built(graph, product)
    sign, product = _signed(common)
    parts = [(each, _built(graph, rest)) for each, rest in map(_signed, (first, second))]
    return sign, _built(graph, product, _added(parts))


def _signed(product: Product) -> tuple[int, Product]:
    """A product's sign, and the product without it."""
    return (-1, product.times(-1)) if product.number < 0 else (1, product)


def _added(parts: Sequence[tuple[int, Any]]) -> Any:
    """The sum of parts, each with a sign, beginning with one that has none."""
    start = next((i for i, (sign, _) in enumerate(parts) if sign > 0), None)
    if start is None:
        return -_added([(-sign, each) for sign, each in parts])
    total = parts[start][1]
    for sign, each in (*parts[:start], *parts[start + 1 :]):
        total = total + each if sign > 0 else total - each
    return total


def _best(graph: Any, terms: Sequence[tuple[int, int, bool]]) -> tuple[int, int, Shared] | None:
    """The two terms whose sum as a product saves most."""
    products = [_product(graph, node).times(sign) for sign, node, _ in terms]
    found: list[tuple[int, int, Shared]] = []
    for i, j in combinations(range(len(terms)), 2):
        if not _may_share(products[i], products[j]):
            continue
        shared = _shared(products[i], products[j])
        free = terms[i][2] and terms[j][2]
        least = 1 if len(terms) == 2 or not shared.is_like else 0
        if shared.saving >= least and (free or shared.is_like):
            found.append((i, j, shared))
    return max(found, key=lambda each: (each[2].saving, len(each[2].common.above + each[2].common.below)), default=None)


def _may_share(a: Product, b: Product) -> bool:
    """Whether two products have anything in common."""
    if abs(a.number) == abs(b.number) != 1:
        return True
    return not (set(a.above).isdisjoint(b.above) and set(a.below).isdisjoint(b.below))


def _factored(op: Op, example: Callable[..., tuple[Any, Any]]) -> Rule:
    @rule(op, "domain", example, (0.5, 2.0), (0.5, 2.0), (0.5, 2.0), over=(*PRODUCTS, *SUMS))
    def terms_together(view: View) -> Any:
        "a x y + b x z = x (a y + b z), for numbers a and b; (x - y) - y = x - 2 y"
        graph = view.graph
        terms = _terms(graph, view.node)
        if not _may_meet(graph, terms) or not is_real(view.expr):
            return None
        if len(terms) > 2 and not _is_short(graph, view.node):
            terms = _terms(graph, view.node, nested=False)
        best = _best(graph, terms)
        if best is None:
            return None
        i, j, shared = best
        if shared.is_like and shared.first.number + shared.second.number == 0:
            parts = [(1, filled(view.expr, 0))]
        else:
            parts = [_together(graph, shared)]
        others = [(sign, graph.expr(node)) for k, (sign, node, _) in enumerate(terms) if k not in (i, j)]
        return _added([*others[:i], *parts, *others[i:]])

    return terms_together


@rule(
    subtract,
    "rounding",
    lambda x, y: ((x * -3 - y) * (x * 3 + y), -(x * 3 + y) * (x * 3 + y)),
    (-2.0, 2.0),
    (-2.0, 2.0),
    over=multiply,
    number=True,
)
def opposite_sum(view: View) -> Any:
    "(-a) x - y = -(a x + y), for numbers a, where a x + y is there anyway"
    product, y = view.operand(0, multiply), view.input(1)
    for side in (0, 1) if product is not None else ():
        number = product.input(side).literal if product else None
        if product and isinstance(number, (int, float)) and number < 0:
            positive = _found(multiply, product.input(1 - side), y.graph.constant(-number, y.dtype))
            total = None if positive is None else _found(add, positive, y)
            return None if total is None else -total
    return None


def _found(op: Op, a: Any, b: Any) -> Any:
    """A commutative op of two operands, where that is there and needed."""
    graph = a.graph
    for operands in ((a.id, b.id), (b.id, a.id)):
        node = graph.arena.find(op, operands, ())
        if node is not None and (graph.live is None or node in graph.live):
            if graph.inner is not None:
                graph.inner.discard(node)  # from now on it is needed once more
            return graph.expr(node)
    return None


@rule(
    multiply,
    "domain",
    lambda x: ((x + x * (x * x) * 3) * 5, (x * x * 15 + 5) * x),
    (-2.0, 2.0),
    over=add,
    number=True,
)
def number_into_even_polynomial(view: View) -> Any:
    "s (a x + b y^2 x) = (s a + s b y^2) x, for numbers s, a and b of one sign, so that nothing cancels"
    graph = view.graph
    for side in (0, 1):
        number, total = moderate_literal(graph, view.input(side).id), view.operand(1 - side, add)
        if number is None or total is None or not is_inner(graph, total.node) or not is_real(view.expr):
            continue
        common, *rests, _ = _shared(*(_product(graph, each.id) for each in total.inputs))
        for rest, other in (rests, rests[::-1]):
            if rest.above or rest.below or rest.number * other.number <= 0 or not _is_square(graph, other):
                continue
            if abs(other.number) != 1:
                return _built(graph, common, _built(graph, other.times(number)) + rest.number * number)
    return None


def _is_square(graph: Any, product: Product) -> bool:
    """Whether a product is a number times a square."""
    op, inputs, _, _ = graph.arena.nodes[product.above[0]] if product.above else (None, (), (), None)
    pair = inputs if len(product.above) == 1 and op is multiply else product.above
    return not product.below and len(pair) == 2 and pair[0] == pair[1]


FACTORING: Final[tuple[Rule, ...]] = (
    opposite_sum, number_into_even_polynomial,
    _factored(add, lambda x, y, z: (x * y * 3 + x * z * 2, (y * 3 + z * 2) * x)),
    _factored(subtract, lambda x, y, z: ((x - y) - y, x - y * 2)),
)  # fmt: skip
