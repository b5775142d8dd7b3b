"""Matrices made of smaller things: blocks along the diagonal, and diagonals of one value."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import graph_of
from symdiff.ops.arranging import sum_of
from symdiff.ops.complexes import conj
from symdiff.ops.creation import zeros
from symdiff.ops.gathering import take
from symdiff.ops.joining import atleast_2d, concat
from symdiff.ops.ranges import arange
from symdiff.ops.shape import as_arrays, broadcast_to, flip
from symdiff.types import broadcast


def block_diag(*matrices: Any) -> Any:
    """Matrices (..., m_i, n_i) along the diagonal of a larger one, and 0 elsewhere; leading axes broadcast.

    A vector counts as a row, a scalar as a matrix of one element.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> linalg.block_diag([[1, 2]], 3)
    array([[1, 2, 0],
           [0, 0, 3]])
    """
    if not matrices:
        raise ArgumentError("a matrix of no blocks", advice="block_diag(a, b, ...)")
    blocks = [atleast_2d(each) for each in as_arrays(*matrices)]
    batch = broadcast(*(each.shape[:-2] for each in blocks))
    widths = [each.shape[-1] for each in blocks]
    graph = graph_of(blocks)
    rows: list[Any] = []
    for i, each in enumerate(blocks):
        whole = broadcast_to(each, (*batch, *each.shape[-2:]))
        before, after = (
            zeros((*batch, each.shape[-2], sum_of(tuple(side))), dtype=each.dtype, graph=graph)
            for side in (widths[:i], widths[i + 1 :])
        )
        rows.append(concat([before, whole, after], axis=-1))
    return concat(rows, axis=-2)


def toeplitz(column: Any, row: Any = None, /) -> Any:
    """The matrix (..., m, n) with column (..., m) first, and row (..., n) on top, and one value along each diagonal.

    The corner is the column's; without a row it is the column's conjugate, and the matrix Hermitian.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> linalg.toeplitz([1, 2, 3], [0, 7])
    array([[1, 7],
           [2, 1],
           [3, 2]])
    """
    column, row = as_arrays(column, conj(column) if row is None else row)
    if column.ndim == 0 or row.ndim == 0:
        raise ShapeError("a scalar is no column", advice="give a vector, or a stack of them")
    height, width = column.shape[-1], row.shape[-1]
    batch = broadcast(column.shape[:-1], row.shape[:-1])
    column, row = (broadcast_to(each, (*batch, each.shape[-1])) for each in (column, row))
    graph = graph_of([column])
    down, across = (arange(dim, graph=graph if not isinstance(dim, int) else None) for dim in (height, width))
    place = (height - 1 if isinstance(height, int) else down[-1]) - down.reshape(-1, 1) + across
    return take(concat([flip(column, axis=-1), row[..., 1:]], axis=-1), place, axis=-1)
