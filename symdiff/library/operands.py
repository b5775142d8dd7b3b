"""What the library asks of operands before it builds anything, and how it says that they don't fit."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ArgumentError, DtypeError, ShapeError, SymdiffError
from symdiff.expr import Expr, describe_node
from symdiff.ops.shape import asarray
from symdiff.provenance import caller, describe, place_of
from symdiff.tree import Structure, flatten, flatten_as
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


def leaves_of(asked: str, parameters: Any) -> tuple[list[Any], Structure]:
    """The parameters in order, and the containers they came in; complains of those that no step can change."""
    found, structure = flatten(parameters)
    leaves = [asarray(each) for each in found]
    for each in leaves:
        if each.dtype.kind != "f":
            problem, advice = f"{asked}: a parameter of dtype {each.dtype}", "parameters are real floats: x.astype(...)"
            raise complaint(DtypeError, problem, advice, parameter=each)
    return leaves, structure


def beside(asked: str, structure: Structure, parameters: list[Any], values: Any, what: str) -> list[Any]:
    """What is given beside the parameters, in the same containers: one of its parameter's shape and dtype each."""

    def complain(wanted: str) -> SymdiffError:
        advice = "give them in the parameters' own containers, as sd.grad does"
        return complaint(ArgumentError, f"{asked}: each {what} belongs to a parameter: {wanted} is wanted", advice)

    leaves = [asarray(each) for each in flatten_as(structure, values, complain)]
    for parameter, leaf in zip(parameters, leaves, strict=True):
        advice = f"a {what} has its parameter's shape, as what sd.grad gives"
        require_same_shape(asked, advice, **{"parameter": parameter, what: leaf})
    return [_cast(leaf, parameter) for parameter, leaf in zip(parameters, leaves, strict=True)]


def scalar(asked: str, value: Any, parameter: Any, what: str) -> Any:
    """A factor that leaves the parameter's dtype and shape as they are."""
    if isinstance(value, (int, float)):
        return float(value)
    number = asarray(value)
    if number.shape != ():
        raise complaint(ShapeError, f"{asked}: the {what} is one number", "give a scalar", **{what: number})
    return _cast(number, parameter)


def _cast(value: Any, like: Any) -> Any:
    return value if value.dtype == like.dtype else value.astype(like.dtype)


def _described(value: Any) -> str:
    return describe_node(value) if isinstance(value, Expr) else str(ArrayType(value.dtype, value.shape))
