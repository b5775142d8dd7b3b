"""Random numbers with an explicit key: what `sd.random` is."""

from symdiff.ops.randomness import (
    bernoulli,
    bits,
    exponential,
    fold_in,
    key,
    normal,
    permutation,
    randint,
    split,
    uniform,
)

__all__ = [
    "bernoulli",
    "bits",
    "exponential",
    "fold_in",
    "key",
    "normal",
    "permutation",
    "randint",
    "split",
    "uniform",
]
