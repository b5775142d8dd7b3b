"""Tuned statements: instructions as the NumPy calls that are quickest, into memory that isn't needed any more."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.program import Instruction, Program
from symdiff.backends.spelling import filler_of, is_new, is_quicker_as_array, may_overwrite, spelling_of, ufunc_of
from symdiff.backends.text import (
    ATOM,
    Text,
    application,
    number_text,
    scalar_text,
    value_text,
)
from symdiff.backends.tiling import slicing_of
from symdiff.naming import identifier
from symdiff.types import ArrayType, Type

WORTH_REUSING: Final = 1 << 12
"""Elements above which memory is worth reusing."""
MOST_IDLE: Final = 2
"""Arrays of one type whose memory is kept for what comes next; that of more is let go."""
NAMED_SIZE: Final = 1 << 13
"""What a named size is taken for where memory is reused: there, arrays are large."""
LONGEST_PLAIN_SUM: Final = 1 << 10
"""Elements that are summed in order; more are summed pairwise, which loses fewer digits."""
LONGEST_LINE: Final = 60
"""Characters of an expression that is written into its only consumer."""
UNNAMED: Final = frozenset({"empty", "ones", *(n for n, each in vars(np).items() if isinstance(each, np.ufunc))})
"""NumPy's functions that no variable is called like."""
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
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
    large: Collection[int]
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
        return _CALLED.sub(lambda found: f"{self.call(found[1])}(", text)

    def memory(self, value: int) -> int:
        """A value's elements, where named sizes are taken for large ones."""
        return _elements(self.types[value])

    def is_large(self, value: int) -> bool:
        """Whether a value's memory is worth reusing."""
        return value in self.large


def worth_reusing(types: Mapping[int, Type]) -> set[int]:
    """The values whose memory is worth reusing."""
    large = {type_ for type_ in set(types.values()) if _elements(type_) > WORTH_REUSING}
    return {value for value, type_ in types.items() if type_ in large} if large else set()


@lru_cache(maxsize=1024)
def _elements(type_: Type) -> int:
    """The elements of a type, where named sizes are taken for large ones."""
    shape = type_.shape if isinstance(type_, ArrayType) else (0,)
    return math.prod(dim if isinstance(dim, int) else NAMED_SIZE for dim in shape)


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
        self.mentions: dict[int, int] = {}
        self.postponed: set[int] = set()
        self.ending: list[int] = []
        self.free: defaultdict[Type, list[str]] = defaultdict(list)
        self.wanted: Mapping[Type, int] = {}

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append(self.indent + text)

    def single(self, instruction: Instruction, done: Sequence[int], inlines: bool) -> None:
        """Write one instruction; `done` are the values that nothing needs afterwards.

        The result takes over memory that isn't needed any more, if it can; other large values are given back.
        """
        value = instruction.value
        read = [self._read(operand) for operand in instruction.operands]
        done = self.settled(done)
        keeps = self.reuses and self.scope.is_large(value)
        if keeps and self._reuses(instruction, done, read):
            return
        lines = self._statements(instruction)
        text = Text("") if lines is not None else self.expression(instruction)
        if inlines and lines is None and len(text.code) <= LONGEST_LINE and not (keeps and not instruction.op.is_view):
            self.texts[value] = text
            self.pending[value] = mentioned = set[int]().union(*read)
            for each in mentioned:
                self.mentions[each] = self.mentions.get(each, 0) + 1
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

    def _read(self, operand: int) -> Collection[int]:
        """The values whose memory the text of an operand reads, which is about to be written into a line."""
        if operand not in self.pending:
            return (self.root.get(operand, operand),)
        found = self.pending.pop(operand)
        for each in found:
            self.mentions[each] -= 1
        self.ending += [each for each in found if each in self.postponed]
        return found

    def settled(self, done: Sequence[int]) -> list[int]:
        """Those of the values that aren't needed any more that no unfinished line mentions; the others wait.

        Of small ones no memory is given back.
        """
        done = [each for each in done if self.scope.is_large(each)] if self.reuses else ()
        if not done and not self.ending:
            return []
        ending = dict.fromkeys([*done, *self.ending])
        self.ending = []
        settled: list[int] = []
        for each in ending:
            if self.mentions.get(each):
                self.postponed.add(each)
            else:
                self.postponed.discard(each)
                settled.append(each)
        return settled

    def _reuses(self, instruction: Instruction, done: Sequence[int], read: Sequence[Collection[int]]) -> bool:
        """Write an instruction into memory of its type that is free, or an operand's that nothing needs afterwards."""
        if filler_of(instruction.op) is None:
            return False
        heirs = [each for each in self.heirs(instruction.value, done) if may_overwrite(instruction, each, read)]
        out = self.memory_for(instruction.value, heirs)
        if out is None:
            return False
        self.line(self.into(instruction, out))
        self.texts[instruction.value] = Text(out)
        self.fresh.add(instruction.value)
        self.release(done)
        self.owned.add(instruction.value)
        return True

    def heirs(self, value: int, done: Sequence[int]) -> list[int]:
        """Those of the values that nothing needs afterwards whose memory is the function's own, and fits a result."""
        own = [each for each in done if each in self.owned and each in self.fresh]
        return [each for each in own if self.scope.types[each] == self.scope.types[value]]

    def memory_for(self, value: int, heirs: Sequence[int]) -> str | None:
        """Memory for a result: the first heir's, which isn't that one's any more, or some that is free."""
        if heirs:
            self.owned.discard(heirs[0])
            return self.texts[heirs[0]].code
        free = self.free[self.scope.types[value]]
        return free.pop() if free else None

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
        if not done:
            return
        gone: list[str] = []
        for each in done if self.reuses else ():
            if each in self.owned and self.scope.is_large(each):
                type_ = self.scope.types[each]
                kept = each in self.fresh and min(self.wanted.get(type_, 0), MOST_IDLE) > len(self.free[type_])
                (self.free[type_] if kept else gone).append(self.texts[each].code)
        if gone:
            self.line(f"del {', '.join(gone)}")
        self.owned.difference_update(done)

    def name(self, value: int) -> str:
        """Let a value be known by its name from here on."""
        self.texts[value] = Text(self.scope.names[value])
        return self.scope.names[value]

    def operands(self, instruction: Instruction) -> list[Text]:
        """The operands' texts; a scalar constant is a bare number where another operand decides the dtype."""
        texts, constants = self.texts, self.scope.program.constants
        taken = instruction.operands
        return [self._constant(each, instruction) if each in constants else texts[each] for each in taken]

    def _constant(self, value: int, instruction: Instruction) -> Text:
        constants = self.scope.program.constants
        if constants[value].ndim or not instruction.op.elementwise:
            return self.texts[value]
        dtype = constants[value].dtype
        others = [self.scope.types[each] for each in instruction.operands if each not in constants]
        alike = [each for each in others if isinstance(each, ArrayType) and each.dtype == dtype]
        if any(each.shape for each in alike) and is_quicker_as_array(instruction.op):
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
        call, helpers, reduces, dotted = spelling_of(op)
        operands = self.operands(instruction)
        if dotted >= 0 and max(len(getattr(scope.types[each], "shape", ())) for each in instruction.operands) <= dotted:
            return Text(f"{operands[0].within(ATOM)}.dot({operands[1].code})")
        reduction = self._reduction(instruction, operands) if reduces else None
        if reduction is not None:
            return reduction
        if call is not None:
            return Text(f"{scope.call(call)}({', '.join([each[0] for each in operands])})")
        scope.helpers.update(dict.fromkeys(helpers))
        text = application(op, operands, instruction.attributes if op.attributes else _NONE)
        return Text(scope.localised(text.code), text.precedence) if "np." in text.code else text

    def _reduction(self, instruction: Instruction, operands: Sequence[Text]) -> Text | None:
        """A reduction by its ufunc's own method, which is quicker to call than NumPy's function around it."""
        attributes = instruction.attributes
        slicing = slicing_of(instruction, self.scope.types)
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
        """A sum over one of the last two axes as a product with ones: BLAS takes a fraction of the time.

        Of several axes that are permuted it would make a copy.
        """
        axis, keepdims = instruction.attrs
        type_ = self.scope.types[instruction.operands[0]]
        axes = len(type_.shape) if isinstance(type_, ArrayType) else 0
        fits = axes > 1 and axis in ((axes - 2,), (axes - 1,))
        if not isinstance(type_, ArrayType) or not fits or (axes > 2 and instruction.operands[0] in self.root):
            return None
        ones = self.ones(instruction, type_, axis[0]) if type_.dtype.kind == "f" else None
        if ones is None:
            return None
        if axis == (axes - 2,):
            row = f"{ones}{'[None]' if keepdims else ''}"
            return Text(f"{row}.dot({x.code})" if axes == 2 else f"{self.scope.call('matmul')}({row}, {x.code})")
        return Text(f"{x.within(ATOM)}.dot({ones}{'[:, None]' if keepdims else ''})")

    def ones(self, instruction: Instruction, type_: ArrayType, axis: int) -> str | None:
        """Ones to sum an axis of an operand with, if it is short enough for plain summation to be accurate."""
        length = type_.shape[axis]
        if not isinstance(length, int) or not 1 < length <= LONGEST_PLAIN_SUM:
            return None
        return self.scope.at_top(f"np.ones({length}, np.{type_.dtype.name})", f"ones_{length}")
