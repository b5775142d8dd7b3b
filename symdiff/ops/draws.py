"""More distributions and choices at random, made of the uniform bits of `randomness`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import graph_of
from symdiff.ops.cumulative import cumulative_sum
from symdiff.ops.exponential import log, log1p
from symdiff.ops.gathering import take
from symdiff.ops.gaussian import ndtr, ndtri
from symdiff.ops.kinks import maximum, minimum, sign
from symdiff.ops.logic import bitwise_right_shift, where
from symdiff.ops.randomness import WORD, bits, floating, placed, randint, uniform
from symdiff.ops.reduction import argmax
from symdiff.ops.shape import as_arrays, asarray, size, size_op
from symdiff.ops.sorting import argsort, searchsorted
from symdiff.ops.trigonometric import tan
from symdiff.sizes import Dim, Size, product
from symdiff.types import as_dim, as_shape, broadcast, normalise_axis


def gumbel(key: Any, shape: Any = (), loc: Any = 0.0, scale: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the Gumbel distribution: loc - scale log(-log u), by inversion.

    Parameters broadcast against the shape, and derivatives by them flow; so do those of the other draws here.
    """
    return placed((-log(-log(_inside(key, shape)))).astype(floating(dtype)), loc, scale)


def logistic(key: Any, shape: Any = (), loc: Any = 0.0, scale: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the logistic distribution: loc + scale log(u / (1 - u)), by inversion."""
    u = _inside(key, shape)
    return placed((log(u) - log1p(-u)).astype(floating(dtype)), loc, scale)


def laplace(key: Any, shape: Any = (), loc: Any = 0.0, scale: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the Laplace distribution, of variance 2 scale^2, by inversion.

    >>> from symdiff.ops.draws import laplace
    >>> from symdiff.ops.randomness import key
    >>> laplace(key(0), (2,), 5.0, 0.0)
    array([5., 5.])
    """
    centred = _inside(key, shape) - 0.5
    return placed((-sign(centred) * log1p(-2 * abs(centred))).astype(floating(dtype)), loc, scale)


def cauchy(key: Any, shape: Any = (), loc: Any = 0.0, scale: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the Cauchy distribution: loc + scale tan(pi (u - 1/2)), by inversion."""
    return placed(tan(math.pi * (_inside(key, shape) - 0.5)).astype(floating(dtype)), loc, scale)


def truncated_normal(
    key: Any, low: Any, high: Any, shape: Any = None, loc: Any = 0.0, scale: Any = 1.0, *, dtype: Any = "float64"
) -> Any:
    """Independent draws from the normal distribution between low and high, by inversion of its integral.

    z = ndtri(ndtr(a) + u (ndtr(b) - ndtr(a))) with a, b = (low - loc) / scale, (high - loc) / scale, turned to the
    tail in which that is accurate. The shape is that of all parameters together, unless another is given.

    >>> from symdiff.ops.draws import truncated_normal
    >>> from symdiff.ops.randomness import key
    >>> bool(np.all(truncated_normal(key(0), 9.0, 10.0, (100,)) >= 9.0))
    True
    """
    low, high, loc, scale = as_arrays(low, high, loc, scale)
    wanted = broadcast(*(each.shape for each in (low, high, loc, scale))) if shape is None else as_shape(shape)
    a, b = (low - loc) / scale, (high - loc) / scale
    turned = a + b > 0
    bottom, top = where(turned, -b, a), where(turned, -a, b)
    start = ndtr(bottom)
    inside = minimum(maximum(ndtri(start + _inside(key, wanted) * (ndtr(top) - start)), bottom), top)
    return (loc + scale * where(turned, -inside, inside)).astype(floating(dtype))


def categorical(key: Any, logits: Any, /, axis: int = -1, shape: Any = None) -> Any:
    """Independent draws of positions along `axis`, with probabilities in proportion to e^logits.

    The position of the largest of logits + Gumbel noise (Maddison, Tarlow & Minka, *A* Sampling*, 2014). One draw
    for each line of logits; or with `shape` as many as it says, whose last axes are the lines'. Integers: the
    derivative is 0.

    >>> from symdiff.ops.draws import categorical
    >>> from symdiff.ops.randomness import key
    >>> categorical(key(0), [0.0, -np.inf, -np.inf], shape=(3,))
    array([0, 0, 0])
    """
    logits = asarray(logits)
    axis = normalise_axis(axis, logits.ndim) - logits.ndim
    wanted = logits.shape if shape is None else _with_axis(as_shape(shape), logits.shape[axis], axis)
    return argmax(logits + gumbel(key, wanted), axis=axis)


def choice(key: Any, a: Any, /, shape: Any = (), replace: bool = True, p: Any = None, axis: int = 0) -> Any:
    """Parts of an array along `axis`, or integers below the size `a`, chosen at random: `shape` of them.

    Each as likely as another, or with the probabilities p. With `replace` a part may be chosen more than once; without,
    all orders of as many different ones are equally likely, or one is chosen after another in proportion to p
    (the largest of log p + Gumbel noise: Vieira, 2014). The derivative by the parts flows, by p there is none.

    >>> from symdiff.ops.draws import choice
    >>> from symdiff.ops.randomness import key
    >>> choice(key(0), 10, (4,)), sorted(choice(key(0), [5, 6, 7], (3,), replace=False).tolist())
    (array([9, 7, 9, 4]), [5, 6, 7])
    """
    wanted = as_shape(shape)
    from_size = isinstance(a, (int, np.integer, str, Size))
    source = None if from_size else asarray(a)
    axis = 0 if source is None else normalise_axis(axis, source.ndim)
    count = as_dim(a) if source is None else source.shape[axis]
    if p is not None:
        (p,) = as_arrays(p)
        if p.shape != (count,):
            raise ShapeError(f"probabilities of shape {p.shape} for {count} parts", advice="give one for each")
    found = _with_replacement(key, count, wanted, p) if replace else _without_replacement(key, count, wanted, p)
    return found if source is None else take(source, found, axis=axis)


def _with_replacement(key: Any, count: Dim, shape: tuple[Dim, ...], p: Any) -> Any:
    if p is not None:
        ends = cumulative_sum(p)
        return minimum(searchsorted(ends, uniform(key, shape) * ends[-1], side="right"), size(p) - 1)
    if isinstance(count, Size):
        parts = graph_of([key]).apply(size_op, (), {"value": count, "dtype": WORD})
        return (bits(key, shape) % parts).astype(np.int64)
    if count == 0:
        raise ArgumentError("a choice of nothing", advice="give at least one part")
    return randint(key, shape, 0, count)


def _without_replacement(key: Any, count: Dim, shape: tuple[Dim, ...], p: Any) -> Any:
    wanted = product(shape)
    if isinstance(count, int) and isinstance(wanted, int) and wanted > count:
        raise ArgumentError(f"{wanted} different ones of {count}", advice="choose fewer, or with replace=True")
    noise = bits(key, (count,))
    if p is not None:
        likely = p > 0
        noise = where(likely, log(where(likely, p, 1)), -np.inf) + gumbel(key, (count,))
    return argsort(noise, descending=True)[:wanted].reshape(shape)


def _with_axis(shape: tuple[Dim, ...], dim: Dim, axis: int) -> tuple[Dim, ...]:
    """A shape with one more axis, which is the axis-th, counted from the end."""
    place = len(shape) + 1 + axis
    return (*shape[:place], dim, *shape[place:])


def _inside(key: Any, shape: Any) -> Any:
    """(k + 1/2) / 2^52 for 52 random bits k: neither 0 nor 1, and as likely as 1 less it."""
    return (bitwise_right_shift(bits(key, shape), np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
