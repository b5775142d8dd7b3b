"""Which nodes a derivative has to visit: those between a target and its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symdiff.arena import Arena
from symdiff.core import PROJECT
from symdiff.types import ArrayType, is_differentiable


def between(arena: Arena, targets: Iterable[int], sources: Sequence[int]) -> list[int]:
    """The ids on a differentiable path from a source to a target, both ends included, in ascending order.

    Nothing below the lowest source is walked, and nothing off the way to the targets.
    """
    nodes = arena.nodes
    active = set(sources)
    path: list[int] = []
    for node in arena.ancestors(targets, above=min(sources, default=0) - 1):
        if node in active:
            path.append(node)
            continue
        op, inputs, _, type_ = nodes[node]
        carries = op.vjp is not None or op.jvp is not None or op is PROJECT
        if not active.isdisjoint(inputs) and carries and _is_smooth(type_):
            active.add(node)
            path.append(node)
    return path


def _is_smooth(type_: object) -> bool:
    return not isinstance(type_, ArrayType) or is_differentiable(type_.dtype)
