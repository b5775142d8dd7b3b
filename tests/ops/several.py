"""Operations with several results as ops of one result each, so that the laws of all ops are laws of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symdiff.backends.text import function_name
from symdiff.op import Case, Cotangent, Op, plan
from symdiff.ops.results import parts
from symdiff.types import ArrayType, Inferred, TupleType


def results_of(op: Op, case: Case) -> tuple[ArrayType, ...] | None:
    """The types of the results for one sample; None for an op with one result."""
    types = [ArrayType(np.dtype(each.dtype), each.shape) for each in case.operands]
    attributes = {**op.attributes, **case.attributes}
    found = plan(op, types, tuple(attributes.values())).type
    return found.elements if isinstance(found, TupleType) else None


def singles(op: Op) -> Iterator[tuple[Op, Case]]:
    """Each sample with the op; for one with several results, with an op for each result."""
    for case in op.samples:
        results = results_of(op, case)
        if results is None:
            yield op, case
            continue
        for index in range(len(results)):
            yield alone(op, index), case


def alone(op: Op, index: int) -> Op:
    """One result of an op with several."""

    def infer(*types: Any, **attributes: Any) -> Inferred:
        inferred = op.infer(*types, **attributes)
        assert isinstance(inferred.type, TupleType)
        return inferred._replace(type=inferred.type.elements[index])

    def whole(y: Any, xs: Sequence[Any]) -> Any:
        return op(*xs, **y.operation.attributes)

    def vjp(cotangent: Cotangent, y: Any, xs: Sequence[Any], needed: Sequence[bool]) -> Any:
        assert op.vjp is not None
        results = whole(y, xs)
        given = [Cotangent(y.graph.zeros(each.type)) for each in parts(results)]
        given[index] = Cotangent(cotangent.value)
        return op.vjp(given, results, xs, needed)  # type: ignore[arg-type]

    def jvp(tangents: Sequence[Any], y: Any, xs: Sequence[Any]) -> Any:
        assert op.jvp is not None
        return op.jvp(tangents, whole(y, xs), xs)[index]

    def source(*texts: str, **attributes: Any) -> str:
        given = [*texts, *(f"{name}={value}" for name, value in attributes.items())]
        return f"{function_name(op.kernel)}({', '.join(given)})[{index}]"

    return replace(
        op,
        name=f"{op.name}_{index}_of_several",
        kernel=lambda *values, **attributes: op.kernel(*values, **attributes)[index],
        infer=infer,
        source=source,
        helpers=op.helpers or (op.kernel,),
        vjp=vjp if op.vjp is not None else None,
        jvp=jvp if op.jvp is not None else None,
    )
