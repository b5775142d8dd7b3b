"""What `compile` is asked for: refused with advice where it can't be done, before anything is."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final

from symdiff.core import CAPTURE, INPUT
from symdiff.errors import ArgumentError, GraphError
from symdiff.expr import Expr, describe_node
from symdiff.graph import Graph
from symdiff.naming import assigned_name, identifier
from symdiff.optimize.passes import LEVELS
from symdiff.provenance import caller, place_of

BACKENDS: Final = ("python", "interpreter")
UNREADABLE: Final = 200_000
"""Nodes above which compiling says what it costs before it begins."""


def check_options(optimize: str, backend: str, memory: Any, threads: Any) -> None:
    """Complain of options that there aren't, or that don't go together."""
    if optimize not in LEVELS or backend not in BACKENDS:
        raise ArgumentError(
            f"compile knows no optimize={optimize!r} with backend={backend!r}",
            advice=f"optimize is one of {', '.join(LEVELS)}; backend one of {', '.join(BACKENDS)}",
        )
    if memory is not None and (optimize, backend) == ("none", "python"):
        raise ArgumentError(
            'compile: memory= with optimize="none", which runs the readable source, where nothing is computed twice',
            advice='leave optimize at "default", or compile with backend="interpreter"',
        )
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise ArgumentError(f"compile: threads={threads!r}", advice="give a number of threads, 1 or more")
    if threads > 1 and (optimize == "none" or backend != "python"):
        raise ArgumentError(
            f"compile: threads={threads} with optimize={optimize!r}, backend={backend!r}, which run in one",
            advice='leave optimize at "default", and backend at "python"',
        )


def announce(nodes: int) -> None:
    """Say what compiling costs where that is a surprise: 25 to 40 us and 2.7 KB a node were measured."""
    if nodes > UNREADABLE:
        warnings.warn(
            f"compile: {nodes:,} nodes take about {nodes * 40e-6:.0f} s and {nodes * 2.7e-6:.1f} GB; loops by sd.scan, "
            "and whole arrays in place of their elements, make smaller graphs",
            stacklevel=4,
        )


def graph_of(inputs: Sequence[Any], outputs: Sequence[Any]) -> Graph:
    """The graph that they are all of."""
    for each in inputs:
        if not isinstance(each, Expr):
            raise ArgumentError(
                f"compile: an input is an expression, not {each!r}", advice="pass what g.input returned"
            )
    found = [each.graph for each in (*inputs, *outputs) if isinstance(each, Expr)]
    if not found:
        raise ArgumentError(
            "compile needs at least one expression among its inputs and outputs",
            advice="a number becomes an expression by g.constant",
        )
    for each in (*inputs, *outputs):
        if isinstance(each, Expr) and each.graph is not found[0]:
            raise GraphError(
                "compile of expressions of different graphs",
                advice="build them in one graph; graph.include(expr) copies an expression over",
                context=[describe_node(leaf) for leaf in (*inputs, *outputs) if isinstance(leaf, Expr)],
            )
    return found[0]


def check_inputs(graph: Graph, inputs: Sequence[Expr], needed: Sequence[int]) -> None:
    """Complain of inputs that are none, that are given twice, or that are needed and aren't there."""
    given: set[int] = set()
    for each in inputs:
        if each.operation.op is not INPUT or each.id in given:
            twice = each.id in given
            raise GraphError(
                f"compile: an input {'is given twice' if twice else 'is an inner node, not an input of the graph'}",
                advice="list every input once"
                if twice
                else "inputs are made by g.input; sd.substitute puts an input in place of an inner node",
                context=[describe_node(each)],
            )
        given.add(each.id)
    for node in needed:
        op = graph.arena.nodes[node].op
        if op is CAPTURE or (op is INPUT and node not in given):
            raise GraphError(
                "an output depends on an input that isn't among the function's inputs",
                advice="add it to the inputs of compile, or to the values of eval",
                context=[f"missing {describe_node(graph.expr(node))}"],
            )


def function_name(name: str | None) -> str:
    """The name asked for, or that of the variable which the function is assigned to."""
    if name is None:
        place = place_of(caller())
        return identifier((place and assigned_name(place)) or "function")
    if identifier(name) != name:
        raise ArgumentError(
            f"compile: {name!r} can't be a function's name", advice="use a Python identifier that isn't a keyword"
        )
    return name
