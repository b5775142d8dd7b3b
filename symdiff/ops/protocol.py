"""NumPy's protocols: which function of the vocabulary stands for which of NumPy's, with NumPy's own arguments."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError, UnsupportedError
from symdiff.op import Op, graph_of
from symdiff.ops import arranging, floating, fourier, functions, kinks, reduction, shape
from symdiff.ops.arithmetic import floor_divide, multiply, remainder
from symdiff.ops.exponential import exp2
from symdiff.ops.protocol_linalg import LINALG
from symdiff.ops.refused import NUMPYS, REFUSED

Function = Callable[..., Any]

RENAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "absolute": "abs", "bitwise_not": "bitwise_invert", "invert": "bitwise_invert", "conjugate": "conj",
        "concatenate": "concat", "cumsum": "cumulative_sum", "cumprod": "cumulative_prod",
        "left_shift": "bitwise_left_shift", "power": "pow", "right_shift": "bitwise_right_shift", "rint": "round",
        "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
        "arctan2": "atan2", "arctanh": "atanh", "true_divide": "divide", "amax": "max", "amin": "min",
    }
)  # fmt: skip
"""NumPy's other names of what the standard has; where they are one object, these entries are harmless."""
SCIPY: Final[Mapping[str, str]] = MappingProxyType(
    {"expit": "sigmoid", "gammaln": "lgamma", "log_expit": "log_sigmoid", "psi": "digamma"}
)
"""Universal functions of `scipy.special`, and what they are called here."""
SAME: Final = (
    "betaln", "cbrt", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "exp2", "expm1", "gamma", "i0", "i0e", "i1",
    "i1e", "iv", "ive", "kl_div", "log1p", "log_ndtr", "logit", "ndtr", "ndtri", "rel_entr", "xlog1py", "xlogy",
)  # fmt: skip
"""More of them, which have the same name."""
ARGUMENTS: Final[Mapping[str, str]] = MappingProxyType({"ddof": "correction"})
"""NumPy's other names of arguments."""
MEANINGLESS: Final = frozenset(("casting", "subok", "like", "copy"))
"""Arguments about memory, which an expression has none of."""


def _floats(a: Any, dtype: Any) -> Any:
    return a if dtype is None else a.astype(dtype)


def _mean(a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
    return reduction.mean(_floats(a, dtype), axis=axis, keepdims=keepdims)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return functions.clip(a, a_min if min is None else min, a_max if max is None else max)


def _round(a: Any, decimals: int = 0) -> Any:
    whole, unit = a.graph.ops.round, float(10 ** abs(decimals))
    if decimals == 0:
        return whole(a)
    return whole(a * unit) / unit if decimals > 0 else whole(a / unit) * unit


def _divmod(a: Any, b: Any) -> tuple[Any, Any]:
    return floor_divide(a, b), remainder(a, b)


def _fmod(a: Any, b: Any) -> Any:
    """The remainder with the sign of a."""
    where, b = graph_of([a, b]).ops.where, kinks.abs(b)
    return where(shape.asarray(a) < 0, -remainder(-shape.asarray(a), b), remainder(a, b))


def _modf(a: Any) -> tuple[Any, Any]:
    whole = kinks.trunc(a)
    return a - whole, whole


def _ldexp(a: Any, exponent: Any) -> Any:
    return multiply(a, exp2(exponent))


def _lower(a: Any, k: int = 0) -> Any:
    return np.tril_indices(a.shape[-2], k, a.shape[-1])


def _upper(a: Any, k: int = 0) -> Any:
    return np.triu_indices(a.shape[-2], k, a.shape[-1])


def _transpose(a: Any, axes: Any = None) -> Any:
    return a.transpose() if axes is None else a.transpose(axes)


def _reshape(a: Any, shape: Any) -> Any:
    return a.reshape(shape)


def _concat(arrays: Sequence[Any], axis: int | None = 0, *, dtype: Any = None) -> Any:
    if axis is None:
        arrays, axis = [shape.asarray(each).reshape(-1) for each in arrays], 0
    found = shape.concat(list(arrays), axis=axis)
    return found if dtype is None else found.astype(dtype)


def _where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    graph = graph_of([condition, x, y])
    return graph.ops.nonzero(condition) if x is None or y is None else graph.ops.where(condition, x, y)


OWN: Final[Mapping[Function, Function]] = MappingProxyType(
    {
        np.mean: _mean, np.clip: _clip, np.round: _round, np.around: _round, np.transpose: _transpose, np.reshape:
        _reshape, np.concatenate: _concat, np.where: _where, np.trace: arranging.trace, np.ravel: lambda a:
        a.ravel(), np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.deg2rad: floating.deg2rad, np.radians:
        floating.deg2rad, np.rad2deg: floating.rad2deg, np.degrees: floating.rad2deg, np.fabs: floating.fabs,
        np.float_power: floating.float_power, np.divmod: _divmod, np.modf: _modf, np.fmod: _fmod, np.ldexp: _ldexp,
        np.fix: kinks.trunc, np.copy: lambda a: a, np.tril_indices_from: _lower, np.triu_indices_from: _upper,
        np.fmax: floating.fmax, np.fmin: floating.fmin, np.remainder: floating.mod,
        **LINALG,
        **{getattr(np.fft, name): getattr(fourier, name) for name in fourier.NUMPY},
        **{getattr(np, each.__name__): each for each in REFUSED if hasattr(np, each.__name__)},
        **{getattr(np, name): each for name, each in NUMPYS.items()},
    }
)  # fmt: skip
"""Functions whose arguments are NumPy's already."""


def numpy_names(names: SimpleNamespace) -> dict[Function | str, Function]:
    """Which function stands for which of NumPy's, keyed by NumPy's; `names` is the vocabulary.

    SciPy's, which need not be there, are keyed by their names.
    """
    found: dict[Function, Function] = {}
    known: dict[str, Any] = vars(names)
    for home, name in itertools.product((np.linalg, np), (*known, *RENAMED)):
        target, concrete = known.get(RENAMED.get(name, name)), getattr(home, name, None)
        if target is not None and callable(concrete) and not isinstance(concrete, type):
            found[concrete] = target
    found |= OWN
    return {
        **{
            name: _ufunc(name, known[SCIPY.get(name, name)])
            for name in (*SCIPY, *SAME)
            if SCIPY.get(name, name) in known
        },
        **{concrete: adapted(concrete, target) for concrete, target in found.items()},
    }


def adapted(concrete: Function, target: Function) -> Function:
    """`target` called with the arguments of NumPy's function `concrete`: by position or by name.

    Arguments at NumPy's defaults are left out; what `target` can't take is an `UnsupportedError`.
    """
    name = concrete.__name__
    if isinstance(concrete, np.ufunc):
        return _ufunc(name, target)

    def call(*args: Any, **kwargs: Any) -> Any:
        takes = _parameters(concrete)
        if takes is None:
            return target(*args, **kwargs)
        given = dict(zip(takes, args, strict=False)) | kwargs
        if len(args) > len(takes) or not given.keys() <= takes.keys():
            raise ArgumentError(f"np.{name} can't be called so", advice=f"it takes {', '.join(takes)}")
        if given.get("where") is True:  # NumPy's default, though its signature has another
            del given["where"]
        if given.get("order") in ("C", "K", "A"):  # the order of an expression's elements
            del given["order"]
        changed = {key: given[key] for key in takes if key in given and not _same(given[key], takes[key])}
        return _call(name, target, changed)

    return call


def _call(name: str, target: Function, given: Mapping[str, Any]) -> Any:
    """Call `target` with arguments by NumPy's names: operands by position, the rest by the target's names."""
    positional, keywords = _signature(target)
    renamed = {ARGUMENTS.get(key, key): value for key, value in given.items() if key not in MEANINGLESS}
    operands = list(renamed)[: len(positional)]
    rest = {key: value for key, value in renamed.items() if key not in operands or key in keywords}
    leading = [renamed[key] for key in operands if key not in rest]
    unknown = [key for key in rest if key not in keywords]
    if unknown:
        raise UnsupportedError(
            f"np.{name} of an expression takes no {unknown[0]}=",
            advice="leave it away; sd.where selects, astype casts, and a result is always new",
        )
    return target(*leading, **rest)


@lru_cache(maxsize=512)
def _parameters(function: Function) -> dict[str, Any] | None:
    """NumPy's own parameters and their defaults; None where they can't be had, or are any number."""
    try:
        found = inspect.signature(function).parameters
    except ValueError:
        return None
    if any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in found.values()):
        return None
    return {name: each.default for name, each in found.items()}


@lru_cache(maxsize=512)
def _signature(target: Function) -> tuple[tuple[str, ...], frozenset[str]]:
    """The operands of a target, which go by position, and the arguments that may go by name."""
    if isinstance(target, Op):
        return tuple(f"x{i}" for i in range(1 if target.arity is None else target.arity)), frozenset(target.attributes)
    found = inspect.signature(target).parameters.values()
    positional = [each.name for each in found if each.kind is each.POSITIONAL_ONLY]
    named = [each.name for each in found if each.kind is not each.POSITIONAL_ONLY]
    required = [each.name for each in found if each.default is each.empty and each.name not in positional]
    return tuple(positional or required), frozenset(named)


def _same(value: Any, default: Any) -> bool:
    """Whether an argument is at NumPy's default."""
    return value is default or (isinstance(value, (int, str)) and type(value) is type(default) and value == default)


def _ufunc(name: str, target: Function) -> Function:
    def call(*operands: Any, where: Any = True, dtype: Any = None, signature: Any = None, **memory: Any) -> Any:
        if where is not True or signature is not None or not memory.keys() <= {*MEANINGLESS, "order"}:
            refused = "where" if where is not True else next(iter(memory.keys() - MEANINGLESS), "signature")
            raise UnsupportedError(
                f"np.{name} of an expression takes no {refused}=",
                advice="sd.where(condition, y, x) selects between results; astype casts",
            )
        if dtype is not None:
            graph = graph_of(operands)
            operands = tuple(graph.lift(each).astype(dtype) for each in operands)
        return target(*operands)

    return call
