"""Applying rules to the nodes of a graph until none fires; the graph only grows, so all that was there stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.op import Attrs, Op
from symdiff.rewriting.folding import fold
from symdiff.rewriting.index import Index
from symdiff.rewriting.log import Firing, Trouble
from symdiff.rewriting.rule import Rewrite
from symdiff.types import Type

FUEL: Final = 200
"""Firings at one node and at all that they make, before rules are taken for some that never end."""


class Rewriter:
    """Rules at work in one graph.

    `final` holds what nodes become when nothing more fires, `log` what fired, `swallowed` the nodes that fired
    patterns looked through, `troubles` rules that never came to an end. No pattern looks through `barrier`.
    A tidy rewriter folds constants and merges commuted operands too. After `limit` firings none fires.
    Where all but the rules `added` are known not to fire on the graph as it is, only those are looked for.
    """

    def __init__(
        self,
        graph: Any,
        rules: Index,
        *,
        added: Index | None = None,
        log: list[Firing] | None = None,
        barrier: int | None = None,
        final: dict[int, int] | None = None,
        tidy: bool = False,
        limit: int | None = None,
    ) -> None:
        self.graph = graph
        self.rules = rules
        self.barrier = barrier
        self.log: list[Firing] = [] if log is None else log
        self.final: dict[int, int] = {} if final is None else final
        self.swallowed: set[int] = set()
        self.troubles: list[Trouble] = []
        self.folded = 0
        self.merged = 0
        self._added = added or rules
        self._tidy = tidy
        self._limit = limit
        self._heirs: set[int] = set()
        self._begun = 0
        if barrier is not None:
            self.final[barrier] = barrier

    def run(self, live: Iterable[int]) -> None:
        """Find what each of these nodes becomes: ascending ids, with all that each depends on, or what is final.

        This is the loop that every node goes through, so nothing is called where nothing may happen.
        """
        nodes, final, find, tidy = self.graph.arena.nodes, self.final, self.graph.arena.find, self._tidy
        self._begun = len(nodes)
        for node in live:
            if node in final:
                continue
            op, inputs, attrs, _ = nodes[node]
            now, rules = node, self._added
            for parent in inputs:
                if final[parent] != parent:
                    now, rules = self._over_final(node), self.rules
                    inputs = nodes[now][1]
                    break
            if not inputs or now in final:
                final[node] = final.get(now, node)
                self._inherit(node)
                continue
            possible = False
            if op in rules.roots or nodes[inputs[0]][0] is CONSTANT:
                key = (inputs[0] == inputs[-1], op, *[nodes[parent][0] for parent in inputs])
                possible = rules.worth.get(key)
                if possible is None:
                    possible = rules.is_worth(key)
            if not possible and tidy and op.commutative and (twin := find(op, inputs[::-1], attrs)) is not None:
                possible = twin != now and final.get(twin) == twin
            if possible:
                after = self._next(now, len(self.log) + FUEL, rules)
                if after != now:
                    final[node] = self.simplify(now, after)
                    self._inherit(node)
                    continue
            final[node] = final[now] = now
            if now != node:
                self._inherit(node)

    def _inherit(self, node: int) -> None:
        """Let what is made of a node that one other needs be known for that; what was there is needed once more."""
        inner, after = self.graph.inner, self.final[node]
        if inner is not None and after != node:
            if node in inner and after >= self._begun and after not in self._heirs:
                inner.add(after)
                self._heirs.add(after)
            else:
                inner.discard(after)

    def simplify(self, root: int, after: int | None = None) -> int:
        """What a node becomes: it, and whatever rules make of it, in small steps until there is none left.

        `after` is what it becomes first, where that is known. `became` holds the steps taken on the way, so two
        rules that undo each other meet themselves in it.
        """
        nodes, final = self.graph.arena.nodes, self.final
        became = {} if after is None else {root: after}
        fuel = len(self.log) + FUEL
        stack = [root] if after is None or after in final else [root, after]
        while stack:
            node = stack[-1]
            if node in final:
                stack.pop()
                continue
            after = became.get(node)
            if after is None:
                waiting = [parent for parent in nodes[node].inputs if parent not in final]
                if waiting:
                    stack += self._unless_circular(waiting, became)
                    continue
                after = self._over_final(node)
                after = became[node] = self._next(node, fuel, self.rules) if after == node else after
                if after != node and after not in final:
                    stack += self._unless_circular([after], became)
                    continue
            final[node] = final.get(after, after)
        return final[root]

    def _unless_circular(self, wanted: list[int], became: dict[int, int]) -> list[int]:
        """The nodes to go on with; one that is being worked on already stays as it is, and its rules are told of."""
        for each in wanted:
            if each in became:
                self.final[each] = each
                circle = {each}
                while (each := became.get(each, each)) not in circle:
                    circle.add(each)
                self._complain("lead back to where they began", [f for f in self.log[-FUEL:] if f.before in circle])
        return [each for each in wanted if each not in became]

    def _next(self, node: int, fuel: int, rules: Index) -> int:
        """What a node over final inputs becomes next: folded, merged, or by one rule of these."""
        op, inputs, attrs, type_ = self.graph.arena.nodes[node]
        if self._tidy:
            new = self._tidied(node, op, inputs, attrs, type_)
            if new != node:
                return new
        if len(self.log) == self._limit:
            return node
        if len(self.log) >= fuel:
            self._complain("don't come to an end", self.log[-FUEL:])
            return node
        return self._fired(node, rules)

    def _over_final(self, node: int) -> int:
        """The same application to what the inputs, all of which are final, became."""
        arena, final = self.graph.arena, self.final
        op, inputs, attrs, type_ = arena.nodes[node]
        mapped = tuple([final[parent] for parent in inputs])
        if mapped == inputs:
            return node
        context, arena.context = arena.context, arena.provenance[node]
        new = arena.add(op, mapped, attrs, type_)
        arena.context = context
        return new

    def _tidied(self, node: int, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
        """The constant that a node is, or the node of commuted operands that was there before it."""
        arena = self.graph.arena
        if inputs and arena.nodes[inputs[0]][0] is CONSTANT:
            context, arena.context = arena.context, arena.provenance[node]
            constant = fold(arena, op, inputs, attrs, type_)
            arena.context = context
            if constant is not None:
                self.folded += 1
                return constant
        if op.commutative:
            first = self._commuted(op, inputs, attrs, node)
            self.merged += first != node
            return first
        return node

    def _commuted(self, op: Op, inputs: tuple[int, ...], attrs: Attrs, node: int) -> int:
        """The final node that applies a commutative op to the same operands in the other order; or the node itself."""
        found = self.graph.arena.find(op, inputs[::-1], attrs)
        return node if found is None or self.final.get(found) != found else found

    def _fired(self, node: int, rules: Index) -> int:
        """What the first rule that applies makes of a node; the node itself where none does."""
        graph = self.graph
        arena = graph.arena
        candidates = rules.candidates(arena.nodes, node)
        if not candidates:
            return node
        context, arena.context = arena.context, arena.provenance[node]
        try:
            for rule, matcher in candidates:
                for candidate in matcher.rewrites(graph, node, self.barrier):
                    new = self._built(candidate, node)
                    if new != node:
                        self.swallowed |= candidate.swallowed
                        self.log.append(Firing(rule, graph, node, new))
                        if node in graph.names:
                            graph.names.setdefault(new, graph.names[node])
                        return new
        finally:
            arena.context = context
        return node

    def _built(self, candidate: Rewrite, node: int) -> int:
        """What a candidate makes of a node; the node itself where the graph refuses it, or its type would change."""
        graph = self.graph
        before = graph.expr(node)

        def make(op: Op, operands: list[Any], attrs: Attrs) -> Any:
            return graph.apply(op, tuple(operands), dict(zip(op.attributes, attrs, strict=True)))

        try:
            found = candidate.build(make)
            new = found if isinstance(found, Expr) else graph.lift(found, like=before)
        except SymdiffError:
            return node
        return new.id if new.type == before.type else node

    def _complain(self, what: str, firings: list[Firing]) -> None:
        """Remember, once, that these rules never come to an end."""
        rules = tuple(dict.fromkeys(firing.rule for firing in firings))
        if all(rules != each.rules for each in self.troubles):
            self.troubles.append(Trouble(what, rules, firings[0].place if firings else None))
