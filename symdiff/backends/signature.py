"""How a function takes its arguments: dtypes and shapes checked, named sizes bound, requirements tested."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from symdiff.errors import ShapeError
from symdiff.provenance import Place, describe
from symdiff.sizes import Dim, Size, names_in
from symdiff.types import ArrayType, Requirement


class Argument(NamedTuple):
    """One argument: its name in the source, the user's name for it, its type, where it was declared."""

    variable: str
    name: str
    type: ArrayType
    place: Place | None


def prologue(
    arguments: list[Argument],
    graph: Any,
    quick: bool = False,
    accepted: Callable[[Argument, list[str]], str] | None = None,
) -> Iterator[str]:
    """The lines that check arguments and bind sizes; raises where a size that is needed stands alone in no input.

    With `quick`, arrays that are just as declared aren't looked at by `argument`, and arguments without axes
    become NumPy scalars, which are quicker to compute with. `accepted` gives the line that checks one argument, of
    a shape given as texts; by default it calls `argument`.
    """
    accepted = accepted or _accepted
    names = (name for argument in arguments for dim in argument.type.shape for name in names_in(dim))
    check_sizes(names, ("np", "argument", "require"))
    bound: set[str] = set()
    later: list[tuple[Argument, int, Dim]] = []
    for argument in arguments:
        shape: list[str] = []
        fresh: list[tuple[str, int]] = []
        for axis, dim in enumerate(argument.type.shape):
            unknown = set(names_in(dim)) - bound
            if not unknown and dim not in [name for name, _ in fresh]:
                shape.append(str(dim))
                continue
            shape.append("None")
            if isinstance(dim, Size) and dim.text in unknown and dim.text not in [name for name, _ in fresh]:
                fresh.append((dim.text, axis))
            else:
                later.append((argument, axis, dim))
        quickly = f"if {_differs(argument, shape)}: {_accepted(argument, shape, '[()]')}" if quick else ""
        yield quickly or accepted(argument, shape)
        for name, axis in fresh:
            yield f"{name} = {argument.variable}.shape[{axis}]"
            bound.add(name)
    _check_bound(bound, arguments, graph)
    for argument, axis, dim in later:
        what = f"{argument.name}.shape[{axis}] == {dim}"
        yield f"require({argument.variable}.shape[{axis}] == {dim}, {json.dumps(what)})"
    for requirement, place in required(graph).items():
        yield f"require({condition(requirement)}, {json.dumps(f'{requirement}, for {describe(place)}')})"


def required(graph: Any) -> dict[Requirement, Place | None]:
    """What the graph requires of sizes, and where each condition was asked for first."""
    first = dict(reversed(graph.arena.requirements))
    return graph.demands | {each: graph.arena.provenance[node].place for each, node in reversed(first.items())}


def _accepted(argument: Argument, shape: list[str], scalar: str = "") -> str:
    """The line that makes an argument an array of the declared dtype and shape."""
    variable, (dtype, _) = argument.variable, argument.type
    taken = f'argument({json.dumps(argument.name)}, {variable}, "{dtype}", {dims_text(shape)})'
    return f"{variable} = {taken}{'' if shape else scalar}"


def check_sizes(names: Iterable[str], used: Collection[str]) -> None:
    """Refuse sizes with names that generated code uses itself: in it, a size is a variable of its own name."""
    for name in names:
        if name in used:
            raise ShapeError(
                f"a size can't be called {name!r}, which generated code uses itself", advice="name the axis otherwise"
            )


def dims_text(shape: list[str]) -> str:
    """A tuple of sizes given as texts."""
    return f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"


def _differs(argument: Argument, shape: list[str]) -> str:
    """Whether an argument isn't an array of just the declared type, or a NumPy scalar where it has no axes."""
    variable, (dtype, _) = argument.variable, argument.type
    if not shape:
        return f"type({variable}) is not {dtype.name}_scalar"
    known = [f"{variable}.shape[{axis}] != {dim}" for axis, dim in enumerate(shape) if dim != "None"]
    if len(known) == len(shape):
        known = [f"{variable}.shape != ({', '.join(shape)}{',' if len(shape) == 1 else ''})"]
    else:
        known.insert(0, f"{variable}.ndim != {len(shape)}")
    return " or ".join([f"type({variable}) is not ndarray", f"{variable}.dtype is not {dtype.name}_dtype", *known])


def condition(requirement: Requirement) -> str:
    """A requirement as a Python expression."""
    left, relation, right = requirement
    return f"({left}) % ({right}) == 0" if relation == "%" else f"{left} {relation} {right}"


def _check_bound(bound: set[str], arguments: list[Argument], graph: Any) -> None:
    known: set[Size] = set()
    for node in range(len(graph)):
        type_ = graph.arena.nodes[node].type
        for dim in type_.shape if isinstance(type_, ArrayType) else ():
            if not isinstance(dim, Size) or dim in known:
                continue
            known.add(dim)
            missing = [name for name in names_in(dim) if name not in bound]
            if missing:
                raise ShapeError(
                    f"the size {missing[0]!r} stands alone in no input, so a call can't tell what it is",
                    advice="add an input with an axis of exactly that size",
                    context=[f"{type_}  {describe(graph.arena.provenance[node].place)}"]
                    + [f"{each.name}: {each.type}" for each in arguments],
                )
