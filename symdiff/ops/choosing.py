"""Choices between values beyond `where`: by lists of conditions, by membership, in place of NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError
from symdiff.op import Sample
from symdiff.ops.family import elementwise, operands, uniform
from symdiff.ops.functions import full_like
from symdiff.ops.gathering import take
from symdiff.ops.kinks import minimum
from symdiff.ops.logic import isnan, where
from symdiff.ops.shape import as_arrays, asarray, size
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
