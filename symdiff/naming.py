"""Names for nodes: the user's own, those of the lines that made them, and `d_h` for the adjoint of `h`."""

from __future__ import annotations

import ast
import builtins
import keyword
import linecache
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from symdiff.core import CAPTURE, CONSTANT, INPUT
from symdiff.provenance import Place


def names(graph: Any, nodes: Sequence[int] | None = None) -> dict[int, str]:
    """The names that nodes of a graph have: distinct identifiers; clashes become `h_2`, `h_3` in id order.

    A node is called what the user called it (`named`, or the input's name), else what the line that asked
    for it assigns it to; the adjoint of `h` is `d_h`. `nodes` (ascending) are those to name, by default all.
    """
    nodes = range(len(graph)) if nodes is None else nodes
    settled = given(graph, nodes)
    wanted: dict[int, str] = {}
    for node in nodes:
        name = settled.get(node)
        if name is None and node in graph.adjoint_of:
            base = wanted.get(graph.adjoint_of[node])
            name = None if base is None else f"d_{base}"
        if name is not None:
            wanted[node] = name
    return distinct(wanted)


def given(graph: Any, nodes: Sequence[int]) -> dict[int, str]:
    """What the user's code calls these nodes, by `named` or by assigning them; inputs by their names.

    In a graph that was made of another one, names were settled there, and came along.
    """
    arena = graph.arena
    found = {node: arena.nodes[node].attrs[0] for node in nodes if arena.nodes[node].op is INPUT}
    if not graph.is_derived:
        end = last = -1
        for node in nodes:
            if not _is_nameable(graph, node):
                continue
            if node > end:
                last = end = _end_of_run(graph, node)
            if arena.nodes[node].op is arena.nodes[last].op:
                place = arena.provenance[node].place
                name = None if place is None else assigned_name(place)
                found |= {} if name is None else {node: name}
    return found | {node: graph.names[node] for node in nodes if node in graph.names}


def distinct(wanted: Mapping[int, str], taken: Iterable[str] = ()) -> dict[int, str]:
    """The wanted names as identifiers, numbered where two nodes want the same."""
    used, result = set(taken), dict[int, str]()
    counts: dict[str, int] = {}
    for node, name in wanted.items():
        base = identifier(name)
        candidate, count = base, counts.get(base, 1)
        while candidate in used:
            count += 1
            candidate = f"{base}_{count}"
        counts[base] = count
        used.add(candidate)
        result[node] = candidate
    return result


def identifier(name: str) -> str:
    """A Python identifier like `name`: other characters become `_`, keywords, and names that
    generated code uses itself, get one more.

    >>> identifier("layer 1/W"), identifier("class"), identifier("2x")
    ('layer_1_W', 'class_', '_2x')
    """
    text = "".join(each if each.isascii() and (each.isalnum() or each == "_") else "_" for each in name)
    text = text if text and not text[0].isdigit() else f"_{text}"
    return f"{text}_" if keyword.iskeyword(text) or text in _RESERVED else text


_NAMELESS = frozenset({INPUT, CAPTURE, CONSTANT})
# What these names mean in a generated module is not for a user's function or value to change.
_RESERVED = frozenset({"np", "argument", "require", "ArgumentError", "ShapeError", *dir(builtins)})


def _is_nameable(graph: Any, node: int) -> bool:
    return graph.arena.provenance[node].role == "forward" and graph.arena.nodes[node].op not in _NAMELESS


def _end_of_run(graph: Any, node: int) -> int:
    """The last of the consecutive forward nodes that the same place in the source asked for: the value of its line."""
    provenance = graph.arena.provenance
    origin, last = provenance[node].origin, node
    for later in range(node + 1, len(provenance)):
        if _is_nameable(graph, later):
            if provenance[later].origin != origin:
                break
            last = later
    return last


def assigned_name(place: Place) -> str | None:
    """The name that the statement around a place assigns its value to, if that value is what the place computes."""
    return _assignments(place.file, len(linecache.getlines(place.file))).get(
        (place.line, place.column, place.end_line, place.end_column)
    )


@lru_cache(maxsize=256)
def _assignments(file: str, lines: int) -> dict[tuple[int, int, int, int], str]:
    """The name assigned to, by the extent of the value it gets, for all assignments of a file to one name."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    found: dict[tuple[int, int, int, int], str] = {}
    for statement in ast.walk(tree):
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
                | (ast.AugAssign(target=ast.Name(id=name)) as value)
            ):
                found[value.lineno, value.col_offset, value.end_lineno or 0, value.end_col_offset or 0] = name
            case _:
                pass
    return found
