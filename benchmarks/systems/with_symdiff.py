"""symdiff: the interpreter, the readable source that `export` writes, the tuned source that `compile` runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

import symdiff as sd
from benchmarks.systems.composed import gelu
from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload


def _value_and_grad(f: Callable[..., Any], wrt: tuple[int, ...]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        value = f(*arguments)
        return value, sd.grad(value, [arguments[i] for i in wrt])

    return both


LANGUAGE = SimpleNamespace(
    np=SimpleNamespace(
        exp=sd.exp, log=sd.log, sqrt=sd.sqrt, sin=sd.sin, tanh=sd.tanh, sum=sd.sum, mean=sd.mean, concat=sd.concat,
        matrix_transpose=sd.matrix_transpose, relu=sd.relu, softplus=sd.softplus, softmax=sd.softmax,
        logsumexp=lambda x, axis: sd.logsumexp(x, axis=axis), layer_norm=sd.layer_norm,
        gelu=lambda x: gelu(sd, x), cross_entropy=sd.cross_entropy_from_logits,
    ),
    value_and_grad=_value_and_grad,
    grad=lambda f, wrt: lambda *arguments: _value_and_grad(f, wrt)(*arguments)[1],
    hvp=lambda f: lambda x, v: sd.hvp(f(x), x, v),
    zeros=np.zeros,
    shape=lambda x: x.shape,
)  # fmt: skip


def inputs_of(workload: Workload, arguments: Sequence[Any]) -> list[Any]:
    """Inputs of a new graph, of the arguments' types."""
    g = sd.Graph()
    return [
        g.input(name, np.shape(each), np.asarray(each).dtype)
        for name, each in zip(workload.names(len(arguments)), arguments, strict=True)
    ]


def compiled(workload: Workload, arguments: Sequence[Any], **options: Any) -> sd.Function:
    """The workload as a compiled function."""
    inputs = inputs_of(workload, arguments)
    return sd.compile(inputs, list(workload.outputs(LANGUAGE, *inputs)), name=workload.name, **options)


def _readable(workload: Workload, arguments: Sequence[Any]) -> Prepared:
    namespace: dict[str, Any] = {"__name__": workload.name}
    exec(compiled(workload, arguments).source, namespace)
    return Prepared(namespace[workload.name], arguments)


SYSTEMS = (
    System("interpreter", lambda w, arguments: Prepared(compiled(w, arguments, backend="interpreter"), arguments)),
    System("readable", _readable),
    System("tuned", lambda workload, arguments: Prepared(compiled(workload, arguments), arguments)),
)
