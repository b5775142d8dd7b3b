"""The interpreter backend: one loop over the program, computing with NumPy."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from symdiff.backends.lowering import lower
from symdiff.backends.program import Instruction, shared_outputs
from symdiff.backends.runtime import argument, require
from symdiff.backends.signature import Argument, prologue
from symdiff.sizes import Size, evaluate, names_in
from symdiff.types import SizeValues

Watch: TypeAlias = Callable[[Instruction, Callable[..., Any], Sequence[Any], Mapping[str, Any]], Any]
"""Carries out an instruction in the interpreter's place: of its kernel, operands and attributes it gives the value."""


def interpreted(graph: Any, watch: Watch | None = None) -> Callable[..., list[Any]]:
    """The interpreter behind the same argument checks as generated source."""
    run = interpreter(graph, watch)
    variables = [f"x{i}" for i in range(len(graph.arguments))]
    arguments = [
        Argument(variable, each.attrs[0], each.type, each.provenance.place)
        for variable, each in zip(variables, graph.arguments, strict=True)
    ]
    sizes = sorted({name for each in graph.arguments for dim in each.shape for name in names_in(dim)})
    lines = [f"def bind({', '.join(variables)}):", *(f"    {line}" for line in prologue(arguments, graph))]
    pairs = ", ".join(f"{name!r}: {name}" for name in sizes)
    lines.append(f"    return [{', '.join(variables)}], {{{pairs}}}")
    namespace: dict[str, Any] = {"argument": argument, "require": require}
    exec(builtins.compile("\n".join(lines), "<symdiff arguments>", "exec"), namespace)
    return lambda *values: run(*namespace["bind"](*values))


def interpreter(graph: Any, watch: Watch | None = None) -> Callable[[Sequence[Any], SizeValues], list[Any]]:
    """A function of checked arguments and the sizes' values that computes the outputs of `graph`.

    Values are let go of after their last use. Results are fresh arrays, or NumPy scalars. `watch` is asked for the
    value of each instruction, in order, where it is given.
    """
    program = lower(graph)
    nodes, shared = graph.arena.nodes, shared_outputs(graph.arena.nodes, graph.outputs)
    ends = [(output, bool(nodes[output].type.shape), output in shared) for output in graph.outputs]
    steps = [
        (each, each.op.kernel, each.attributes, _has_size(each.attrs), done)
        for each, done in zip(program.instructions, program.last_uses(), strict=True)
    ]

    def run(values: Sequence[Any], sizes: SizeValues) -> list[Any]:
        found = {**program.constants, **dict(zip(program.arguments, values, strict=True))}
        for instruction, kernel, attributes, sized, done in steps:
            given = {name: _resolved(each, sizes) for name, each in attributes.items()} if sized else attributes
            operands = [found[operand] for operand in instruction.operands]
            found[instruction.value] = (
                kernel(*operands, **given) if watch is None else watch(instruction, kernel, operands, given)
            )
            del operands
            for each in done:
                del found[each]
        return [_fresh(found[output], has_axes, is_shared) for output, has_axes, is_shared in ends]

    return run


def _has_size(value: Any) -> bool:
    return any(map(_has_size, value)) if isinstance(value, tuple) else isinstance(value, Size)


def _resolved(value: Any, sizes: SizeValues) -> Any:
    if isinstance(value, tuple):
        return tuple(_resolved(each, sizes) for each in value)
    return evaluate(value, sizes) if isinstance(value, Size) else value


def _fresh(value: Any, has_axes: bool, is_shared: bool) -> Any:
    if not has_axes:
        return np.asarray(value)[()]
    return np.array(value) if is_shared or value.base is not None else value
