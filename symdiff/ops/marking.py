"""Checkpoints: values a user wants kept between the forward and the backward part, the rest being computed again."""

from __future__ import annotations

from typing import Any

from symdiff.op import graph_of
from symdiff.tree import flatten


def checkpoint(x: Any, /) -> Any:
    """x itself, marked to be kept; what lies between marks is computed again where a derivative needs it.

    Memory against time: a compiled function holds the marked values, and what comes after the last of them,
    until the backward part has used them; of the rest it makes again what it needs, part by part, once.
    Results are the same bit for bit. One mark every sqrt(n) of n equal layers takes least memory (Chen et al.,
    Training deep nets with sublinear memory cost, 2016); `sd.compile(..., memory=)` chooses instead.

    x is an expression, or a list, tuple or dict of them. Arrays are given back as they are.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", ("n",))
    >>> h = sd.checkpoint(sd.tanh(x))
    >>> h is sd.tanh(x)
    True
    """
    for each in flatten(x)[0]:
        graph = graph_of([each])
        if graph is not None:
            graph.checkpoints.add(each.id)
    return x
