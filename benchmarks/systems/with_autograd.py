"""HIPS autograd: NumPy's functions, taped on every call."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from benchmarks.systems.composed import gelu, layer_norm, logsumexp, softmax
from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload


def _cross_entropy(z: Any, t: Any) -> Any:
    return anp.mean(logsumexp(anp, z, 1) - z[np.arange(len(t)), t])


LANGUAGE = SimpleNamespace(
    np=SimpleNamespace(
        exp=anp.exp, log=anp.log, sqrt=anp.sqrt, sin=anp.sin, tanh=anp.tanh, sum=anp.sum, mean=anp.mean,
        concat=anp.concatenate, matrix_transpose=lambda x: anp.swapaxes(x, -1, -2),
        relu=lambda x: anp.maximum(x, 0), softplus=lambda x: anp.logaddexp(x, 0.0),
        softmax=lambda x: softmax(anp, x), logsumexp=lambda x, axis: logsumexp(anp, x, axis),
        gelu=lambda x: gelu(anp, x), cross_entropy=_cross_entropy,
        layer_norm=lambda x, gain, bias: layer_norm(anp, x, gain, bias),
    ),
    value_and_grad=autograd.value_and_grad,
    grad=autograd.grad,
    hvp=lambda f: autograd.hessian_vector_product(f),
    zeros=np.zeros,
    shape=lambda x: x.shape,
)  # fmt: skip


def _prepare(workload: Workload, arguments: Sequence[Any]) -> Prepared:
    def run(*given: Any) -> Any:
        return workload.outputs(LANGUAGE, *given)

    return Prepared(run, arguments)


SYSTEM = System("autograd", _prepare)
