"""CasADi: expressions of matrices, evaluated by its virtual machine; it has arrays of two axes at most."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import casadi
import numpy as np

from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload


def _value_and_grad(f: Callable[..., Any], wrt: tuple[int, ...]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        value = f(*arguments)
        return value, [casadi.gradient(value, arguments[i]) for i in wrt]

    return both


LANGUAGE = SimpleNamespace(
    np=SimpleNamespace(
        exp=casadi.exp, log=casadi.log, sqrt=casadi.sqrt, sin=casadi.sin, tanh=casadi.tanh,
        sum=lambda x: casadi.sum1(x),
    ),
    value_and_grad=_value_and_grad,
    grad=lambda f, wrt: lambda *arguments: _value_and_grad(f, wrt)(*arguments)[1],
    hvp=lambda f: lambda x, v: casadi.jtimes(casadi.gradient(f(x), x), x, v),
)  # fmt: skip
ABLE = ("elementwise", "greeks", "scalar", "rosenbrock", "rosenbrock_hvp", "chain")
"""The workloads that need nothing but vectors, elementwise functions and sums."""


def _prepare(workload: Workload, arguments: Sequence[Any]) -> Prepared | None:
    if workload.name not in ABLE:
        return None
    inputs = [
        casadi.MX.sym(name, np.size(each)) for name, each in zip(workload.names(len(arguments)), arguments, strict=True)
    ]
    function = casadi.Function(workload.name, inputs, list(workload.outputs(LANGUAGE, *inputs)))
    return Prepared(function, arguments)


SYSTEM = System("CasADi", _prepare)
