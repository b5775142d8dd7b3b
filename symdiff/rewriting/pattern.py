"""Patterns: expressions over untyped variables, found in a graph and built in it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from symdiff.arena import Arena
from symdiff.core import CONSTANT
from symdiff.expr import Expr
from symdiff.op import Attrs, Op

Bindings: TypeAlias = tuple[int | None, ...]


class Variable(NamedTuple):
    """Stands for any node; the same variable stands for the same node everywhere."""

    number: int


class Number(NamedTuple):
    """A constant of this value, of any dtype, with no axes or with axes of size 1."""

    value: float


class Application(NamedTuple):
    """An op applied to patterns."""

    op: Op
    operands: tuple[Pattern, ...]
    attrs: Attrs


Pattern: TypeAlias = Variable | Number | Application


class PatternGraph:
    """Records what is applied to untyped variables, so that the pattern language is the modelling language."""

    def __init__(self, language: Any) -> None:
        self.language = language
        self.ops = language.ops
        self.terms: list[Pattern] = []

    def variable(self) -> Expr:
        """A new variable."""
        return self._keep(Variable(len(self.terms)))

    def apply(self, op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Expr:
        """The pattern that `op` applied to these patterns and numbers is."""
        operands, attrs = op.bind(args, kwargs)
        return self._keep(Application(op, tuple(self.term(each) for each in operands), attrs))

    def term(self, value: Any) -> Pattern:
        """The pattern of an expression over variables, or of a number."""
        return self.terms[value.id] if isinstance(value, Expr) else Number(value)

    def _keep(self, term: Pattern) -> Expr:
        self.terms.append(term)
        return Expr(self, len(self.terms) - 1)


def find(
    pattern: Pattern, node: int, arena: Arena, bound: Bindings, barrier: int | None, depth: int = 0
) -> Iterator[Bindings]:
    """All ways in which `pattern` is the expression at `node`: what each variable stands for.

    Commutative ops are tried in both orders. A match never looks through the node `barrier`.
    """
    if isinstance(pattern, Variable):
        if bound[pattern.number] is None:
            yield (*bound[: pattern.number], node, *bound[pattern.number + 1 :])
        elif bound[pattern.number] == node:
            yield bound
        return
    op, inputs, attrs, _ = arena.nodes[node]
    if isinstance(pattern, Number):
        if op is CONSTANT and attrs[0].value.size == 1 and attrs[0].value.item() == pattern.value:
            yield bound
        return
    if op is not pattern.op or attrs != pattern.attrs or (depth and node == barrier):
        return
    orders = [inputs] if not op.commutative or inputs[0] == inputs[1] else [inputs, inputs[::-1]]
    for order in orders:
        yield from _find_all(pattern.operands, order, arena, bound, barrier, depth + 1)


def _find_all(
    patterns: Sequence[Pattern], nodes: Sequence[int], arena: Arena, bound: Bindings, barrier: int | None, depth: int
) -> Iterator[Bindings]:
    if not patterns:
        yield bound
        return
    for found in find(patterns[0], nodes[0], arena, bound, barrier, depth):
        yield from _find_all(patterns[1:], nodes[1:], arena, found, barrier, depth)


def build(
    pattern: Pattern, bound: Bindings, expr: Callable[[int], Any], make: Callable[[Op, list[Any], Attrs], Any]
) -> Any:
    """The expression that `pattern` is where its variables stand for these nodes, each application by `make`."""
    if isinstance(pattern, Variable):
        return expr(bound[pattern.number])  # type: ignore[arg-type]
    if isinstance(pattern, Number):
        return pattern.value
    return make(pattern.op, [build(each, bound, expr, make) for each in pattern.operands], pattern.attrs)


def inner_nodes(pattern: Pattern, root: int, arena: Arena, bound: Bindings) -> set[int]:
    """The nodes below `root` that a match swallows: reached by it, and not standing for a variable."""
    kept = set(bound)
    level, inner = [root], set[int]()
    for _ in range(_depth(pattern) - 1):
        level = [each for node in level for each in arena.nodes[node].inputs if each not in kept]
        inner.update(level)
    return inner


def _depth(pattern: Pattern) -> int:
    return 1 + max(map(_depth, pattern.operands), default=0) if isinstance(pattern, Application) else 0
