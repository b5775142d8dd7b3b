"""Compiling: from inputs and outputs of a graph to a function that is called with arrays."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

from symdiff.backends.interpreter import interpreted
from symdiff.backends.module import Written
from symdiff.backends.remat import choose
from symdiff.backends.tuned import write_tuned
from symdiff.cost import flops
from symdiff.errors import ArgumentError
from symdiff.expr import Expr, describe_node
from symdiff.function import Function
from symdiff.graph import Graph
from symdiff.naming import given
from symdiff.optimize.passes import Optimised, Saving, optimise
from symdiff.provenance import describe
from symdiff.report import Report
from symdiff.request import announce, check_inputs, check_options, function_name, graph_of
from symdiff.rewriting.rule import Rule
from symdiff.sizes import Size
from symdiff.transplant import rebuilt
from symdiff.tree import LEAF, Structure, flatten, result_text


def compile(
    inputs: Any,
    outputs: Any,
    *,
    name: str | None = None,
    optimize: Literal["none", "default", "fast"] = "default",
    backend: Literal["python", "interpreter"] = "python",
    without: Sequence[str] = (),
    rules: Sequence[Rule] = (),
    memory: int | str | Size | None = None,
    threads: int = 1,
) -> Function:
    """A function that computes `outputs` from values of `inputs`.

    Both are expressions or nested lists, tuples and dicts of them; a list of inputs is a list of arguments,
    and the result has the form of `outputs`. Inputs that no output needs are accepted. `name` is the
    function's name in its source, by default the variable that the result is assigned to. `optimize="none"`
    runs the graph exactly as written. `without` names rewrite rules to leave out, `rules` are some of your own.

    `memory` is a budget in bytes for what is held at once, beside arguments and constants: a number, a polynomial in
    the named sizes (`"4000*batch"`), or `"sqrt"` for little. What it doesn't allow to keep between the forward and
    the backward part is computed again, with the same results. Without it, marks of `sd.checkpoint` say what is kept.

    With `threads`, work on large arrays is shared out among so many threads; results don't depend on their number.
    It pays on idle cores, and where NumPy's BLAS is told to use one thread (`OPENBLAS_NUM_THREADS=1`).

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", ("n",))
    >>> f = sd.compile([x], {"total": sd.sum(x), "double": 2 * x})
    >>> f([1.0, 2.0])
    {'total': np.float64(3.0), 'double': array([2., 4.])}

    Raises `GraphError` where an input isn't one, is missing, or is of another graph; `ShapeError` where a
    named size stands alone in no input; `ArgumentError` where `without` names no rule, or where no plan keeps to
    `memory`.
    """
    check_options(optimize, backend, memory, threads)
    with _collector_at_rest():
        return _compiled(inputs, outputs, name, optimize, backend, without, rules, memory, threads)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for garbage meanwhile: it would look at every node time and again, and find none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _compiled(
    inputs: Any, outputs: Any, name: str | None, optimize: str, backend: str, without: Sequence[str],
    rules: Sequence[Rule], memory: int | str | Size | None, threads: int,
) -> Function:  # fmt: skip
    arguments = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    leaves = flatten(arguments)[0]
    results, structure = flatten(outputs)
    graph = graph_of(leaves, results)
    results = [graph.lift(each) for each in results]
    ends = [each.id for each in results]
    needed = graph.arena.ancestors([*ends, *(each.id for each in leaves)])
    check_inputs(graph, leaves, needed)
    announce(len(needed))
    called = given(graph, needed)

    def optimised_after(limit: int | None = None) -> Optimised:
        copy = partial(rebuilt, outputs=ends, arguments=[each.id for each in leaves], names=called)
        return optimise(graph, optimize, copy=copy, without=without, rules=rules, limit=limit)

    optimised, live, savings, firings, troubles = optimised_after()
    if memory is not None:
        optimised.checkpoints = set(choose(optimised, memory))
    name = function_name(name)
    shared = Saving("requests answered by nodes that were there", graph.arena.requests - len(graph))
    report = Report(
        optimize, (len(graph), live, len(optimised)), (shared, *savings), firings, flops(optimised),
        tuple(_notes(graph, results)), troubles, lambda count: optimised_after(count).graph,
    )  # fmt: skip
    run = interpreted(optimised) if backend == "interpreter" else None
    forms = tuple(flatten(each)[1] for each in arguments)
    tuned = None
    if backend == "python" and optimize != "none":
        tuned = write_tuned(name, optimised, partial(_returned, structure), threads)
    beside = partial(_beside, graph, ends, [each.id for each in leaves])
    return Function(name, None, forms, structure, _declared(leaves), optimised, report, run, tuned, beside)


def _beside(graph: Graph, outputs: list[int], inputs: list[int]) -> Graph | None:
    """The graph of the outputs, and behind them what they are derivatives of by inputs; None where all are outputs."""
    results, arguments = set(outputs), set(inputs)
    known = results | arguments
    wanted = [
        target
        for _, result, targets, sources, along in graph.derivatives
        for target in targets
        if result in results and arguments.issuperset(sources) and known.issuperset(along) and target not in results
    ]
    ends = [*outputs, *dict.fromkeys(wanted)]
    return rebuilt(graph, outputs=ends, arguments=inputs, names=given(graph, range(len(graph)))) if wanted else None


def of_graph(name: str, graph: Graph, written: Written, beside: Graph | None = None) -> Function:
    """A function of a graph as it is, with its source: one that was loaded."""
    inputs = graph.arguments
    structure = flatten([graph.expr(each) for each in graph.outputs])[1] if len(graph.outputs) != 1 else LEAF
    tuned = write_tuned(name, graph, partial(_returned, structure))
    forms = (LEAF,) * len(inputs)
    return Function(name, written, forms, structure, _declared(inputs), graph, tuned=tuned, beside=lambda: beside)


def _returned(structure: Structure, texts: Sequence[str]) -> str:
    """What a function returns, as text: the containers of the outputs, else a list of them."""
    return result_text(structure, texts) or f"[{', '.join(texts)}]"


def _declared(inputs: Sequence[Expr]) -> tuple[tuple[str, str], ...]:
    """The inputs' names and types, with the user's lines."""
    return tuple((each.attrs[0], f"{each.type}  {describe(each.provenance.place)}".rstrip()) for each in inputs)


def evaluate(expr: Expr, values: Any) -> Any:
    """The value of one expression for given values of inputs, keyed by expression or by name."""
    given = by_name(values)
    known = {each.attrs[0]: each for each in expr.graph.arguments}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ArgumentError(
            f"eval: the graph has no input {unknown[0]!r}",
            advice=f"its inputs are {', '.join(known) or 'none'}",
            context=[describe_node(expr)],
        )
    inputs = [known[name] for name in given]
    return compile(inputs, expr, name="value", backend="interpreter")(*given.values())


def by_name(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Values of inputs keyed by name, where they may be keyed by expression."""
    return {key if isinstance(key, str) else key.attrs[0]: value for key, value in values.items()}


def _notes(graph: Graph, outputs: Sequence[Expr]) -> list[str]:
    found: list[str] = []
    for position, each in enumerate(outputs):
        for source in graph.unreached.get(each.id, ()):
            found.append(f"output {position} is 0: the target doesn't depend on {describe_node(graph.expr(source))}")
    return list(dict.fromkeys(found))
