"""Applying rules to a node until none fires, and the log of what fired."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from symdiff.errors import SymdiffError
from symdiff.expr import Expr
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
        arena = graph.arena
        context, arena.context = arena.context, arena.provenance[node]
        try:
            start = len(arena.nodes)
            for candidate in candidates:
                new = self._build(candidate, before)
                if new is not None and new is not before and new.type == before.type:
                    self.swallowed |= candidate.swallowed
                    settled = graph.expr(self._settle(new.id, start, barrier, fuel))
                    self._note(rule, before, settled)
                    return settled.id
        finally:
            arena.context = context
        return None

    def _build(self, candidate: Rewrite, before: Any) -> Any:
        """What a candidate makes of `before`; None where the graph refuses it."""
        graph = self.graph

        def make(op: Op, operands: list[Any], attrs: Attrs) -> Any:
            return graph.apply(op, tuple(operands), dict(zip(op.attributes, attrs, strict=True)))

        try:
            found = candidate.build(make)
            return found if isinstance(found, Expr) else graph.lift(found, like=before)
        except SymdiffError:
            return None

    def _settle(self, root: int, start: int, barrier: int | None, fuel: int) -> int:
        """What `root` becomes when the nodes that a rule has just made (from `start` on) are folded and simplified."""
        arena = self.graph.arena
        settled: dict[int, int] = {}
        for node in arena.ancestors([root], above=start - 1):
            op, inputs, attrs, type_ = arena.nodes[node]
            mapped = tuple([settled.get(parent, parent) for parent in inputs])
            new = node if mapped == inputs else arena.add(op, mapped, attrs, type_)
            constant = fold(arena, *arena.nodes[new])
            new = new if constant is None else constant
            settled[node] = new if node == root else self.simplify(new, barrier, fuel)
        return settled.get(root, root)

    def _note(self, rule: Rule, before: Any, after: Any) -> None:
        """Log a firing, and let the new node have the old one's name."""
        self.log.append(Firing(rule, repr(before.operation), repr(after.operation), before.provenance.place))
        names = self.graph.names
        if before.id in names:
            names.setdefault(after.id, names[before.id])
