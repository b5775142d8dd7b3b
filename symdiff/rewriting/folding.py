"""Constant folding: what is made of constants only is computed once, when a graph is rewritten."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from symdiff.arena import Arena, Literal
from symdiff.core import CONSTANT
from symdiff.op import Attrs, Op
from symdiff.types import ArrayType, Type

LARGEST_FOLD: Final = 1024
"""Constants of more elements aren't made by folding: the source stays short, and a stretched scalar a scalar."""


def fold(arena: Arena, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int | None:
    """The constant that an application to constants is, where it is small and no larger than what it is made of.

    None where an input isn't a constant, where the constant would be large, or has sizes known by name only, or where
    NumPy refuses to compute it.
    """
    nodes = arena.nodes
    for node in inputs:
        if nodes[node].op is not CONSTANT:
            return None
    if not inputs or not isinstance(type_, ArrayType):
        return None
    operands = [nodes[node].attrs[0].value for node in inputs]
    sizes = [dim for dim in type_.shape if isinstance(dim, int)]
    largest = max(1, min(LARGEST_FOLD, max(value.size for value in operands)))
    if len(sizes) < len(type_.shape) or math.prod(sizes) > largest:
        return None
    try:
        with np.errstate(all="ignore"):
            value = op.kernel(*operands, **dict(zip(op.attributes, attrs, strict=True)))
    except (ValueError, IndexError, ArithmeticError):  # a singular matrix: who calls the function is told
        return None
    literal = Literal(np.asarray(value).astype(type_.dtype, copy=False))
    return arena.add(CONSTANT, (), (literal,), type_)
