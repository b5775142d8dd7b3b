"""The source backend's scalar style: a graph of numbers as straight lines of Python floats."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from symdiff.backends.program import Instruction, Program
from symdiff.backends.signature import Argument
from symdiff.backends.spelling import ufunc_of
from symdiff.backends.statements import Scope
from symdiff.backends.text import Text, filled, function_name, helpers_of
from symdiff.op import Op
from symdiff.ops.logic import bitwise_and, bitwise_invert, bitwise_or, bitwise_xor, where
from symdiff.ops.shape import astype
from symdiff.types import FLOAT, ArrayType

LONGEST_LINE: Final = 72
RETURNED: Final = {"f": "float64", "b": "bool_"}
"""The NumPy scalars that results are, by their dtypes' kinds."""
NUMBER: Final = ArrayType(FLOAT, ())
OF_TRUTHS: Final = frozenset((where, astype, bitwise_and, bitwise_or, bitwise_xor, bitwise_invert))
"""The ops that do with Python's booleans what they do with NumPy's: elsewhere True + True is 2."""
RAISED: Final = ("ValueError", "ZeroDivisionError", "OverflowError")
"""What Python raises where NumPy gives infinities and NaN."""


def is_scalar(program: Program) -> bool:
    """Whether a program computes with single floats and booleans only, by ops that Python has too."""
    nodes = program.graph.arena.nodes
    types = {each: nodes[each].type for each in (*program.arguments, *program.constants)}
    types |= {each.value: each.type for each in program.instructions}
    if not program.instructions or not all(map(_is_number, set(types.values()))):
        return False
    truths = {value for value, type_ in types.items() if type_ != NUMBER}
    return all(
        scalar_form(each) is not None and (each.op in OF_TRUTHS or truths.isdisjoint(each.operands))
        for each in program.instructions
    )


def _is_number(type_: Any) -> bool:
    return isinstance(type_, ArrayType) and not type_.shape and (type_.dtype == FLOAT or type_.dtype.kind == "b")


def scalar_form(instruction: Instruction) -> Form | None:
    """How an instruction is written on Python's numbers: by its op's template, its operator, a `math` function."""
    _, op, _, attrs, type_ = instruction
    return None if attrs and not (op.name == "astype" and type_.dtype == FLOAT) else _form(op)  # type: ignore[union-attr]


class Form(NamedTuple):
    """A template, what of `math` it calls by which names, the positions of operands that it mentions twice.

    A function that is called like a helper for arrays, which the same module may have, has another name.
    """

    template: str
    calls: Mapping[str, str]
    repeated: tuple[int, ...]


_NO_FORM: Final = Form("", MappingProxyType({}), ())


@lru_cache(maxsize=1024)
def _form(op: Op) -> Form | None:
    template = _template(op) if op.elementwise else None
    if template is None:
        return None
    helpers = {function_name(each) for each in helpers_of(op)}
    calls: dict[str, str] = {}
    for name in re.findall(r"([a-z]\w*)\(", template):
        if hasattr(math, name):
            calls[f"{name}_of_float" if name in helpers else name] = name
    for called, name in calls.items():
        template = re.sub(rf"\b{name}\(", f"{called}(", template)
    return Form(template, calls, tuple(i for i in range(op.arity or 0) if template.count(f"{{{i}}}") > 1))


def _template(op: Op) -> str | None:
    if op.scalar is not None:
        return op.scalar
    if isinstance(op.source, str) and not helpers_of(op) and "np." not in op.source:
        return op.source
    if ufunc_of(op) is None or not hasattr(math, op.name):
        return None
    return f"{op.name}({', '.join(f'{{{i}}}' for i in range(op.arity or 0))})"


def functions(program: Program) -> dict[str, str]:
    """The names that the program calls functions of `math` by, and theirs in `math`."""
    found: dict[str, str] = {}
    for op in dict.fromkeys(each.op for each in program.instructions):
        found |= (_form(op) or _NO_FORM).calls
    special = [name for value in program.constants.values() for name in ("inf", "nan") if name in repr(value.item())]
    return found | {name: name for name in special}


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
    uses, names = scope.uses, scope.names
    yield "try:"
    for value, op, operands, _, _ in program.instructions:
        template, _, _ = _form(op) or _NO_FORM
        text = filled(template, [texts[each] for each in operands])
        if value not in named and uses[value] == 1 and len(text.code) <= LONGEST_LINE:
            texts[value] = text
            continue
        name = names[value]
        texts[value] = Text(name)
        yield f"    {name} = {text.code}"
    yield f"except ({', '.join(RAISED)}):"
    yield f"    return {otherwise}"
    outputs = [f"{RETURNED[nodes[each].type.dtype.kind]}({texts[each].code})" for each in program.outputs]
    yield f"return {result(outputs)}"


def _repeated(program: Program) -> set[int]:
    """The values that a template mentions more than once."""
    found: set[int] = set()
    for _, op, operands, _, _ in program.instructions:
        for position in (_form(op) or _NO_FORM).repeated:
            found.add(operands[position])
    return found


def _number(value: float | bool) -> Text:
    """A constant: Python's repr, but for infinities and NaN, which `math` names."""
    text = repr(value)
    return Text(f"({text})" if text.startswith("-") else text)
