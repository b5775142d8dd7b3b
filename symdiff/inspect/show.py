"""The listing of a graph: a line a node, with type, role, scope and the user's line."""

from __future__ import annotations

from typing import Any

from symdiff.inspect.grouping import role_text
from symdiff.inspect.selection import select
from symdiff.inspect.tables import table
from symdiff.provenance import Provenance, describe, place_of


def show(what: Any) -> str:
    """A listing of an expression and all it depends on, of several, of a graph, or of a compiled function.

    One line a node: id, name and operation; type; role and order of differentiation; scope; where it comes
    from: the user's line, or for a derivative the rule that made it and the forward line.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", ("n",))
    >>> print(sd.show(sd.exp(x)))  # doctest: +ELLIPSIS
    %0  x = input 'x'  float64 (n,)  forward  ...
    %1  exp(x)         float64 (n,)  forward  ...
    """
    selection = select(what)
    rows = [
        (
            f"%{node}",
            f"{selection.names[node]} = {selection.definition(node)}"
            if node in selection.names
            else selection.definition(node),
            str(selection.graph.arena.nodes[node].type),
            role_text(selection.graph.arena.provenance[node]),
            selection.graph.arena.provenance[node].scope,
            source_text(selection.graph.arena.provenance[node]),
        )
        for node in selection.nodes
    ]
    return table(rows)


def source_text(provenance: Provenance) -> str:
    """Where a node comes from: the user's line, or the rule and the forward line."""
    if provenance.via is None:
        return describe(provenance.place)
    return f"via {provenance.via.rule} of {describe(place_of(provenance.via.origin))}"
