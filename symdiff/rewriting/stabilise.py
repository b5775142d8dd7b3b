"""Stable forms inside the arena, so that derivatives are taken of what doesn't overflow."""

from __future__ import annotations

from typing import Any

from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.rule import index


def stabilise(graph: Any, target: int, barrier: int | None = None) -> int:
    """The stable form of a node: its ancestors rewritten by the language's stable rules, appended to the graph.

    What was found is remembered by (node, barrier), so asking again costs nothing, and what is new is all
    that a second derivative looks at. No pattern looks through `barrier`, so that a derivative by that node
    can be taken. What patterns looked through without a barrier is kept in `graph.swallowed`.
    """
    stable: dict[tuple[int, int | None], int] = graph.stable
    if (target, barrier) in stable:
        return stable[target, barrier]
    rewriter = Rewriter(graph, index(tuple(graph.language.stable_rules), graph.language), graph.rewrites)
    arena = graph.arena
    for node in _unknown(graph, target, barrier):
        op, inputs, attrs, type_ = arena.nodes[node]
        mapped = tuple([stable[parent, barrier] for parent in inputs])
        image = node
        if mapped != inputs:
            context, arena.context = arena.context, arena.provenance[node]
            image = arena.add(op, mapped, attrs, type_)
            arena.context = context
        stable[node, barrier] = stable[image, barrier] = node if node == barrier else rewriter.simplify(image, barrier)
    if barrier is None:
        graph.swallowed |= rewriter.swallowed
    return stable[target, barrier]


def _unknown(graph: Any, target: int, barrier: int | None) -> list[int]:
    """The ancestors of `target` whose stable form isn't known yet, in ascending order."""
    nodes, stable = graph.arena.nodes, graph.stable
    stack, seen = [target], {target}
    while stack:
        for parent in nodes[stack.pop()].inputs:
            if parent not in seen and (parent, barrier) not in stable:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen)
