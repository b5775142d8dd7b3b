"""More losses: robust ones, negative logarithms of likelihoods, and those of pairs; means over all elements."""

from __future__ import annotations

import math
from typing import Any

from symdiff.library.operands import require_same_shape
from symdiff.ops.arithmetic import square
from symdiff.ops.exponential import exp, log_sigmoid, sigmoid, xlogy
from symdiff.ops.gamma import lgamma
from symdiff.ops.kinks import abs, minimum, relu
from symdiff.ops.logic import where
from symdiff.ops.reduction import mean
from symdiff.ops.shape import asarray

_RESHAPE = "one shape for all; reshape one of them"


def huber(y: Any, target: Any, delta: Any = 1.0) -> Any:
    """The mean of d^2 / 2 for |d| <= delta and delta (|d| - delta / 2) beyond, d = y - target; the slope is clip(d).

    y and target: one shape, any; the result: (). Written as m (|d| - m / 2), m = min(|d|, delta), so that
    nothing overflows. Huber, *Robust Estimation of a Location Parameter*, 1964.

    >>> from symdiff.library.likelihoods import huber
    >>> float(huber([0.5, 3.0], [0.0, 0.0]))
    1.3125
    """
    y, target = asarray(y), asarray(target)
    require_same_shape("huber", _RESHAPE, y=y, target=target)
    distance = abs(y - target)
    inside = minimum(distance, delta)
    return mean(inside * (distance - 0.5 * inside))


def kl_divergence(p: Any, q: Any) -> Any:
    """The mean over rows of sum p log(p / q), in nats: how far distributions q are from p.

    p and q: (..., classes), rows of probabilities; the result: (). A class with p = 0 counts 0, whatever q is.
    Goodfellow et al. 3.13.

    >>> from symdiff.library.likelihoods import kl_divergence
    >>> round(float(kl_divergence([[0.5, 0.5, 0.0]], [[0.25, 0.5, 0.25]])), 4)
    0.3466
    """
    p, q = asarray(p), asarray(q)
    require_same_shape("kl_divergence", _RESHAPE, p=p, q=q)
    return mean((xlogy(p, p) - xlogy(p, q)).sum(axis=-1))


def poisson_nll(log_rate: Any, count: Any) -> Any:
    """The mean of e^z - n z + log n!, the negative log-likelihood of counts n at rates e^z.

    Both of one shape; the result: (). Slope: (e^z - n) / size.

    >>> from symdiff.library.likelihoods import poisson_nll
    >>> float(poisson_nll([0.0, 0.0], [0, 1]))
    1.0
    """
    z, n = asarray(log_rate), asarray(count)
    require_same_shape("poisson_nll", _RESHAPE, log_rate=z, count=n)
    n = n if n.dtype.kind == "f" else n.astype(z.dtype)
    return mean(exp(z) - n * z + lgamma(n + 1))


def gaussian_nll(y: Any, target: Any, log_variance: Any) -> Any:
    """The mean of (log(2 pi v) + (target - y)^2 / v) / 2, the negative log-likelihood of normal targets.

    v = e^log_variance, which is positive whatever a model says. All of one shape; the result: (). Nix & Weigend,
    *Estimating the Mean and Variance of the Target Probability Distribution*, 1994.

    >>> from symdiff.library.likelihoods import gaussian_nll
    >>> round(float(gaussian_nll([0.0], [1.0], [0.0])), 4)
    1.4189
    """
    y, target, spread = asarray(y), asarray(target), asarray(log_variance)
    require_same_shape("gaussian_nll", _RESHAPE, y=y, target=target, log_variance=spread)
    return 0.5 * mean(spread + square(target - y) * exp(-spread)) + 0.5 * math.log(2 * math.pi)


def focal(z: Any, target: Any, gamma: Any = 2.0) -> Any:
    """The mean of -(1 - p)^gamma log p, p the probability of the true label: easy examples count less.

    z: logits, of any shape; target: labels 0 and 1, or booleans, of that shape; the result: (). With gamma = 0
    it is the binary cross-entropy. Lin et al., *Focal Loss for Dense Object Detection*, 2017.

    >>> from symdiff.library.likelihoods import focal
    >>> float(focal([0.0, 800.0], [1, 1])), float(focal([-800.0], [1]))
    (0.08664339756999316, 800.0)
    """
    z, target = asarray(z), asarray(target)
    require_same_shape("focal", _RESHAPE, z=z, target=target)
    towards = where(target if target.dtype.kind == "b" else target != 0, z, -z)
    return -mean(sigmoid(-towards) ** gamma * log_sigmoid(towards))


def contrastive(distance: Any, alike: Any, margin: Any = 1.0) -> Any:
    """The mean of d^2 / 2 for pairs that are alike, and of max(0, margin - d)^2 / 2 for others.

    distance: any shape, of the pairs' distances; alike: booleans of that shape; the result: (). Hadsell, Chopra &
    LeCun, *Dimensionality Reduction by Learning an Invariant Mapping*, 2006.

    >>> from symdiff.library.likelihoods import contrastive
    >>> float(contrastive([1.0, 0.5, 3.0], [True, False, False]))
    0.20833333333333334
    """
    d, alike = asarray(distance), asarray(alike)
    require_same_shape("contrastive", _RESHAPE, distance=d, alike=alike)
    together = alike if alike.dtype.kind == "b" else alike != 0
    return 0.5 * mean(square(where(together, d, relu(margin - d))))
