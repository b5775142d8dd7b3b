"""A graph as plain data that JSON can hold, and back: what an exported file carries, so that it can be loaded again.

Nothing of it is ever evaluated: ops are looked up by name, sizes are parsed by the package's own small grammar,
types are inferred anew, and whatever doesn't fit together is an error.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from symdiff.arena import Literal
from symdiff.core import CONSTANT, CORE, INPUT
from symdiff.errors import GraphError, SymdiffError
from symdiff.graph import Graph
from symdiff.op import Op
from symdiff.provenance import Derivative, Place, Provenance, Via, place_of
from symdiff.sizes import Size, size
from symdiff.types import Requirement, as_dtype

Data: TypeAlias = Any
"""Dicts, lists, strings, integers, booleans and None."""
ROLES: Final = ("forward", "adjoint", "tangent")
RELATIONS: Final = (">=", "==", "%")


class Fired(NamedTuple):
    """A rewrite rule that led to a graph: its class and its name."""

    kind: str
    name: str


def carried(graph: Any, rules: Sequence[Any]) -> Data:
    """The graph as data, with the rules that led to it."""
    arena = graph.arena
    places: dict[Place | None, int] = {}

    def place(found: Place | None) -> int:
        return places.setdefault(found, len(places))

    origins: list[Data] = []
    for each in arena.provenance:
        via = each.via or Via("", None, None)
        row = [place(each.place), ROLES.index(each.role), each.order, each.scope, each.of]
        origins.append([*row, via.rule, via.node, place(place_of(via.origin))] if each.via else row)
    return {
        "nodes": [[op.name, list(inputs), _plain(attrs)] for op, inputs, attrs, _ in arena.nodes],
        "outputs": list(graph.outputs),
        "names": [[node, name] for node, name in graph.names.items()],
        "adjoints": [[node, of] for node, of in graph.adjoint_of.items()],
        "derivatives": [[kind, result, *map(list, rest)] for kind, result, *rest in graph.derivatives],
        "requirements": [[_plain(left), how, _plain(right), at] for (left, how, right), at in arena.requirements],
        "demands": [[_plain(left), how, _plain(right), place(at)] for (left, how, right), at in graph.demands.items()],
        "origins": origins,
        "places": [each and [each.file.replace("\\", "/").rpartition("/")[2], *each[1:]] for each in places],
        "rules": sorted({(rule.kind, rule.name) for rule in rules}),
    }


def restored(data: Data, language: Any = None) -> tuple[Graph, list[Fired]]:
    """The graph that the data describes, and the rules that led to it.

    Raises `GraphError` where an op is unknown, or where the data is no graph.
    """
    try:
        return _restored(data, Graph(language=language))
    except SymdiffError as error:
        raise error.located("a graph in a file", [], "export it again from where it was built") from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise GraphError(
            f"a graph in a file is damaged: {type(error).__name__}", advice="export it again from where it was built"
        ) from None


def _restored(data: Data, graph: Graph) -> tuple[Graph, list[Fired]]:
    arena = graph.arena
    places = [None if each is None else _place(*each) for each in data["places"]]
    try:
        for (name, inputs, attrs), origin in zip(data["nodes"], data["origins"], strict=True):
            arena.context = _provenance(places, *origin)
            _add(graph, name, tuple(_id(each, len(graph)) for each in inputs), _attribute(attrs))
    finally:
        arena.context = None
    count = len(graph)
    graph.is_derived = True
    graph.outputs = tuple(_id(each, count) for each in data["outputs"])
    graph.names = {_id(node, count): _text(name) for node, name in data["names"]}
    graph.adjoint_of = {_id(node, count): _id(of, count) for node, of in data["adjoints"]}
    for kind, result, *groups in data["derivatives"]:
        targets, sources, along = (tuple(_id(each, count) for each in group) for group in groups)
        kind = "pull" if kind == "pull" else "push"
        graph.derivatives[Derivative(kind, _id(result, count), targets, sources, along)] = None
    arena.requirements = [(_requirement(*each), _id(at, count)) for *each, at in data["requirements"]]
    graph.demands = {_requirement(*each): places[_id(at, len(places))] for *each, at in data["demands"]}
    return graph, [Fired(_word(kind), _word(name)) for kind, name in data["rules"]]


def _add(graph: Graph, name: str, inputs: tuple[int, ...], attrs: Any) -> None:
    """Put a node there as it was: the same op on the same operands has the same type and the same attributes."""
    arena, new = graph.arena, len(graph)
    if name == INPUT.name:
        label, dtype, shape = attrs
        graph.input(label, shape, dtype)
    elif name == CONSTANT.name:
        graph.constant(attrs[0].value)
    else:
        op: Op | None = CORE.get(name) or graph.language.table.get(name)
        if op is None or len(attrs) != len(op.attributes) or (op.arity is not None and len(inputs) != op.arity):
            raise GraphError(f"there is no op {str(name)[:60]!r} of {len(inputs)} operands", advice=_NEWER)
        plan = arena.plan(op, [arena.nodes[each].type for each in inputs], attrs)
        if plan.casts or plan.attrs != attrs:
            raise ValueError(name)
        arena.add(op, inputs, plan.attrs, plan.type)
    if len(graph) != new + 1:
        raise ValueError(name)


_NEWER: Final = "a newer symdiff may have written it, or it is an op of one's own, which a language= has"


def _plain(value: Any) -> Data:
    """An attribute as data: what isn't a number, a string or a tuple is a dict with its kind as key."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.dtype):
        return {"dtype": str(value)}
    if isinstance(value, Size):
        return {"size": value.text}
    if isinstance(value, Literal):
        bytes_ = value.value.astype(value.value.dtype.newbyteorder("<"), copy=False).tobytes()
        text = base64.b64encode(bytes_).decode("ascii")
        return {"array": [str(value.value.dtype), list(value.value.shape), text]}
    return value


def _attribute(data: Data) -> Any:
    """An attribute from data."""
    match data:
        case None | bool() | int() | str():
            return data
        case list():
            return tuple(_attribute(each) for each in data)
        case {"dtype": str(name)} if len(data) == 1:
            return as_dtype(name)
        case {"size": str(text)} if len(data) == 1:
            return size(text)
        case {"array": [str(name), list(shape), str(text)]} if len(data) == 1:
            dtype = as_dtype(name)
            array = np.frombuffer(base64.b64decode(text, validate=True), dtype.newbyteorder("<"))
            return Literal(array.astype(dtype).reshape([_id(each, 2**62) for each in shape]))
        case _:
            raise ValueError("attribute")


def _requirement(left: Any, how: Any, right: Any) -> Requirement:
    return Requirement(_attribute(left), RELATIONS[RELATIONS.index(how)], _attribute(right))


def _place(file: Any, line: Any, end_line: Any, column: Any, end_column: Any, text: Any) -> Place:
    first, last, start, end = (_id(each, 2**31) for each in (line, end_line, column, end_column))
    return Place(_text(file), first, last, start, end, _text(text))


def _provenance(
    places: Sequence[Place | None], place: int, role: int, order: int, scope: str, of: int | None, rule: str = "",
    node: int | None = None, via: int | None = None,
) -> Provenance:  # fmt: skip
    made = None if via is None else Via(_text(rule), node, places[_id(via, len(places))])
    return Provenance(places[_id(place, len(places))], _text(scope), ROLES[_id(role, 3)], _id(order, 2**31), of, made)


def _id(value: Any, count: int) -> int:
    """A whole number from 0 up to `count`."""
    if type(value) is not int or not 0 <= value < count:
        raise ValueError("number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _word(value: Any) -> str:
    """A rule's name or class, which is printed as it stands."""
    if not _text(value).isidentifier():
        raise ValueError("word")
    return value
