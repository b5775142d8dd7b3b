"""Laws on what an op is given: arrays that lie anyhow in memory, NaN, one expression twice; and on what comes back."""

from __future__ import annotations

import ast
import builtins
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.op import Case, Op
from symdiff.ops.lines import LINES
from tests.ops.laws import Applied, accepts, apply, probes
from tests.values import assert_close, assert_same, draw, run

WAYS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "interpreter": {"backend": "interpreter", "optimize": "none"},
        "readable source": {"backend": "python", "optimize": "none"},
        "tuned source": {"backend": "python", "optimize": "default"},
    }
)
"""How a function is run: the first two agree bit for bit, the third within rounding."""
CHOOSING: Final = ("where", "copysign", "heaviside")
"""Elementwise ops in which an operand may have no say, so that a NaN in it doesn't show."""
UNAFFECTED: Final = ("heaviside", "matrix_rank", "pinv", "replace_part")
"""Other ops in which one operand may have none: a value at 0 only, a tolerance, what is replaced."""


class Compiled(NamedTuple):
    """An applied op with its derivatives, as functions that are run in all ways."""

    applied: Applied
    outputs: list[Any]
    functions: Mapping[str, Any]


def compiled(op: Op, case: Case) -> Compiled:
    """The op's result, its gradients and its tangent as outputs of one function."""
    applied = apply(op, case)
    outputs = [applied.y, *derivatives(op, applied)]
    return Compiled(applied, outputs, functions(applied.inputs, outputs))


def functions(inputs: Sequence[Any], outputs: Any, ways: Iterable[str] = WAYS) -> dict[str, Any]:
    """A function in each of these ways of running it."""
    return {way: sd.compile(list(inputs), outputs, name="program", **WAYS[way]) for way in ways}


def derivatives(op: Op, applied: Applied) -> list[Any]:
    """The gradients by all inputs that have one, and the tangent."""
    if not applied.is_smooth or op.vjp is None:
        return []
    sources, (u,), directions = probes(applied, [applied.y])
    return [*sd.vjp(applied.y, sources, u), sd.jvp(applied.y, sources, directions)]


def _strided(x: Any) -> Any:
    """Every second element of a larger array."""
    whole = np.zeros(tuple(2 * dim for dim in x.shape), x.dtype)
    part = whole[(..., *[slice(None, None, 2)] * x.ndim)]
    part[...] = x
    return part


def _reversed(x: Any) -> Any:
    """A view that runs through memory backwards along every axis."""
    index = (..., *[slice(None, None, -1)] * x.ndim)
    return np.array(x[index], order="C")[index]


def _read_only(x: Any) -> Any:
    copy = np.array(x)
    copy.flags.writeable = False
    return copy


def _big_endian(x: Any) -> Any:
    return x.astype(x.dtype.newbyteorder(">"))


ARRANGEMENTS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "every second element": _strided,
        "columns first": lambda x: np.array(x, order="F"),
        "backwards": _reversed,
        "read-only": _read_only,
        "big-endian": _big_endian,
    }
)


def arrays_may_lie_anyhow(op: Op, case: Case) -> None:
    """However an argument lies in memory, backends agree to the last bit, and rounding is all that may change."""
    applied, outputs, ways = compiled(op, case)
    expected = ways["interpreter"](*applied.values)
    for name, arrange in ARRANGEMENTS.items():
        arranged = [arrange(value) for value in applied.values]
        interpreted, emitted, tuned = (each(*arranged) for each in ways.values())
        assert_same(np.asarray(op(*arranged, **case.attributes)), interpreted[0], f"{op.name} called on arrays {name}")
        for found, other, fast, usual, output in zip(interpreted, emitted, tuned, expected, outputs, strict=True):
            assert_same(found, other, f"{op.name} of arrays {name} by both backends")
            for each in (found, fast):
                assert (each.dtype, each.shape) == output.type, f"{op.name} of arrays {name} is {each!r}"
                assert_close(each, usual, f"{op.name} of arrays {name}", rtol=1e-11, atol=1e-12)


def results_are_fresh(op: Op, case: Case) -> None:
    """Results share memory with nothing, also in the next call; arguments stay what they are; 0-d ones are scalars."""
    applied, outputs, _ = compiled(op, case)
    copies = [value.copy() for value in applied.values]
    for way, function in functions(applied.inputs, [*outputs, applied.y]).items():
        arrays = [each for _ in range(2) for each in function(*applied.values) if isinstance(each, np.ndarray)]
        assert len(arrays) == 2 * sum(bool(each.shape) for each in [*outputs, applied.y]), f"{op.name} by {way}"
        for i, each in enumerate(arrays):
            assert each.flags.writeable, f"{op.name} by {way} gives an array that can't be written to"
            assert not any(np.shares_memory(each, other) for other in [*applied.values, *arrays[:i]]), op.name
        for value, copy in zip(applied.values, copies, strict=True):
            assert_same(value, copy, f"{op.name} by {way} wrote to an argument")


def nan_is_passed_on(op: Op, case: Case) -> None:
    """A NaN makes its element NaN and no other; an array of NaN leaves no number; LAPACK's complaint is NumPy's own."""
    applied, _, ways = compiled(op, case)
    for position, value in enumerate(applied.values):
        if value.dtype.kind != "f" or not value.size:
            continue
        for everywhere in (False, True):
            spoilt = np.array(value)
            spoilt[... if everywhere else (0,) * value.ndim] = np.nan
            values = [spoilt if i == position else each for i, each in enumerate(applied.values)]
            interpreted, emitted, tuned = (_tried(each, values) for each in ways.values())
            for found, other, fast in zip(interpreted, emitted, tuned, strict=True):
                assert_same(found, other, f"{op.name} of NaN by both backends")
                assert_close(fast, found, f"{op.name} of NaN by tuned source", rtol=1e-11)
            if interpreted and interpreted[0].dtype.kind == "f":
                _check_nan(op, spoilt, np.asarray(interpreted[0]), everywhere)


def _tried(function: Any, values: Sequence[Any]) -> list[Any]:
    """The function's results; none where LAPACK doesn't converge."""
    try:
        return function(*values)
    except np.linalg.LinAlgError:
        return []


def _check_nan(op: Op, spoilt: Any, found: Any, everywhere: bool) -> None:
    if op.elementwise and op.name not in CHOOSING:
        wanted = np.broadcast_to(np.isnan(spoilt), found.shape)
        np.testing.assert_array_equal(np.isnan(found), wanted, err_msg=f"{op.name} of NaN")
    elif everywhere and op.name not in (*CHOOSING, *UNAFFECTED) and not op.name.endswith("_of_several"):
        assert np.isnan(found).any(), f"{op.name} of nothing but NaN is {found!r}"


def operands_may_be_one_expression(op: Op, case: Case) -> None:
    """f(x, x) is f(x, y) at y = x, and its derivative the sum of the derivatives by each operand."""
    for sample in case.operands if len(case.operands) > 1 and op not in LINES else ():  # elements are no positions
        twice = case._replace(operands=(sample,) * len(case.operands))
        if not accepts(op, twice):
            continue
        apart = apply(op, twice)
        value = draw([sample])[0]
        graph = sd.Graph()
        x = graph.input("x", value.shape, value.dtype)
        y = graph.apply(op, (x,) * len(case.operands), dict(case.attributes))
        together = Applied(graph, [x], y, [value])
        outputs, parts = [y, *derivatives(op, together)], [apart.y, *derivatives(op, apart)]
        found, emitted, tuned = (each(value) for each in functions([x], outputs).values())
        separate = run(apart.inputs, parts, [value] * len(case.operands))
        assert_same(found[0], separate[0], f"{op.name} of one expression")
        for each, other, fast in zip(found, emitted, tuned, strict=True):
            assert_same(each, other, f"{op.name} of one expression by both backends")
            assert_close(fast, each, f"{op.name} of one expression by tuned source", rtol=1e-11)
        if len(found) > 1:
            assert_close(found[1], sum(separate[1:-1]), f"gradient of {op.name} of one expression", rtol=1e-11)


def functions_travel(op: Op, case: Case) -> None:
    """A pickled function and graph give the same bits; the source needs NumPy and what it defines, nothing else."""
    applied, outputs, ways = compiled(op, case)
    expected = ways["interpreter"](*applied.values)
    for way in ("readable source", "tuned source"):
        restored = pickle.loads(pickle.dumps(ways[way]))
        assert restored.source == ways[way].source, f"{op.name} pickled, {way}"
        for found, wanted in zip(restored(*applied.values), ways[way](*applied.values), strict=True):
            assert_same(found, wanted, f"{op.name} pickled, {way}")
    check_alone(ways["readable source"].source, {"numpy"})
    check_alone(ways["tuned source"].tuned_source, {"numpy", "math"})
    if op in applied.graph.language.table.values():
        graph = pickle.loads(pickle.dumps(applied.graph))
        again = run(graph.arguments, [graph.expr(each.id) for each in outputs], applied.values)
        for found, wanted in zip(again, expected, strict=True):
            assert_same(found, wanted, f"{op.name} in a pickled graph")


def check_alone(source: str, modules: set[str]) -> None:
    """Complain of a module that imports others than these, or names what it doesn't define."""
    tree = ast.parse(source)
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert plain | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} <= modules
    free = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {*dir(builtins), *_bound(tree)}
    assert not free, f"{sorted(free)} are defined nowhere"


def _bound(tree: ast.Module) -> Iterator[str]:
    """Every name that a module binds: imports, functions, classes, their arguments, variables."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


INPUT_LAWS: Final = MappingProxyType(
    {
        law.__name__: law
        for law in (
            arrays_may_lie_anyhow,
            results_are_fresh,
            nan_is_passed_on,
            operands_may_be_one_expression,
            functions_travel,
        )
    }
)
