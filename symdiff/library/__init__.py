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
from symdiff.library.convolution import average_pool1d, average_pool2d, conv1d, conv2d, max_pool1d, max_pool2d
from symdiff.library.initialisers import glorot_normal, glorot_uniform, he_normal, he_uniform, normal, uniform, zeros
from symdiff.library.layers import linear
from symdiff.library.losses import (
    binary_cross_entropy_from_logits,
    cross_entropy,
    cross_entropy_from_logits,
    hinge,
    mean_squared_error,
    zero_one,
)
from symdiff.library.optimisers import momentum, sgd
from symdiff.library.parameters import ravel, unravel
from symdiff.library.regularisers import l2

LIBRARY: Final[dict[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        leaky_relu, elu, softplus, binary_step,
        gelu, silu, swish, selu, mish, softsign, hard_sigmoid, hard_swish, hard_tanh, glu,
        linear,
        conv1d, conv2d, max_pool1d, max_pool2d, average_pool1d, average_pool2d,
        mean_squared_error, cross_entropy, cross_entropy_from_logits, binary_cross_entropy_from_logits, hinge, zero_one,
        l2,
        zeros, uniform, normal, glorot_uniform, glorot_normal, he_uniform, he_normal,
        sgd, momentum,
        ravel, unravel,
    )
}  # fmt: skip
