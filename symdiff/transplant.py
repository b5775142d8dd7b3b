"""Copying nodes: into another graph, over other nodes, or rewritten on the way; every pass is one such walk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from symdiff.arena import Node
from symdiff.core import CAPTURE, INPUT
from symdiff.errors import ArgumentError, GraphError
from symdiff.expr import Expr, describe_node
from symdiff.op import Attrs, Op
from symdiff.provenance import Provenance
from symdiff.types import Type

Graph: TypeAlias = Any
"""A `Graph`, whose module uses this one."""

Visit: TypeAlias = Callable[[Graph, Op, tuple[int, ...], Attrs, Type], int]
"""How a node is put into the new graph: (graph, op, its inputs there, attributes, type) to its id there."""


def as_written(graph: Graph, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
    """Put the node there unchanged."""
    return graph.arena.add(op, inputs, attrs, type_)


def rebuilt(
    graph: Graph,
    visit: Visit | None = None,
    outputs: Sequence[int] | None = None,
    arguments: Sequence[int] | None = None,
    names: Mapping[int, str] | None = None,
    becomes: Mapping[int, int] = MappingProxyType({}),
) -> Graph:
    """A new graph with arguments of `graph` and what its outputs need, each node put there by `visit`, or as it is.

    `outputs`, `arguments` and `names` are the graph's own unless given. Provenance, names and requirements
    go along; nodes that no output needs stay behind. `becomes` says which nodes are now others, that may
    have come after them: these take their places, names and all.
    """
    results: Sequence[int] = graph.outputs if outputs is None else outputs
    arguments = [each.id for each in graph.arguments] if arguments is None else arguments
    new = type(graph)(language=graph.language, parent=graph.parent)
    new.captured = list(graph.captured)
    new.is_derived = True
    new.arena.share_types(graph.arena)
    ids: dict[int, int] = {}
    _copy(graph, arguments, new, ids, visit)
    _copy(graph, graph.arena.ancestors(results), new, ids, visit, becomes, results)
    for node, name in (graph.names if names is None else names).items():
        if node in ids:
            new.names.setdefault(ids[node], name)
    new.checkpoints.update(ids[node] for node in graph.checkpoints if node in ids)
    _copy_requirements(graph, new, ids)
    new.demands.update(graph.demands)
    new.derivatives = dict.fromkeys(moved for each in graph.derivatives if (moved := each.moved(ids)) is not None)
    new.outputs = tuple(ids[node] for node in results)
    return new


def include(graph: Graph, expr: Expr) -> Expr:
    """A copy, in `graph`, of an expression of another graph; its inputs are found by name, or made."""
    source = expr.graph
    if source is graph:
        return expr
    ids: dict[int, int] = {}
    live = source.arena.ancestors([expr.id])
    for node in live:
        op, _, attrs, type_ = source.arena.nodes[node]
        if op is CAPTURE:
            raise GraphError(
                "an expression of a body that uses the graph around it can't be copied out",
                advice="make it a result of the body, or build it in the outer graph",
                context=[describe_node(expr), f"uses {describe_node(source.captured[attrs[0]])}"],
            )
        if op is INPUT:
            known = next((each for each in graph.arguments if each.attrs[0] == attrs[0]), None)
            if known is not None and known.type != type_:
                raise GraphError(
                    f"both graphs have an input named {attrs[0]!r}, of different types",
                    advice="rename one, or substitute it before copying",
                    context=[describe_node(known), describe_node(source.expr(node))],
                )
            ids[node] = (graph.input(attrs[0], *type_[::-1]) if known is None else known).id
    _copy(source, live, graph, ids, as_written)
    _copy_requirements(source, graph, ids)
    for node in live:
        if node in source.names:
            graph.names.setdefault(ids[node], source.names[node])
    graph.checkpoints.update(ids[node] for node in live if node in source.checkpoints)
    return graph.expr(ids[expr.id])


def substitute(expr: Expr, replacements: Mapping[Expr, Any]) -> Expr:
    """The same expression over other nodes: each key's node, wherever it occurs, replaced by its value.

    Types are inferred anew, so a replacement may have another shape or dtype as long as all operations
    still fit.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x, y = g.input("x"), g.input("y")
    >>> z = sd.substitute(sd.sin(x) * x, {x: y})
    >>> z is sd.sin(y) * y
    True
    """
    graph = expr.graph
    for key in replacements:
        if not isinstance(key, Expr) or key.graph is not graph:
            raise ArgumentError(
                f"substitute: {key!r} is not an expression of the same graph",
                advice="the keys are the expressions to replace, the values what takes their place",
                context=[describe_node(expr)],
            )
    found = {key.id: graph.lift(value).id for key, value in replacements.items()}
    arena = graph.arena
    for node in arena.ancestors([expr.id], above=min(found, default=len(arena.nodes)) - 1):
        op, inputs, attrs, _ = arena.nodes[node]
        mapped = [found.get(parent, parent) for parent in inputs]
        if node not in found and mapped != list(inputs):
            operands = tuple(graph.expr(parent) for parent in mapped)
            found[node] = graph.apply(op, operands, dict(zip(op.attributes, attrs, strict=True))).id
    return graph.expr(found.get(expr.id, expr.id))


def _copy_requirements(source: Graph, target: Graph, ids: Mapping[int, int]) -> None:
    """What copied nodes require of the sizes is required of their copies."""
    known = set(target.arena.requirements)
    moved = ((requirement, ids[node]) for requirement, node in source.arena.requirements if node in ids)
    target.arena.requirements += [each for each in moved if each not in known]


def _copy(
    source: Graph,
    live: Sequence[int],
    target: Graph,
    ids: dict[int, int],
    visit: Visit | None,
    becomes: Mapping[int, int] = MappingProxyType({}),
    outputs: Sequence[int] = (),
) -> None:
    """Put `live` (ascending) into `target`; `ids` says what is there already, and receives the rest.

    A node that has become another is there as the other; of those, what no output needs stays behind.
    """
    needed = set(source.arena.ancestors(becomes.get(node, node) for node in outputs)) if becomes else None
    put = _Copier(source, target, ids, visit).put
    adjoint_of = source.adjoint_of
    try:
        for node in live:
            if node in ids:
                continue
            image = becomes.get(node, node)
            if image not in ids:
                if needed is None:
                    put(node)
                elif image in needed:
                    for each in _missing(source, image, ids):
                        put(each)
                else:
                    continue
            ids[node] = ids[image]
            of = adjoint_of.get(node)
            if of in ids:
                target.adjoint_of.setdefault(ids[node], ids[of])
    finally:
        target.arena.context = None


def _missing(source: Graph, node: int, ids: Mapping[int, int]) -> Sequence[int]:
    """What a node depends on and isn't there yet, in ascending order, itself included."""
    nodes = source.arena.nodes
    for parent in nodes[node].inputs:
        if parent not in ids:
            break
    else:
        return (node,)
    stack, seen = [node], {node}
    while stack:
        for parent in nodes[stack.pop()].inputs:
            if parent not in ids and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen)


class _Copier:
    """Puts nodes into another graph, over their inputs there; nodes of one rule share what is remembered of them."""

    def __init__(self, source: Graph, target: Graph, ids: dict[int, int], visit: Visit | None) -> None:
        self.nodes = source.arena.nodes
        self.provenance = source.arena.provenance
        self.target = target
        self.ids = ids
        self.visit = visit
        self.last: Provenance | None = None
        self.moved = Provenance()

    def put(self, node: int) -> None:
        """Put one node there, whose inputs are there."""
        ids, arena, record = self.ids, self.target.arena, self.provenance[node]
        if record is not self.last:
            self.last, self.moved = record, record.moved(ids)
        old = self.nodes[node]
        op, inputs, attrs, type_ = old
        mapped = tuple([ids[parent] for parent in inputs])
        if self.visit is None:
            ids[node] = arena.append(old if mapped == inputs else Node(op, mapped, attrs, type_), self.moved)
        else:
            arena.context = self.moved
            visit = self.visit if inputs else as_written
            ids[node] = visit(self.target, op, mapped, attrs, type_)
        if op is INPUT:
            self.target.adopt_argument(ids[node])
