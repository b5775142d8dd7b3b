"""Operations with several results: their results as expressions, in the named tuple that NumPy gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.core import PROJECT
from symdiff.op import Expression, Op, graph_of


def parts(y: Expression) -> list[Expression]:
    """The results of an operation that has several, in order."""
    return [y.graph.apply(PROJECT, (y,), {"index": i}) for i in range(len(y.type.elements))]


def absent(cotangent: Expression) -> bool:
    """Whether a cotangent is the 0 of a result that nothing depends on, so that its terms may be left out."""
    stretched = cotangent.operation.op.name == "broadcast_to"
    return (cotangent.graph.inputs(cotangent)[0] if stretched else cotangent).literal == 0


def unpacked(form: Callable[..., Any], op: Op, *args: Any, **kwargs: Any) -> Any:
    """The results of `op`, on expressions or on plain arrays, as `form` takes them."""
    y = op(*args, **kwargs)
    return form(*(y if graph_of([y]) is None else parts(y)))
