"""First values of parameters: NumPy arrays, drawn from a generator that the caller gives."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from symdiff.errors import ArgumentError, DtypeError, ShapeError
from symdiff.types import DType, as_dtype, as_shape, shape_text

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def zeros(shape: Any, dtype: Any = "float64") -> Array:
    """Zeros, for biases: an array of this shape (integers) and dtype.

    Raises `ShapeError` for named sizes, here and below: an array needs to know how large it is.

    >>> from symdiff.library.initialisers import zeros
    >>> zeros((2, 2))
    array([[0., 0.],
           [0., 0.]])
    """
    return np.zeros(_integers(shape), as_dtype(dtype))


def uniform(
    rng: np.random.Generator, shape: Any, low: float = -0.05, high: float = 0.05, dtype: Any = "float64"
) -> Array:
    """Independent draws from the uniform distribution on [low, high).

    `rng` is a `np.random.Generator`, here and below: `np.random.default_rng(seed)` gives the same draws every
    time. Raises `ArgumentError` for another, `DtypeError` for a dtype that isn't floating.

    >>> import numpy as np
    >>> from symdiff.library.initialisers import uniform
    >>> uniform(np.random.default_rng(0), (2,), 0.0, 1.0).round(3)
    array([0.637, 0.27 ])
    """
    return _generator(rng).uniform(low, high, _integers(shape)).astype(_floating(dtype))


def normal(rng: np.random.Generator, shape: Any, deviation: float = 0.05, dtype: Any = "float64") -> Array:
    """Independent draws from the normal distribution with mean 0 and this standard deviation.

    >>> import numpy as np
    >>> from symdiff.library.initialisers import normal
    >>> normal(np.random.default_rng(0), (2,), 1.0).round(3)
    array([ 0.126, -0.132])
    """
    return (_generator(rng).standard_normal(_integers(shape)) * deviation).astype(_floating(dtype))


def glorot_uniform(rng: np.random.Generator, shape: Any, dtype: Any = "float64") -> Array:
    """Uniform on (-a, a) with a = sqrt(6 / (n + m)) for the W: (n, m) of x W; for tanh and its like.

    The variance 2 / (n + m) keeps activations and gradients of one size from layer to layer. Raises
    `ShapeError` where the shape isn't a matrix's. Glorot & Bengio, *Understanding the Difficulty of Training
    Deep Feedforward Neural Networks*, 2010, equation 16.

    >>> import numpy as np
    >>> from symdiff.library.initialisers import glorot_uniform
    >>> W = glorot_uniform(np.random.default_rng(0), (2, 4))
    >>> W.shape, bool(abs(W).max() < 1.0)
    ((2, 4), True)
    """
    limit = math.sqrt(6 / sum(_fans(shape)))
    return uniform(rng, shape, -limit, limit, dtype)


def glorot_normal(rng: np.random.Generator, shape: Any, dtype: Any = "float64") -> Array:
    """Normal with mean 0 and variance 2 / (n + m) for the W: (n, m) of x W; errors and source as `glorot_uniform`.

    >>> import numpy as np
    >>> from symdiff.library.initialisers import glorot_normal
    >>> round(float(glorot_normal(np.random.default_rng(0), (100, 300)).var() * 400), 1)
    2.0
    """
    return normal(rng, shape, math.sqrt(2 / sum(_fans(shape))), dtype)


def he_uniform(rng: np.random.Generator, shape: Any, dtype: Any = "float64") -> Array:
    """Uniform on (-a, a) with a = sqrt(6 / n) for the W: (n, m) of x W; for relu, which halves the variance.

    Raises `ShapeError` where the shape isn't a matrix's. He, Zhang, Ren & Sun, *Delving Deep into Rectifiers*,
    2015, equation 10.

    >>> import numpy as np
    >>> from symdiff.library.initialisers import he_uniform
    >>> bool(abs(he_uniform(np.random.default_rng(0), (6, 4))).max() < 1.0)
    True
    """
    limit = math.sqrt(6 / _fans(shape)[0])
    return uniform(rng, shape, -limit, limit, dtype)


def he_normal(rng: np.random.Generator, shape: Any, dtype: Any = "float64") -> Array:
    """Normal with mean 0 and variance 2 / n for the W: (n, m) of x W; errors and source as `he_uniform`.

    >>> import numpy as np
    >>> from symdiff.library.initialisers import he_normal
    >>> round(float(he_normal(np.random.default_rng(0), (200, 300)).var() * 200), 1)
    2.0
    """
    return normal(rng, shape, math.sqrt(2 / _fans(shape)[0]), dtype)


def _integers(shape: Any) -> tuple[int, ...]:
    sizes = as_shape(shape)
    named = [size for size in sizes if not isinstance(size, int)]
    if named:
        raise ShapeError(f"an array can't have the size {named[0]}, which is a name", advice="give integers")
    return tuple(size for size in sizes if isinstance(size, int))


def _fans(shape: Any) -> tuple[int, int]:
    """How many numbers each output is a sum of, and how many outputs each input goes to."""
    sizes = _integers(shape)
    if len(sizes) != 2 or 0 in sizes:
        raise ShapeError(
            f"the shape {shape_text(sizes)} isn't that of a matrix W: (n, m)",
            advice="for another, choose the spread: uniform(rng, shape, low, high), normal(rng, shape, deviation)",
        )
    return sizes[0], sizes[1]


def _floating(dtype: Any) -> DType:
    found = as_dtype(dtype)
    if found.kind != "f":
        raise DtypeError(f"random parameters of dtype {found}", advice='draw them as "float64" or "float32"')
    return found


def _generator(rng: Any) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise ArgumentError(f"{rng!r} is no generator of random numbers", advice="give np.random.default_rng(seed)")
    return rng
