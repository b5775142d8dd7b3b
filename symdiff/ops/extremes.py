"""The larger or the smaller of an array and the values put to its elements by an index, which may repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import DtypeError, IndexingError
from symdiff.op import ARRAY, REQUIRED, Cotangent, Expression, Op, Sample, keep
from symdiff.ops.family import operands, uniform
from symdiff.ops.indexing import FULL, Index, checked, index_text, normalise, python_index, select
from symdiff.types import ArrayType, DType, Inferred, Weak, common_dtype, shape_text


def raised(x: Any, part: Any, index: Any) -> Any:
    """A copy of x whose elements at the index are at least those of `part`."""
    y = np.array(x)
    np.maximum.at(y, index, part)
    return y


def lowered(x: Any, part: Any, index: Any) -> Any:
    """A copy of x whose elements at the index are at most those of `part`."""
    y = np.array(x)
    np.minimum.at(y, index, part)
    return y


def _to_array_and_part(*dtypes: DType | Weak) -> tuple[DType, ...]:
    if common_dtype(*dtypes[:2]).kind == "c":
        raise DtypeError("complex numbers have no order", advice="take sd.abs(x), sd.real(x) or sd.imag(x) first")
    return (*[common_dtype(*dtypes[:2])] * 2, *keep(*dtypes[2:]))


def _part_type(x: ArrayType, part: ArrayType, *arrays: ArrayType, index: Index) -> Inferred:
    normal, selected, requirements = normalise(x.shape, index, checked(arrays))
    if selected != part.shape:
        raise IndexingError(
            f"a part of shape {shape_text(part.shape)} doesn't fit {shape_text(selected)}",
            advice="x.at[i].max(v) stretches v where it can",
        )
    return Inferred(x, (normal,), requirements)


def _winners(y: Expression, xs: Sequence[Expression]) -> tuple[Expression, Expression]:
    """Where x and where the part is what came out, as numbers."""
    x, part, *arrays = xs
    return (x == y).astype(y.dtype), (part == select(y, y.attrs[0], arrays)).astype(y.dtype)


def _added(x: Expression, part: Expression, y: Expression, arrays: Sequence[Expression]) -> Expression:
    return y.graph.ops.scatter_add(x, part, *arrays, indices=((), y.attrs[0]), shape=y.shape)


def _extreme_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """All that tie get an equal share, wherever they are."""
    of_x, of_part = _winners(y, xs)
    share = cotangent.value / _added(of_x, of_part, y, xs[2:])
    return [
        Cotangent(of_x * share) if needed[0] else None,
        Cotangent(of_part * select(share, y.attrs[0], xs[2:])) if needed[1] else None,
        *(None for _ in xs[2:]),
    ]


def _extreme_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    winners, graph = _winners(y, xs), y.graph
    moved = [
        graph.zeros(each.type) if tangent is None else each * tangent
        for each, tangent in zip(winners, tangents, strict=False)
    ]
    return _added(moved[0], moved[1], y, xs[2:]) / _added(*winners, y, xs[2:])


def _extreme(name: str, helper: Callable[..., Any], better: str) -> Op:
    def kernel(x: Any, part: Any, *arrays: Any, index: Index) -> Any:
        return helper(x, part, python_index(index, arrays))

    return Op(
        name=name, kernel=kernel, infer=_part_type, arity=None, promote=_to_array_and_part,
        attributes=MappingProxyType({"index": REQUIRED}), helpers=(helper,), nodes_per_edge=12,
        source=lambda x, part, *arrays, index: f"{helper.__name__}({x}, {part}, np.s_[{index_text(index, arrays)}])",
        vjp=_extreme_vjp, jvp=_extreme_jvp,
        samples=[
            uniform(-2, 2, (4, 3), (2, 3), attributes={"index": ((1, 3, None),)}),
            operands(
                Sample(-2, 2, (4,)), Sample(-2, 2, (6,)), Sample(0, 4, (6,), "int64"), attributes={"index": (ARRAY,)}
            ),
            operands(
                Sample(-2, 2, (4, 5)), Sample(-2, 2, (4, 3)), Sample(0, 5, (3,), "int64"),
                attributes={"index": (FULL, ARRAY)},
            ),
        ],
        law=f"d {name}(x, v) = mean of dx and dv over what is {better}",
        doc=f"The array with the {better} of itself and the part in the part's place, over all values put there.",
    )  # fmt: skip


scatter_max = _extreme("scatter_max", raised, "larger")
scatter_min = _extreme("scatter_min", lowered, "smaller")
EXTREMES: Final = (scatter_max, scatter_min)
