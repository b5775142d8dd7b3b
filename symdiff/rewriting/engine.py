"""Applying rules to a node until none fires, and the log of what fired."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from symdiff.errors import SymdiffError
from symdiff.op import Attrs, Op
from symdiff.provenance import Place, describe
from symdiff.rewriting.folding import fold
from symdiff.rewriting.rule import Index, Rewrite, Rule

FUEL: Final = 8


class Firing(NamedTuple):
    """One application of a rule: which, on what, giving what, and the user's place of the node it replaced."""

    rule: Rule
    before: str
    after: str
    place: Place | None

    def __str__(self) -> str:
        return f"{self.rule.name} ({self.rule.kind}): {self.before} -> {self.after}  {describe(self.place)}".rstrip()


class Rewriter:
    """Rules at work in one graph: `log` holds what fired, `swallowed` the nodes that fired patterns looked through."""

    def __init__(self, graph: Any, rules: Index, log: list[Firing] | None = None) -> None:
        self.graph = graph
        self.rules = rules
        self.log: list[Firing] = [] if log is None else log
        self.swallowed: set[int] = set()

    def simplify(self, node: int, barrier: int | None = None, fuel: int = FUEL) -> int:
        """The node that `node` becomes when rules are applied to it until none fires, or the fuel is used up.

        Nodes that a rule makes are simplified in turn. A rewrite that would change the type is not applied.
        """
        nodes = self.graph.arena.nodes
        while fuel:
            fuel -= 1
            for rule, rewrites in self.rules.get(nodes[node].op, ()):
                new = self._first(rule, rewrites(self.graph, node, barrier), node, barrier, fuel)
                if new is not None:
                    node = new
                    break
            else:
                break
        return node

    def _first(self, rule: Rule, candidates: Any, node: int, barrier: int | None, fuel: int) -> int | None:
        """Apply the first candidate that builds, changes something and keeps the type; log it."""
        graph, before = self.graph, self.graph.expr(node)
        for candidate in candidates:
            new = self._build(candidate, before, barrier, fuel)
            if new is not None and new is not before and new.type == before.type:
                self.swallowed |= candidate.swallowed
                self.log.append(Firing(rule, repr(before.operation), repr(new.operation), before.provenance.place))
                if before.id in graph.names:
                    graph.names.setdefault(new.id, graph.names[before.id])
                return new.id
        return None

    def _build(self, candidate: Rewrite, before: Any, barrier: int | None, fuel: int) -> Any:
        graph, arena = self.graph, self.graph.arena

        def make(op: Op, operands: list[Any], attrs: Attrs) -> Any:
            made = self._folded(graph.apply(op, tuple(operands), dict(zip(op.attributes, attrs, strict=True))))
            return graph.expr(self.simplify(made.id, barrier, fuel))

        context = arena.context
        arena.context = arena.provenance[before.id]
        try:
            return self._folded(graph.lift(candidate.build(make), like=before))
        except SymdiffError:
            return None
        finally:
            arena.context = context

    def _folded(self, expr: Any) -> Any:
        """The constant that an expression of constants is, or the expression."""
        arena = self.graph.arena
        constant = fold(arena, *arena.nodes[expr.id])
        return expr if constant is None else self.graph.expr(constant)
