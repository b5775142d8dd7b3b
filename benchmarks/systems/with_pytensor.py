"""PyTensor: a graph, rewritten and compiled by the linker that it chooses."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt

from benchmarks.systems.composed import gelu, layer_norm
from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload


def _value_and_grad(f: Callable[..., Any], wrt: tuple[int, ...]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        value = f(*arguments)
        return value, pytensor.grad(value, [arguments[i] for i in wrt])

    return both


def _cross_entropy(z: Any, t: Any) -> Any:
    return pt.mean(pt.logsumexp(z, axis=1) - z[pt.arange(z.shape[0]), t])


LANGUAGE = SimpleNamespace(
    np=SimpleNamespace(
        exp=pt.exp, log=pt.log, sqrt=pt.sqrt, sin=pt.sin, tanh=pt.tanh, sum=pt.sum, mean=pt.mean,
        concat=pt.concatenate, matrix_transpose=lambda x: x.mT, relu=lambda x: pt.maximum(x, 0),
        softplus=pt.softplus, softmax=lambda x: pt.special.softmax(x, axis=-1), logsumexp=pt.logsumexp,
        gelu=lambda x: gelu(pt, x), cross_entropy=_cross_entropy,
        layer_norm=lambda x, gain, bias: layer_norm(pt, x, gain, bias),
    ),
    value_and_grad=_value_and_grad,
    grad=lambda f, wrt: lambda *arguments: _value_and_grad(f, wrt)(*arguments)[1],
    hvp=lambda f: lambda x, v: pytensor.grad(pt.sum(pytensor.grad(f(x), x) * v), x),
    zeros=np.zeros,
    shape=lambda x: x.type.shape,
)  # fmt: skip


def _prepare(workload: Workload, arguments: Sequence[Any]) -> Prepared:
    inputs = [
        pt.tensor(name, dtype=np.asarray(each).dtype.name, shape=np.shape(each))
        for name, each in zip(workload.names(len(arguments)), arguments, strict=True)
    ]
    function = pytensor.function(inputs, list(workload.outputs(LANGUAGE, *inputs)), on_unused_input="ignore")
    function.trust_input = True
    return Prepared(function, [np.asarray(each) for each in arguments])


SYSTEM = System("PyTensor", _prepare)
