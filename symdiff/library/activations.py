"""Activation functions that no rewrite produces, and so need not be ops; each says what it does at its kink."""

from __future__ import annotations

from typing import Any

from symdiff.ops.exponential import expm1, logaddexp
from symdiff.ops.kinks import minimum
from symdiff.ops.logic import where
from symdiff.ops.shape import asarray


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """The leaky rectifier: x where x >= 0, slope x elsewhere; its derivative at 0 is 1, that of the right-hand branch.

    `slope` is a number, or an expression that broadcasts against x (learned, as in the parametric rectifier).
    Any shape; the dtype is x's. Maas, Hannun & Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic
    Models*, 2013.

    >>> import symdiff as sd
    >>> from symdiff.library.activations import leaky_relu
    >>> x = sd.Graph().input("x", (3,))
    >>> y = leaky_relu(x, 0.1)
    >>> y.eval({x: [-2.0, 0.0, 2.0]}), sd.grad(sd.sum(y), x).eval({x: [-2.0, 0.0, 2.0]})
    (array([-0.2,  0. ,  2. ]), array([0.1, 1. , 1. ]))
    """
    x = asarray(x)
    return where(x >= 0, x, slope * x)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """The exponential linear unit: x where x >= 0, alpha (e^x - 1) elsewhere; its derivative at 0 is 1.

    That derivative is the right-hand branch's, whatever alpha is. `alpha` is a number, or an expression that
    broadcasts against x. Any shape; the dtype is x's. No x overflows. Clevert, Unterthiner & Hochreiter,
    *Fast and Accurate Deep Network Learning by Exponential Linear Units*, 2016.

    >>> import symdiff as sd
    >>> from symdiff.library.activations import elu
    >>> x = sd.Graph().input("x", (3,))
    >>> y = elu(x, 2.0)
    >>> y.eval({x: [-800.0, 0.0, 800.0]}), sd.grad(sd.sum(y), x).eval({x: [-800.0, 0.0, 800.0]})
    (array([ -2.,   0., 800.]), array([0., 1., 1.]))
    """
    x = asarray(x)
    return where(x >= 0, x, alpha * expm1(minimum(x, 0)))  # the minimum keeps e^x finite where it isn't selected


def softplus(x: Any) -> Any:
    """The smooth rectifier log(1 + e^x), which is logaddexp(x, 0); its derivative is sigmoid(x).

    Any shape; the dtype is x's. No x overflows. Dugas et al., *Incorporating Second-Order Functional Knowledge
    for Better Option Pricing*, 2001.

    >>> import symdiff as sd
    >>> from symdiff.library.activations import softplus
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.grad(sd.sum(softplus(x)), x).eval({x: [-800.0, 0.0, 800.0]})
    array([0. , 0.5, 1. ])
    """
    return logaddexp(x, 0)


def binary_step(x: Any) -> Any:
    """The threshold unit: 1 where x >= 0, 0 elsewhere; its derivative is 0 everywhere, at the step too.

    Any shape; the dtype is x's. McCulloch & Pitts, *A Logical Calculus of the Ideas Immanent in Nervous
    Activity*, 1943.

    >>> from symdiff.library.activations import binary_step
    >>> binary_step([-0.5, 0.0, 0.5])
    array([0., 1., 1.])
    """
    x = asarray(x)
    return (x >= 0).astype(x.dtype)
