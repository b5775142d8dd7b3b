"""What a graph costs to run: operations, bytes moved, memory; numbers, or polynomials in the named sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from symdiff.core import PROJECT
from symdiff.op import Op
from symdiff.sizes import Dim, evaluate, names_in, product
from symdiff.types import ArrayType, TupleType, Type

NOMINAL: Final = 1000
"""What a named size is taken for where polynomials have to be compared."""


Step: TypeAlias = Any
"""One application in the order in which they run; it has a `value`, an `op`, its `operands`, a `type`."""


class _Applied(NamedTuple):
    value: int
    op: Op
    operands: tuple[int, ...]
    type: Type


Kind: TypeAlias = tuple[Op, Type, tuple[Type, ...]]
"""All that an application's cost depends on: its op, its type, its operands' types."""


def flops(graph: Any, nodes: Iterable[int] | None = None) -> Dim:
    """The floating-point operations of these nodes, or of all; transcendental functions count as several.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> y = g.input("A", ("m", "n")) @ g.input("x", ("n",))
    >>> flops(g)
    2*m*n
    """
    arena = graph.arena
    kinds: Counter[Kind] = Counter()
    for node in range(len(arena.nodes)) if nodes is None else nodes:
        op, inputs, _, type_ = arena.nodes[node]
        if inputs:
            kinds[op, type_, tuple([arena.nodes[parent].type for parent in inputs])] += 1
    return total(flops_of, kinds)


def moved(graph: Any) -> Dim:
    """The bytes that the ops of a graph read and write, each op for itself; views move nothing.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> y = sd.exp(g.input("x", ("n",)))
    >>> moved(g)
    16*n
    """
    nodes = graph.arena.nodes
    kinds = Counter(
        (op, type_, tuple([nodes[each].type for each in inputs])) for op, inputs, _, type_ in nodes if inputs
    )
    return total(bytes_read, kinds) + total(bytes_written, kinds)


def peak(graph: Any) -> Dim:
    """The most elements that values hold at once, beside arguments and constants; each is let go of after its last use.

    Where named sizes decide which moment that is, it is the moment for sizes of 1000.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", ("n",))
    >>> f = sd.compile([x], sd.sum(sd.exp(x) * x))
    >>> peak(f.graph)
    2*n
    """
    nodes = enumerate(graph.arena.nodes)
    steps = [_Applied(node, op, inputs, type_) for node, (op, inputs, _, type_) in nodes if inputs]
    return most_held(steps, graph.outputs, elements_of)


def total(cost: Callable[..., Dim], kinds: Mapping[Kind, int]) -> Dim:
    """The sum of a cost over applications, counted by kind."""
    found: dict[Dim, int] = {}
    for kind, times in kinds.items():
        each = cost(*kind)
        found[each] = found.get(each, 0) + times
    return sum((each * times for each, times in found.items()), start=0)


@lru_cache(maxsize=4096)
def flops_of(op: Op, type_: Any, operands: tuple[Type, ...]) -> Dim:
    """The floating-point operations of one application."""
    return op.flops(type_, *operands) if callable(op.flops) else op.flops and elements_of(type_) * op.flops


@lru_cache(maxsize=4096)
def bytes_read(op: Op, type_: Type, operands: tuple[Type, ...]) -> Dim:
    """The bytes of an application's operands, each as often as it is taken; views read nothing."""
    return 0 if is_free(op) else sum(map(bytes_of, operands), start=0)


def bytes_written(op: Op, type_: Type, operands: tuple[Type, ...]) -> Dim:
    """The bytes of an application's result; views write nothing."""
    return 0 if is_free(op) else bytes_of(type_)


def is_free(op: Op) -> bool:
    """Whether an op's result is its first operand's memory, for nothing."""
    return op is PROJECT or (op.is_view and op.arity == 1 and op.flops == 0)


@lru_cache(maxsize=4096)
def bytes_of(type_: Type) -> Dim:
    """The memory that a value takes."""
    return sum((product(each.shape) * each.dtype.itemsize for each in _arrays(type_)), start=0)


@lru_cache(maxsize=4096)
def elements_of(type_: Type) -> Dim:
    """How many numbers a value holds."""
    return sum((product(each.shape) for each in _arrays(type_)), start=0)


def at_sizes(dim: Dim, sizes: Mapping[str, int] | None = None) -> int:
    """The number that a polynomial is at these sizes, or where every name is 1000."""
    return _nominal(dim) if sizes is None else evaluate(dim, sizes)


@lru_cache(maxsize=4096)
def _nominal(dim: Dim) -> int:
    return evaluate(dim, dict.fromkeys(names_in(dim), NOMINAL))


def last_needed(steps: Sequence[Step], kept: Iterable[int]) -> list[int]:
    """For each step the last one during which its memory is needed; -1 where it makes none.

    A view's memory is that of what it is a view of. Values in `kept` are needed to the end.
    """
    home: dict[int, int] = {}
    last: list[int] = []
    for i, step in enumerate(steps):
        for operand in step.operands:
            if operand in home:
                last[home[operand]] = i
        if is_free(step.op):
            last.append(-1)
            if step.operands[0] in home:
                home[step.value] = home[step.operands[0]]
        else:
            last.append(i)
            home[step.value] = i
    for each in kept:
        if each in home:
            last[home[each]] = len(steps)
    return last


def held(steps: Sequence[Step], last: Sequence[int], measure: Callable[[Type], int]) -> list[int]:
    """How much is held during each step: the values made by then and needed still, measured by their types."""
    known = {type_: measure(type_) for type_ in {each.type for each in steps}}
    ends = [0] * (len(steps) + 1)
    found: list[int] = []
    alive = 0
    for i, step in enumerate(steps):
        if last[i] >= 0:
            alive += known[step.type]
            ends[last[i]] += known[step.type]
        found.append(alive)
        alive -= ends[i]
    return found


def most_held(
    steps: Sequence[Step],
    kept: Iterable[int],
    measure: Callable[[Type], Dim],
    sizes: Mapping[str, int] | None = None,
) -> Dim:
    """The most that the steps hold at once; at these sizes, or as the polynomial that is most at sizes of 1000."""
    last = last_needed(steps, kept)
    amounts = held(steps, last, lambda type_: at_sizes(measure(type_), sizes))
    most = max(amounts, default=0)
    if sizes is not None or not most:
        return most
    when = amounts.index(most)
    alive = Counter(steps[i].type for i in range(when + 1) if last[i] >= when)
    return sum((measure(type_) * times for type_, times in alive.items()), start=0)


def _arrays(type_: Type) -> tuple[ArrayType, ...]:
    return type_.elements if isinstance(type_, TupleType) else (type_,)
