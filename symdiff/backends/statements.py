"""Tuned statements: instructions as the NumPy calls that are quickest, into memory that isn't needed any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.program import Instruction, Program
from symdiff.backends.text import ATOM, Text, application, helpers_of, scalar_text, value_text
from symdiff.backends.tiling import slicing_of
from symdiff.naming import identifier
from symdiff.op import Op
from symdiff.sizes import product
from symdiff.types import ArrayType, Type

WORTH_REUSING: Final = 1 << 12
"""Elements above which memory is worth reusing."""
LONGEST_LINE: Final = 60
"""Characters of an expression that is written into its only consumer."""


def ufunc_of(op: Op) -> np.ufunc | None:
    """The NumPy ufunc that the op's kernel is, or that the kernel's operator calls."""
    kernel = op.kernel
    if getattr(kernel, "__module__", "") == "_operator":
        kernel = getattr(np, op.name, None)
    return kernel if isinstance(kernel, np.ufunc) else None


class Scope(NamedTuple):
    """What the parts of one function share: the program, its values' types, names and uses; what it refers to."""

    program: Program
    types: dict[int, Type]
    names: dict[int, str]
    uses: dict[int, int]
    taken: set[str]
    imports: dict[str, None]
    helpers: dict[Callable[..., Any], None]
    qualifies: bool = False

    def fresh(self, name: str) -> str:
        """A variable like `name` that nothing else is called."""
        base = found = identifier(name)
        count = 1
        while found in self.taken:
            count += 1
            found = f"{base}_{count}"
        self.taken.add(found)
        return found

    def call(self, name: str) -> str:
        """What a NumPy function is called: by its own name, which the module imports, or as NumPy's."""
        if self.qualifies:
            return f"np.{name}"
        self.imports[name] = None
        return name

    def is_large(self, value: int) -> bool:
        """Whether a value's memory is worth reusing; one of unknown size is, where a function tells the sizes apart."""
        type_ = self.types[value]
        size = product(type_.shape) if isinstance(type_, ArrayType) else 0
        return not isinstance(size, int) or size > WORTH_REUSING


class Body:
    """The lines of one way to compute the program, and the text by which each value is known so far."""

    def __init__(self, scope: Scope, texts: dict[int, Text], depth: int, reuses: bool) -> None:
        self.scope = scope
        self.texts = dict(texts)
        self.indent = "    " * depth
        self.reuses = reuses
        self.lines: list[str] = []
        self.owned: set[int] = set()

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append(self.indent + text)

    def single(self, instruction: Instruction, done: Sequence[int], inlines: bool) -> None:
        """Write one instruction; `done` are the values that nothing needs afterwards.

        The result takes over the memory of one of them, if it fits; other large ones are given back.
        """
        value, ufunc = instruction.value, ufunc_of(instruction.op)
        heirs = [each for each in done if each in self.owned and self.scope.types[each] == instruction.type]
        if self.reuses and heirs and ufunc is not None and ufunc.signature is None and self.scope.is_large(value):
            into = self.into(instruction, ufunc, self.texts[heirs[0]].code)
            self.line(f"{self.name(value)} = {into}")
            self.release([each for each in done if each != heirs[0]])
            self.owned = self.owned - {heirs[0]} | {value}
            return
        lines = self._statements(instruction)
        if lines is not None:
            for line in lines:
                self.line(line)
            self.name(value)
            self.owned.add(value)
            self.release(done)
            return
        text = self.expression(instruction)
        if inlines and len(text.code) <= LONGEST_LINE:
            self.texts[value] = text
            return
        self.line(f"{self.name(value)} = {text.code}")
        if not instruction.op.is_view:
            self.owned.add(value)
        self.release(done)

    def _statements(self, instruction: Instruction) -> Iterable[str] | None:
        """The lines that compute an instruction, where its op says so."""
        op = instruction.op
        if op.statements is None:
            return None
        operands = [each.code for each in self.operands(instruction)]
        given = {name: value if name in ("index", "indices") else value_text(value) for name, value in instruction.attributes.items()}
        return op.statements(self.scope.names[instruction.value], instruction.type, *operands, **given)

    def release(self, done: Sequence[int]) -> None:
        """Give back the memory of large values that nothing needs any more."""
        gone = [each for each in done if each in self.owned and self.scope.is_large(each)]
        if self.reuses and gone:
            self.line(f"del {', '.join(self.texts[each].code for each in gone)}")
        self.owned.difference_update(done)

    def name(self, value: int) -> str:
        """Let a value be known by its name from here on."""
        self.texts[value] = Text(self.scope.names[value])
        return self.scope.names[value]

    def operands(self, instruction: Instruction) -> list[Text]:
        """The operands' texts; a scalar constant is a bare number where another operand decides the dtype."""
        return [self._operand(each, instruction) for each in instruction.operands]

    def _operand(self, value: int, instruction: Instruction) -> Text:
        constants = self.scope.program.constants
        if value not in constants or constants[value].ndim:
            return self.texts[value]
        dtype = constants[value].dtype
        weak = instruction.op.elementwise and any(
            other not in constants and getattr(self.scope.types[other], "dtype", None) == dtype
            for other in instruction.operands
        )
        return scalar_text(constants[value], weak)

    def into(self, instruction: Instruction, ufunc: np.ufunc, out: str) -> str:
        """The call of a ufunc that puts its result where `out` is."""
        given = ", ".join(each.code for each in self.operands(instruction))
        keyword = "out=" if ufunc in (np.maximum, np.minimum) else ""
        return f"{self.scope.call(ufunc.__name__)}({given}, {keyword}{out})"

    def expression(self, instruction: Instruction) -> Text:
        """The text of an instruction as an expression, in the form that NumPy is quickest at."""
        op, scope = instruction.op, self.scope
        operands = self.operands(instruction)
        shapes = [getattr(scope.types[each], "shape", ()) for each in instruction.operands]
        if op.name == "matmul" and max(map(len, shapes)) <= 2:
            return Text(f"{operands[0].within(ATOM)}.dot({operands[1].code})")
        reduction = self._reduction(instruction, operands)
        if reduction is not None:
            return reduction
        ufunc = ufunc_of(op)
        if ufunc is not None and op.source is None:
            return Text(f"{scope.call(ufunc.__name__)}({', '.join(each.code for each in operands)})")
        scope.helpers.update(dict.fromkeys(helpers_of(op)))
        return application(op, operands, instruction.attributes)

    def _reduction(self, instruction: Instruction, operands: Sequence[Text]) -> Text | None:
        """A reduction by its ufunc's own method, which is quicker to call than NumPy's function around it."""
        attributes = instruction.attributes
        slicing = slicing_of(instruction, self.scope.types) if {*attributes} == {"axis", "keepdims"} else None
        if slicing is None or slicing.combine is None:
            return None
        axis = attributes["axis"]
        axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
        rest = [f", {axis}"] if len(slicing.operands[0]) > 1 else []
        rest += [", keepdims=True"] if attributes["keepdims"] else []
        return Text(f"{self.scope.call(slicing.combine)}.reduce({operands[0].code}{''.join(rest)})")
