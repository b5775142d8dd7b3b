"""Forward mode: the ascending twin of reverse mode, from sources to targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.core import PROJECT
from symdiff.differentiate.path import between
from symdiff.differentiate.tagging import tagging
from symdiff.provenance import caller


def push_forward(
    graph: Any,
    targets: Sequence[int],
    tangents: Mapping[int, Any],
    record: Callable[[int, Any], None] | None = None,
) -> dict[int, Any]:
    """The tangents of the targets for given tangents of the sources (node: expression).

    The ids between sources and targets are visited in ascending order; each node's rule is applied once,
    to the tangents its inputs have. Targets that no source reaches are left out. `record(node, tangent)`
    is told every tangent on the way; an operation with several results has one for each projection.
    """
    found: dict[int, Any] = dict(tangents)
    with tagging(graph, "tangent", caller(), targets) as tag:
        for node in between(graph.arena, targets, list(tangents)):
            if node not in tangents:
                tag(node, node, None)
                found[node] = _tangent(graph, node, found)
            several = isinstance(found[node], (list, tuple))
            if record is not None and found[node] is not None and not several:
                record(node, found[node])
    return {target: found[target] for target in targets if found.get(target) is not None}


def _tangent(graph: Any, node: int, found: Mapping[int, Any]) -> Any:
    op, inputs, attrs, _ = graph.arena.nodes[node]
    tangents = [found.get(parent) for parent in inputs]
    if op is PROJECT:
        return tangents[0] and tangents[0][attrs[0]]
    if op.jvp is None or all(tangent is None for tangent in tangents):
        return None
    return op.jvp(tangents, graph.expr(node), [graph.expr(parent) for parent in inputs])
