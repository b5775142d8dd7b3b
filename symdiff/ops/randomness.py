"""Random numbers of an explicit key: raw bits of a counter-based generator, and transforms written in ops.

A key is a value like any other, usually an input of dtype uint64 and shape (2,): the same key gives the same
numbers in every backend, version and run. The bits are Philox-4x64-10's (Salmon et al., *Parallel Random
Numbers: As Easy as 1, 2, 3*, 2011), which NumPy promises to keep; what is made of them is written here,
since NumPy promises no distribution to stay as it is.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError, DtypeError, ShapeError
from symdiff.op import REQUIRED, Case, Op, Sample, keep
from symdiff.ops.arithmetic import sqrt
from symdiff.ops.exponential import log
from symdiff.ops.gathering import take
from symdiff.ops.logic import bitwise_right_shift, bitwise_xor
from symdiff.ops.shape import asarray, stack
from symdiff.ops.sorting import argsort
from symdiff.ops.trigonometric import cos
from symdiff.sizes import Size
from symdiff.types import FLOAT, ArrayType, DType, Inferred, as_dtype, as_shape

WORD: Final = np.dtype("uint64")
FOR_DRAWS, FOR_SPLIT, FOR_FOLD, FOR_SEED = range(4)


def random_bits_kernel(key: Any, *, shape: Any, stream: int = 0) -> Any:
    """64 random bits for each element: the Philox generator's from counter 0 on, in one of its 2^64 streams."""
    counter = np.array([0, 0, 0, stream], np.uint64)
    generator = np.random.Philox(key=np.asarray(key), counter=counter)
    return np.array(generator.random_raw(int(np.prod(shape, dtype=np.int64))).reshape(shape))


def _bits_type(key: ArrayType, *, shape: Any, stream: int) -> Inferred:
    if key.dtype != WORD or key.shape != (2,):
        error = DtypeError if key.dtype != WORD else ShapeError
        raise error(
            f"a key has dtype uint64 and shape (2,), this one {key}",
            advice='make one with random.key(seed), or g.input("key", (2,), "uint64")',
        )
    wanted = as_shape(shape)
    return Inferred(ArrayType(WORD, wanted), (wanted, int(stream)))


random_bits = Op(
    name="random_bits", kernel=random_bits_kernel, infer=_bits_type, arity=1, promote=keep, flops=10,
    attributes=MappingProxyType({"shape": REQUIRED, "stream": FOR_DRAWS}),
    samples=[
        Case((Sample(0, 1000, (2,), "uint64"),), {"shape": (2, 3)}),
        Case((Sample(0, 1000, (2,), "uint64"),), {"shape": (), "stream": FOR_SPLIT}),
    ],
    law="d random_bits(key) = 0", doc="64 random bits for each element of a shape, decided by a key and a stream.",
)  # fmt: skip

RANDOMNESS: Final = (random_bits,)


def key(seed: int, /) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """A key from an integer: a plain array of dtype uint64 and shape (2,), to give for an input.

    Raises `ArgumentError` for a seed that isn't an integer from 0 to 2^64 - 1.

    >>> from symdiff.ops.randomness import key
    >>> key(0)
    array([ 5512269402585950393, 15885006099936863467], dtype=uint64)
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= int(seed) < 2**64:
        raise ArgumentError(f"{seed!r} is no seed", advice="a seed is an integer from 0 to 2**64 - 1")
    return random_bits_kernel(np.array([int(seed), 0], WORD), shape=(2,), stream=FOR_SEED)


def split(key: Any, n: int = 2, /) -> Any:
    """n new keys from one, of shape (n, 2); their numbers have nothing to do with each other's, nor with the key's.

    >>> import symdiff as sd
    >>> from symdiff.ops.randomness import split
    >>> first, second = split(sd.Graph().input("key", (2,), "uint64"))
    >>> first.type == second.type
    True
    """
    return random_bits(key, shape=(n, 2), stream=FOR_SPLIT)


def fold_in(key: Any, data: Any, /) -> Any:
    """A new key from a key and an integer, such as the number of a step or of a layer: a scalar, may be an expression.

    >>> import numpy as np
    >>> from symdiff.ops.randomness import fold_in, key
    >>> bool(np.any(fold_in(key(0), 1) != fold_in(key(0), 2)))
    True
    """
    number = asarray(data)
    if number.dtype.kind not in "iu" or number.shape != ():
        raise ArgumentError(f"{data!r} can't be folded into a key", advice="give one integer")
    word = number.astype(WORD)
    return random_bits(bitwise_xor(key, stack([word, WORD.type(0)])), shape=(2,), stream=FOR_FOLD)


def bits(key: Any, shape: Any = (), /) -> Any:
    """64 independent random bits for each element: uint64 of this shape; sizes may be named."""
    return random_bits(key, shape=shape)


def uniform(key: Any, shape: Any = (), low: Any = 0.0, high: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the uniform distribution on [low, high).

    low + (high - low) u, with u = k / 2^53 for 53 random bits k (24 in float32). `low` and `high` broadcast
    against the shape, and derivatives by them flow.

    >>> from symdiff.ops.randomness import key, uniform
    >>> uniform(key(0), (2,))
    array([0.04298242, 0.50083192])
    """
    found = _fraction(random_bits(key, shape=shape), floating(dtype))
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        return found if (low, high) == (0, 1) else low + float(high - low) * found
    return low + (high - low) * found


def normal(key: Any, shape: Any = (), loc: Any = 0.0, scale: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the normal distribution with mean `loc` and standard deviation `scale`.

    loc + scale sqrt(-2 log u) cos(2 pi v), u and v uniform (Box & Muller 1958); `loc` and `scale` broadcast
    against the shape, and derivatives by them flow: the pathwise, or reparametrised, gradient. The last digits
    are as accurate as the machine's logarithm and cosine.

    >>> import symdiff as sd
    >>> from symdiff.ops.randomness import key, normal
    >>> scale = sd.Graph().input("scale")
    >>> z = normal(key(0), (), 1.0, scale)
    >>> bool(sd.grad(z, scale).eval({scale: 3.0}) * 3.0 + 1.0 == z.eval({scale: 3.0}))
    True
    """
    wanted = floating(dtype)
    pair = random_bits(key, shape=(2, *as_shape(shape)))
    radius = sqrt(-2 * log(positive_fraction(pair[0])))
    found = (radius * cos(2 * math.pi * _fraction(pair[1]))).astype(wanted)
    return placed(found, loc, scale)


def exponential(key: Any, shape: Any = (), scale: Any = 1.0, *, dtype: Any = "float64") -> Any:
    """Independent draws from the exponential distribution with mean `scale`: -scale log u, by inversion.

    `scale` broadcasts against the shape, and derivatives by it flow.
    """
    found = (-log(positive_fraction(random_bits(key, shape=shape)))).astype(floating(dtype))
    return placed(found, 0.0, scale)


def bernoulli(key: Any, p: Any = 0.5, shape: Any = None) -> Any:
    """Independent booleans, true with probability p; the shape is p's, unless another is given.

    >>> from symdiff.ops.randomness import bernoulli, key
    >>> bernoulli(key(0), 0.5, (4,))
    array([ True, False,  True, False])
    """
    return uniform(key, asarray(p).shape if shape is None else shape) < p


def randint(key: Any, shape: Any, low: int, high: int, *, dtype: Any = "int64") -> Any:
    """Independent integers from low to high - 1, all but equally likely: (high - low) / 2^64 is the bias.

    Raises `ArgumentError` where there is no such integer.

    >>> from symdiff.ops.randomness import key, randint
    >>> randint(key(0), (5,), 0, 6)
    array([3, 5, 3, 0, 3])
    """
    if not all(isinstance(each, (int, np.integer)) for each in (low, high)) or not 0 < int(high) - int(low) < 2**63:
        raise ArgumentError(f"no integers lie from {low!r} to below {high!r}", advice="give integers low < high")
    rest = random_bits(key, shape=shape) % np.uint64(int(high) - int(low))
    return (rest.astype("int64") + int(low)).astype(as_dtype(dtype))


def permutation(key: Any, x: Any, /) -> Any:
    """The integers 0, 1, ..., x - 1 in random order, every order equally likely; x may be a named size.

    Of an array x, its parts along axis 0 in random order; their derivatives move along.

    >>> from symdiff.ops.randomness import key, permutation
    >>> sorted(permutation(key(0), 5).tolist())
    [0, 1, 2, 3, 4]
    """
    if isinstance(x, (int, np.integer, str, Size)):
        return argsort(random_bits(key, shape=(x,)))
    x = asarray(x)
    if x.ndim == 0:
        raise ArgumentError("a permutation of a scalar", advice="give a size (an integer or a name), or an array")
    return take(x, permutation(key, x.shape[0]), axis=0)


def placed(found: Any, loc: Any, scale: Any) -> Any:
    """loc + scale times what was found, without operations that change nothing."""
    scaled = found if isinstance(scale, (int, float)) and scale == 1 else scale * found
    return scaled if isinstance(loc, (int, float)) and loc == 0 else loc + scaled


def _fraction(words: Any, dtype: DType = FLOAT) -> Any:
    """k / 2^53 for the upper 53 bits k of each word (24 in float32): every value is exact, and below 1."""
    count = np.finfo(dtype).nmant + 1
    return bitwise_right_shift(words, np.uint64(64 - count)).astype(dtype) * 2.0**-count


def positive_fraction(words: Any) -> Any:
    """(k + 1) / 2^53, never 0."""
    return _fraction(words) + 2.0**-53


def floating(dtype: Any) -> DType:
    """A dtype that draws of real numbers may have."""
    found = as_dtype(dtype)
    if found.kind != "f":
        raise DtypeError(f"draws of dtype {found}", advice="use float32 or float64; randint and bernoulli are others")
    return found
