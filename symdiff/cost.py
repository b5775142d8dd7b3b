"""What a graph costs to run: operations, bytes moved, memory; numbers, or polynomials in the named sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from symdiff.op import Op
from symdiff.sizes import Dim, Shape, evaluate, names_in, product
from symdiff.types import FLOAT, ArrayType, TupleType, Type


def flops(graph: Any, nodes: Iterable[int] | None = None) -> Dim:
    """The floating-point operations of these nodes, or of all; transcendental functions count as several.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> y = g.input("A", ("m", "n")) @ g.input("x", ("n",))
    >>> flops(g)
    2*m*n
    """
    arena = graph.arena
    kinds: Counter[tuple[Op, Type, tuple[Type, ...]]] = Counter()
    for node in range(len(arena.nodes)) if nodes is None else nodes:
        op, inputs, _, type_ = arena.nodes[node]
        if inputs:
            kinds[op, type_, tuple([arena.nodes[parent].type for parent in inputs])] += 1
    total: Dim = 0
    for (op, type_, operands), times in kinds.items():
        total = _flops_of(op, type_, operands) * times + total
    return total


def _flops_of(op: Op, type_: Any, operands: tuple[Any, ...]) -> Dim:
    if callable(op.flops):
        return op.flops(type_, *operands)
    return op.flops and sum((product(each.shape) for each in _elements(type_)), start=0) * op.flops


def moved(graph: Any) -> Dim:
    """The bytes that the ops of a graph read and write, each op for itself; views move nothing.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> y = sd.exp(g.input("x", ("n",)))
    >>> moved(g)
    16*n
    """
    nodes = graph.arena.nodes
    kinds: Counter[Type] = Counter()
    for op, inputs, _, type_ in nodes:
        if inputs and not _is_free_view(op):
            kinds.update((type_, *(nodes[parent].type for parent in inputs)))
    return _total((each, times * each.dtype.itemsize) for type_, times in kinds.items() for each in _elements(type_))


def peak(graph: Any) -> Dim:
    """The most elements that arguments, constants and values hold at once, where each is let go of after its last use.

    Where named sizes decide which moment that is, it is the moment for sizes of 1000.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", ("n",))
    >>> f = sd.compile([x], sd.sum(sd.exp(x) * x))
    >>> peak(f.graph)
    3*n
    """
    nodes = graph.arena.nodes
    born, freed = _lifetimes(graph)
    counts: Counter[Shape] = Counter()
    best: Counter[Shape] = Counter()
    alive = most = 0
    measured: dict[Type, int] = {}
    for node in range(len(nodes)):
        if node in born:
            counts.update(each.shape for each in _elements(nodes[node].type))
            alive += _measured(nodes[node].type, measured)
            if alive > most:
                most, best = alive, counts.copy()
        for gone in freed.get(node, ()):
            counts.subtract(each.shape for each in _elements(nodes[gone].type))
            alive -= _measured(nodes[gone].type, measured)
    return _total((ArrayType(FLOAT, shape), times) for shape, times in best.items())


def _lifetimes(graph: Any) -> tuple[set[int], dict[int, list[int]]]:
    """The nodes that take memory, and after which node each of them is let go of; results and arguments never are."""
    nodes = graph.arena.nodes
    owner: list[int] = []
    last: dict[int, int] = {}
    for node, (op, inputs, _, _) in enumerate(nodes):
        owner.append(owner[inputs[0]] if inputs and _is_free_view(op) else node)
        last.update((owner[parent], node) for parent in (*inputs, node))
    kept = {owner[output] for output in graph.outputs}
    freed: dict[int, list[int]] = {}
    for node, when in last.items():
        if node not in kept and nodes[node].inputs:
            freed.setdefault(when, []).append(node)
    return set(owner), freed


def _is_free_view(op: Op) -> bool:
    """Whether an op's result is its operand's memory, for nothing."""
    return op.is_view and op.arity == 1 and op.flops == 0


def _elements(type_: Type) -> tuple[ArrayType, ...]:
    return type_.elements if isinstance(type_, TupleType) else (type_,)


def _measured(type_: Type, known: dict[Type, int]) -> int:
    """The number of elements where every named size is 1000."""
    if type_ not in known:
        dims = [product(each.shape) for each in _elements(type_)]
        known[type_] = sum(evaluate(dim, dict.fromkeys(names_in(dim), 1000)) for dim in dims)
    return known[type_]


def _total(parts: Iterable[tuple[ArrayType, int]]) -> Dim:
    total: Dim = 0
    for type_, times in parts:
        total = product(type_.shape) * times + total
    return total
