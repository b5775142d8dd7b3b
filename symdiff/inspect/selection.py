"""What a user may point at when asking about nodes: an expression, containers of them, a graph, a function."""

from __future__ import annotations

from typing import Any, NamedTuple

from symdiff.core import CAPTURE, CONSTANT, INPUT
from symdiff.errors import ArgumentError
from symdiff.expr import Expr
from symdiff.function import Function
from symdiff.graph import Graph
from symdiff.naming import names
from symdiff.tree import flatten


class Selection(NamedTuple):
    """Nodes of one graph, ascending, and what to call them."""

    graph: Graph
    nodes: list[int]
    names: dict[int, str]

    def label(self, node: int) -> str:
        """The node's name, or `%id` where it has none; scalar constants by their value."""
        operation = self.graph.arena.nodes[node]
        if operation.op is CONSTANT and not operation.attrs[0].value.ndim:
            return repr(operation.attrs[0])
        return self.names.get(node) or f"%{node}"

    def definition(self, node: int) -> str:
        """`tanh(%7)`: the operation with its operands and attributes."""
        op, inputs, attrs, _ = self.graph.arena.nodes[node]
        if op in (INPUT, CAPTURE):
            return f"{op.name} {attrs[0]!r}" if op is INPUT else f"capture {attrs[0]}"
        if op is CONSTANT:
            return f"constant {attrs[0]!r}"
        given = [f"{k}={v}" for k, v in zip(op.attributes, attrs, strict=True) if v != op.attributes[k]]
        return f"{op.name}({', '.join([*map(self.label, inputs), *given])})"


def select(what: Any) -> Selection:
    """The nodes that `what` means, with their names."""
    graph, nodes = nodes_of(what)
    return Selection(graph, nodes, names(graph, nodes))


def nodes_of(what: Any) -> tuple[Graph, list[int]]:
    """The nodes that `what` means: an expression's ancestors, or all of a graph or of a compiled function."""
    if isinstance(what, Function):
        what = what.graph
    if isinstance(what, Graph):
        return what, list(range(len(what)))
    exprs = flatten(what)[0]
    if not exprs or not all(isinstance(each, Expr) and each.graph is exprs[0].graph for each in exprs):
        raise ArgumentError(
            f"{what!r} can't be shown",
            advice="give an expression, a list of one graph's, a graph, or a compiled function",
        )
    graph = exprs[0].graph
    return graph, graph.arena.ancestors(each.id for each in exprs)
