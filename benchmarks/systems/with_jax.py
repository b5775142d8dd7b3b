"""JAX: `jit` of everything, in the precision that the arguments have."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.systems.composed import layer_norm
from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload

jax.config.update("jax_enable_x64", True)


def _cross_entropy(z: Any, t: Any) -> Any:
    picked = jnp.take_along_axis(z, t[:, None], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(z, axis=1) - picked)


LANGUAGE = SimpleNamespace(
    np=SimpleNamespace(
        exp=jnp.exp, log=jnp.log, sqrt=jnp.sqrt, sin=jnp.sin, tanh=jnp.tanh, sum=jnp.sum, mean=jnp.mean,
        concat=jnp.concatenate, matrix_transpose=jnp.matrix_transpose, relu=jax.nn.relu, softplus=jax.nn.softplus,
        softmax=jax.nn.softmax, logsumexp=jax.nn.logsumexp, gelu=jax.nn.gelu, cross_entropy=_cross_entropy,
        layer_norm=lambda x, gain, bias: layer_norm(jnp, x, gain, bias),
    ),
    value_and_grad=jax.value_and_grad,
    grad=jax.grad,
    hvp=lambda f: lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1],
    zeros=jnp.zeros,
    shape=lambda x: x.shape,
)  # fmt: skip


def _prepare(workload: Workload, arguments: Sequence[Any]) -> Prepared:
    compiled = jax.jit(lambda *given: workload.outputs(LANGUAGE, *given))
    wait = jax.block_until_ready
    return Prepared(lambda *given: wait(compiled(*given)), [jnp.asarray(each) for each in arguments])


SYSTEM = System("JAX", _prepare)
