"""The ops every graph has, whatever its language: inputs, constants, and one result of several."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from symdiff.arena import Literal
from symdiff.errors import ArgumentError
from symdiff.op import REQUIRED, Op
from symdiff.sizes import Shape
from symdiff.types import ArrayType, DType, Inferred, TupleType


def _input_type(*, name: str, dtype: DType, shape: Shape) -> Inferred:
    return Inferred(ArrayType(dtype, shape))


def _constant_type(*, literal: Literal) -> Inferred:
    return Inferred(ArrayType(literal.value.dtype, literal.value.shape))


def _project_type(pair: Any, *, index: int) -> Inferred:
    if not isinstance(pair, TupleType):
        raise ArgumentError(f"{pair} is not the type of an operation with several results")
    if not 0 <= index < len(pair.elements):
        raise ArgumentError(f"there is no result {index} among {len(pair.elements)}")
    return Inferred(pair.elements[index])


def _given(**attributes: Any) -> Any:
    raise ArgumentError("inputs are given by the caller, never computed")


INPUT: Final = Op(
    name="input",
    kernel=_given,
    infer=_input_type,
    arity=0,
    attributes=MappingProxyType({"name": REQUIRED, "dtype": REQUIRED, "shape": REQUIRED}),
    doc="A value the caller gives.",
)
CAPTURE: Final = Op(
    name="capture",
    kernel=_given,
    infer=lambda *, index, dtype, shape: Inferred(ArrayType(dtype, shape)),
    arity=0,
    attributes=MappingProxyType({"index": REQUIRED, "dtype": REQUIRED, "shape": REQUIRED}),
    doc="A value that a body takes from the graph around it.",
)
CONSTANT: Final = Op(
    name="constant",
    kernel=lambda *, literal: literal.value,
    infer=_constant_type,
    arity=0,
    attributes=MappingProxyType({"literal": REQUIRED}),
    doc="A value fixed when the graph is built.",
)
PROJECT: Final = Op(
    name="project",
    kernel=lambda results, *, index: results[index],
    infer=_project_type,
    arity=1,
    attributes=MappingProxyType({"index": REQUIRED}),
    promote=None,
    source="{0}[{index}]",
    flops=0,
    law="d pair[i] = d_i",
    doc="One result of an operation with several.",
)
CORE: Final = {op.name: op for op in (INPUT, CAPTURE, CONSTANT, PROJECT)}
