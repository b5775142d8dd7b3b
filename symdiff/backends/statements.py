"""Tuned statements: instructions as the NumPy calls that are quickest, into memory that isn't needed any more."""

from __future__ import annotations

import math
import operator
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.program import Instruction, Program
from symdiff.backends.text import (
    ATOM,
    Text,
    application,
    function_name,
    helpers_of,
    number_text,
    scalar_text,
    value_text,
)
from symdiff.backends.tiling import slicing_of
from symdiff.naming import identifier
from symdiff.op import Op
from symdiff.types import ArrayType, Type

WORTH_REUSING: Final = 1 << 12
"""Elements above which memory is worth reusing."""
MOST_IDLE: Final = 2
"""Arrays of one type whose memory is kept for what comes next; that of more is let go."""
USUAL_SIZE: Final = 32
"""What a named size is taken for, where it decides how code is written and nothing more."""
LONGEST_PLAIN_SUM: Final = 1 << 10
"""Elements that are summed in order; more are summed pairwise, which loses fewer digits."""
LONGEST_LINE: Final = 60
"""Characters of an expression that is written into its only consumer."""


NEEDS_NEW_MEMORY: Final = frozenset((np.isnan, np.isinf, np.isfinite, np.signbit))
"""The ufuncs that get results wrong in memory with gaps, from 8 elements on (NumPy 2.4 with AVX-512)."""


def filler_of(op: Op) -> str | None:
    """What is called to compute an op into memory that is there: a ufunc, or a kernel that takes `out=`, by name."""
    ufunc = ufunc_of(op)
    if ufunc is None:
        return function_name(op.kernel) if op.fills else None
    return None if ufunc in NEEDS_NEW_MEMORY else ufunc.__name__


def may_overwrite(instruction: Instruction, memory: int, read: Sequence[Collection[int]]) -> bool:
    """Whether the result may be computed into memory that each operand reads this much of.

    An elementwise function may, since NumPy sees where arrays overlap; a product may not; a kernel may if nothing
    but its first operand is there.
    """
    ufunc = ufunc_of(instruction.op)
    first = 1 if ufunc is None else 0 if ufunc.signature is not None else len(read)
    return not any(memory in each for each in read[first:])


def is_new(instruction: Instruction, types: dict[int, Type]) -> bool:
    """Whether what computes an instruction is known to return an array of its own, never a view of one."""
    slicing = slicing_of(instruction, types)
    fills = ufunc_of(instruction.op) is not None or instruction.op.fills
    return fills or (slicing is not None and slicing.combine is not None)


def _is_quicker_as_array(op: Op) -> bool:
    """Whether a number that goes with arrays is quicker as an array without axes: NumPy needn't look what it is.

    A power of a number of Python's is quicker: NumPy writes squares and roots for it.
    """
    ufunc = ufunc_of(op)
    return ufunc is not None and ufunc is not np.power


def ufunc_of(op: Op) -> np.ufunc | None:
    """The NumPy ufunc that the op's kernel is, or that the kernel's operator calls."""
    kernel = op.kernel
    if getattr(kernel, "__module__", "") == "_operator":
        kernel = getattr(np, op.name, None)
    return kernel if isinstance(kernel, np.ufunc) else None


_DOTTED: Final[Mapping[Any, int]] = MappingProxyType({operator.matmul: 2, np.vdot: 1})
"""How many axes operands have at the most for which an array's own `dot` does the same, and sooner."""
UNNAMED: Final = frozenset({"empty", "ones", *(n for n, each in vars(np).items() if isinstance(each, np.ufunc))})
"""NumPy's functions that no variable is called like."""
_CALLED: Final = re.compile(r"\bnp\.([a-z]\w*)\(")


class Scope(NamedTuple):
    """What the parts of one function share: the program, its values' types, names and uses; what it refers to."""

    program: Program
    types: dict[int, Type]
    names: dict[int, str]
    uses: dict[int, int]
    taken: set[str]
    imports: dict[str, None]
    top: dict[str, str]
    helpers: dict[Callable[..., Any], None]
    counts: dict[str, int]
    qualifies: bool = False
    threads: int = 1

    def fresh(self, name: str) -> str:
        """A variable like `name` that nothing else is called."""
        base = found = identifier(name)
        count = self.counts.get(base, 1)
        while found in self.taken:
            count += 1
            found = f"{base}_{count}"
        self.counts[base] = count
        self.taken.add(found)
        return found

    def at_top(self, expression: str, name: str) -> str:
        """The variable of the module that has this value."""
        if expression not in self.top:
            self.top[expression] = self.fresh(name)
        return self.top[expression]

    @property
    def top_lines(self) -> list[str]:
        """The lines that give the module's variables their values."""
        return [f"{name} = {expression}" for expression, name in self.top.items()]

    def call(self, name: str) -> str:
        """What a NumPy function is called: by its own name, which the module imports, or as NumPy's."""
        if self.qualifies or (name in self.taken and name not in self.imports and name not in UNNAMED):
            return f"np.{name}"
        self.imports[name] = None
        self.taken.add(name)
        return name

    def localised(self, text: str) -> str:
        """Text in which NumPy's functions are called by their own names."""
        return _CALLED.sub(lambda found: f"{self.call(found[1])}(", text) if "np." in text else text

    def memory(self, value: int) -> int:
        """A value's elements, as far as its known sizes tell."""
        return usual_size(self.types[value])

    def is_large(self, value: int) -> bool:
        """Whether a value's memory is worth reusing."""
        return self.memory(value) > WORTH_REUSING


@lru_cache(maxsize=1024)
def usual_size(type_: Type) -> int:
    """The elements of a type, where named sizes are taken for usual ones."""
    shape = type_.shape if isinstance(type_, ArrayType) else (0,)
    return math.prod(dim if isinstance(dim, int) else USUAL_SIZE for dim in shape)


class Body:
    """The lines of one way to compute the program, and the text by which each value is known so far.

    `root` tells of views whose memory they share.
    """

    def __init__(
        self, scope: Scope, texts: Mapping[int, Text], depth: int, reuses: bool, root: Mapping[int, int]
    ) -> None:
        self.scope = scope
        self.root = root
        self.texts = dict(texts)
        self.indent = "    " * depth
        self.reuses = reuses
        self.lines: list[str] = []
        self.owned: set[int] = set()
        self.fresh: set[int] = set()
        self.pending: dict[int, set[int]] = {}
        self.mentions: Counter[int] = Counter()
        self.postponed: set[int] = set()
        self.ending: list[int] = []
        self.free: defaultdict[Type, list[str]] = defaultdict(list)
        self.wanted: Counter[Type] = Counter()

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append(self.indent + text)

    def single(self, instruction: Instruction, done: Sequence[int], inlines: bool) -> None:
        """Write one instruction; `done` are the values that nothing needs afterwards.

        The result takes over memory that isn't needed any more, if it can; other large values are given back.
        """
        value = instruction.value
        read = [self._read(operand) for operand in instruction.operands]
        done = self._settled(done)
        if self.reuses and self.scope.is_large(value) and self._reuses(instruction, done, read):
            return
        lines = self._statements(instruction)
        text = Text("") if lines is not None else self.expression(instruction)
        keeps = self.reuses and self.scope.is_large(value) and not instruction.op.is_view
        if inlines and not keeps and lines is None and len(text.code) <= LONGEST_LINE:
            self.texts[value] = text
            self.pending[value] = set[int]().union(*read)
            self.mentions.update(self.pending[value])
            self.ending += done
            return
        for line in lines or [f"{self.scope.names[value]} = {text.code}"]:
            self.line(line)
        self.name(value)
        if not instruction.op.is_view:
            self.owned.add(value)
        if lines is not None or is_new(instruction, self.scope.types):
            self.fresh.add(value)
        self.release(done)

    def after(self, done: Sequence[int]) -> None:
        """Give back the memory of values that nothing needs any more, once no unfinished line mentions them."""
        self.release(self._settled(done))

    def _read(self, operand: int) -> Collection[int]:
        """The values whose memory the text of an operand reads, which is about to be written into a line."""
        if operand not in self.pending:
            return (self.root.get(operand, operand),)
        found = self.pending.pop(operand)
        self.mentions.subtract(found)
        self.ending += [each for each in found if each in self.postponed]
        return found

    def _settled(self, done: Sequence[int]) -> list[int]:
        """Those of the values that aren't needed any more that no unfinished line mentions; the others wait."""
        ending = dict.fromkeys([*done, *self.ending])
        self.ending = []
        self.postponed.update(each for each in ending if self.mentions[each])
        settled = [each for each in ending if not self.mentions[each]]
        self.postponed.difference_update(settled)
        return settled

    def _reuses(self, instruction: Instruction, done: Sequence[int], read: Sequence[Collection[int]]) -> bool:
        """Write an instruction into memory of its type that is free, or an operand's that nothing needs afterwards."""
        if filler_of(instruction.op) is None:
            return False
        self.wanted[instruction.type] -= 1
        own = [each for each in done if each in self.owned and each in self.fresh]
        heirs = [each for each in own if self.scope.types[each] == instruction.type]
        heirs = [each for each in heirs if may_overwrite(instruction, each, read)]
        if not heirs and not self.free[instruction.type]:
            return False
        out = self.texts[heirs[0]].code if heirs else self.free[instruction.type].pop()
        self.line(self.into(instruction, out))
        self.texts[instruction.value] = Text(out)
        self.fresh.add(instruction.value)
        self.release([each for each in done if each not in heirs[:1]])
        self.owned.difference_update(heirs[:1])
        self.owned.add(instruction.value)
        return True

    def _statements(self, instruction: Instruction) -> Iterable[str] | None:
        """The lines that compute an instruction, where its op says so."""
        op = instruction.op
        if op.statements is None:
            return None
        operands = [each.code for each in self.operands(instruction)]
        given = {
            name: value if name in ("index", "indices") else value_text(value)
            for name, value in instruction.attributes.items()
        }
        lines = op.statements(self.scope.names[instruction.value], instruction.type, *operands, **given)
        return None if lines is None else [self.scope.localised(line) for line in lines]

    def release(self, done: Sequence[int]) -> None:
        """Give back the memory of large values that nothing needs any more."""
        gone: list[str] = []
        for each in done if self.reuses else ():
            if each in self.owned and self.scope.is_large(each):
                type_ = self.scope.types[each]
                kept = each in self.fresh and min(self.wanted[type_], MOST_IDLE) > len(self.free[type_])
                (self.free[type_] if kept else gone).append(self.texts[each].code)
        if gone:
            self.line(f"del {', '.join(gone)}")
        self.owned.difference_update(done)

    def taken(self, value: int) -> str | None:
        """Memory for a loop's result: some that is free, if there is."""
        type_ = self.scope.types[value]
        self.wanted[type_] -= 1
        return self.free[type_].pop() if self.free[type_] else None

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
        if not instruction.op.elementwise:
            return self.texts[value]
        dtype = constants[value].dtype
        others = [self.scope.types[each] for each in instruction.operands if each not in constants]
        alike = [each for each in others if isinstance(each, ArrayType) and each.dtype == dtype]
        if any(each.shape for each in alike) and _is_quicker_as_array(instruction.op):
            return Text(
                self.scope.at_top(f"np.array({number_text(constants[value].item())}, np.{dtype.name})", "number")
            )
        return scalar_text(constants[value], weak=bool(alike))

    def into(self, instruction: Instruction, out: str) -> str:
        """The call that puts its result where `out` is."""
        given = ", ".join(each.code for each in self.operands(instruction))
        ufunc = ufunc_of(instruction.op)
        if ufunc is None:
            return f"{self.expression(instruction).code[:-1]}, out={out})"
        keyword = "out=" if ufunc in (np.maximum, np.minimum) else ""
        return f"{self.scope.call(ufunc.__name__)}({given}, {keyword}{out})"

    def expression(self, instruction: Instruction) -> Text:
        """The text of an instruction as an expression, in the form that NumPy is quickest at."""
        op, scope = instruction.op, self.scope
        operands = self.operands(instruction)
        shapes = [getattr(scope.types[each], "shape", ()) for each in instruction.operands]
        if len(max(shapes, key=len, default=())) <= _DOTTED.get(op.kernel, -1):
            return Text(f"{operands[0].within(ATOM)}.dot({operands[1].code})")
        reduction = self._reduction(instruction, operands)
        if reduction is not None:
            return reduction
        ufunc = ufunc_of(op)
        if ufunc is not None and op.source is None:
            return Text(f"{scope.call(ufunc.__name__)}({', '.join(each.code for each in operands)})")
        scope.helpers.update(dict.fromkeys(helpers_of(op)))
        text = application(op, operands, instruction.attributes)
        return text._replace(code=scope.localised(text.code))

    def _reduction(self, instruction: Instruction, operands: Sequence[Text]) -> Text | None:
        """A reduction by its ufunc's own method, which is quicker to call than NumPy's function around it."""
        attributes = instruction.attributes
        slicing = slicing_of(instruction, self.scope.types) if {*attributes} == {"axis", "keepdims"} else None
        if slicing is None or slicing.combine is None:
            return None
        axis = attributes["axis"]
        dot = self._sum_as_product(instruction, operands[0]) if slicing.combine == "add" else None
        if dot is not None:
            return dot
        axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
        rest = [f", {axis}"] if len(slicing.operands[0]) > 1 else []
        rest += [", keepdims=True"] if attributes["keepdims"] else []
        return Text(f"{self.scope.call(slicing.combine)}.reduce({operands[0].code}{''.join(rest)})")

    def _sum_as_product(self, instruction: Instruction, x: Text) -> Text | None:
        """A matrix's sum over one axis as its product with ones, which BLAS does in a fraction of the time."""
        axis, keepdims = instruction.attrs
        type_ = self.scope.types[instruction.operands[0]]
        if not isinstance(type_, ArrayType) or len(type_.shape) != 2 or axis not in ((0,), (1,)):
            return None
        ones = self.ones(instruction, type_, axis[0]) if type_.dtype.kind == "f" else None
        if ones is None:
            return None
        if axis == (0,):
            return Text(f"{ones}{'[None]' if keepdims else ''}.dot({x.code})")
        return Text(f"{x.within(ATOM)}.dot({ones}{'[:, None]' if keepdims else ''})")

    def ones(self, instruction: Instruction, type_: ArrayType, axis: int) -> str | None:
        """Ones to sum an axis of an operand with, if it is short enough for plain summation to be accurate."""
        length = type_.shape[axis]
        if not isinstance(length, int) or not 1 < length <= LONGEST_PLAIN_SUM:
            return None
        return self.scope.at_top(f"np.ones({length}, np.{type_.dtype.name})", f"ones_{length}")
