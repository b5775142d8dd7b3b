"""What the library asks of operands before it builds anything, and how it says that they don't fit."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr, describe_node
from symdiff.provenance import caller, describe, place_of
from symdiff.types import ArrayType, shape_text


def complaint(error: type[SymdiffError], problem: str, advice: str, **operands: Any) -> SymdiffError:
    """An error about these operands, with the type and the line of each, and the user's line that asked."""
    lines = [f"{name}: {_described(value)}" for name, value in operands.items()]
    return error(problem, advice, [*lines, f"asked at {describe(place_of(caller()))}"])


def require_same_shape(asked: str, advice: str, **operands: Any) -> None:
    """Complain where operands differ in shape: a silent broadcast of (n, 1) against (n,) is a matrix."""
    shapes = {value.shape for value in operands.values()}
    if len(shapes) > 1:
        found = " and ".join(shape_text(value.shape) for value in operands.values())
        raise complaint(
            ShapeError, f"{asked}: the shapes {found} of {' and '.join(operands)} differ", advice, **operands
        )


def _described(value: Any) -> str:
    return describe_node(value) if isinstance(value, Expr) else str(ArrayType(value.dtype, value.shape))
