"""Rules: equations and functions that say one node is better written as another."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from symdiff.core import CONSTANT
from symdiff.errors import SymdiffError
from symdiff.op import Attrs, Op
from symdiff.rewriting.pattern import Application, PatternGraph, Variable, build, find, inner_nodes

Kind: TypeAlias = Literal["exact", "rounding", "domain"]


class Rewrite(NamedTuple):
    """One way to apply a rule at a node: how to build the new expression, and which nodes it looked through."""

    build: Callable[[Callable[..., Any]], Any]
    swallowed: set[int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Rule:
    """A rewrite rule: an equation, tested as an equation.

    `law` is what it says. `kind` is its class: exact, bit for bit, everywhere; rounding, up to rounding,
    everywhere, the derivative too; domain, where the left side's value and derivative are finite and
    accurate the right side agrees, and elsewhere it may be finite where the left was not. `samples` are the
    ranges its variables are drawn from when it is tested, as (low, high), one for each.
    """

    name: str
    law: str
    kind: Kind
    trace: Callable[[Any], Sequence[Matcher]]
    arity: int
    samples: Sequence[tuple[float, float]]
    example: Callable[..., tuple[Any, Any]]


Matcher: TypeAlias = tuple[Op, Callable[[Any, int, int | None], Iterator[Rewrite]]]
Index: TypeAlias = Mapping[Op, Sequence[tuple[Rule, Callable[[Any, int, int | None], Iterator[Rewrite]]]]]


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
        arity = len(inspect.signature(function).parameters)

        def trace(language: Any) -> Sequence[Matcher]:
            graph = PatternGraph(language)
            sides = function(*(graph.variable() for _ in range(arity)))
            left, right = (graph.term(side) for side in sides)
            if not isinstance(left, Application):
                raise TypeError(f"the left side of the rule {function.__name__} is no application of an op")
            return [(left.op, _matcher(left, right, arity))]

        return Rule(
            name=function.__name__, law=inspect.getdoc(function) or "", kind=kind, trace=trace, arity=arity,
            samples=samples or ((0.5, 2.0),) * arity, example=function,
        )  # fmt: skip

    return make


def rule(
    op: Op,
    kind: Kind,
    example: Callable[..., tuple[Any, Any]],
    *samples: tuple[float, float],
    over: Op | None = None,
) -> Callable[[Callable[[View], Any]], Rule]:
    """Make a rule of a function of a `View` of a node whose op is `op`, for where attributes or types decide.

    The function gives the new expression, or None where the rule doesn't apply; its docstring is the law.
    `example` gives an expression it applies to and what should come out, for the tests. Where `over` is
    given, only nodes that have an operand of that op are looked at.
    """

    def make(function: Callable[[View], Any]) -> Rule:
        def rewrites(graph: Any, node: int, barrier: int | None) -> Iterator[Rewrite]:
            nodes = graph.arena.nodes
            if over is not None and over not in [nodes[parent].op for parent in nodes[node].inputs]:
                return
            looked: list[int] = []
            try:
                found = function(View(graph, node, barrier, looked))
            except SymdiffError:  # the new form isn't defined for these types: complex numbers have no logsumexp
                return
            if found is not None:
                yield Rewrite(lambda make: found, set(looked))

        arity = len(inspect.signature(example).parameters)
        return Rule(
            name=function.__name__, law=inspect.getdoc(function) or "", kind=kind, arity=arity,
            trace=lambda language: [(op, rewrites)], samples=samples or ((0.5, 2.0),) * arity, example=example,
        )  # fmt: skip

    return make


class View:
    """A node as a rule may look at it: through `operand`, which notes what was looked through and minds the barrier."""

    def __init__(self, graph: Any, node: int, barrier: int | None, looked: list[int]) -> None:
        self.graph = graph
        self.node = node
        self.expr = graph.expr(node)
        self._barrier = barrier
        self._looked = looked

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
        return [self.operand(position, op) for position in range(len(self.inputs))]

    def operand(self, position: int, op: Op | None = None) -> View | None:
        """The operand at a position, if it may be looked through and is an application of `op`."""
        node = self.graph.arena.nodes[self.node].inputs[position]
        if node == self._barrier or (op is not None and self.graph.arena.nodes[node].op is not op):
            return None
        self._looked.append(node)
        return View(self.graph, node, self._barrier, self._looked)


def _matcher(left: Application, right: Any, arity: int) -> Callable[[Any, int, int | None], Iterator[Rewrite]]:
    wanted = [
        (position, each.op if isinstance(each, Application) else CONSTANT)
        for position, each in enumerate(left.operands)
        if not isinstance(each, Variable)
    ]
    swaps = left.op.commutative

    def matches(graph: Any, node: int, barrier: int | None) -> Iterator[Rewrite]:
        arena = graph.arena
        for bound in find(left, node, arena, (None,) * arity, barrier):
            yield Rewrite(
                lambda make, bound=bound: build(right, bound, graph.expr, make), inner_nodes(left, node, arena, bound)
            )

    def rewrites(graph: Any, node: int, barrier: int | None) -> Iterator[Rewrite]:
        nodes = graph.arena.nodes
        inputs = nodes[node].inputs
        for position, op in wanted:
            if nodes[inputs[position]].op is not op and not (swaps and nodes[inputs[1 - position]].op is op):
                return iter(())
        return matches(graph, node, barrier)

    return rewrites


@lru_cache(maxsize=64)
def index(rules: tuple[Rule, ...], language: Any) -> Index:
    """The rules by the op at their root, each traced in this language."""
    found: dict[Op, list[Any]] = {}
    for each in rules:
        for op, matcher in each.trace(language):
            found.setdefault(op, []).append((each, matcher))
    return found
