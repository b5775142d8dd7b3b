"""How far an optimiser goes: gradients clipped, and rates that follow the count of steps, as expressions."""

from __future__ import annotations

import functools
import math
import operator
from typing import Any

from symdiff.library.operands import leaves_of
from symdiff.ops.arithmetic import sqrt, square
from symdiff.ops.functions import clip
from symdiff.ops.kinks import minimum
from symdiff.ops.logic import where
from symdiff.ops.shape import asarray
from symdiff.ops.trigonometric import cos
from symdiff.tree import rebuild


def clip_by_norm(gradients: Any, largest: Any) -> Any:
    """Gradients times min(1, largest / norm), their norm being that of all of them as one vector.

    An expression or array, or nested lists, tuples and dicts of them; the same containers come back, of the same
    dtypes. Gradients that are all 0 stay so. Pascanu, Mikolov & Bengio, *On the Difficulty of Training Recurrent
    Neural Networks*, 2013; Goodfellow et al. 10.11.1.

    >>> import numpy as np
    >>> from symdiff.library.steps import clip_by_norm
    >>> clip_by_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]
    """
    each, structure = leaves_of("clip_by_norm", gradients)
    norm = sqrt(functools.reduce(operator.add, [square(g).sum() for g in each]))
    factor = where(norm > largest, largest / where(norm > largest, norm, 1), 1)
    return rebuild(structure, [g * asarray(factor).astype(g.dtype) for g in each])


def clip_by_value(gradients: Any, largest: Any) -> Any:
    """Every element of the gradients limited to [-largest, largest]; containers are as for `clip_by_norm`.

    >>> import numpy as np
    >>> from symdiff.library.steps import clip_by_value
    >>> clip_by_value({"w": np.array([3.0, -0.5, -4.0])}, 1.0)
    {'w': array([ 1. , -0.5, -1. ])}
    """
    each, structure = leaves_of("clip_by_value", gradients)
    return rebuild(structure, [clip(g, -largest, largest) for g in each])


def constant_rate(step: Any, rate: float) -> Any:
    """The same rate at every step, in the form of the others.

    >>> from symdiff.library.steps import constant_rate
    >>> float(constant_rate(100, 0.5))
    0.5
    """
    return _number(step) * 0 + rate


def exponential_rate(step: Any, rate: float, factor: float, every: float = 1.0) -> Any:
    """rate factor^(step / every): the rate is multiplied by `factor` every so many steps.

    >>> from symdiff.library.steps import exponential_rate
    >>> float(exponential_rate(20, 0.5, 0.5, every=10))
    0.125
    """
    return rate * factor ** (_number(step) / every)


def cosine_rate(step: Any, rate: float, steps: float, last: float = 0.0) -> Any:
    """From `rate` down to `last` over so many steps, along half a wave of the cosine; `last` from there on.

    last + (rate - last) (1 + cos(pi min(step / steps, 1))) / 2. Loshchilov & Hutter, *SGDR*, 2017.

    >>> from symdiff.library.steps import cosine_rate
    >>> [round(float(cosine_rate(step, 1.0, 10)), 3) for step in (0, 5, 10, 20)]
    [1.0, 0.5, 0.0, 0.0]
    """
    part = minimum(_number(step) / steps, 1)
    return last + (rate - last) * 0.5 * (1 + cos(math.pi * part))


def warm_up(step: Any, rate: Any, steps: float) -> Any:
    """`rate`, another schedule's too, times min(step / steps, 1): from 0 up over the first so many steps.

    Goyal et al., *Accurate, Large Minibatch SGD*, 2017.

    >>> from symdiff.library.steps import warm_up
    >>> [float(warm_up(step, 0.5, 10)) for step in (0, 5, 20)]
    [0.0, 0.25, 0.5]
    """
    return rate * minimum(_number(step) / steps, 1)


def _number(step: Any) -> Any:
    """A step count as a float: an integer expression becomes float64."""
    step = asarray(step)
    return step if step.dtype.kind == "f" else step.astype("float64")
