"""Special functions under SciPy's names: what `sd.special` is. SciPy isn't needed; its ufuncs take expressions too."""

from __future__ import annotations

from typing import Any

from symdiff.ops.bessel import i0, i0e, i1, i1e, iv, ive
from symdiff.ops.beta import beta, betaln, gamma, multigammaln
from symdiff.ops.entropies import entr, kl_div, logit, rel_entr, xlog1py
from symdiff.ops.exponential import exp, exp2, expm1, log, log1p, xlogy
from symdiff.ops.exponential import log_sigmoid as log_expit
from symdiff.ops.exponential import sigmoid as expit
from symdiff.ops.gamma import digamma, polygamma
from symdiff.ops.gamma import digamma as psi
from symdiff.ops.gamma import lgamma as gammaln
from symdiff.ops.gaussian import erfcinv, erfcx, erfinv, log_ndtr, ndtr, ndtri
from symdiff.ops.kinks import stop_gradient
from symdiff.ops.logic import isfinite, where
from symdiff.ops.normalising import log_softmax as _log_softmax
from symdiff.ops.normalising import logsumexp as _logsumexp
from symdiff.ops.normalising import softmax as _softmax
from symdiff.ops.reduction import max as largest
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import as_arrays, asarray
from symdiff.ops.special import cbrt, erf, erfc, sinc

__all__ = [
    "beta",
    "betaln",
    "cbrt",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gamma",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "kl_div",
    "log1p",
    "log_expit",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "rel_entr",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]


def logsumexp(a: Any, /, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    """log(sum b e^a) over `axis`, without overflow; the weights b are 1 unless they are given.

    >>> print(f"{logsumexp([1000.0, 1000.0], b=[1.0, 3.0]):.6f}")
    1001.386294
    """
    if b is None:
        return _logsumexp(asarray(a), axis=axis, keepdims=keepdims)
    a, b = as_arrays(a, b)
    top = stop_gradient(largest(a, axis, keepdims=True))
    top = where(isfinite(top), top, 0)
    found = log(total(b * exp(a - top), axis, keepdims=True)) + top
    return found if keepdims else total(found, axis)


def softmax(x: Any, /, axis: Any = None) -> Any:
    """e^x / sum e^x over `axis`, by default over all of x, as SciPy has it."""
    return _over(_softmax, x, axis)


def log_softmax(x: Any, /, axis: Any = None) -> Any:
    """x - log sum e^x over `axis`, by default over all of x, as SciPy has it."""
    return _over(_log_softmax, x, axis)


def _over(op: Any, x: Any, axis: Any) -> Any:
    x = asarray(x)
    return op(x.reshape(-1), axis=-1).reshape(x.shape) if axis is None else op(x, axis=axis)
