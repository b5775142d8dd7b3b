"""PyTorch, eager, on the processor, with its own layers and losses."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn import functional

from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload

torch.set_num_threads(1)


def _value_and_grad(f: Callable[..., Any], wrt: tuple[int, ...]) -> Callable[..., Any]:
    """The tape's own interface, which costs less a call than `torch.func`'s."""

    def both(*arguments: Any) -> Any:
        leaves = [each.detach().requires_grad_() if i in wrt else each for i, each in enumerate(arguments)]
        value = f(*leaves)
        return value.detach(), torch.autograd.grad(value, [leaves[i] for i in wrt])

    return both


LANGUAGE = SimpleNamespace(
    np=SimpleNamespace(
        exp=torch.exp, log=torch.log, sqrt=torch.sqrt, sin=torch.sin, tanh=torch.tanh, sum=torch.sum,
        mean=torch.mean, concat=torch.concat, matrix_transpose=lambda x: x.mT, relu=torch.relu,
        softplus=lambda x: functional.softplus(x, threshold=100), softmax=lambda x: torch.softmax(x, -1),
        logsumexp=torch.logsumexp, gelu=lambda x: functional.gelu(x, approximate="tanh"),
        cross_entropy=functional.cross_entropy,
        layer_norm=lambda x, gain, bias: functional.layer_norm(x, gain.shape, gain, bias),
    ),
    value_and_grad=_value_and_grad,
    grad=torch.func.grad,
    hvp=lambda f: lambda x, v: torch.func.jvp(torch.func.grad(f), (x,), (v,))[1],
    zeros=lambda shape: torch.zeros(shape, dtype=torch.float64),
    shape=lambda x: x.shape,
)  # fmt: skip


def _prepare(workload: Workload, arguments: Sequence[Any]) -> Prepared:
    def run(*given: Any) -> Any:
        return workload.outputs(LANGUAGE, *given)

    return Prepared(run, [torch.as_tensor(each, dtype=_dtype(each)) for each in arguments])


def _dtype(value: Any) -> Any:
    return torch.float64 if isinstance(value, float) else None


SYSTEM = System("PyTorch", _prepare)
