"""Sums of products of three and more arrays, two at a time, in the order that takes the fewest multiplications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from string import ascii_letters
from typing import Any, Final

from symdiff.ops.arithmetic import multiply
from symdiff.ops.contractions import Labels, contract, einsum_op
from symdiff.ops.linalg import matmul
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import expand_dims, matrix_transpose, permute_dims, squeeze
from symdiff.optimize.chains import Cost, is_less, multiplications, plus
from symdiff.optimize.forms import is_inner, is_real
from symdiff.optimize.reducing import axes_of
from symdiff.rewriting.rule import Rule, View, rule
from symdiff.sizes import Dim

MOST: Final = 5
"""Of more operands than these not all orders are compared: the cheapest pair comes first."""


def _kept(terms: Sequence[str], pair: tuple[int, int], output: str) -> str:
    """The labels of a pair's product that the result or another operand has too."""
    needed = {label for i, term in enumerate(terms) if i not in pair for label in term}.union(output)
    return "".join(label for label in dict.fromkeys(terms[pair[0]] + terms[pair[1]]) if label in needed)


def _after(items: Sequence[Any], pair: tuple[int, int], product: Any) -> list[Any]:
    """Operands with the first of a pair replaced by its product, and the second gone."""
    return [product if i == pair[0] else each for i, each in enumerate(items) if i != pair[1]]


def _best(terms: Sequence[str], output: str, sizes: Mapping[str, Dim]) -> tuple[Cost, tuple[int, int]]:
    """What the cheapest order costs, and with which pair it begins; of costs that are undecided the first stays."""
    found: list[tuple[Cost, tuple[int, int]]] = []
    for pair in combinations(range(len(terms)), 2):
        kept = _kept(terms, pair, output)
        cost = multiplications(*(sizes[label] for label in dict.fromkeys(terms[pair[0]] + terms[pair[1]])))
        if 2 < len(terms) <= MOST:
            cost = plus(cost, _best(_after(terms, pair, kept), output, sizes)[0])
        if not found or is_less(cost, found[0][0]):
            found = [(cost, pair)]
    return found[0]


@rule(
    einsum_op,
    "domain",
    lambda x, y: (einsum_op(x, y, y[:, :2], subscripts="ij,kj,kl->il"), (x @ matrix_transpose(y)) @ y[:, :2]),
)
def two_at_a_time(view: View) -> Any:
    "sum(a b c) = sum(sum(a b) c), in the order that takes the fewest multiplications"
    terms, _, output = view.attrs[0].partition("->")
    terms, operands = terms.split(","), view.inputs
    if len(terms) < 3:
        return None
    sizes: dict[str, Dim] = {}
    for term, x in zip(terms, operands, strict=True):
        sizes.update(zip(term, x.shape, strict=True))
    _, pair = _best(terms, output, sizes)
    kept = _kept(terms, pair, output)
    i, j = pair
    product = contract(Labels((terms[i], terms[j]), kept), [operands[i], operands[j]])
    return contract(Labels(tuple(_after(terms, pair, kept)), output), _after(operands, pair, product))


def _arranged(x: Any, term: str, wanted: str) -> Any:
    """An operand with its axes in an order, summed over those that aren't wanted."""
    gone = tuple(axis for axis, label in enumerate(term) if label not in wanted)
    x, term = (sum_op(x, axis=gone) if gone else x), "".join(label for label in term if label in wanted)
    order = tuple(term.index(label) for label in wanted)
    return x if order == tuple(range(len(order))) else permute_dims(x, order)


def _multiplied(terms: tuple[str, str], operands: Sequence[Any], output: str, summed: str = "") -> Any:
    """The operands' product element by element, summed over labels that both have."""
    shown: list[Any] = []
    for term, x in zip(terms, operands, strict=True):
        new = tuple(i for i, label in enumerate(output) if label not in term)
        arranged = _arranged(x, term, "".join(label for label in output + summed if label in term))
        shown.append(expand_dims(arranged, new) if new else arranged)
    product = shown[0] * shown[1]
    return sum_op(product, axis=tuple(range(len(output), len(output + summed)))) if summed else product


@rule(
    einsum_op,
    "domain",
    lambda x, y: (einsum_op(x, y[:, :2], subscripts="ij,ik->jk"), permute_dims(x, (1, 0)) @ y[:, :2]),
)
def as_product(view: View) -> Any:
    "sum_j a_ij b_jk = A B, a_i b_j = a b^T, sum_ij a_ij = sum(A), where no operand has more than one label of its own"
    given, _, output = view.attrs[0].partition("->")
    terms, operands = given.split(","), view.inputs
    if len(terms) > 2 or any(len(set(term)) < len(term) for term in terms):
        return None
    if len(terms) == 1:
        return _arranged(operands[0], given, output)
    left, right = terms
    batch = "".join(label for label in output if label in left and label in right)
    inner = "".join(label for label in left if label in right and label not in output)
    rows, columns = ("".join(each for each in output if each in term and each not in batch) for term in terms)
    if not inner or (not (rows + columns) and (batch or len(inner) > 1)):
        return _multiplied((left, right), operands, output, inner)
    if max(map(len, (inner, rows, columns))) > 1:
        return None
    a, b = _arranged(operands[0], left, batch + rows + inner), _arranged(operands[1], right, batch + inner + columns)
    if not batch:
        return _arranged(a @ b, rows + columns, output)
    product = (a if rows else expand_dims(a, -2)) @ (b if columns else expand_dims(b, -1))
    gone = tuple(len(batch) + i for i, each in enumerate((rows, columns)) if not each)
    return _arranged(squeeze(product, gone) if gone else product, batch + rows + columns, output)


def _in_full(x: Any, shape: Sequence[Dim]) -> tuple[str, Any]:
    """A label for each axis of a shape along which x isn't stretched to it, and x without its other axes."""
    before = len(shape) - x.ndim
    gone = tuple(i for i in range(x.ndim) if x.shape[i] == 1 != shape[before + i])
    term = "".join(ascii_letters[before + i] for i in range(x.ndim) if i not in gone)
    return term, _less_axes(x, gone) if gone else x


def _less_axes(x: Any, gone: tuple[int, ...]) -> Any:
    """x without axes of size 1; where these were put there, what it was before."""
    added = x.operation.op is expand_dims and x.attrs[0] == gone
    return x.graph.inputs(x)[0] if added else squeeze(x, gone)


@rule(
    sum_op,
    "domain",
    lambda x, y: (
        sum_op(expand_dims(x, (2,)) * expand_dims(y, (1,)), axis=(0,)),
        permute_dims(permute_dims(y, (1, 0)) @ x, (1, 0)),
    ),
    over=multiply,
)
def sum_of_outer_products(view: View) -> Any:
    "sum_k a_ki b_kj = A^T B, of arrays that are stretched, one of them along a single axis"
    product, (axes, keepdims) = view.operand(0, multiply), axes_of(view)
    if product is None or len(axes) != 1 or not is_real(view.expr) or not is_inner(view.graph, product.node):
        return None
    shape, summed = product.expr.shape, ascii_letters[axes[0]]
    (left, a), (right, b) = (_in_full(x, shape) for x in product.inputs)
    if len({*left} - {*right}) == 1 and summed in left:
        left, a, right, b = right, b, left, a
    rows, columns = [each for each in left if each not in right], [each for each in right if each not in left]
    if summed not in left or summed not in right or not rows or len(columns) != 1:
        return None
    output = ascii_letters[: len(shape)].replace(summed, "")
    batch = "".join(each for each in output if each not in (rows[-1], columns[0]))
    own = "".join(each for each in batch if each in right)
    b = _arranged(b, right, own + summed + columns[0])
    missing = tuple(i for i, each in enumerate(batch) if each not in own)
    found = _arranged(a, left, batch + rows[-1] + summed) @ (expand_dims(b, missing) if own and missing else b)
    found = _arranged(found, batch + rows[-1] + columns[0], output)
    return expand_dims(found, axes) if keepdims else found


def _moved(x: Any, source: int, target: int) -> Any:
    """x with one axis in another place."""
    order = [i for i in range(x.ndim) if i != source]
    order.insert(target % x.ndim, source)
    return x if order == sorted(order) else permute_dims(x, tuple(order))


def _many_vectors(matrix: int) -> Rule:
    """Of a matrix, the operand at this position, that is stretched along an axis of the vectors beside it."""
    vector, place = 1 - matrix, (-1, -2)[matrix]

    def example(x: Any, y: Any) -> tuple[Any, Any]:
        if matrix == 1:
            return expand_dims(y, (1,)) @ matrix_transpose(x), expand_dims(y @ matrix_transpose(x), (1,))
        return x @ expand_dims(y, (2,)), expand_dims(_moved(x @ _moved(y, 0, -1), 1, 0), (2,))

    @rule(matmul, "domain", example)
    def vectors_as_matrix(view: View) -> Any:
        "A x_b = (A X)_b, of one matrix and many columns x_b, which are those of X; so for rows"
        shape, operands = view.expr.shape, view.inputs
        if len(shape) < 3 or min(x.ndim for x in operands) < 2 or not is_real(view.expr):
            return None
        if operands[vector].shape[place] != 1 or shape[-3 - place] == 1:
            return None
        many, one = _less_axes(operands[vector], (place % operands[vector].ndim,)), operands[matrix]
        whole = _in_full(many, (*shape[:-2], many.shape[-1]))[0][:-1]
        shared = _in_full(one, (*shape[:-2], *one.shape[-2:]))[0][:-2]
        own = [
            axis for axis in range(len(shape) - 2) if ascii_letters[axis] in whole and ascii_letters[axis] not in shared
        ]
        if len(own) != 1:
            return None
        many = _moved(many, own[0] - (len(shape) - 1 - many.ndim), place)
        one = _less_axes(one, (own[0],)) if one.ndim == len(shape) else one
        product = one @ many if matrix == 0 else many @ one
        return expand_dims(_moved(product, place % product.ndim, own[0]), (place % len(shape),))

    return vectors_as_matrix


CONTRACTING: Final[tuple[Rule, ...]] = (two_at_a_time, as_product, _many_vectors(0), _many_vectors(1))
