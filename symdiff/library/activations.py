"""Activation functions that no rewrite produces, and so need not be ops; each says what it does at its kink."""

from __future__ import annotations

import math
from typing import Any

from symdiff.errors import ShapeError
from symdiff.library.operands import complaint
from symdiff.ops.exponential import expm1, logaddexp, sigmoid
from symdiff.ops.functions import clip
from symdiff.ops.gaussian import ndtr
from symdiff.ops.kinks import abs, minimum
from symdiff.ops.logic import where
from symdiff.ops.shape import asarray, reshape
from symdiff.ops.trigonometric import tanh
from symdiff.types import normalise_axis, shape_text


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


def gelu(x: Any, approximate: bool = False) -> Any:
    """The Gaussian error linear unit: x Phi(x), with Phi the normal distribution function.

    It keeps its digits far below 0; `approximate` takes the authors'
    x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 instead. Any shape; the dtype is x's. Hendrycks & Gimpel,
    *Gaussian Error Linear Units*, 2016.

    >>> from symdiff.library.activations import gelu
    >>> gelu([-1.0, 0.0, 1.0]).round(4), gelu([-1.0, 0.0, 1.0], approximate=True).round(4)
    (array([-0.1587,  0.    ,  0.8413]), array([-0.1588,  0.    ,  0.8412]))
    """
    x = asarray(x)
    if approximate:
        return 0.5 * x * (1 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return x * ndtr(x)


def silu(x: Any) -> Any:
    """The sigmoid linear unit: x sigmoid(x), which is `swish` with beta = 1.

    Any shape; the dtype is x's. Elfwing, Uchibe & Doya, *Sigmoid-Weighted Linear Units*, 2018.

    >>> from symdiff.library.activations import silu
    >>> silu([-800.0, 0.0, 800.0])
    array([ -0.,   0., 800.])
    """
    return swish(x)


def swish(x: Any, beta: Any = 1.0) -> Any:
    """x sigmoid(beta x); `beta` is a number, or an expression that broadcasts against x (learned).

    Any shape; the dtype is x's. Ramachandran, Zoph & Le, *Searching for Activation Functions*, 2017.

    >>> from symdiff.library.activations import swish
    >>> swish([-1.0, 1.0], 2.0).round(4)
    array([-0.1192,  0.8808])
    """
    x = asarray(x)
    return x * sigmoid(x if isinstance(beta, (int, float)) and beta == 1 else beta * x)


def selu(x: Any) -> Any:
    """The scaled exponential linear unit: 1.0507 elu(x, 1.6733), which keeps mean 0 and variance 1 from layer to layer.

    Its derivative at 0 is that of the right-hand branch. Any shape; the dtype is x's. Klambauer et al.,
    *Self-Normalizing Neural Networks*, 2017.

    >>> from symdiff.library.activations import selu
    >>> selu([-1.0, 0.0, 1.0]).round(4)
    array([-1.1113,  0.    ,  1.0507])
    """
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


def mish(x: Any) -> Any:
    """x tanh(softplus(x)).

    Any shape; the dtype is x's. Misra, *Mish: A Self Regularized Non-Monotonic Activation Function*, 2019.

    >>> from symdiff.library.activations import mish
    >>> mish([-1.0, 0.0, 1.0]).round(4)
    array([-0.3034,  0.    ,  0.8651])
    """
    x = asarray(x)
    return x * tanh(softplus(x))


def softsign(x: Any) -> Any:
    """x / (1 + |x|), with derivative 1 / (1 + |x|)^2.

    Any shape; the dtype is x's. Bergstra et al., *Quadratic Polynomials Learn Better Image Features*, 2009.

    >>> from symdiff.library.activations import softsign
    >>> softsign([-1.0, 0.0, 3.0])
    array([-0.5 ,  0.  ,  0.75])
    """
    x = asarray(x)
    return x / (1 + abs(x))


def hard_sigmoid(x: Any) -> Any:
    """The sigmoid in three pieces: x / 6 + 1 / 2, limited to [0, 1]; its derivative is half the slope at the corners.

    Any shape; the dtype is x's. Howard et al., *Searching for MobileNetV3*, 2019.

    >>> from symdiff.library.activations import hard_sigmoid
    >>> hard_sigmoid([-4.0, 0.0, 1.5, 4.0])
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    return clip(asarray(x) / 6 + 0.5, 0, 1)


def hard_swish(x: Any) -> Any:
    """x times the hard sigmoid of x.

    Any shape; the dtype is x's. Howard et al., *Searching for MobileNetV3*, 2019.

    >>> from symdiff.library.activations import hard_swish
    >>> hard_swish([-4.0, 0.0, 1.5, 4.0])
    array([-0.   ,  0.   ,  1.125,  4.   ])
    """
    x = asarray(x)
    return x * hard_sigmoid(x)


def hard_tanh(x: Any) -> Any:
    """x limited to [-1, 1]; its derivative is 1/2 at the corners, where x and a bound tie.

    Any shape; the dtype is x's. Collobert, *Large Scale Machine Learning*, 2004.

    >>> from symdiff.library.activations import hard_tanh
    >>> hard_tanh([-2.0, 0.5, 2.0])
    array([-1. ,  0.5,  1. ])
    """
    return clip(asarray(x), -1, 1)


def glu(x: Any, axis: int = -1) -> Any:
    """The gated linear unit: a sigmoid(b), for the two halves a and b of x along an axis.

    The axis has an even size, which a named one is checked for at the call; the result has half of it. Raises
    `ShapeError` for an odd size. Dauphin et al., *Language Modeling with Gated Convolutional Networks*, 2017.

    >>> from symdiff.library.activations import glu
    >>> glu([[1.0, 2.0, 0.0, 800.0]])
    array([[0.5, 2. ]])
    """
    x = asarray(x)
    along = normalise_axis(axis, x.ndim)
    size = x.shape[along]
    if isinstance(size, int) and size % 2:
        advice = "the two halves are the values and their gates"
        raise complaint(ShapeError, f"glu: axis {along} of {shape_text(x.shape)} has no two halves", advice, x=x)
    halves = reshape(x, (*x.shape[:along], 2, size // 2, *x.shape[along + 1 :]))
    before = (slice(None),) * along
    return halves[(*before, 0)] * sigmoid(halves[(*before, 1)])
