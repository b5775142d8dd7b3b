"""Chains of matrix products in the order that takes the fewest multiplications, for sizes known by name too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from symdiff.ops.arithmetic import multiply
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import expand_dims, matrix_transpose
from symdiff.optimize.forms import is_inner
from symdiff.optimize.products import transposed
from symdiff.rewriting.rule import Rule, View, rule
from symdiff.sizes import Dim

LONGEST: Final = 8
"""More factors than these aren't ordered together: the work grows with their cube, for every product of the chain."""

SMALLEST: Final = 8
"""Sizes known by name are taken to be this at least: the time of smaller arrays is that of calls anyway."""

Form: TypeAlias = Literal["matrix", "transposed", "row", "column", "scalar"]
Cost: TypeAlias = dict[tuple[str, ...], int]
"""A polynomial in the named sizes: the coefficient of each product of names."""

_FLIPPED: Final[dict[Form, Form]] = {
    "matrix": "transposed", "transposed": "matrix", "row": "column", "column": "row", "scalar": "scalar",
}  # fmt: skip


class Factor(NamedTuple):
    """A factor of a chain, and how it stands there: as it is, transposed, or a vector as a row or a column."""

    expr: Any
    form: Form

    @property
    def sizes(self) -> tuple[Dim, Dim]:
        """How many rows and columns it has."""
        shape = self.expr.shape
        match self.form:
            case "matrix":
                return shape
            case "transposed":
                return shape[::-1]
            case "row":
                return 1, shape[0]
            case "column":
                return shape[0], 1
            case "scalar":
                return 1, 1


class Chain(NamedTuple):
    """Factors in order, and what multiplying them as they are written costs."""

    factors: list[Factor]
    cost: Cost

    def flipped(self) -> Chain:
        """The transpose of the product."""
        return Chain([Factor(each.expr, _FLIPPED[each.form]) for each in reversed(self.factors)], self.cost)


def multiplications(*dims: Dim) -> Cost:
    """The product of sizes."""
    names = tuple(sorted(each.text for each in dims if not isinstance(each, int)))
    number = 1
    for each in dims:
        number *= each if isinstance(each, int) else 1
    return {names: number}


def plus(a: Cost, b: Cost, factor: int = 1) -> Cost:
    """a + factor b."""
    return {names: a.get(names, 0) + factor * b.get(names, 0) for names in {**a, **b}}


def is_less(a: Cost, b: Cost) -> bool:
    """Whether a < b whatever the named sizes are, from SMALLEST upwards; where that isn't decided, not.

    With each name n = SMALLEST + m the difference is a polynomial in the ms; its coefficients must not be negative.
    """
    shifted: Cost = {}
    for names, coefficient in plus(b, a, -1).items():
        terms: Cost = {(): coefficient}
        for name in names:
            at_least = {others: SMALLEST * number for others, number in terms.items()}
            terms = plus(at_least, {tuple(sorted((*others, name))): number for others, number in terms.items()})
        shifted = plus(shifted, terms)
    return min(shifted.values(), default=0) >= 0 and any(shifted.values())


def _chain(view: View, position: int, room: int) -> Chain:
    """The chain that an operand of a product is: itself, where it is no product or needed elsewhere."""
    x = view.input(position)
    vector: Form = "column" if position else "row"
    alone = Chain([Factor(x, "matrix" if x.ndim == 2 else vector)], {})
    found = view.operand(position)
    if room < 2 or found is None or not is_inner(view.graph, found.node):
        return alone
    if found.op is matrix_transpose:
        product = found.operand(0, matmul)
        taken = product is not None and is_inner(view.graph, product.node) and _is_flat(product)
        return _product(product, room).flipped() if product and taken else alone
    if found.op is multiply:
        return _outer(found) or alone
    if found.op is not matmul or not _is_flat(found):
        return alone
    chain = _product(found, room)
    # A product that is a vector is what its matrix leaves of one: a column on the left is meant as a row.
    return chain.flipped() if x.ndim == 1 and _vector_of(chain) != vector else chain


def _is_flat(product: View) -> bool:
    return all(1 <= x.ndim <= 2 for x in product.inputs)


def _vector_of(chain: Chain) -> Form:
    return "row" if chain.factors[0].sizes[0] == 1 and chain.factors[0].form == "row" else "column"


def _product(view: View, room: int) -> Chain:
    """The chain that a product is."""
    left = _chain(view, 0, room - 1)
    right = _chain(view, 1, room - len(left.factors))
    (rows, inner), columns = (left.factors[0].sizes[0], left.factors[-1].sizes[1]), right.factors[-1].sizes[1]
    cost = plus(plus(left.cost, right.cost), multiplications(rows, inner, columns))
    return Chain([*left.factors, *right.factors], cost)


def _outer(view: View) -> Chain | None:
    """A column times a row, which broadcasting multiplies."""
    for column, row in ((0, 1), (1, 0)):
        wide = view.operand(column, expand_dims)
        vector = view.input(row)
        if wide is not None and wide.attrs[0] == (1,) and wide.input(0).ndim == vector.ndim == 1:
            factors = [Factor(wide.input(0), "column"), Factor(vector, "row")]
            return Chain(factors, multiplications(*view.expr.shape))
    return None


def _best(factors: Sequence[Factor], backwards: bool) -> tuple[Cost, dict[tuple[int, int], int]]:
    """The cheapest order, by the classical recurrence over all runs of factors: its cost, and where each run splits.

    Of costs that sizes known by name leave undecided the first stays, or (`backwards`) the last.
    Cormen, Leiserson, Rivest & Stein, *Introduction to Algorithms*, 15.2.
    """
    count = len(factors)
    costs: dict[tuple[int, int], Cost] = {(i, i): {} for i in range(count)}
    splits: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for i in range(count - length):
            k = i + length
            for j in range(k - 1, i - 1, -1) if backwards else range(i, k):
                rows, inner, columns = factors[i].sizes[0], factors[j].sizes[1], factors[k].sizes[1]
                cost = plus(plus(costs[i, j], costs[j + 1, k]), multiplications(rows, inner, columns))
                if (i, k) not in costs or is_less(cost, costs[i, k]):
                    costs[i, k], splits[i, k] = cost, j
    return costs[0, count - 1], splits


def _build(factors: Sequence[Factor], splits: dict[tuple[int, int], int], i: int, k: int) -> Factor:
    if i == k:
        return factors[i]
    j = splits[i, k]
    return _times(_build(factors, splits, i, j), _build(factors, splits, j + 1, k))


def _times(a: Factor, b: Factor) -> Factor:
    if "scalar" in (a.form, b.form):
        return Factor(a.expr * b.expr, b.form if a.form == "scalar" else a.form)
    if (a.form, b.form) == ("column", "row"):
        return Factor(expand_dims(a.expr, (1,)) * b.expr, "matrix")
    left, right = (transposed(each.expr) if each.form == "transposed" else each.expr for each in (a, b))
    if a.form == "row":
        return Factor(left @ right, "scalar" if b.form == "column" else "row")
    return Factor(left @ right, "column" if b.form == "column" else "matrix")


def may_be_chain(graph: Any, node: int) -> bool:
    """Whether a product has a product among its operands, or the transpose of one, or of a column and a row."""
    nodes = graph.arena.nodes
    for parent in nodes[node].inputs:
        if nodes[parent].op is matrix_transpose:
            parent = nodes[parent].inputs[0]
        if nodes[parent].op is matmul or expand_dims in [nodes[each].op for each in nodes[parent].inputs]:
            return True
    return False


@rule(
    matmul,
    "domain",
    lambda x, y: (x @ y.mT @ x[0, :2], x @ (y.mT @ x[0, :2])),
    over=(matmul, matrix_transpose, multiply),
)
def cheapest_order(view: View) -> Any:
    "(A B) C = A (B C), in the order that takes the fewest multiplications"
    if not may_be_chain(view.graph, view.node) or not _is_flat(view):
        return None
    chain = _product(view, LONGEST)
    if len(chain.factors) < 3:
        return None
    for cost, splits in (_best(chain.factors, False), _best(chain.factors, True)):
        if is_less(cost, chain.cost):
            return _build(chain.factors, splits, 0, len(chain.factors) - 1).expr
    return None


CHAINS: Final[tuple[Rule, ...]] = (cheapest_order,)
