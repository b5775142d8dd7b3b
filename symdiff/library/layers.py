"""Layers: what maps a batch to the next one, with the shapes of its parameters checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.library.operands import complaint
from symdiff.op import graph_of
from symdiff.ops.arithmetic import sqrt
from symdiff.ops.gathering import take
from symdiff.ops.linalg import matmul
from symdiff.ops.logic import greater_equal, where
from symdiff.ops.normalising import softmax
from symdiff.ops.randomness import uniform
from symdiff.ops.ranges import arange
from symdiff.ops.shape import asarray, expand_dims, matrix_transpose, size
from symdiff.types import shape_text


def linear(x: Any, W: Any, b: Any = None) -> Any:
    """The affine map x W + b of every row of x, or x W where there is no b.

    x: (..., n), W: (n, m), b: (m,); the result: (..., m). With a vector W: (n,) and a scalar b: () the result
    is (...,). The dtype is the operands' common one. Raises `ShapeError` where the inner sizes differ, or b
    doesn't have the shape of W's columns (it would broadcast to something else without a word).

    >>> import symdiff as sd
    >>> from symdiff.library.layers import linear
    >>> g = sd.Graph()
    >>> linear(g.input("x", ("batch", 4)), g.input("W", (4, 3)), g.input("b", (3,))).shape
    (batch, 3)
    """
    if b is None:
        return matmul(x, W)
    matrix, bias = asarray(W), asarray(b)
    columns = matrix.shape[1:]
    if bias.shape != columns:
        problem = f"linear: b has the shape {shape_text(bias.shape)}, where {shape_text(columns)} is wanted"
        raise complaint(ShapeError, problem, "b holds one number for each column of W; reshape it", W=matrix, b=bias)
    return matmul(x, matrix) + bias


def dropout(x: Any, key: Any, rate: float) -> Any:
    """x with each element 0 with probability `rate`, and divided by 1 - rate otherwise, so that the mean stays.

    `key` is a key of `symdiff.random`, usually an input; the same key drops the same elements. Any shape; the
    dtype is x's. Raises `ArgumentError` for a rate outside [0, 1). Srivastava et al., *Dropout*, 2014.

    >>> from symdiff.library.layers import dropout
    >>> from symdiff.random import key
    >>> dropout([1.0, 2.0, 3.0, 4.0], key(0), 0.5)
    array([0., 4., 0., 8.])
    """
    x = asarray(x)
    if not isinstance(rate, (int, float)) or not 0 <= rate < 1:
        raise complaint(ArgumentError, f"dropout: a rate of {rate!r}", "a rate is a number from 0 to below 1", x=x)
    return where(uniform(key, x.shape) >= rate, x / (1 - rate), 0)


def attention(q: Any, k: Any, v: Any, mask: Any = None, *, causal: bool = False) -> Any:
    """Scaled dot-product attention: softmax(q k^T / sqrt(d)) v, over the last two axes.

    q: (..., n, d), k: (..., m, d), v: (..., m, e); the result: (..., n, e). Where `mask`, booleans that broadcast
    to (..., n, m), is false, and with `causal` where a key comes after the query, the weight is 0; a query that
    sees no key is NaN. Raises `ShapeError` where sizes don't fit. Vaswani et al., *Attention Is All You Need*, 2017.

    >>> import numpy as np
    >>> from symdiff.library.layers import attention
    >>> x = np.zeros((2, 3))
    >>> attention(x, x, np.eye(2), causal=True)
    array([[1. , 0. ],
           [0.5, 0.5]])
    """
    q, k, v = asarray(q), asarray(k), asarray(v)
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        advice = "q is (..., n, d), k (..., m, d), v (..., m, e)"
        raise complaint(ShapeError, "attention: queries, keys and values don't fit", advice, q=q, k=k, v=v)
    width = q.shape[-1]
    root = math.sqrt(width) if isinstance(width, int) else sqrt(size(q, -1, dtype=q.dtype))
    scores = matmul(q / root, matrix_transpose(k))
    visible = mask
    if causal:
        graph = graph_of([q, k, v])
        queries, keys = (arange(each.shape[-2], graph=graph) for each in (q, k))
        before = greater_equal(expand_dims(queries, 1), keys)
        visible = before if mask is None else before & asarray(mask)
    return matmul(softmax(scores if visible is None else where(visible, scores, -np.inf)), v)


def embedding(table: Any, words: Any) -> Any:
    """The rows of a table at integers: table: (words, d), words: (...) of integers; the result: (..., d).

    The table's gradient adds up at the rows that were taken.

    >>> from symdiff.library.layers import embedding
    >>> embedding([[1.0, 2.0], [3.0, 4.0]], [1, 0, 1])
    array([[3., 4.],
           [1., 2.],
           [3., 4.]])
    """
    table = asarray(table)
    if table.ndim != 2:
        raise complaint(ShapeError, "embedding: a table has two axes", "one row for each word", table=table)
    return take(table, words, axis=0)
