"""The source backend's scalar style: a graph of numbers as straight lines of Python floats."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from symdiff.backends.program import Instruction, Program
from symdiff.backends.signature import Argument
from symdiff.backends.statements import Scope, ufunc_of
from symdiff.backends.text import Text, filled, helpers_of
from symdiff.op import Op
from symdiff.types import FLOAT, ArrayType

LONGEST_LINE: Final = 72
RETURNED: Final = {"f": "float64", "b": "bool_"}
"""The NumPy scalars that results are, by their dtypes' kinds."""
RAISED: Final = ("ValueError", "ZeroDivisionError", "OverflowError")
"""What Python raises where NumPy gives infinities and NaN."""


def is_scalar(program: Program) -> bool:
    """Whether a program computes with single floats and booleans only, by ops that Python has too."""
    values = (*program.arguments, *program.constants, *(each.value for each in program.instructions))
    nodes = program.graph.arena.nodes
    plain = all(_is_number(nodes[each].type) for each in values)
    return plain and bool(program.instructions) and all(scalar_form(each) for each in program.instructions)


def _is_number(type_: Any) -> bool:
    return isinstance(type_, ArrayType) and not type_.shape and (type_.dtype == FLOAT or type_.dtype.kind == "b")


def scalar_form(instruction: Instruction) -> str | None:
    """The template of an instruction on Python's numbers: its op's own, its operator, or a function of `math`."""
    op = instruction.op
    if not op.elementwise or (op.name == "astype" and instruction.type.dtype != FLOAT):  # type: ignore[union-attr]
        return None
    if op.scalar is not None:
        return op.scalar
    if isinstance(op.source, str) and not helpers_of(op) and "np." not in op.source:
        return op.source
    return _mathematical(op)


def _mathematical(op: Op) -> str | None:
    if ufunc_of(op) is None or not hasattr(math, op.name):
        return None
    return f"{op.name}({', '.join(f'{{{i}}}' for i in range(op.arity or 0))})"


def functions(program: Program) -> dict[str, None]:
    """The names of `math` that the program needs, in order."""
    found = dict.fromkeys(name for each in program.instructions for name in _called(scalar_form(each) or ""))
    special = [name for value in program.constants.values() for name in ("inf", "nan") if name in repr(value.item())]
    return found | dict.fromkeys(special)


@lru_cache(maxsize=512)
def _called(template: str) -> tuple[str, ...]:
    return tuple(name for name in re.findall(r"([a-z]\w*)\(", template) if hasattr(math, name))


def prologue(arguments: Sequence[Argument]) -> Iterator[str]:
    """The lines that make Python's numbers of the arguments."""
    for variable, name, type_, _ in arguments:
        plain = "float" if type_.dtype == FLOAT else "bool"
        quick = f"float({variable}) if type({variable}) is float64 else " if plain == "float" else ""
        taken = f'{quick}argument({json.dumps(name)}, {variable}, "{type_.dtype}", ()).item()'
        yield f"if type({variable}) is not {plain}: {variable} = {taken}"


def lines(scope: Scope, result: Callable[[Sequence[str]], str], otherwise: str) -> Iterator[str]:
    """The lines of a function's body; where Python raises what NumPy doesn't, they return `otherwise`."""
    program = scope.program
    nodes = program.graph.arena.nodes
    texts = {each: Text(scope.names[each]) for each in program.arguments}
    texts |= {each: _number(value.item()) for each, value in program.constants.items()}
    named = _repeated(program) | set(program.outputs)
    yield "try:"
    for instruction in program.instructions:
        value = instruction.value
        text = filled(scalar_form(instruction) or "", [texts[each] for each in instruction.operands])
        if scope.uses[value] == 1 and value not in named and len(text.code) <= LONGEST_LINE:
            texts[value] = text
            continue
        texts[value] = Text(scope.names[value])
        yield f"    {scope.names[value]} = {text.code}"
    yield f"except ({', '.join(RAISED)}):"
    yield f"    return {otherwise}"
    outputs = [f"{RETURNED[nodes[each].type.dtype.kind]}({texts[each].code})" for each in program.outputs]
    yield f"return {result(outputs)}"


def _repeated(program: Program) -> set[int]:
    """The values that a template mentions more than once."""
    found: set[int] = set()
    for instruction in program.instructions:
        template = scalar_form(instruction) or ""
        found.update(each for i, each in enumerate(instruction.operands) if template.count(f"{{{i}}}") > 1)
    return found


def _number(value: float | bool) -> Text:
    """A constant: Python's repr, but for infinities and NaN, which `math` names."""
    text = repr(value)
    return Text(f"({text})" if text.startswith("-") else text)
