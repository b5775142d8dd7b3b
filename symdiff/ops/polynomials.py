"""Polynomials with coefficients from the highest power down, and the convolution that multiplies them."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.ops.complexes import conj
from symdiff.ops.functions import ones_like, zeros_like
from symdiff.ops.joining import concat
from symdiff.ops.padding import pad
from symdiff.ops.shape import as_arrays, asarray, flip, stack
from symdiff.ops.windows import sliding_windows
from symdiff.sizes import Size


def _vector(name: str, x: Any) -> Any:
    if x.ndim > 1 or (x.ndim and isinstance(x.shape[0], Size)):
        raise ShapeError(
            f"{name} needs one axis of integer size, and was given {x.shape}",
            advice="give the coefficients as a vector",
        )
    return x.reshape(-1)


def polyval(p: Any, x: Any, /) -> Any:
    """p_0 x^(n-1) + ... + p_(n-1), elementwise in x, by Horner's rule.

    >>> polyval([3, 0, 1], 5)
    np.int64(76)
    """
    p, x = as_arrays(p, x)
    p = _vector("polyval", p)
    found = zeros_like(x)
    for i in range(p.shape[0]):
        found = found * x + p[i]
    return found


def vander(x: Any, /, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803, NumPy's name of it
    """The matrix of the powers x^(N-1), ..., x, 1 of a vector, or from 1 on if `increasing`; N is x's size by default.

    >>> vander([2, 3], 3)
    array([[4, 2, 1],
           [9, 3, 1]])
    """
    x = asarray(x)
    if x.ndim != 1 or (N is None and isinstance(x.shape[0], Size)):
        raise ShapeError(f"vander of shape {x.shape}", advice="give a vector, and N where its size is a name")
    count = x.shape[0] if N is None else N
    if count < 1:
        raise ArgumentError(f"vander of {count} columns", advice="N is 1 or more")
    powers = [ones_like(x)]
    for _ in range(count - 1):
        powers.append(powers[-1] * x)
    return stack(powers if increasing else powers[::-1], axis=1)


def polyder(p: Any, /, m: int = 1) -> Any:
    """The coefficients of the m-th derivative.

    >>> polyder([1, 1, 1])
    array([2, 1])
    """
    p = _vector("polyder", asarray(p))
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


def polyint(p: Any, /, m: int = 1, k: Any = 0) -> Any:
    """The coefficients of the m-th integral; k holds the constant, or one for each integration."""
    p = _vector("polyint", asarray(p))
    constants = k if isinstance(k, (list, tuple)) else [k] * m
    if len(constants) != m:
        raise ArgumentError(f"{len(constants)} constants for {m} integrations", advice="give one for each")
    for constant in constants:
        grown, end = as_arrays(p / np.arange(p.shape[0], 0, -1.0), constant)
        p = concat([grown, end.reshape(1)])
    return p


def polyadd(p: Any, q: Any, /) -> Any:
    """The coefficients of the sum.

    >>> polyadd([1, 2], [9, 5, 4])
    array([9, 6, 6])
    """
    p, q = (_vector("polyadd", each) for each in as_arrays(p, q))
    length = max(p.shape[0], q.shape[0])
    p, q = (each if each.shape[0] == length else pad(each, (length - each.shape[0], 0)) for each in (p, q))
    return p + q


def polysub(p: Any, q: Any, /) -> Any:
    """The coefficients of the difference."""
    return polyadd(p, -asarray(q))


def polymul(p: Any, q: Any, /) -> Any:
    """The coefficients of the product: `convolve`."""
    return convolve(p, q)


def convolve(a: Any, v: Any, /, mode: str = "full") -> Any:
    """sum_k a_k v_(n-k) of two vectors.

    Mode "full" gives every overlap, "same" as many as the longer vector has elements, "valid" the whole overlaps.

    >>> convolve([1, 2, 3], [0, 1]), convolve([1, 2, 3], [1, 1], "valid")
    (array([0, 1, 2, 3]), array([3, 5]))
    """
    a, v = (each.reshape(-1) if each.ndim == 0 else each for each in as_arrays(a, v))
    if a.ndim != 1 or v.ndim != 1:
        raise ShapeError(f"convolve takes vectors, not {a.shape} and {v.shape}", advice="sd.conv2d convolves images")
    if isinstance(v.shape[0], Size) or (not isinstance(a.shape[0], Size) and v.shape[0] > a.shape[0]):
        a, v = v, a
    if isinstance(v.shape[0], Size):
        raise ShapeError("which vector is longer isn't known", advice="one of them needs an integer size")
    count = v.shape[0]
    before = {"full": (count - 1, count - 1), "same": (count // 2, (count - 1) // 2), "valid": (0, 0)}.get(mode)
    if before is None:
        raise ArgumentError(f"mode {mode!r}", advice='mode is "full", "same" or "valid"')
    if 0 in (a.shape[0], count):
        raise ShapeError("convolve of an empty vector", advice="give one element at least")
    windows = sliding_windows(pad(a, before), window=(count,), axes=(0,), stride=(1,), dilation=(1,))
    return windows @ flip(v, axis=0)


def correlate(a: Any, v: Any, /, mode: str = "valid") -> Any:
    """sum_k a_(n+k) conj(v_k) of two vectors, in the modes of `convolve`.

    >>> correlate([1, 2, 3], [0, 1, 0.5])
    array([3.5])
    """
    a, v = (each.reshape(-1) if each.ndim == 0 else each for each in as_arrays(a, v))
    lengths = (*a.shape[:1], *v.shape[:1])
    if all(isinstance(n, int) for n in lengths) and lengths[0] < lengths[-1]:  # of "same", NumPy keeps the other middle
        return flip(conj(correlate(v, a, mode)), axis=0)
    return convolve(a, flip(conj(v), axis=0), mode)


POLYNOMIALS = (convolve, correlate, polyadd, polyder, polyint, polymul, polysub, polyval, vander)
