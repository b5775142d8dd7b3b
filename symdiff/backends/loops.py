"""Tuned loops: instructions over slices of an axis, in buffers that every slice uses again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.plans import Loop
from symdiff.backends.program import Instruction
from symdiff.backends.reading import Reading
from symdiff.backends.scheduling import short_lived, step_of
from symdiff.backends.spelling import filler_of, is_new, may_overwrite, read_by
from symdiff.backends.statements import LONGEST_PLAIN_SUM, Body
from symdiff.backends.text import ATOM, Text, value_text
from symdiff.backends.threads import in_threads
from symdiff.sizes import Dim, Size, product, size
from symdiff.types import ArrayType, Type

TILE_BYTES: Final = 1 << 21
"""What everything that one slice touches may take: about a second-level cache."""
LARGEST_TILE: Final = 1 << 17
"""Elements of the widest value of a slice; more gain nothing."""
ALIGNED: Final = 16
"""Elements of which slices in several pieces have a multiple, so that each piece begins where a cache line does."""


class Buffer(NamedTuple):
    """Memory for one value of a slice: its name, the values' type, the axis that is sliced."""

    name: str
    type: ArrayType
    axis: int
    fill: str = ""


class LoopBody(Body):
    """The lines of one loop; results that are filled slice by slice, and those that slices are combined to."""

    def __init__(self, outer: Body, loop: Loop, kept: set[int], done: Sequence[int]) -> None:
        self.threaded = outer.scope.threads > 1
        depth = len(outer.indent) // 4 + 1 + self.threaded
        super().__init__(outer.scope, outer.texts, depth, reuses=True, root=outer.root)
        self.outer = outer
        ordered = short_lived([step_of(each) for each in loop.members], kept, lambda value: 1)
        self.loop = loop._replace(members=tuple(ordered))
        self.kept = kept
        self.done = done
        self.widths = list(dict.fromkeys(_row(self._type(value), axis) for value, axis in loop.axis.items()))
        self.reading = Reading(self.loop, self.root)
        self.over: dict[int, int] = {}
        self.roots = {each.value: each.value for each in loop.members}
        self.idle: defaultdict[tuple[Type, int], list[Buffer]] = defaultdict(list)
        self.buffers: list[Buffer] = []
        self.held: dict[int, Buffer] = {}
        self.by_slice: dict[int, str] = {}
        self.local: list[str] = []
        names = (outer.scope.fresh(each) for each in ("i", "j", "rows", "step"))
        self.start, self.stop, self.tile, self.step = names

    def write(self) -> None:
        """Write the loop into the body around it; slices and buffers are let go of."""
        outputs = [value for value in self.loop.axis if value in self.kept]
        reused = self._reused(outputs)
        self.whole = {value: reused.get(value, self.scope.names[value]) for value in outputs}
        heads = self._slices() + [self._filled(value) for value in outputs]
        ends = self._ends()
        self.targets = self._targets(outputs, ends)
        for instruction in self.loop.members:
            self._member(instruction, ends)
        self.outer.line(f"{self.step} = {self._step()}")
        for value, name in self.whole.items():
            if value not in reused:
                self.outer.line(f"{name} = {self._empty(value_text(self._type(value).shape), self._type(value).dtype)}")
        body, self.lines = self.lines, []
        self._head(any(self.tile in line for line in body))
        self._around([*self.lines, *heads, *body])
        if not self.threaded:
            self.outer.line(f"del {', '.join([*self.local, *(each.name for each in self.buffers)])}")
        for value in (*outputs, *self.loop.combine):
            self.outer.texts[value] = Text(self.whole.get(value, self.scope.names[value]))
            self.outer.owned.add(value)
        made = {each.value: each for each in self.loop.members}
        self.outer.fresh.update(outputs, (v for v in self.loop.combine if is_new(made[v], self.scope.types)))

    def _around(self, body: list[str]) -> None:
        """Write the loop around its lines: at once, or as a function of some rows that several threads call."""
        buffers: list[str] = []
        for each in self.buffers:
            shape = value_text(_with(each.type.shape, each.axis, size(self.step)))
            buffers.append(f"{each.name} = {self._empty(shape, each.type.dtype, each.fill or 'empty')}")
        rows = self.loop.rows
        if not self.threaded:
            end = f"{rows}{'' if isinstance(rows, int) else ' or 1'}"  # sums of nothing are sums, too
            for line in (*buffers, f"for {self.start} in range(0, {end}, {self.step}):"):
                self.outer.line(line)
            self.outer.lines += body
            return
        work, first, last = (self.scope.fresh(each) for each in ("work", "first", "last"))
        for value in self.loop.combine:
            self.outer.line(f"{self._parts(value)} = [None] * max(1, -(-({rows}) // {self.step}))")
        self.outer.line(f"def {work}({first}, {last}):")
        for line in (*buffers, f"for {self.start} in range({first}, {last}, {self.step}):"):
            self.outer.line(f"    {line}")
        self.outer.lines += body
        self.scope.helpers[in_threads] = None
        self.outer.line(f"in_threads({self.scope.threads}, {work}, {rows}, {self.step})")
        for value, combine in self.loop.combine.items():
            name, parts = self.scope.names[value], self._parts(value)
            self.outer.line(f"{name} = {parts}[0]")
            self.outer.line(f"for {self.tile} in {parts}[1:]:")
            self.outer.line(f"    {name} = {self._joined(combine, value, self.tile)}")

    def _parts(self, value: int) -> str:
        """The list of the slices' results, which are put together in their order, whatever thread they came from."""
        if value not in self.by_slice:
            self.by_slice[value] = self.scope.fresh(f"{self.scope.names[value]}_by_slice")
        return self.by_slice[value]

    def _joined(self, combine: str, value: int, part: str) -> str:
        """The call that adds a slice's result to those before."""
        name = self.scope.names[value]
        into = f", out={name}" if self._type(value).shape else ""
        return f"{self.scope.call(combine)}({name}, {part}{into})"

    def _head(self, counts: bool) -> None:
        """Where a slice stops; the last one may be shorter, and the buffers with it."""
        self.line(f"{self.stop} = {self.start} + {self.step}")
        rows = self.loop.rows
        last = [f"{each.name} = {_shortened(each, self.tile)}" for each in self.buffers]
        count = f"{self.tile} = {self.stop} - {self.start}"
        self.line(f"if {self.stop} > {rows}:")
        for text in (f"{self.stop} = {rows}", *([count] if last else []), *last):
            self.line(f"    {text}")
        if counts:
            self.line(count)

    def _slices(self) -> list[str]:
        """Lines that slice what comes from outside; the slices' names stand for it where it is sliced."""
        lines: list[str] = []
        self.parts: dict[tuple[int, int], Text] = {}
        operands = {each.value: each.operands for each in self.loop.members}
        for (value, position), axis in self.loop.sliced.items():
            operand = operands[value][position]
            if (operand, axis) not in self.parts:
                name = self.scope.fresh(f"{self.scope.names.get(operand, 'part')}_part")
                whole = self.texts[operand].within(ATOM)
                lines.append(f"{self.indent}{name} = {whole}{_cut(axis, f'{self.start}:{self.stop}')}")
                self.parts[operand, axis] = Text(name)
                self.local.append(name)
        return lines

    def _filled(self, value: int) -> str:
        """The line that slices a result, to be filled."""
        name = self.scope.fresh(f"{self.scope.names[value]}_part")
        self.texts[value] = Text(name)
        self.local.append(name)
        where = _cut(self.loop.axis[value], f"{self.start}:{self.stop}")
        return f"{self.indent}{name} = {self.whole[value]}{where}"

    def _ends(self) -> dict[int, list[int]]:
        """For each value made, those that it is the last to be made from, or from a view of them."""
        ends: dict[int, int] = {}
        for instruction in self.loop.members:
            for operand in instruction.operands:
                if operand in self.roots:
                    if instruction.op.is_view:
                        self.roots[instruction.value] = self.roots[operand]
                    ends[self.roots[operand]] = instruction.value
        last: dict[int, list[int]] = {}
        for value, end in ends.items():
            last.setdefault(end, []).append(value)
        return last

    def _member(self, instruction: Instruction, ends: dict[int, list[int]]) -> None:
        value = instruction.value
        fills = filler_of(instruction.op) is not None
        done = [each for each in ends.get(value, ()) if each in self.held]
        read = read_by(instruction, self.roots)
        early = [each for each in done if not fills or may_overwrite(instruction, each, read)]
        self._let_go(early)
        if value in self.loop.combine:
            self._combine(instruction)
        elif value in self.loop.axis and value in self.kept:
            out = self.texts[value].code
            self.line(self.into(instruction, out) if fills else f"{out}[...] = {self.expression(instruction).code}")
        elif fills:
            out = self.targets.get(value) or self._held(instruction)
            self.line(self.into(instruction, out))
            self.texts[value] = Text(out)
        else:
            self.line(f"{self.name(value)} = {self.expression(instruction).code}")
            self.local.append(self.scope.names[value])
        self._let_go([each for each in done if each not in early])

    def _reused(self, outputs: list[int]) -> dict[int, str]:
        """The memory that results are put into, where some is there: slices over those of a value that ends here."""
        found: dict[int, str] = {}
        for value in outputs:
            heirs = [each for each in self.outer.heirs(value, self.done) if self.reading.may_follow(value, each)]
            memory = self.outer.memory_for(value, heirs)
            if memory is not None:
                found[value] = memory
            if heirs:
                self.over[value] = heirs[0]
        return found

    def _targets(self, outputs: list[int], ends: dict[int, list[int]]) -> dict[int, str]:
        """Where values are put that the results are made of in place: into the results' own slices, if without gaps."""
        found = {value: self.texts[value].code for value in outputs if not self._has_gaps(value)}
        made = {each.value: each for each in self.loop.members if each.value in self.loop.axis}
        for instruction in reversed(self.loop.members):
            value = instruction.value
            if value not in found or filler_of(instruction.op) is None:
                continue
            read = read_by(instruction, self.roots)
            for operand in ends.get(value, ()):
                like = operand in made and made[operand].type == instruction.type and filler_of(made[operand].op)
                alike = like and self.loop.axis[operand] == self.loop.axis[value] and operand in instruction.operands
                over = self.over.get(value)
                free = alike and (over is None or self.reading.is_after(operand, over))
                if free and operand not in found and may_overwrite(instruction, operand, read):
                    found[operand] = found[value]
                    if over is not None:
                        self.over[operand] = over
                    break
        return found

    def _has_gaps(self, value: int) -> bool:
        """Whether slices of a value are in several pieces."""
        return product(self._type(value).shape[: self.loop.axis[value]]) != 1

    def _held(self, instruction: Instruction) -> str:
        """The name of a buffer that is the result's from now on."""
        self.held[instruction.value] = buffer = self._buffer(instruction)
        return buffer.name

    def _let_go(self, done: list[int]) -> None:
        for each in done:
            buffer = self.held.pop(each)
            self.idle[buffer.type, buffer.axis].append(buffer)

    def _buffer(self, instruction: Instruction) -> Buffer:
        """A buffer of the result's type: one that is free, or a new one."""
        axis = self.loop.axis[instruction.value]
        idle = self.idle[instruction.type, axis]
        if idle:
            return idle.pop()  # the last one to be freed is in the nearest cache
        self.buffers.append(Buffer(self.scope.fresh("buffer"), self._type(instruction.value), axis))
        return self.buffers[-1]

    def _combine(self, instruction: Instruction) -> None:
        """Add a slice's result to what the slices before it gave."""
        value = instruction.value
        if self.threaded:
            self.line(f"{self._parts(value)}[{self.start} // {self.step}] = {self.expression(instruction).code}")
            return
        part = self.scope.fresh("partial")
        self.line(f"{part} = {self.expression(instruction).code}")
        joined = self._joined(self.loop.combine[value], value, part)
        self.line(f"{self.scope.names[value]} = {joined} if {self.start} else {part}")

    def operands(self, instruction: Instruction) -> list[Text]:
        """The operands' texts: slices where they are sliced."""
        texts = super().operands(instruction)
        for position, operand in enumerate(instruction.operands):
            axis = self.loop.sliced.get((instruction.value, position))
            if axis is not None:
                texts[position] = self.parts[operand, axis]
        return texts

    def expression(self, instruction: Instruction) -> Text:
        """The text of an instruction, with a slice's size in the shape it asks for."""
        if "shape" in instruction.op.attributes and instruction.value in self.loop.axis:
            shape = _with(instruction.attributes["shape"], self.loop.axis[instruction.value], size(self.tile))
            attrs = {**instruction.attributes, "shape": shape}
            instruction = instruction._replace(attrs=tuple(attrs.values()))
        return super().expression(instruction)

    def ones(self, instruction: Instruction, type_: ArrayType, axis: int) -> str | None:
        """Ones to sum an axis with; along the sliced one there are as many as a slice has rows."""
        operand = instruction.operands[0]
        if axis != self.loop.sliced.get((instruction.value, 0), self.loop.axis.get(operand)):
            return super().ones(instruction, type_, axis)
        if LONGEST_PLAIN_SUM * max([0, *(each for each in self.widths if isinstance(each, int))]) < LARGEST_TILE:
            return None
        found = next((each for each in self.buffers if each.fill and each.type.dtype == type_.dtype), None)
        if found is None:
            found = Buffer(self.scope.fresh("ones"), ArrayType(type_.dtype, (self.loop.rows,)), 0, "ones")
            self.buffers.append(found)
        return found.name

    def _type(self, value: int) -> Any:
        return self.scope.types[value]

    def _empty(self, shape: str, dtype: np.dtype[Any], function: str = "empty") -> str:
        return f"{self.scope.call(function)}({shape}, {value_text(dtype)})"

    def _step(self) -> str:
        """How many rows a slice has: what it touches stays in cache, and its widest value isn't longer than useful."""
        memory: dict[int | str, tuple[ArrayType, int]] = {each.name: (each.type, each.axis) for each in self.buffers}
        for operand, axis in self.parts:
            memory[self.root.get(operand, operand)] = self._type(operand), axis
        for value in self.loop.axis:
            if value in self.kept:
                memory[self.over.get(value, value)] = self._type(value), self.loop.axis[value]
        touched = list(memory.values())
        bytes_: Dim = 1
        for type_, axis in touched:
            bytes_ = _row(type_, axis) * type_.dtype.itemsize + bytes_
        widest = self.widths or list(dict.fromkeys(_row(type_, axis) for type_, axis in touched))
        if isinstance(bytes_, int) and all(isinstance(each, int) for each in widest):
            rows = max(1, min(TILE_BYTES // bytes_, LARGEST_TILE // max(1, *widest)))  # type: ignore[type-var]
            in_pieces = rows > ALIGNED and any(product(type_.shape[:axis]) != 1 for type_, axis in touched)
            return str(rows // ALIGNED * ALIGNED if in_pieces else rows)
        return f"max(1, min({TILE_BYTES} // ({bytes_}), {LARGEST_TILE} // max(1, {', '.join(map(str, widest))})))"


def _row(type_: ArrayType, axis: int) -> Dim:
    """The elements of one slice of one row."""
    return product((*type_.shape[:axis], *type_.shape[axis + 1 :]))


def _shortened(buffer: Buffer, rows: str) -> str:
    """The part of a buffer that holds so many rows, without gaps, which NumPy is several times as quick at."""
    if product(buffer.type.shape[: buffer.axis]) == 1:
        return f"{buffer.name}{_cut(buffer.axis, f':{rows}')}"
    shape = value_text(_with(buffer.type.shape, buffer.axis, size(rows)))
    elements = product((_row(buffer.type, buffer.axis), size(rows)))
    return f"{buffer.name}.ravel()[: {elements}].reshape({shape})"


def _with(shape: tuple[Dim, ...], axis: int, dim: Size | int) -> tuple[Dim, ...]:
    return (*shape[:axis], dim, *shape[axis + 1 :])


def _cut(axis: int, part: str) -> str:
    """The index that takes part of one axis."""
    return f"[{':, ' * axis}{part}]"
