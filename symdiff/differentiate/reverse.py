"""Reverse mode: one descending loop over the nodes between target and sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from symdiff.core import PROJECT
from symdiff.differentiate.path import between
from symdiff.differentiate.tagging import Tag, tagging
from symdiff.op import Cotangent
from symdiff.provenance import caller
from symdiff.types import TupleType

Contributions: TypeAlias = dict[int, dict[int, list[Cotangent]]]
"""For each node, for each of its results, what has been contributed so far."""


@lru_cache(maxsize=256)
def _only(position: int, arity: int) -> tuple[bool, ...]:
    """Which inputs a rule is asked for: the one at `position`."""
    return tuple(i == position for i in range(arity))


def pull_back(
    graph: Any,
    seeds: Mapping[int, Any],
    sources: Sequence[int],
    record: Callable[[int, Any], None] | None = None,
) -> dict[int, Any]:
    """The adjoints of the sources that the path from `seeds` (node: cotangent) reaches, as expressions.

    The ids between targets and sources are visited in descending order, so that all contributions to a
    node are there when it is reached; they are added up, and the node's rule is applied once for each
    input that lies on the path. `record(node, adjoint)` is told every adjoint on the way.
    """
    path = between(graph.arena, seeds, sources)
    on_path, wanted = set(path), set(sources)
    pending: Contributions = {node: {0: [Cotangent(seed)]} for node, seed in seeds.items()}
    adjoints: dict[int, Any] = {}
    with tagging(graph, "adjoint", caller(), seeds) as tag:
        for node in reversed(path):
            found = pending.pop(node, None)
            if found is None:
                continue
            tag(node, None, None)
            cotangent = _collect(graph, node, found)
            if isinstance(cotangent, Cotangent):
                graph.mark_adjoint(cotangent.value, node)
                if record is not None:
                    record(node, cotangent.value)
                if node in wanted:
                    adjoints[node] = cotangent.value
            _apply_rule(graph, node, cotangent, on_path, pending, tag)
    return adjoints


def _apply_rule(graph: Any, node: int, cotangent: Any, on_path: set[int], pending: Contributions, tag: Tag) -> None:
    """Give each input of `node` that lies on the path its contribution: one rule application an edge.

    An op of any number of operands answers for all of them at once, since it may have to walk them all.
    """
    op, inputs, attrs, _ = graph.arena.nodes[node]
    if op is PROJECT:
        pending.setdefault(inputs[0], {}).setdefault(attrs[0], []).append(cotangent)
        return
    if op.vjp is None:
        return
    needed = [parent in on_path for parent in inputs]
    y, xs = graph.expr(node), [graph.expr(parent) for parent in inputs]
    if op.arity is None:
        tag(inputs[0], node, None)
        for parent, part in zip(inputs, op.vjp(cotangent, y, xs, needed), strict=True):
            if part is not None:
                pending.setdefault(parent, {}).setdefault(0, []).append(part)
        return
    for position, parent in enumerate(inputs):
        if needed[position]:
            tag(parent, node, position)
            part = op.vjp(cotangent, y, xs, _only(position, len(inputs)))[position]
            if part is not None:
                pending.setdefault(parent, {}).setdefault(0, []).append(part)


def _collect(graph: Any, node: int, found: dict[int, list[Cotangent]]) -> Any:
    """The node's whole cotangent: one, or for an operation with several results a list with one for each."""
    type_ = graph.arena.nodes[node].type
    if isinstance(type_, TupleType):
        return [
            merge(graph, found[i], graph.zeros(element)) if i in found else Cotangent(graph.zeros(element))
            for i, element in enumerate(type_.elements)
        ]
    return merge(graph, found[0], graph.expr(node))


def merge(graph: Any, parts: Sequence[Cotangent], like: Any) -> Cotangent:
    """The sum of contributions: parts of an array are put in place together, masks are joined by OR."""
    if len(parts) == 1 and parts[0].at is None:
        return parts[0]
    whole = [part for part in parts if part.at is None]
    pieces = [part for part in parts if part.at is not None]
    if pieces:
        whole.append(_assemble(graph, pieces, like))
    value, mask, _ = whole[0]
    for part in whole[1:]:
        value = value + part.value
        mask = None if mask is None or part.mask is None else mask | part.mask
    return Cotangent(value, mask)


def _assemble(graph: Any, pieces: Sequence[Cotangent], like: Any) -> Cotangent:
    masks = [Cotangent(piece.mask, at=piece.at) for piece in pieces if piece.mask is not None]
    value = graph.scatter(pieces, like)
    return Cotangent(value, graph.scatter(masks, like) if len(masks) == len(pieces) else None)
