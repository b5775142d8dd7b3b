"""Optimisers that keep a memory of gradients: Adam and its relatives, one step as expressions."""

from __future__ import annotations

from typing import Any

from symdiff.library.operands import beside, leaves_of, scalar
from symdiff.ops.arithmetic import sqrt, square
from symdiff.ops.kinks import sign
from symdiff.ops.shape import asarray
from symdiff.tree import rebuild


def adam(
    parameters: Any,
    gradients: Any,
    first: Any,
    second: Any,
    step: Any,
    rate: Any = 1e-3,
    *,
    decays: tuple[Any, Any] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> tuple[Any, Any, Any]:
    """Adam, one step: (new parameters, new first moments, new second moments).

    m' = a m + (1 - a) g, v' = b v + (1 - b) g^2, w' = w - rate (m' / (1 - a^t)) / (sqrt(v' / (1 - b^t)) + epsilon),
    (a, b) = decays. Moments start at 0, `step` t at 1; it is a number or a scalar expression, as rate and decays
    are. Containers, dtypes and errors are as for `sgd`. Kingma & Ba, *Adam*, 2015; Goodfellow et al., algorithm 8.7.

    >>> import numpy as np
    >>> from symdiff.library.adaptive import adam
    >>> w, m, v = adam(np.array([1.0, -1.0]), np.array([4.0, 0.5]), np.zeros(2), np.zeros(2), step=1, rate=0.5)
    >>> w.round(6), m
    (array([ 0.5, -1.5]), array([0.4 , 0.05]))
    """
    return _adam("adam", parameters, gradients, first, second, step, rate, None, decays, epsilon)


def adamw(
    parameters: Any,
    gradients: Any,
    first: Any,
    second: Any,
    step: Any,
    rate: Any = 1e-3,
    weight_decay: Any = 0.01,
    *,
    decays: tuple[Any, Any] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> tuple[Any, Any, Any]:
    """Adam with decoupled weight decay: `adam`, and rate weight_decay w taken from each parameter besides.

    Loshchilov & Hutter, *Decoupled Weight Decay Regularization*, 2019.

    >>> import numpy as np
    >>> from symdiff.library.adaptive import adamw
    >>> w, m, v = adamw(np.array([1.0]), np.array([0.0]), np.zeros(1), np.zeros(1), 1, rate=0.5, weight_decay=0.25)
    >>> w
    array([0.875])
    """
    return _adam("adamw", parameters, gradients, first, second, step, rate, weight_decay, decays, epsilon)


def rmsprop(
    parameters: Any, gradients: Any, squares: Any, rate: Any = 1e-3, decay: Any = 0.9, *, epsilon: float = 1e-6
) -> tuple[Any, Any]:
    """RMSProp, one step: (new parameters, new mean squares).

    r' = decay r + (1 - decay) g^2, w' = w - rate g / sqrt(r' + epsilon). Mean squares start at 0. Containers,
    dtypes and errors are as for `sgd`. Tieleman & Hinton, 2012; Goodfellow et al., algorithm 8.5.

    >>> import numpy as np
    >>> from symdiff.library.adaptive import rmsprop
    >>> rmsprop(np.array([1.0]), np.array([2.0]), np.array([4.0]), rate=0.5, epsilon=0.0)
    (array([0.5]), array([4.]))
    """
    each, structure = leaves_of("rmsprop", parameters)
    slopes = beside("rmsprop", structure, each, gradients, "gradient")
    old = beside("rmsprop", structure, each, squares, "mean square")
    keeps = [scalar("rmsprop", decay, w, "decay") for w in each]
    new = [keep * r + (1 - keep) * square(g) for keep, r, g in zip(keeps, old, slopes, strict=True)]
    moved = [
        w - scalar("rmsprop", rate, w, "rate") * g / sqrt(r + epsilon)
        for w, g, r in zip(each, slopes, new, strict=True)
    ]
    return rebuild(structure, moved), rebuild(structure, new)


def adagrad(
    parameters: Any, gradients: Any, squares: Any, rate: Any = 0.01, *, epsilon: float = 1e-7
) -> tuple[Any, Any]:
    """AdaGrad, one step: (new parameters, new sums of squares).

    r' = r + g^2, w' = w - rate g / (sqrt(r') + epsilon). Sums start at 0. Containers, dtypes and errors are as for
    `sgd`. Duchi, Hazan & Singer, *Adaptive Subgradient Methods*, 2011; Goodfellow et al., algorithm 8.4.

    >>> import numpy as np
    >>> from symdiff.library.adaptive import adagrad
    >>> adagrad(np.array([1.0]), np.array([3.0]), np.array([16.0]), rate=0.5, epsilon=0.0)
    (array([0.7]), array([25.]))
    """
    each, structure = leaves_of("adagrad", parameters)
    slopes = beside("adagrad", structure, each, gradients, "gradient")
    old = beside("adagrad", structure, each, squares, "sum of squares")
    new = [r + square(g) for r, g in zip(old, slopes, strict=True)]
    moved = [
        w - scalar("adagrad", rate, w, "rate") * g / (sqrt(r) + epsilon)
        for w, g, r in zip(each, slopes, new, strict=True)
    ]
    return rebuild(structure, moved), rebuild(structure, new)


def lion(
    parameters: Any,
    gradients: Any,
    first: Any,
    rate: Any = 1e-4,
    weight_decay: Any = 0.0,
    *,
    decays: tuple[Any, Any] = (0.9, 0.99),
) -> tuple[Any, Any]:
    """Lion, one step: (new parameters, new moments).

    w' = w - rate (sign(a m + (1 - a) g) + weight_decay w), m' = b m + (1 - b) g, (a, b) = decays. Moments start
    at 0. Containers, dtypes and errors are as for `sgd`. Chen et al., *Symbolic Discovery of Optimization
    Algorithms*, 2023.

    >>> import numpy as np
    >>> from symdiff.library.adaptive import lion
    >>> lion(np.array([1.0, 1.0]), np.array([4.0, -8.0]), np.zeros(2), rate=0.5, decays=(0.5, 0.75))
    (array([0.5, 1.5]), array([ 1., -2.]))
    """
    each, structure = leaves_of("lion", parameters)
    slopes = beside("lion", structure, each, gradients, "gradient")
    old = beside("lion", structure, each, first, "moment")
    new, moved = [], []
    for w, g, m in zip(each, slopes, old, strict=True):
        a, b = (scalar("lion", decay, w, "decay") for decay in decays)
        direction = sign(a * m + (1 - a) * g) + scalar("lion", weight_decay, w, "weight decay") * w
        moved.append(w - scalar("lion", rate, w, "rate") * direction)
        new.append(b * m + (1 - b) * g)
    return rebuild(structure, moved), rebuild(structure, new)


def _adam(
    asked: str,
    parameters: Any,
    gradients: Any,
    first: Any,
    second: Any,
    step: Any,
    rate: Any,
    weight_decay: Any,
    decays: tuple[Any, Any],
    epsilon: float,
) -> tuple[Any, Any, Any]:
    each, structure = leaves_of(asked, parameters)
    slopes = beside(asked, structure, each, gradients, "gradient")
    means = beside(asked, structure, each, first, "first moment")
    squares = beside(asked, structure, each, second, "second moment")
    moved, new_means, new_squares = [], [], []
    for w, g, m, v in zip(each, slopes, means, squares, strict=True):
        a, b = (scalar(asked, decay, w, "decay") for decay in decays)
        eta = scalar(asked, rate, w, "rate")
        m, v = a * m + (1 - a) * g, b * v + (1 - b) * square(g)
        short_of, square_short_of = (_correction(asked, decay, step, w) for decay in decays)
        moves = eta * (m / short_of) / (sqrt(v / square_short_of) + epsilon)
        if weight_decay is not None:
            moves = moves + eta * scalar(asked, weight_decay, w, "weight decay") * w
        moved.append(w - moves)
        new_means.append(m)
        new_squares.append(v)
    return rebuild(structure, moved), rebuild(structure, new_means), rebuild(structure, new_squares)


def _correction(asked: str, decay: Any, step: Any, parameter: Any) -> Any:
    """1 - decay^step, worked out in float64: float32 would leave 4 digits of 1 - 0.999."""
    if isinstance(step, (int, float)) and isinstance(decay, (int, float)):
        return 1.0 - float(decay) ** step
    power = asarray(decay).astype("float64") ** asarray(step).astype("float64")
    return scalar(asked, 1 - power, parameter, "step")
