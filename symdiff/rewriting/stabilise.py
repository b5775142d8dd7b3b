"""Stable forms inside the arena, so that derivatives are taken of what doesn't overflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.index import index


def stabilise(graph: Any, target: int, barrier: int | None = None) -> int:
    """The stable form of a node: its ancestors rewritten by the language's stable rules, appended to the graph.

    What was found is remembered for each barrier, so asking again costs nothing, and what is new is all
    that a second derivative looks at. No pattern looks through `barrier`, so that a derivative by that node
    can be taken. What patterns looked through without a barrier is kept in `graph.swallowed`.
    """
    final: dict[int, int] = graph.stable.setdefault(barrier, {})
    if target not in final:
        rules = index(tuple(graph.language.stable_rules), graph.language)
        rewriter = Rewriter(graph, rules, log=graph.rewrites, barrier=barrier, final=final)
        rewriter.run(_unknown(graph, target, final))
        if barrier is None:
            graph.swallowed |= rewriter.swallowed
    return final[target]


def _unknown(graph: Any, target: int, final: Mapping[int, int]) -> list[int]:
    """The ancestors of `target` whose stable form isn't known yet, in ascending order."""
    nodes = graph.arena.nodes
    stack, seen = [target], {target}
    while stack:
        for parent in nodes[stack.pop()].inputs:
            if parent not in seen and parent not in final:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen)
