"""Choices between values beyond `where`: by lists of conditions, by membership, in place of NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError
from symdiff.op import Sample
from symdiff.ops.family import elementwise, operands, uniform
from symdiff.ops.functions import full_like
from symdiff.ops.gathering import take, take_along_axis
from symdiff.ops.joining import broadcast_arrays
from symdiff.ops.kinks import minimum
from symdiff.ops.logic import isnan, where
from symdiff.ops.shape import as_arrays, asarray, size, stack
from symdiff.ops.sorting import searchsorted, sort

heaviside = elementwise(
    "heaviside", np.heaviside, partials=[None, lambda y, x, middle: x == 0],
    samples=[uniform(0.5, 2, (3,), (3,)), operands(Sample(-2, -0.5, (2, 3)), Sample(-2, 2, (3,)))],
    law="d heaviside(x, h) = dh where x = 0, else 0", doc="0 for negative x, h at 0, 1 for positive x, elementwise.",
)  # fmt: skip

CHOOSING = (heaviside,)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], /, default: Any = 0) -> Any:
    """For each element the choice of the first condition that is true, or `default`.

    Choices that aren't taken get derivative 0, whatever they are there.

    >>> import numpy as np
    >>> x = np.arange(4)
    >>> select([x < 1, x < 3], [-x, 10 * x], default=99)
    array([ 0, 10, 20, 99])
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ArgumentError(
            f"{len(condlist)} conditions and {len(choicelist)} choices", advice="give one choice for each condition"
        )
    *given, found = as_arrays(*condlist, *choicelist, default)
    half = len(condlist)
    for condition, choice in reversed(list(zip(given[:half], given[half:], strict=True))):
        found = where(condition, choice, found)
    return found


def choose(x: Any, choices: Any, /) -> Any:
    """For each element of x, integers, the element there of that one of the choices; all broadcast together.

    >>> choose([1, 0], [[10, 20], [30, 40]])
    array([30, 20])
    """
    x, *parts = broadcast_arrays(x, *choices)
    return take_along_axis(stack(parts, axis=0), x.reshape(1, *x.shape), axis=0)[0]


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], /, *args: Any, **kw: Any) -> Any:
    """x by functions (or numbers) where conditions hold, the last of several; elsewhere by one more function, or 0.

    Each function is given all of x; what it is where it isn't taken doesn't matter, nor does its derivative there.

    >>> import numpy as np
    >>> x = np.array([-4.0, 4.0])
    >>> piecewise(x, [x < 0, x >= 0], [lambda x: -x, np.sqrt])
    array([4., 2.])
    """
    conditions = list(condlist) if isinstance(condlist, (list, tuple)) else [condlist]
    if len(funclist) not in (len(conditions), len(conditions) + 1):
        raise ArgumentError(f"{len(funclist)} functions for {len(conditions)} conditions", advice="give one for each")
    x = asarray(x)
    values = [each(x, *args, **kw) if callable(each) else each for each in funclist]
    found = values[-1] if len(values) > len(conditions) else 0
    for condition, value in zip(conditions, values, strict=False):
        found = where(condition, value, found)
    return asarray(found).astype(x.dtype)


def isin(x1: Any, x2: Any, /, *, invert: bool = False, assume_unique: bool = False) -> Any:
    """Whether each element of x1 is one of x2's, of whatever shape; NaN is none. Its derivative is 0.

    >>> isin([1, 2, 3], [3, 1])
    array([ True, False,  True])
    """
    x1, x2 = as_arrays(x1, x2)
    if x2.ndim and 0 in [dim for dim in x2.shape if isinstance(dim, int)]:
        return full_like(x1, invert, dtype=bool)
    ordered = sort(x2.reshape(-1))
    place = minimum(searchsorted(ordered, x1), size(ordered) - 1)
    found = take(ordered, place, axis=0)
    return x1 != found if invert else x1 == found


def nan_to_num(x: Any, /, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """x with NaN and infinities replaced: by `nan`, and by the largest and smallest numbers of the dtype by default.

    What is replaced has derivative 0.

    >>> import numpy as np
    >>> nan_to_num(np.array([1.0, np.nan, np.inf]), posinf=9.0)
    array([1., 0., 9.])
    """
    x = asarray(x)
    if x.dtype.kind != "f":
        return x
    limits = np.finfo(x.dtype)
    top = float(limits.max) if posinf is None else posinf
    bottom = float(limits.min) if neginf is None else neginf
    finite = where(x == np.inf, top, where(x == -np.inf, bottom, x))
    return where(isnan(x), nan, finite)
