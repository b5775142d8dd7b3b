"""What JAX and autograd give at the points of the conventions' table: run with both installed, it prints the record.

The record stands in docs/conventions.json, with the versions it was made with; the page is written from it.
"""

from __future__ import annotations

import importlib.metadata
import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

SOURCE = pathlib.Path(__file__).with_name("test_kinks.py")
RECORD = pathlib.Path(__file__).parents[2] / "docs" / "conventions.json"


def table(namespace: Any) -> list[Any]:
    """The rows of the table, with `sd` standing for another library's namespace."""
    text = SOURCE.read_text(encoding="utf-8")
    start = text.index("TABLE: Final")
    stop = text.index("\n]\n", start) + 3
    scope: dict[str, Any] = {"sd": namespace, "np": np, "INF": np.inf, "NAN": np.nan}
    exec("TABLE" + text[text.index(" = ", start) : stop], scope)
    return scope["TABLE"]


def jax_namespace() -> tuple[Any, Callable[..., Any]]:
    """JAX's functions under symdiff's names, and its gradient."""
    import jax
    import jax.numpy as jnp
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)
    extra = {"relu": jax.nn.relu, "vector_norm": jnp.linalg.norm, "xlogy": special.xlogy, "pow": jnp.power}
    extra |= {"logsumexp": special.logsumexp, "softmax": jax.nn.softmax, "elu": jax.nn.elu}
    extra |= {"leaky_relu": jax.nn.leaky_relu, "softplus": jax.nn.softplus, "cumulative_prod": jnp.cumprod}

    def gradient(function: Callable[..., Any], point: list[Any]) -> Any:
        return jax.grad(function, tuple(range(len(point))))(*(jnp.asarray(each) for each in point))

    return Library(jnp, extra), gradient


def autograd_namespace() -> tuple[Any, Callable[..., Any]]:
    """autograd's functions under symdiff's names, and its gradient."""
    import autograd
    import autograd.numpy as anp
    from autograd.scipy import special

    extra = {"vector_norm": anp.linalg.norm, "pow": anp.power, "logsumexp": special.logsumexp}

    def gradient(function: Callable[..., Any], point: list[Any]) -> Any:
        return [autograd.grad(function, i)(*(np.asarray(each) for each in point)) for i in range(len(point))]

    return Library(anp, extra), gradient


class Library:
    """A library's functions under symdiff's names; one that it lacks raises when it is called."""

    def __init__(self, module: Any, extra: dict[str, Any]) -> None:
        self.module = module
        self.extra = extra

    def __getattr__(self, name: str) -> Any:
        return self.extra[name] if name in self.extra else getattr(self.module, name, _missing)


def _missing(*_: Any) -> Any:
    raise NotImplementedError


def text(value: Any) -> str:
    """A derivative as the page prints it: few digits, infinities and NaN by name."""
    numbers = [f"{each:.4g}" for each in np.ravel(np.asarray(value, float))]
    return numbers[0] if np.ndim(value) == 0 else f"[{', '.join(numbers)}]"


def record() -> dict[str, Any]:
    """The gradients of both libraries for every row; None where a library has no such function."""
    found: dict[str, Any] = {"versions": {name: importlib.metadata.version(name) for name in ("jax", "autograd")}}
    for library, (namespace, gradient) in {"jax": jax_namespace(), "autograd": autograd_namespace()}.items():
        rows: dict[str, Any] = {}
        for name, function, point, _, _ in table(namespace):
            try:
                rows[name] = [text(each) for each in gradient(function, point)]
            except Exception:  # whatever a library says to a function it lacks
                rows[name] = None
        found[library] = rows
    return found


if __name__ == "__main__":
    RECORD.write_text(json.dumps(record(), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {RECORD.name}\n")
