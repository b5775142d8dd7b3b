"""Graphs in the formats of other tools: NetworkX and Graphviz."""

from __future__ import annotations

from typing import Any

from symdiff.inspect.grouping import role_text
from symdiff.inspect.selection import select
from symdiff.provenance import describe

COLOURS = {"forward": "#dbe9f6", "adjoint": "#fde0c5", "tangent": "#d9f0d3"}


def to_networkx(what: Any) -> Any:
    """A `networkx.MultiDiGraph` of what `show` would list: an edge for each operand, in direction of the data.

    Nodes are ids with `op`, `name`, `attributes`, `type`, `role`, `order`, `scope` and `place`; edges have
    the operand's `position` as attribute and key, so x - y and y - x differ, and x * x has two edges.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x, y = g.input("x"), g.input("y")
    >>> list(sd.to_networkx(x - y).edges(data="position"))
    [(0, 2, 0), (1, 2, 1)]
    """
    import networkx

    selection = select(what)
    arena = selection.graph.arena
    graph = networkx.MultiDiGraph()
    for node in selection.nodes:
        op, _, attrs, type_ = arena.nodes[node]
        provenance = arena.provenance[node]
        graph.add_node(
            node, op=op.name, name=selection.names.get(node), attributes=dict(zip(op.attributes, attrs, strict=True)),
            type=str(type_), role=provenance.role, order=provenance.order, scope=provenance.scope,
            place=describe(provenance.place),
        )  # fmt: skip
    for node in selection.nodes:
        for position, parent in enumerate(arena.nodes[node].inputs):
            graph.add_edge(parent, node, key=position, position=position)
    return graph


def to_dot(what: Any) -> str:
    """The text of a Graphviz digraph of what `show` would list: forward, adjoint and tangent nodes in three colours.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x")
    >>> print(sd.to_dot(sd.exp(x)).splitlines()[0])
    digraph symdiff {
    """
    selection = select(what)
    arena = selection.graph.arena
    lines = ["digraph symdiff {", "  rankdir=TB;", '  node [shape=box, style="rounded,filled", fontname="Helvetica"];']
    for node in selection.nodes:
        op, _, _, type_ = arena.nodes[node]
        provenance = arena.provenance[node]
        label = "\n".join([f"{selection.label(node)}: {op.name}", str(type_)])
        tip = f"{role_text(provenance)} {describe(provenance.place)}"
        colour = COLOURS[provenance.role]
        lines.append(f'  n{node} [label="{_quoted(label)}", fillcolor="{colour}", tooltip="{_quoted(tip)}"];')
    for node in selection.nodes:
        inputs = arena.nodes[node].inputs
        for position, parent in enumerate(inputs):
            label = f' [label="{position}"]' if len(inputs) > 1 else ""
            lines.append(f"  n{parent} -> n{node}{label};")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    """Text as it may stand between Graphviz's double quotes."""
    printable = "".join(each if each.isprintable() or each == "\n" else "?" for each in text)
    return printable.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
