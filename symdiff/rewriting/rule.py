"""Rules: equations and functions that say one node is better written as another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from symdiff.core import CONSTANT
from symdiff.errors import SymdiffError
from symdiff.op import Attrs, Op
from symdiff.rewriting.pattern import Application, Number, PatternGraph, Variable, build, find, inner_nodes

Kind: TypeAlias = Literal["exact", "rounding", "domain", "fast"]

Head: TypeAlias = Any
"""What is seen of an operand before anything is tried: its op; of a constant, its value where a rule asks for it."""


class Rewrite(NamedTuple):
    """One way to apply a rule at a node: how to build the new expression, and which nodes it looked through."""

    build: Callable[[Callable[..., Any]], Any]
    swallowed: set[int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Rule:
    """A rewrite rule: an equation, tested as an equation.

    `law` is what it says. `kind` is its class: exact, bit for bit, everywhere; rounding, up to rounding,
    everywhere, the derivative too; domain, where the left side's value and derivative are finite and
    accurate the right side agrees, and elsewhere it may be finite where the left was not; fast, as domain, but
    measured against the largest term, and only where all terms are finite: for the level that allows it.
    `samples` are the ranges its variables are drawn from when it is tested, as (low, high), one for each.
    """

    name: str
    law: str
    kind: Kind
    trace: Callable[[Any], Sequence[Matcher]]
    arity: int
    samples: Sequence[tuple[float, float]]
    example: Callable[..., tuple[Any, Any]]


class Sight(NamedTuple):
    """What is seen of a node before any rule is tried.

    Whether the first and the last operand are one node; whether it has axes and is made of something without;
    the operands' heads; the ops that each operand is made of (None: not looked at).
    """

    same: bool
    scalar: bool
    heads: tuple[Head, ...]
    below: tuple[tuple[Op, ...] | None, ...]

    @property
    def number(self) -> bool:
        """Whether there may be a constant among the operands, or among theirs."""
        return any(inner is None or CONSTANT in inner for inner in self.below) or any(
            not isinstance(head, Op) for head in self.heads
        )


class Matcher(NamedTuple):
    """How a rule is found: the op at its root, whether a node that looks so is worth a try, and the try.

    `rewrites(graph, node, barrier)` gives the ways to apply the rule at a node; `numbers` are the values that
    `fits` asks of constants.
    """

    op: Op
    fits: Callable[[Sight], bool]
    rewrites: Callable[[Any, int, int | None], Iterable[Rewrite]]
    numbers: frozenset[complex] = frozenset()


def equation(kind: Kind, *samples: tuple[float, float]) -> Callable[[Callable[..., tuple[Any, Any]]], Rule]:
    """Make a rule of a function that returns the two sides of an equation; its docstring is the law.

    The function is traced on untyped variables when the rule is first used.

    >>> from symdiff.ops.exponential import exp, log
    >>> @equation("domain")
    ... def log_of_exp(x):
    ...     "log(e^x) = x"
    ...     return log(exp(x)), x
    >>> log_of_exp.law
    'log(e^x) = x'
    """

    def make(function: Callable[..., tuple[Any, Any]]) -> Rule:
        arity = function.__code__.co_argcount

        def trace(language: Any) -> Sequence[Matcher]:
            graph = PatternGraph(language)
            sides = function(*(graph.variable() for _ in range(arity)))
            left, right = (graph.term(side) for side in sides)
            if not isinstance(left, Application):
                raise TypeError(f"the left side of the rule {function.__name__} is no application of an op")
            return [_matcher(left, right, arity)]

        return Rule(
            name=function.__name__, law=function.__doc__ or "", kind=kind, trace=trace, arity=arity,
            samples=samples or ((0.5, 2.0),) * arity, example=function,
        )  # fmt: skip

    return make


def rule(
    op: Op,
    kind: Kind,
    example: Callable[..., tuple[Any, Any]],
    *samples: tuple[float, float],
    over: Op | tuple[Op, ...] | None = None,
    number: bool = False,
    scalar: bool = False,
    same: bool = False,
) -> Callable[[Callable[[View], Any]], Rule]:
    """Make a rule of a function of a `View` of a node whose op is `op`, for where attributes or types decide.

    The function gives the new expression, or None where the rule doesn't apply; its docstring is the law.
    `example` gives an expression it applies to and what should come out, for the tests. Where `over` is
    given, only nodes that have an operand of that op, or of one of those ops, are looked at; with `number`,
    only nodes with a constant among their operands, or among the operands of these; with `scalar`, only
    nodes with axes that have a scalar among them; with `same`, only nodes of one operand, or of one twice. Each of
    these costs nothing where it isn't so.
    """
    among = over if isinstance(over, tuple) else (over,)

    def make(function: Callable[[View], Any]) -> Rule:
        def rewrites(graph: Any, node: int, barrier: int | None) -> Sequence[Rewrite]:
            looked: list[int] = []
            try:
                found = function(View(graph, node, barrier, looked))
            except SymdiffError:  # the new form isn't defined for these types: complex numbers have no logsumexp
                return ()
            return () if found is None else (Rewrite(lambda make: found, set(looked)),)

        def fits(sight: Sight) -> bool:
            if (number and not sight.number) or (scalar and not sight.scalar) or (same and not sight.same):
                return False
            return over is None or any((head if isinstance(head, Op) else CONSTANT) in among for head in sight.heads)

        arity = example.__code__.co_argcount
        return Rule(
            name=function.__name__, law=function.__doc__ or "", kind=kind, arity=arity,
            trace=lambda language: [Matcher(op, fits, rewrites)], samples=samples or ((0.5, 2.0),) * arity,
            example=example,
        )  # fmt: skip

    return make


class View:
    """A node as a rule may look at it: through `operand`, which notes what was looked through and minds the barrier."""

    __slots__ = ("_barrier", "_looked", "graph", "node")

    def __init__(self, graph: Any, node: int, barrier: int | None, looked: list[int]) -> None:
        self.graph = graph
        self.node = node
        self._barrier = barrier
        self._looked = looked

    @property
    def expr(self) -> Any:
        """The node as an expression."""
        return self.graph.expr(self.node)

    @property
    def op(self) -> Op:
        """The node's op."""
        return self.graph.arena.nodes[self.node].op

    @property
    def attrs(self) -> Attrs:
        """The node's attributes."""
        return self.graph.arena.nodes[self.node].attrs

    def input(self, position: int) -> Any:
        """The operand at a position, as an expression that the new one may be made of."""
        return self.graph.expr(self.graph.arena.nodes[self.node].inputs[position])

    @property
    def inputs(self) -> list[Any]:
        """All operands, as expressions that the new one may be made of."""
        return [self.graph.expr(parent) for parent in self.graph.arena.nodes[self.node].inputs]

    def operands(self, op: Op) -> list[View | None]:
        """For each operand, itself if it may be looked through and is an application of `op`."""
        return [self.operand(position, op) for position in range(len(self.graph.arena.nodes[self.node].inputs))]

    def operand(self, position: int, op: Op | None = None) -> View | None:
        """The operand at a position, if it may be looked through and is an application of `op`."""
        node = self.graph.arena.nodes[self.node].inputs[position]
        if node == self._barrier or (op is not None and self.graph.arena.nodes[node].op is not op):
            return None
        self._looked.append(node)
        return View(self.graph, node, self._barrier, self._looked)


def _matcher(left: Application, right: Any, arity: int) -> Matcher:
    operands = left.operands
    orders = (operands, operands[::-1]) if left.op.commutative else (operands,)
    alike = isinstance(operands[0], Variable) and operands[0] is operands[-1]

    def fits(sight: Sight) -> bool:
        if (alike and not sight.same) or len(sight.heads) != len(operands):
            return False
        return any(all(map(_may_be, order, sight.heads, sight.below)) for order in orders)

    def rewrites(graph: Any, node: int, barrier: int | None) -> Iterator[Rewrite]:
        arena = graph.arena
        for bound in find(left, node, arena, (None,) * arity, barrier):
            yield Rewrite(
                lambda make, bound=bound: build(right, bound, graph.expr, make), inner_nodes(left, node, arena, bound)
            )

    return Matcher(left.op, fits, rewrites, frozenset(each.value for each in operands if isinstance(each, Number)))


def _may_be(pattern: Any, head: Head, below: tuple[Op, ...] | None) -> bool:
    """Whether a pattern may be an operand with this head, made of these ops."""
    if isinstance(pattern, Variable):
        return True
    if isinstance(pattern, Number):
        return head is CONSTANT or head == pattern.value
    if head is not pattern.op or below is None:
        return head is pattern.op
    inner = [None if isinstance(each, Variable) else _root(each) for each in pattern.operands]
    orders = (inner, inner[::-1]) if pattern.op.commutative else (inner,)
    return any(all(wanted in (None, op) for wanted, op in zip(order, below, strict=False)) for order in orders)


def _root(pattern: Any) -> Op:
    return pattern.op if isinstance(pattern, Application) else CONSTANT
