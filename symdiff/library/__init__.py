"""Models' parts, written in ops: none of them has a derivative rule of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from symdiff.library.activations import (
    binary_step,
    elu,
    gelu,
    glu,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    leaky_relu,
    mish,
    selu,
    silu,
    softplus,
    softsign,
    swish,
)
from symdiff.library.adaptive import adagrad, adam, adamw, lion, rmsprop
from symdiff.library.convolution import average_pool1d, average_pool2d, conv1d, conv2d, max_pool1d, max_pool2d
from symdiff.library.initialisers import glorot_normal, glorot_uniform, he_normal, he_uniform, normal, uniform, zeros
from symdiff.library.layers import attention, dropout, embedding, linear
from symdiff.library.likelihoods import contrastive, focal, gaussian_nll, huber, kl_divergence, poisson_nll
from symdiff.library.losses import (
    binary_cross_entropy_from_logits,
    cross_entropy,
    cross_entropy_from_logits,
    hinge,
    mean_squared_error,
    zero_one,
)
from symdiff.library.normalisation import batch_norm, batch_statistics, layer_norm, rms_norm
from symdiff.library.optimisers import momentum, sgd
from symdiff.library.parameters import flatten_parameters, unflatten_parameters
from symdiff.library.regularisers import l2
from symdiff.library.steps import clip_by_norm, clip_by_value, constant_rate, cosine_rate, exponential_rate, warm_up

LIBRARY: Final[dict[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        leaky_relu, elu, softplus, binary_step,
        gelu, silu, swish, selu, mish, softsign, hard_sigmoid, hard_swish, hard_tanh, glu,
        linear, dropout, attention, embedding, layer_norm, rms_norm, batch_norm, batch_statistics,
        conv1d, conv2d, max_pool1d, max_pool2d, average_pool1d, average_pool2d,
        mean_squared_error, cross_entropy, cross_entropy_from_logits, binary_cross_entropy_from_logits, hinge, zero_one,
        huber, kl_divergence, poisson_nll, gaussian_nll, focal, contrastive,
        l2,
        zeros, uniform, normal, glorot_uniform, glorot_normal, he_uniform, he_normal,
        sgd, momentum, adam, adamw, rmsprop, adagrad, lion,
        clip_by_norm, clip_by_value, constant_rate, exponential_rate, cosine_rate, warm_up,
        flatten_parameters, unflatten_parameters,
    )
}  # fmt: skip
