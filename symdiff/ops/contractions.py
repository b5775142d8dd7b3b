"""Products of any number of arrays summed over shared axes: einsum, and what is written in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import REQUIRED, Expression, graph_of
from symdiff.ops.family import linear, uniform
from symdiff.ops.slicing import summed
from symdiff.sizes import Dim, product
from symdiff.types import ArrayType, Inferred, is_differentiable, normalise_axis, shape_text


class Labels(NamedTuple):
    """What einsum's text says: the labels of each operand's axes, and of the result's."""

    terms: tuple[str, ...]
    output: str

    @property
    def text(self) -> str:
        """`ij,jk->ik`."""
        return f"{','.join(self.terms)}->{self.output}"


def einsum_kernel(*arrays: Any, subscripts: str) -> Any:
    """The sum of products that the subscripts say."""
    return np.einsum(subscripts, *arrays, optimize=len(arrays) > 1)


def _source(*arrays: str, subscripts: str) -> str:
    return f"np.einsum({', '.join([subscripts, *arrays])}{', optimize=True' if len(arrays) > 1 else ''})"


def _split(subscripts: str) -> Labels:
    terms, _, output = subscripts.partition("->")
    return Labels(tuple(terms.split(",")), output)


def _sizes(terms: Sequence[str], shapes: Sequence[Sequence[Dim]]) -> dict[str, Dim]:
    """The size of each label; axes of size 1 stretch."""
    sizes: dict[str, Dim] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if len(term) != len(shape):
            raise ShapeError(
                f"{term!r} has {len(term)} labels, and its operand {len(shape)} axes",
                advice="give one letter for each axis; ... stands for any number of them",
            )
        for label, dim in zip(term, shape, strict=True):
            if dim != shape[term.index(label)]:
                raise ShapeError(f"the axes {label!r} of one operand have sizes {shape[term.index(label)]} and {dim}")
            known = sizes.setdefault(label, dim)
            if known == 1:
                sizes[label] = dim
            elif dim not in (1, known):
                raise ShapeError(
                    f"the axes labelled {label!r} have sizes {known} and {dim}",
                    advice="axes of one label are multiplied, so they have one size",
                )
    return sizes


def _einsum_type(*types: ArrayType, subscripts: str) -> Inferred:
    labels = _split(subscripts)
    if len(labels.terms) != len(types):
        raise ArgumentError(f"{subscripts!r} is of {len(labels.terms)} operands, not {len(types)}")
    sizes = _sizes(labels.terms, [each.shape for each in types])
    return Inferred(ArrayType(types[0].dtype, tuple(sizes[label] for label in labels.output)))


def _einsum_transpose(
    needed: Sequence[bool], g: Expression, y: Expression, *xs: Expression, subscripts: str
) -> list[Expression | None]:
    """The cotangent of one operand is an einsum of the result's and the other operands.

    A label that is nowhere else was summed alone, so its axis is stretched; one that stands twice was a
    diagonal, so the axes' diagonal is filled.
    """
    terms, output = _split(subscripts)
    found: list[Expression | None] = []
    for i, (x, wanted) in enumerate(zip(xs, needed, strict=True)):
        if not wanted:
            found.append(None)
            continue
        others = (*terms[:i], *terms[i + 1 :])
        distinct = "".join(dict.fromkeys(terms[i]))
        kept = "".join(label for label in distinct if label in output or any(label in each for each in others))
        value = contract(Labels((output, *others), kept), [g, *xs[:i], *xs[i + 1 :]])
        found.append(_on_diagonals(_stretched(value, kept, distinct, terms[i], x), distinct, terms[i], x))
    return found


def _stretched(value: Expression, kept: str, distinct: str, term: str, x: Expression) -> Expression:
    if kept == distinct:
        return value
    ops = value.graph.ops
    missing = tuple(i for i, label in enumerate(distinct) if label not in kept)
    return ops.broadcast_to(ops.expand_dims(value, missing), tuple(x.shape[term.index(label)] for label in distinct))


def _on_diagonals(value: Expression, present: str, term: str, x: Expression) -> Expression:
    """The value on the diagonals of the axes that share a label, and 0 elsewhere."""
    ops = value.graph.ops
    for axis, label in enumerate(term):
        first = term.index(label)
        if first == axis:
            continue
        present = present[:axis] + label + present[axis:]
        index = ops.arange(x.shape[axis], graph=x.graph)
        along = [tuple(i for i in range(len(present)) if i != place) for place in (first, axis)]
        equal = ops.expand_dims(index, along[0]) == ops.expand_dims(index, along[1])
        value = ops.where(equal, ops.expand_dims(value, axis), 0)
    return value


def _flops(y: ArrayType, *xs: ArrayType) -> Any:
    """A bound: each label stands in at least two of the operands and the result, so their product is its square."""
    each = [product(type_.shape) for type_ in (y, *xs)]
    whole = product(each)
    return 2 * isqrt(whole) if isinstance(whole, int) else product((2 * len(xs), *each[:1]))


einsum_op = linear(
    "einsum", einsum_kernel, attributes={"subscripts": REQUIRED}, source=_source, infer=_einsum_type,
    transpose=_einsum_transpose, is_view=True, slicing=summed, nodes_per_edge=12,
    flops=_flops,
    samples=[
        uniform(-2, 2, (2, 3), (3, 4), attributes={"subscripts": "ij,jk->ik"}),
        uniform(-2, 2, (2, 3), (2, 3, 4), attributes={"subscripts": "ij,ijk->jk"}),
        uniform(-2, 2, (3, 3), attributes={"subscripts": "ii->i"}),
        uniform(-2, 2, (2, 3), (2,), (3,), attributes={"subscripts": "ij,i,j->"}),
        uniform(-2, 2, (3, 3, 2), (4,), attributes={"subscripts": "iij,k->jk"}),
    ],
    law="d einsum(a, b) = einsum(da, b) + einsum(a, db)",
    doc="The sum over the labels that the result lacks of the product of the operands' elements.",
)  # fmt: skip

CONTRACTIONS: Final = (einsum_op,)


def contract(labels: Labels, operands: Sequence[Any]) -> Any:
    """The einsum of expressions, as a matrix product, a sum or a permutation where it is just that."""
    terms, output = labels
    if len(terms) == 1 and len(set(terms[0])) == len(terms[0]) and is_differentiable(operands[0].dtype):
        return _permuted(terms[0], operands[0], output)
    for (left, a), (right, b) in _both_orders(terms, operands):
        found = _as_matmul(left, a, right, b, output)
        if found is not None:
            return found
    return einsum_op(*operands, subscripts=labels.text)


def _permuted(term: str, x: Any, output: str) -> Any:
    """x summed over the labels that the output lacks, with the others in its order."""
    gone = tuple(axis for axis, label in enumerate(term) if label not in output)
    rest = "".join(label for label in term if label in output)
    value = x.sum(axis=gone) if gone else x
    return value if rest == output else value.graph.ops.permute_dims(value, tuple(rest.index(each) for each in output))


def _both_orders(terms: Sequence[str], operands: Sequence[Any]) -> Iterator[Any]:
    if len(terms) == 2 and all(graph_of([each]) is not None for each in operands):
        pairs = list(zip(terms, operands, strict=True))
        yield pairs
        yield pairs[::-1]


def _as_matmul(left: str, a: Any, right: str, b: Any, output: str) -> Any:
    """The operands' matrix product, where the labels say nothing but one, of matrices transposed or not."""
    if len(right) == 1 and len(left) <= 2 and left == output + right:
        return a @ b
    if any(len(set(each)) != len(each) for each in (left, right)) or min(map(len, (left, right, output))) < 2:
        return None
    *batch, i, k = output
    prefix = "".join(batch)
    inner = set(left[-2:]) & set(right[-2:]) - {i, k}
    if len(inner) != 1 or left[:-2] != prefix or right[:-2] != prefix:
        return None
    (j,) = inner
    if {left[-2:], right[-2:]} - {i + j, j + i, j + k, k + j} or i not in left or k not in right:
        return None
    return (a if left[-2:] == i + j else a.mT) @ (b if right[-2:] == j + k else b.mT)


def _read(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The text and the operands of either call form: subscripts first, or a list of labels after each operand."""
    if not args:
        raise ArgumentError("einsum needs subscripts and operands", advice='einsum("ij,jk->ik", a, b)')
    if isinstance(args[0], str):
        return args[0].replace(" ", ""), list(args[1:])
    operands, lists = list(args[: len(args) // 2 * 2 : 2]), list(args[1::2])
    text = ",".join(map(_letters, lists))
    return (f"{text}->{_letters(args[-1])}" if len(args) % 2 else text), operands


def _letters(labels: Any) -> str:
    alphabet = ascii_uppercase + ascii_lowercase
    try:
        return "".join("..." if label is Ellipsis else alphabet[label] for label in labels)
    except (TypeError, IndexError):
        raise ArgumentError(
            f"{labels!r} is no list of labels",
            advice="einsum(a, [0, 1], b, [1, 2], [0, 2]): integers from 0 to 51, or ...",
        ) from None


def _labels(text: str, ranks: Sequence[int]) -> Labels:
    """The labels of a text, with ... written out and the result's in the order NumPy gives them."""
    given, arrow, output = text.partition("->")
    terms = given.split(",")
    letters = text.replace("...", "").replace("->", "").replace(",", "")
    if any(each not in ascii_letters for each in letters) or "->" in output:
        raise ArgumentError(f"{text!r} are no subscripts", advice="letters, commas, ... and one ->: 'ij,...jk->...ik'")
    if len(terms) != len(ranks):
        raise ArgumentError(
            f"{text!r} is of {len(terms)} operands, and {len(ranks)} are given", advice="one term for each, by commas"
        )
    spare = [each for each in ascii_uppercase + ascii_lowercase if each not in letters]
    hidden = [
        rank - len(term.replace("...", "")) if "..." in term else 0 for term, rank in zip(terms, ranks, strict=True)
    ]
    if min(hidden, default=0) < 0:
        raise ShapeError(
            f"{text!r} has more labels than an operand has axes", advice="one letter for each axis at most"
        )
    most = max(hidden, default=0)
    full = tuple(
        term.replace("...", "".join(spare[most - count : most])) for term, count in zip(terms, hidden, strict=True)
    )
    if not arrow:
        every = "".join(terms).replace("...", "")
        output = "..." + "".join(sorted(each for each in set(every) if every.count(each) == 1))
    elif most and "..." not in output:
        raise ArgumentError(f"the result of {text!r} has no ...", advice="write ->...ij; sum it out afterwards")
    output = output.replace("...", "".join(spare[:most]))
    if len(set(output)) != len(output) or any(all(each not in term for term in full) for each in output):
        raise ArgumentError(
            f"the result's labels {output!r} must be distinct, and labels of operands", advice="see numpy.einsum"
        )
    return Labels(full, output)


def einsum(*args: Any, optimize: Any = True) -> Any:
    """The sum, over the labels that the result lacks, of the product of the operands: NumPy's, in both call forms.

    `einsum("ij,jk->ik", a, b)` or `einsum(a, [0, 1], b, [1, 2], [0, 2])`; without `->` the result has the
    labels that stand once, in alphabetical order; `...` stands for axes that broadcast; a label that stands
    twice in a term takes the diagonal. The order of products is always optimised, as `optimize=True` does.
    The derivative by one operand is the einsum of the others with the cotangent.

    >>> import symdiff as sd
    >>> from symdiff.ops.contractions import einsum
    >>> g = sd.Graph()
    >>> a, b = g.input("a", ("batch", 2, 3)), g.input("b", ("batch", 3))
    >>> einsum("bij,bj->bi", a, b).shape, einsum("...ij->...ji", a).shape
    ((batch, 2), (batch, 3, 2))

    Raises `ArgumentError` for labels that say nothing, `ShapeError` where sizes of one label differ.
    """
    text, operands = _read(args)
    graph = graph_of(operands)
    if graph is None:
        return np.einsum(*args, optimize=optimize)
    values = [each if isinstance(each, (bool, int, float, complex)) else graph.lift(each) for each in operands]
    shapes = [() if isinstance(each, (bool, int, float, complex)) else each.shape for each in values]
    labels = _labels(text, [len(shape) for shape in shapes])
    sizes = _sizes(labels.terms, shapes)
    terms = list(labels.terms)
    for i, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        thin = tuple(axis for axis, dim in enumerate(shape) if dim == 1 and sizes[term[axis]] != 1)
        if thin:
            values[i] = graph.ops.squeeze(values[i], thin)
            terms[i] = "".join(label for axis, label in enumerate(term) if axis not in thin)
    return contract(Labels(tuple(terms), labels.output), values)


def tensordot(x1: Any, x2: Any, /, axes: Any = 2) -> Any:
    """The sum of products over `axes`: the last n of x1 with the first n of x2, or a pair of lists of axes.

    >>> import symdiff as sd
    >>> from symdiff.ops.contractions import tensordot
    >>> g = sd.Graph()
    >>> tensordot(g.input("a", (2, 3, 4)), g.input("b", (4, 3, 5)), axes=([1, 2], [1, 0])).shape
    (2, 5)
    """
    graph = graph_of([x1, x2])
    if graph is None:
        return np.tensordot(x1, x2, axes)
    a, b = graph.lift(x1), graph.lift(x2)
    if hasattr(axes, "__iter__"):
        left, right = ([each] if isinstance(each, int) else list(each) for each in axes)
    else:
        left, right = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    left = [normalise_axis(each, a.ndim) for each in left]
    right = [normalise_axis(each, b.ndim) for each in right]
    if len(left) != len(right) or [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ShapeError(
            f"axes {left} of {shape_text(a.shape)} don't meet axes {right} of {shape_text(b.shape)}",
            advice="as many axes on both sides, of equal sizes in that order",
        )
    ours = ascii_letters[: a.ndim]
    met = dict(zip(right, left, strict=True))
    theirs = "".join(ours[met[i]] if i in met else ascii_letters[a.ndim + i] for i in range(b.ndim))
    output = "".join(c for i, c in enumerate(ours) if i not in left) + "".join(
        c for i, c in enumerate(theirs) if i not in met
    )
    return contract(Labels((ours, theirs), output), [a, b])
