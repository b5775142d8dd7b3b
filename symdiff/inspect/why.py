"""Why a node is there: the chain of rules, forward nodes and user lines from the target down to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symdiff.expr import Expr
from symdiff.inspect.grouping import role_text
from symdiff.inspect.selection import Selection, select
from symdiff.provenance import describe, place_of


def why(expr: Expr) -> str:
    """How a node came to be: for a derivative, each rule that led to it, of which forward node, of which line.

    The chain goes from the node up to what was differentiated. Where contributions were added up, each of
    them is named, and the chain follows the first.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x")
    >>> print(sd.why(sd.grad(sd.sin(x), x)))  # doctest: +ELLIPSIS
    d_x = cos(x): float64 (), adjoint of x
      by sin.vjp[0] of sin(x)  ...
      differentiated at ...
    """
    selection = select(expr)
    return "\n".join(_lines(selection, expr.id))


def _lines(selection: Selection, node: int) -> Iterator[str]:
    arena = selection.graph.arena
    first = arena.provenance[node]
    of = "" if first.of is None else f" of {_name(selection, first.of)}"
    yield f"{_defined(selection, node)}: {arena.nodes[node].type}, {role_text(first)}{of}"
    if first.role == "forward":
        yield f"  asked for at {describe(first.place)}"
    step: int | None = node
    while step is not None:
        provenance = arena.provenance[step]
        if provenance.via is None:
            parts = _contributions(selection, step)
            made = [part for part in parts if arena.provenance[part].via is not None]
            if provenance.role == "forward" or not made:
                break
            if len(parts) > 1:
                yield f"  the sum of {len(parts)} contributions: {', '.join(_rule(selection, part) for part in parts)}"
            step = made[0]
            provenance = arena.provenance[step]
        via: Any = provenance.via
        yield f"  by {_rule(selection, step)}  {describe(place_of(via.origin))}".rstrip()
        step = _made_from(selection, step)
    if first.role != "forward":
        yield f"  differentiated at {describe(first.place)}"
    for again in arena.requested_again.get(node, ()):
        yield f"  also asked for at {describe(again.place)}"


def _defined(selection: Selection, node: int) -> str:
    name = selection.names.get(node)
    return f"{name} = {selection.definition(node)}" if name else selection.definition(node)


def _name(selection: Selection, node: int) -> str:
    return selection.names.get(node) or selection.definition(node)


def _rule(selection: Selection, node: int) -> str:
    via = selection.graph.arena.provenance[node].via
    if via is None:
        return _defined(selection, node)
    return via.rule if via.node is None else f"{via.rule} of {_defined(selection, via.node)}"


def _contributions(selection: Selection, total: int) -> list[int]:
    """The nodes that a sum of contributions adds up, in order; the sum may be several additions in a row."""
    arena = selection.graph.arena
    found, stack = list[int](), list(arena.nodes[total].inputs)
    while stack:
        node = stack.pop(0)
        provenance = arena.provenance[node]
        if provenance.via is None and provenance.of == arena.provenance[total].of and arena.nodes[node].inputs:
            stack = [*arena.nodes[node].inputs, *stack]
        else:
            found.append(node)
    return found


def _made_from(selection: Selection, node: int) -> int | None:
    """The cotangent (or tangent) that the rule which made `node` was given; None at the end of the chain."""
    arena = selection.graph.arena
    rule = arena.provenance[node].via
    stack, seen = [node], {node}
    while stack:
        for parent in arena.nodes[stack.pop()].inputs:
            provenance = arena.provenance[parent]
            if parent in seen or provenance.role == "forward":
                continue
            if provenance.via != rule:
                return parent
            seen.add(parent)
            stack.append(parent)
    return None
