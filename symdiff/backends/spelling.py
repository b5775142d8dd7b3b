"""Spelling: which NumPy function computes an op, and whether its result may be put into memory that is there."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.program import Instruction
from symdiff.backends.text import function_name, helpers_of
from symdiff.backends.tiling import slicing_of
from symdiff.op import Op
from symdiff.types import Type

NEEDS_NEW_MEMORY: Final = frozenset((np.isnan, np.isinf, np.isfinite, np.signbit))
"""The ufuncs that get results wrong in memory with gaps, from 8 elements on (NumPy 2.4 with AVX-512)."""
_DOTTED: Final[Mapping[Any, int]] = MappingProxyType({operator.matmul: 2, np.vdot: 1})
"""How many axes operands have at the most for which an array's own `dot` does the same, and sooner."""


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


def read_by(instruction: Instruction, root: Mapping[int, int]) -> list[set[int]]:
    """The value whose memory each operand reads, through views of it."""
    return [{root.get(operand, operand)} for operand in instruction.operands]


def is_new(instruction: Instruction, types: dict[int, Type]) -> bool:
    """Whether what computes an instruction is known to return an array of its own, never a view of one."""
    if ufunc_of(instruction.op) is not None or instruction.op.fills:
        return True
    slicing = slicing_of(instruction, types)
    return slicing is not None and slicing.combine is not None and not instruction.op.is_view


def is_quicker_as_array(op: Op) -> bool:
    """Whether a number that goes with arrays is quicker as an array without axes: NumPy needn't look what it is.

    A power of a number of Python's is quicker: NumPy writes squares and roots for it.
    """
    ufunc = ufunc_of(op)
    return ufunc is not None and ufunc is not np.power


@lru_cache(maxsize=1024)
def ufunc_of(op: Op) -> np.ufunc | None:
    """The NumPy ufunc that the op's kernel is, or that the kernel's operator calls."""
    kernel = op.kernel
    if getattr(kernel, "__module__", "") == "_operator":
        kernel = getattr(np, op.name, None)
    return kernel if isinstance(kernel, np.ufunc) else None


class Spelling(NamedTuple):
    """How an op is written: the NumPy function to call, what travels with its text, whether it is a reduction.

    Of operands with no more axes than `dotted`, an array's own `dot` computes it.
    """

    call: str | None
    helpers: tuple[Callable[..., Any], ...]
    reduces: bool
    dotted: int


@lru_cache(maxsize=1024)
def spelling_of(op: Op) -> Spelling:
    """How an op is written."""
    ufunc = ufunc_of(op)
    call = None if ufunc is None or op.source is not None else ufunc.__name__
    return Spelling(call, helpers_of(op), {*op.attributes} == {"axis", "keepdims"}, _DOTTED.get(op.kernel, -1))
