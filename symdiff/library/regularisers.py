"""Terms that a loss gets for the size of the parameters."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ArgumentError
from symdiff.library.operands import complaint
from symdiff.ops.arithmetic import square
from symdiff.ops.reduction import sum as sum_over
from symdiff.tree import flatten


def l2(parameters: Any, weight: Any) -> Any:
    """Weight decay: (weight / 2) times the sum of the squares of all elements, so that its gradient is weight W.

    `parameters` is an expression or an array, or nested lists, tuples and dicts of them, of any shapes; `weight`
    a number or a scalar expression. The result: (), of the common dtype. Raises `ArgumentError` where there are
    no parameters. Goodfellow et al. 7.1.1.

    >>> import symdiff as sd
    >>> from symdiff.library.regularisers import l2
    >>> g = sd.Graph()
    >>> W, b = g.input("W", (2, 2)), g.input("b", (2,))
    >>> penalty = l2({"W": W, "b": b}, 0.1)
    >>> sd.grad(penalty, b).eval({b: [1.0, -2.0]})
    array([ 0.1, -0.2])
    """
    leaves, _ = flatten(parameters)
    if not leaves:
        raise complaint(ArgumentError, "l2: there are no parameters", "give an expression or a container of some")
    total = sum_over(square(leaves[0]))
    for leaf in leaves[1:]:
        total = total + sum_over(square(leaf))
    return 0.5 * weight * total
