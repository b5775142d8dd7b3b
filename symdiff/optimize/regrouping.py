"""The phase that regroups sums and products: factors out of sums, matrix chains in their cheapest order.

It runs when the graph is in its normal form, and knows what is needed elsewhere: what is computed anyway isn't taken
apart, so that nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from symdiff.core import CONSTANT, INPUT
from symdiff.graph import Graph
from symdiff.op import Op
from symdiff.ops.arithmetic import divide, multiply, negative
from symdiff.ops.exponential import exp
from symdiff.ops.linalg import matmul
from symdiff.ops.normalising import log_softmax, softmax
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import expand_dims, matrix_transpose, squeeze
from symdiff.optimize.chains import CHAINS, Cost, is_less, may_be_chain, multiplications, plus
from symdiff.optimize.coefficients import COEFFICIENTS
from symdiff.optimize.contracting import sum_of_outer_products
from symdiff.optimize.factoring import FACTORING
from symdiff.optimize.forms import VIEWS, is_inner
from symdiff.optimize.reducing import axes_of
from symdiff.optimize.scaling import SCALING, is_smaller
from symdiff.optimize.summing import SUMMING
from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.log import Firing
from symdiff.rewriting.rule import Rule, View, rule

LARGEST_PRODUCT: Final = 12
"""Of products of more factors under a sum, the ones beyond are taken as one."""

WALKS: Final = 8
"""More walks than these change nothing, unless rules go round in circles."""


class Split(NamedTuple):
    """A product as what varies along the axes that are summed, and the factors and divisors that don't."""

    wide: Any
    factors: tuple[Any, ...] = ()
    divisors: tuple[Any, ...] = ()
    negated: bool = False


def _split(view: View, is_narrow: Callable[[Any], bool], room: int = LARGEST_PRODUCT) -> Split:
    """What is narrow taken out of a product, as far as nothing else needs the products in between."""
    if view.op is negative:
        inner = _split_operand(view, 0, is_narrow, room - 1)
        return inner._replace(negated=not inner.negated)
    if view.op is multiply:
        a, b = (_split_operand(view, position, is_narrow, room // 2) for position in (0, 1))
        wide = [each.wide for each in (a, b) if each.wide is not None]
        product = wide[0] * wide[1] if len(wide) == 2 else wide[0] if wide else None
        return Split(product, a.factors + b.factors, a.divisors + b.divisors, a.negated != b.negated)
    a, b = (_split_operand(view, position, is_narrow, room // 2) for position in (0, 1))
    if a.wide is None:
        return Split(view.expr)
    quotient = a.wide if b.wide is None else a.wide / b.wide
    return Split(quotient, a.factors + b.divisors, a.divisors + b.factors, a.negated != b.negated)


def _split_operand(view: View, position: int, is_narrow: Callable[[Any], bool], room: int) -> Split:
    x = view.input(position)
    if is_narrow(x):
        return Split(None, (x,))
    found = view.operand(position) if room > 0 else None
    if found is None or found.op not in (multiply, divide, negative) or not is_inner(view.graph, found.node):
        return Split(x)
    return _split(found, is_narrow, room)


@rule(
    sum_op,
    "domain",
    lambda x, y: (sum_op(x * (y / x[:, :1]), axis=(1,)), sum_op(x * y, axis=(1,)) / squeeze(x[:, :1], (1,))),
)
def factors_out(view: View) -> Any:
    "sum(a x) = a sum(x), where a doesn't vary along the axes that are summed"
    product = view.operand(0)
    if product is None or product.op not in (multiply, divide) or not is_inner(view.graph, product.node):
        return None
    axes, keepdims = axes_of(view)
    shape = product.expr.shape

    def is_narrow(x: Any) -> bool:
        before = len(shape) - x.ndim
        return all(axis < before or x.shape[axis - before] == 1 for axis in axes)

    split = _split(product, is_narrow)
    if not (split.factors or split.divisors) or split.wide is None or split.wide.ndim < len(shape):
        return None
    if any(split.wide.shape[axis] != shape[axis] for axis in axes):
        return None
    result = sum_op(split.wide, axis=axes, keepdims=keepdims)
    for each in split.factors:
        result = result * _reduced(each, axes, keepdims, len(shape))
    for each in split.divisors:
        result = result / _reduced(each, axes, keepdims, len(shape))
    return -result if split.negated else result


def _reduced(x: Any, axes: Sequence[int], keepdims: bool, ndim: int) -> Any:
    """A narrow factor without the axes that the sum takes away."""
    before = ndim - x.ndim
    gone = tuple(axis - before for axis in axes if axis >= before)
    return x if keepdims or not gone else squeeze(x, gone)


def _is_kept(view: View, position: int) -> bool:
    """Whether an operand is there anyway: given, or needed elsewhere, and not worth computing slice by slice."""
    op = view.graph.arena.nodes[view.input(position).id].op
    inner = view.graph.inner
    return inner is None or view.input(position).id not in inner or op in (INPUT, CONSTANT, matmul)


@rule(
    sum_op,
    "domain",
    lambda x, y: (sum_op(x * y[0], axis=(1,)), x @ y[0]),
)
def sum_as_product(view: View) -> Any:
    "sum_j A_ij v_j = A v, sum_i v_i A_ij = v A, sum_i v_i w_i = v w, of real numbers"
    product = view.operand(0, multiply)
    if product is None or not is_inner(view.graph, product.node) or view.expr.dtype.kind != "f":
        return None
    axes, keepdims = axes_of(view)
    if keepdims or not (_is_kept(product, 0) and _is_kept(product, 1)):
        return None
    for one, other in ((0, 1), (1, 0)):
        a, b = product.input(one), product.input(other)
        if a.ndim == b.ndim == 1 and a.shape == b.shape:
            return a @ b
        if (a.ndim, b.ndim, axes) == (2, 1, (1,)) and a.shape == product.expr.shape and b.shape == a.shape[1:]:
            return a @ b
        column = product.operand(other, expand_dims)
        if column is not None and column.attrs[0] == (1,) and (a.ndim, axes) == (2, (0,)) and b.shape[0] == a.shape[0]:
            return column.input(0) @ a
    return None


@rule(exp, "domain", lambda x: (exp(log_softmax(x, axis=1)), softmax(x, axis=1)), (-2.0, 2.0), over=log_softmax)
def softmax_alone(view: View) -> Any:
    "e^log_softmax(x) = softmax(x)"
    inner = view.operand(0, log_softmax)
    return softmax(inner.input(0), axis=inner.attrs[0]) if inner and is_inner(view.graph, inner.node) else None


REGROUPING: Final[tuple[Rule, ...]] = (
    factors_out, sum_as_product, sum_of_outer_products, *SUMMING, softmax_alone, *COEFFICIENTS, *FACTORING, *SCALING,
    *CHAINS,
)  # fmt: skip


def regroup(graph: Graph, outputs: Sequence[int], rewriter: Callable[..., Rewriter]) -> dict[int, int]:
    """What the nodes that these outputs need become when sums and products are regrouped until nothing more fires.

    What several products need is kept, unless all of them together are cheaper without it.
    """
    final = _settled(graph, outputs, rewriter, False)
    outputs = [final[node] for node in outputs]
    live = graph.arena.ancestors(outputs)
    if not _has_chain(graph, live) or not _needed_by_products(graph, live, outputs) - _inner(graph, live, outputs):
        return final
    trial: list[Firing] = []
    other = _settled(graph, outputs, lambda: rewriter(trial), True)
    if not is_less(_cost(graph, [other[node] for node in outputs]), _cost(graph, outputs)):
        return final
    # Once more for the log, which may end before all of this has fired.
    other = _settled(graph, outputs, rewriter, True)
    return {node: other.get(after, after) for node, after in final.items()}


def specialise(graph: Graph, outputs: Sequence[int], rewriter: Callable[..., Rewriter]) -> dict[int, int]:
    """What the nodes that these outputs need become in one walk that takes nothing apart."""
    each = rewriter()
    graph.inner = set()
    each.run(graph.arena.ancestors(outputs))
    graph.inner = None
    return each.final


def _settled(graph: Graph, outputs: Sequence[int], rewriter: Callable[..., Rewriter], eager: bool) -> dict[int, int]:
    """What nodes become in as many walks as it takes: each begins by finding out anew what is needed how often."""
    final: dict[int, int] = {}
    before, inner, seen = -1, set[int](), 0
    for _ in range(WALKS):
        each = rewriter()
        if len(each.log) == before:
            break
        before = len(each.log)
        live = graph.arena.ancestors(outputs)
        last, inner = inner, _inner(graph, live, outputs)
        if eager:
            inner |= _needed_by_products(graph, live, outputs)
        graph.live, graph.inner = set(live), set(inner)
        each.final.update(_untouched(graph, live, inner ^ last, seen))
        seen = len(graph)
        each.run(live)
        graph.live = graph.inner = None
        final = each.final | {node: each.final.get(after, after) for node, after in final.items()}
        outputs = [each.final[node] for node in outputs]
    return final


def _may_be_scaled(graph: Graph, node: int) -> bool:
    """Whether a node is a product or a quotient, seen in whatever way."""
    nodes = graph.arena.nodes
    while nodes[node].op in VIEWS:
        node = nodes[node].inputs[0]
    return nodes[node].op in (multiply, divide)


def _untouched(graph: Graph, live: Sequence[int], changed: set[int], seen: int) -> dict[int, int]:
    """The nodes that a walk was at already and that depend on nothing new, or newly or no longer inner."""
    nodes = graph.arena.nodes
    found: dict[int, int] = {}
    for node in live:
        if node < seen and node not in changed:
            for parent in nodes[node].inputs:
                if parent not in found:
                    break
            else:
                found[node] = node
    return found


def _has_chain(graph: Graph, live: Sequence[int]) -> bool:
    """Whether there is a product of a product."""
    nodes = graph.arena.nodes
    return any(nodes[node].op is matmul and may_be_chain(graph, node) for node in live)


def _inner(graph: Graph, live: Sequence[int], outputs: Sequence[int]) -> set[int]:
    """The nodes that one other node needs, or that are needed by sums of products only."""
    nodes = graph.arena.nodes
    once, often = set[int](), set(outputs)
    for node in live:
        inputs = nodes[node][1]
        for parent in inputs if len(inputs) < 2 else set(inputs):
            (often if parent in once else once).add(parent)
    summed = _needed_by(graph, live, outputs, (sum_op,), (multiply, divide, negative))
    return (once - often) | summed | _scaled_for_less(graph, live, outputs)


def _scaled_for_less(graph: Graph, live: Sequence[int], outputs: Sequence[int]) -> set[int]:
    """The arrays times scalars that only sums, and products of matrices with fewer elements, are made of."""
    nodes = graph.arena.nodes
    elsewhere, scaled = set(outputs), set[int]()
    for node in reversed(live):
        op, inputs, _, _ = nodes[node]
        if op in VIEWS and node not in elsewhere:
            scaled.add(node)
        elif op in (multiply, divide) and node not in elsewhere and not all(nodes[each].type[-1] for each in inputs):
            scaled.add(node)
            elsewhere.update(inputs)
        elif op is matmul:
            may_be = [graph.expr(each) for each in inputs if _may_be_scaled(graph, each)]
            elsewhere.update(x.id for x in may_be if not is_smaller(graph.expr(node), x))
        elif op is not sum_op:
            elsewhere.update(inputs)
    return scaled


def _needed_by_products(graph: Graph, live: Sequence[int], outputs: Sequence[int]) -> set[int]:
    """The products, also of a column and a row, that products only need."""
    nodes = graph.arena.nodes
    needed = _needed_by(graph, live, outputs, (matmul,), (matrix_transpose,))
    return {node for node in needed if nodes[node].op in (matmul, matrix_transpose, multiply)}


def _needed_by(
    graph: Graph, live: Sequence[int], outputs: Sequence[int], ends: tuple[Op, ...], steps: tuple[Op, ...]
) -> set[int]:
    """The nodes from which every way to an output comes to one of the `ends` through `steps` only."""
    nodes = graph.arena.nodes
    elsewhere, needed = set(outputs), set[int]()
    for node in reversed(live):
        op, inputs, _, _ = nodes[node]
        if node not in elsewhere:
            needed.add(node)
            if op in steps:
                continue
        if op not in ends:
            elsewhere.update(inputs)
    return needed


def _cost(graph: Graph, outputs: Sequence[int]) -> Cost:
    """How many multiplications these outputs take."""
    total: Cost = {}
    for node in graph.arena.ancestors(outputs):
        y = graph.expr(node)
        if y.operation.op in (matmul, multiply):
            inner = graph.inputs(y)[0].shape[-1:] if y.operation.op is matmul else ()
            total = plus(total, multiplications(*y.shape, *inner))
    return total
