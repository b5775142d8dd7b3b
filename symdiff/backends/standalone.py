"""The program at the end of an exported file: it checks the derivatives in it and times its functions, without symdiff.

These functions' own text travels; they use NumPy, the standard library and each other, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:  # an exported file imports them where it is run as a program
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

Arrays: TypeAlias = dict[str, Any]
Functions: TypeAlias = Mapping[
    str, tuple[Callable[..., Any], Callable[..., Any], Sequence[Any], Callable[..., Any] | None]
]


def run_program(functions: Functions, text: str) -> int:
    """What `python file.py` does: 0 if all is well, 1 where a derivative is wrong."""
    parser = ArgumentParser(description=text, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare every derivative with finite differences")
    parser.add_argument("--bench", action="store_true", help="time every function")
    parser.add_argument(
        "--size",
        action="append",
        default=[],
        metavar="NAME=N",
        help="the size of axes of this name; give it as often as needed",
    )
    given = parser.parse_args()
    try:
        sizes = {name: int(number) for name, _, number in (each.partition("=") for each in given.size)}
    except ValueError:
        parser.error("--size takes a name and an integer: --size batch=256")
    known = {name for _, declared, *_ in functions.values() for name in sizes_of(declared)}
    for name in sizes:
        if name not in known:
            parser.error(f"--size: there is no axis of size {name!r}, there are {', '.join(sorted(known)) or 'none'}")
    if not given.check and not given.bench:
        parser.print_help()
    wrong: list[str] = []
    for name, (function, declared, derivatives, targets) in functions.items():
        with np.errstate(all="ignore"):
            if given.check:
                whole = function if targets is None else joined_functions(function, targets)
                wrong += check_function(name, whole, declared, derivatives, sizes)
            if given.bench:
                bench_function(name, function, declared, sizes)
    if wrong:
        print("WRONG: " + ", ".join(wrong))
    return 1 if wrong else 0


def sizes_of(declared: Callable[..., Any]) -> Sequence[str]:
    """The names of the sizes that the declaration of a function's inputs is a function of."""
    return declared.__code__.co_varnames[: declared.__code__.co_argcount]


def draw_input(rng: Any, dtype: str, shape: tuple[int, ...], kind: str) -> Any:
    """A random array: of both signs, positive, or positive with its matrices positive definite; integers are 0 or 1."""
    if np.dtype(dtype).kind not in "fc":
        return rng.integers(0, 2, shape).astype(dtype)
    values = rng.normal(size=shape) if kind == "normal" else rng.uniform(0.2, 0.8, shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * rng.normal(size=shape)
    if kind == "definite" and len(shape) > 1 and shape[-1] == shape[-2]:
        values = values @ values.mT + np.eye(shape[-1])
    return np.asarray(values).astype(dtype)


def draw_inputs(declared: Callable[..., Any], sizes: Mapping[str, int], small: bool) -> Iterator[Arrays]:
    """Random arguments of the declared types, the same ones every time: of several sizes, in several ranges."""
    names = sizes_of(declared)
    for first, step in ((3, 1), (4, 0), (8, 0), (12, 0)) if small else ((100, 0), (128, 0)):
        chosen = {name: sizes.get(name, first + step * i) for i, name in enumerate(names)}
        for kind in ("normal", "positive", "definite"):
            rng = np.random.default_rng(0)
            types = declared(**chosen).items()
            inputs = {name: draw_input(rng, dtype, shape, kind) for name, (dtype, shape) in types}
            yield {name: value[()] for name, value in inputs.items()}


def outputs_of(found: Any) -> tuple[Any, ...]:
    """What a function returned, one value or several, as a tuple."""
    return found if isinstance(found, tuple) else (found,)


def joined_functions(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    """The function that returns what two others do."""
    return lambda *inputs: (*outputs_of(first(*inputs)), *outputs_of(second(*inputs)))


def call_function(function: Callable[..., Any], inputs: Arrays) -> list[Any] | None:
    """The outputs for these arguments; None where they don't suit the function."""
    try:
        found = function(*inputs.values())
    except (ValueError, IndexError):
        return None
    return [np.asarray(each) for each in outputs_of(found)]


def check_function(
    name: str, function: Callable[..., Any], declared: Callable[..., Any], derivatives: Sequence[Any], sizes: Any
) -> list[str]:
    """Compare each derivative with finite differences along three random directions; the names of the wrong ones."""
    if not derivatives:
        print(f"{name}: unchecked, it returns no derivative by its arguments")
        return []
    for inputs in draw_inputs(declared, sizes, small=True):
        outputs = call_function(function, inputs)
        if outputs is not None and all(np.isfinite(outputs[i]).all() for each in derivatives for i in each[3]):
            break
    else:
        print(f"{name}: unchecked, no random arguments give finite values")
        return []
    wrong: list[str] = []
    for label, *derivative in derivatives:
        if derivative[0] == "stopped":
            print(f"{name}: {label:<32} unchecked, stop_gradient takes a part of the function for a constant")
            continue
        rng = np.random.default_rng(1)
        errors = [derivative_error(function, inputs, outputs, rng, *derivative) for _ in range(3)]
        worst = max(errors, key=lambda each: each if each == each else np.inf)
        verdict = "ok" if worst <= 1 else "WRONG"
        print(f"{name}: {label:<32} {verdict}, {worst:.1e} of what may differ")
        wrong += [] if worst <= 1 else [f"{name}: {label}"]
    return wrong


def derivative_error(
    function: Callable[..., Any], inputs: Arrays, outputs: list[Any], rng: Any,
    kind: str, result: int, targets: Sequence[int], sources: Sequence[str], along: Sequence[Any],
) -> float:  # fmt: skip
    """By how much a derivative differs from a difference quotient, in units of what rounding explains.

    A pull is the adjoint g of what a push J does: <g, v> = <u, J v>, where u are the targets' cotangents.
    A push is J v itself, of which a random combination <u, J v> is looked at.
    """
    known = {**dict(enumerate(outputs)), **inputs}
    if kind == "pull":
        (x,) = [np.asarray(inputs[name]) for name in sources]
        v = draw_input(rng, x.dtype.name, x.shape, "normal")
        v = (v / max(np.linalg.norm(v.reshape(-1)), 1e-30)).astype(x.dtype)
        vectors, weights = [v], [known[each] for each in along] or [np.ones(()) for _ in targets]
        found = np.sum(outputs[result] * v)
    else:
        vectors = [np.asarray(known[each]) for each in along]
        weights = [draw_input(rng, outputs[each].dtype.name, outputs[each].shape, "normal") for each in targets]
        found = np.sum(outputs[result] * weights[0])
    resolution = max(float(np.finfo(each.dtype).eps) for each in (*vectors, *(outputs[i] for i in targets)))
    step = np.cbrt(resolution)
    moves, weighed = dict(zip(sources, vectors, strict=True)), dict(zip(targets, weights, strict=True))
    quotient, other = (difference_quotient(function, inputs, outputs, moves, weighed, h) for h in (step, 2 * step))
    # What two steps don't agree on is noise, too: of sums that cancel, of parts in single precision, at kinks.
    noise = sum(np.sum(np.abs(u * outputs[i])) for i, u in weighed.items()) * resolution / step + abs(quotient - other)
    size = max(abs(np.real(found)), abs(np.real(quotient)))
    relative = 1e-5 if resolution < 1e-10 else 2e-2
    return float(abs(np.real(found - quotient)) / (relative * size + 10 * noise + 1e-300))


def difference_quotient(
    function: Callable[..., Any], inputs: Arrays, outputs: list[Any], moves: Arrays, weights: Mapping[int, Any], h: Any
) -> Any:
    """The central quotient sum_i <u_i, (f_i(x + h v) - f_i(x - h v)) / 2h>, where u are weights of some outputs."""
    ends: list[list[Any]] = []
    for step in (h, -h):
        moved = {name: (inputs[name] + step * v).astype(v.dtype) for name, v in moves.items()}
        ends.append(call_function(function, {**inputs, **moved}) or outputs)
    wide = np.complex128 if any(outputs[i].dtype.kind == "c" for i in weights) else np.float64
    return sum(np.sum(u * np.subtract(ends[0][i], ends[1][i], dtype=wide)) for i, u in weights.items()) / (2 * h)


def bench_function(
    name: str, function: Callable[..., Any], declared: Callable[..., Any], sizes: Mapping[str, int]
) -> None:
    """Print the time of a call: the median of batches that take a second together."""
    for inputs in draw_inputs(declared, sizes, small=False):
        if call_function(function, inputs) is not None:
            break
    else:
        print(f"{name}: no random arguments suit it, give --size")
        return
    times: list[float] = []
    calls, end = 1, perf_counter() + 1
    while not times or perf_counter() < end:
        start = perf_counter()
        for _ in range(calls):
            function(*inputs.values())
        took = perf_counter() - start
        times.append(took / calls)
        calls = calls * 2 if took < 0.01 else calls
    shapes = ", ".join(f"{key}: {np.shape(value)}" for key, value in inputs.items())
    print(f"{name}: {sorted(times)[len(times) // 2] * 1e6:.1f} us a call with {shapes}")


PROGRAM = (
    run_program, sizes_of, draw_input, draw_inputs, outputs_of, joined_functions, call_function, check_function,
    derivative_error, difference_quotient, bench_function,
)  # fmt: skip
"""The functions of the program, in the order in which they are read."""
IMPORTS = {"argparse": ("ArgumentParser", "RawDescriptionHelpFormatter"), "time": ("perf_counter",)}
