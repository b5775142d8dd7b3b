"""Random numbers with an explicit key: what `sd.random` is."""

from symdiff.ops.draws import categorical, cauchy, choice, gumbel, laplace, logistic, truncated_normal
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
    "categorical",
    "cauchy",
    "choice",
    "exponential",
    "fold_in",
    "gumbel",
    "key",
    "laplace",
    "logistic",
    "normal",
    "permutation",
    "randint",
    "split",
    "truncated_normal",
    "uniform",
]
