"""What a system is asked for: the functions that workloads are stated in, derivatives, and something to call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from benchmarks.workload import Workload

Transform: TypeAlias = Callable[[Callable[..., Any], tuple[int, ...]], Callable[..., Any]]


class Language(Protocol):
    """What `Workload.outputs` is written against.

    `np` holds functions by the Array API's names, and `cross_entropy` (of logits and labels, the mean), `gelu` (with
    tanh), `layer_norm`, `logsumexp`, `relu`, `softmax`, `softplus`: the system's own, where it has them.
    `value_and_grad(f, wrt)` and `grad(f, wrt)` differentiate by the arguments at these positions; `hvp(f)(x, v)`
    is the Hessian times v; `zeros(shape)` are zeros of float64, `shape(x)` is a tuple of
    integers.
    """

    np: Any
    value_and_grad: Transform
    grad: Transform
    hvp: Callable[[Callable[..., Any]], Callable[..., Any]]
    zeros: Callable[[tuple[int, ...]], Any]
    shape: Callable[[Any], tuple[int, ...]]


class Prepared(NamedTuple):
    """A function, and arguments as it likes them best."""

    run: Callable[..., Any]
    arguments: Sequence[Any]


class System(NamedTuple):
    """A column of the table: its name, and how it makes a workload ready (None: it can't do this one)."""

    name: str
    prepare: Callable[[Workload, Sequence[Any]], Prepared | None]
