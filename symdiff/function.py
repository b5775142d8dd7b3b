"""Compiled functions: from inputs and outputs of a graph to something that is called with arrays."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Literal

from symdiff._version import __version__
from symdiff.backends.interpreter import interpreted
from symdiff.backends.module import Written, module_text
from symdiff.backends.readable import write_function
from symdiff.backends.remat import choose
from symdiff.backends.runtime import argument, require
from symdiff.backends.tuned import Tuned, write_tuned
from symdiff.core import CAPTURE, INPUT
from symdiff.cost import flops
from symdiff.errors import ArgumentError, GraphError, ShapeError, SymdiffError, UnsupportedError
from symdiff.expr import Expr, describe_node
from symdiff.graph import Graph
from symdiff.inspect.nans import FirstNaN, find_nan
from symdiff.inspect.profile import Profile, profile
from symdiff.naming import assigned_name, given, identifier
from symdiff.optimize.passes import LEVELS, Optimised, Saving, optimise
from symdiff.provenance import caller, describe, place_of
from symdiff.report import Culprit, Report, bisect
from symdiff.rewriting.rule import Rule
from symdiff.sizes import Size
from symdiff.transplant import rebuilt
from symdiff.tree import LEAF, Leaf, Structure, flatten, flatten_as, rebuild, result_text

BACKENDS: Final = ("python", "interpreter")
UNREADABLE: Final = 200_000
"""Nodes above which compiling says what it costs before it begins."""
MISSING: Final = object()
"""Stands for an argument that wasn't given."""


class Function:
    """A compiled function: call it with arrays, positionally or by the inputs' names.

    `source` is its readable source, `tuned_source` what it runs, arranged for speed: with the same results, bit
    for bit but for the order of sums. `graph` is the optimised graph, `report` what optimising did. A pickled function
    keeps its source, not its graph.
    """

    def __init__(
        self,
        name: str,
        written: Written | None,
        inputs: tuple[Structure, ...],
        outputs: Structure,
        declared: tuple[tuple[str, str], ...],
        graph: Graph | None = None,
        report: Report | None = None,
        run: Callable[..., Any] | None = None,
        tuned: Tuned | None = None,
    ) -> None:
        self.name = name
        self._written = written
        self._inputs = inputs
        self._outputs = outputs
        self._declared = declared
        self._graph = graph
        self._report = report
        self._interpreted = run is not None
        self._tuned = tuned
        self._run: Callable[..., Any] = run or (load(self.source, name) if tuned is None else self._loaded(tuned))
        if tuned is not None and self._is_flat and result_text(outputs) is not None:
            # Python looks for __call__ on the class: one for this function alone leaves no call in between.
            self.__class__ = type(type(self).__name__, (type(self),), {"__call__": staticmethod(self._run)})  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<symdiff function {self.name}({', '.join(name for name, _ in self._declared)})>"

    @property
    def written(self) -> Written:
        """The function as text, to put into a module."""
        if self._written is None:
            self._written = write_function(self.name, self.graph, [firing.rule for firing in self.report.firings])
        return self._written

    @property
    def source(self) -> str:
        """The function as a module of readable Python that imports NumPy only."""
        return module_text([self.written], __version__)

    @property
    def tuned_source(self) -> str:
        """The function as a module of Python arranged for speed, which is what runs; it imports NumPy only."""
        if self._tuned is None:
            raise UnsupportedError(
                "this function runs its readable source, or the interpreter; it has no tuned source",
                advice='compile with backend="python" and optimize="default" or "fast"',
            )
        return self._tuned.source

    @property
    def graph(self) -> Graph:
        """The optimised graph; its `outputs` are the function's."""
        return self._kept(self._graph, "graph")

    @property
    def report(self) -> Report:
        """What optimising did."""
        return self._kept(self._report, "report")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for these values of the inputs, in the containers that `compile` was given."""
        values = args if not kwargs and self._is_flat and len(args) == len(self._inputs) else self._bind(args, kwargs)
        try:
            results = self._run(*values)
        except SymdiffError as error:
            raise self._located(error) from None
        if self._tuned is not None and result_text(self._outputs) is not None:
            return results
        return rebuild(self._outputs, results if isinstance(results, (tuple, list)) else [results])

    def _located(self, error: SymdiffError) -> SymdiffError:
        """An error of an argument, with what the arguments are."""
        lines = [f"{name}: {declared}" for name, declared in self._declared]
        advice = "give arrays of the declared shapes, of dtypes that cast safely: value.astype(dtype)"
        return error.located(self.name, lines, advice)

    def _loaded(self, tuned: Tuned) -> Callable[..., Any]:
        """The tuned function; calls that aren't just the arguments in order are sorted out by `_bind`."""

        def again(given: tuple[Any, ...], rest: tuple[Any, ...], named: dict[str, Any]) -> Any:
            return run(*self._bind(tuple(value for value in (*given, *rest) if value is not MISSING), named))

        def checked(name: str, value: Any, dtype: str, shape: tuple[Any, ...]) -> Any:
            if value is MISSING:
                raise self._wrong(f"lacks {name!r}")
            try:
                return argument(name, value, dtype, shape)
            except SymdiffError as error:
                raise self._located(error) from None

        def demanded(holds: bool, what: str) -> None:
            try:
                require(holds, what)
            except SymdiffError as error:
                raise self._located(error) from None

        run = tuned.load({"missing": MISSING, "again": again, "argument": checked, "require": demanded})
        return run

    def bisect_rewrites(self, *args: Any, **kwargs: Any) -> Culprit | None:
        """The first rule that fired and changes a result for these arguments beyond rounding; None where none does."""
        values = self._bind(args, kwargs)
        return bisect(self.report, lambda graph: interpreted(graph)(*values))

    def profile(self, *args: Any, **kwargs: Any) -> Profile:
        """Where a call with these arguments spends its time: by generated line, node, line of yours, scope and role.

        Bytes are set against what copying a large array moves. The call is repeated, so give it arguments that
        take seconds at the most.
        """
        code = {} if self._interpreted else dict(enumerate(self.source.splitlines(), 1))
        if self._tuned is not None:  # two lines that take the arguments come before the body
            code = dict(enumerate(self._tuned.body, self._run.__code__.co_firstlineno + 2))
        return profile(self.graph, self._bind(args, kwargs), self._run, code)

    def find_nan(self, *args: Any, **kwargs: Any) -> FirstNaN | None:
        """Where NaN or infinity among the results of a call with these arguments started; None where there is none."""
        return find_nan(self.graph, self._bind(args, kwargs))

    def __reduce__(self) -> Any:
        if self._interpreted:
            raise UnsupportedError(
                "a function of the interpreter backend can't be pickled", advice='compile it with backend="python"'
            )
        tuned = None if self._tuned is None else self._tuned.fixed()
        known = (self.name, self.written, self._inputs, self._outputs, self._declared)
        return Function, (*known, None, None, None, tuned)

    @property
    def _is_flat(self) -> bool:
        return all(isinstance(each, Leaf) for each in self._inputs)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The arguments in order: containers opened, names looked up; what is missing or extra is an error."""
        if len(args) > len(self._inputs):
            raise self._wrong(f"takes {len(self._inputs)} arguments, {len(args)} were given")
        values: list[Any] = []
        for structure, value in zip(self._inputs, args, strict=False):
            values += flatten_as(structure, value, lambda wanted: self._wrong(f"takes {wanted} here"))
        rest = [name for name, _ in self._declared[len(values) :]]
        extra = [name for name in kwargs if name not in rest]
        if extra:
            twice = extra[0] in [name for name, _ in self._declared]
            raise self._wrong(f"was given {extra[0]!r} twice" if twice else f"has no argument {extra[0]!r}")
        missing = [name for name in rest if name not in kwargs]
        if missing:
            raise self._wrong(f"lacks {', '.join(map(repr, missing))}")
        return values + [kwargs[name] for name in rest]

    def _wrong(self, what: str) -> ArgumentError:
        lines = [f"{name}: {declared}" for name, declared in self._declared]
        return ArgumentError(f"{self.name} {what}", "the arguments are those listed here, in that order", lines)

    def _kept(self, value: Any, what: str) -> Any:
        if value is None:
            raise UnsupportedError(
                f"a function that was pickled or loaded doesn't have its {what}",
                advice="ask the function that compile returned, or pickle the graph beside it",
            )
        return value


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
) -> Function:
    """A function that computes `outputs` from values of `inputs`.

    Both are expressions or nested lists, tuples and dicts of them; a list of inputs is a list of arguments,
    and the result has the form of `outputs`. Inputs that no output needs are accepted. `name` is the
    function's name in its source, by default the variable that the result is assigned to. `optimize="none"`
    runs the graph exactly as written. `without` names rewrite rules to leave out, `rules` are some of your own.

    `memory` is a budget in bytes for what is held at once, beside arguments and constants: a number, a polynomial in
    the named sizes (`"4000*batch"`), or `"sqrt"` for little. What it doesn't allow to keep between the forward and
    the backward part is computed again, with the same results. Without it, marks of `sd.checkpoint` say what is kept.

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
    if optimize not in LEVELS or backend not in BACKENDS:
        raise ArgumentError(
            f"compile knows no optimize={optimize!r} with backend={backend!r}",
            advice=f"optimize is one of {', '.join(LEVELS)}; backend one of {', '.join(BACKENDS)}",
        )
    if memory is not None and (optimize, backend) == ("none", "python"):
        raise ArgumentError(
            'compile: memory= with optimize="none", which runs the readable source, where nothing is computed twice',
            advice='leave optimize at "default", or compile with backend="interpreter"',
        )
    arguments = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    leaves = flatten(arguments)[0]
    results, structure = flatten(outputs)
    graph = _graph_of(leaves, results)
    results = [graph.lift(each) for each in results]
    _check_inputs(graph, leaves, results)
    ends = [each.id for each in results]
    needed = graph.arena.ancestors([*ends, *(each.id for each in leaves)])
    _announce(len(needed))
    called = given(graph, needed)

    def optimised_after(limit: int | None = None) -> Optimised:
        copy = partial(rebuilt, outputs=ends, arguments=[each.id for each in leaves], names=called)
        return optimise(graph, optimize, copy=copy, without=without, rules=rules, limit=limit)

    optimised, live, savings, firings, troubles = optimised_after()
    if memory is not None:
        optimised.checkpoints = set(choose(optimised, memory))
    name = _function_name(name)
    shared = Saving("requests answered by nodes that were there", graph.arena.requests - len(graph))
    report = Report(
        optimize, (len(graph), live, len(optimised)), (shared, *savings), firings, flops(optimised),
        tuple(_notes(graph, results)), troubles, lambda count: optimised_after(count).graph,
    )  # fmt: skip
    run = interpreted(optimised) if backend == "interpreter" else None
    forms = tuple(flatten(each)[1] for each in arguments)
    tuned = None
    if backend == "python" and optimize != "none":
        tuned = write_tuned(name, optimised, lambda texts: result_text(structure, texts) or f"[{', '.join(texts)}]")
    return Function(name, None, forms, structure, _declared(leaves), optimised, report, run, tuned)


def of_graph(name: str, graph: Graph, written: Written) -> Function:
    """A function of a graph as it is, with its source: one that was loaded."""
    inputs = graph.arguments
    structure = flatten([graph.expr(each) for each in graph.outputs])[1] if len(graph.outputs) != 1 else LEAF
    tuned = write_tuned(name, graph, lambda texts: result_text(structure, texts) or f"[{', '.join(texts)}]")
    return Function(name, written, (LEAF,) * len(inputs), structure, _declared(inputs), graph, tuned=tuned)


def _announce(nodes: int) -> None:
    """Say what compiling this many nodes costs, where that is a surprise; 30 to 70 us and 2.7 KB a node were measured."""
    if nodes > UNREADABLE:
        warnings.warn(
            f"compile: {nodes:,} nodes take about {nodes * 50e-6:.0f} s and {nodes * 2.5e-6:.1f} GB; loops by sd.scan, "
            "and whole arrays in place of their elements, make smaller graphs",
            stacklevel=3,
        )


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


def load(source: str, name: str) -> Callable[..., Any]:
    """Execute a generated module and give one function of it; its errors are symdiff's own."""
    namespace: dict[str, Any] = {"__name__": f"symdiff.generated.{name}"}
    exec(builtins.compile(source, f"<symdiff {name}>", "exec"), namespace)
    namespace.update(ArgumentError=ArgumentError, ShapeError=ShapeError)
    return namespace[name]


def _graph_of(inputs: Sequence[Any], outputs: Sequence[Any]) -> Graph:
    for each in inputs:
        if not isinstance(each, Expr):
            raise ArgumentError(
                f"compile: an input is an expression, not {each!r}", advice="pass what g.input returned"
            )
    found = [each.graph for each in (*inputs, *outputs) if isinstance(each, Expr)]
    if not found:
        raise ArgumentError(
            "compile needs at least one expression among its inputs and outputs",
            advice="a number becomes an expression by g.constant",
        )
    for each in (*inputs, *outputs):
        if isinstance(each, Expr) and each.graph is not found[0]:
            raise GraphError(
                "compile of expressions of different graphs",
                advice="build them in one graph; graph.include(expr) copies an expression over",
                context=[describe_node(leaf) for leaf in (*inputs, *outputs) if isinstance(leaf, Expr)],
            )
    return found[0]


def _check_inputs(graph: Graph, inputs: Sequence[Expr], outputs: Sequence[Expr]) -> None:
    given: set[int] = set()
    for each in inputs:
        if each.operation.op is not INPUT or each.id in given:
            twice = each.id in given
            raise GraphError(
                f"compile: an input {'is given twice' if twice else 'is an inner node, not an input of the graph'}",
                advice="list every input once"
                if twice
                else "inputs are made by g.input; sd.substitute puts an input in place of an inner node",
                context=[describe_node(each)],
            )
        given.add(each.id)
    needed = graph.arena.ancestors(each.id for each in outputs)
    for node in needed:
        op = graph.arena.nodes[node].op
        if op is CAPTURE or (op is INPUT and node not in given):
            raise GraphError(
                "an output depends on an input that isn't among the function's inputs",
                advice="add it to the inputs of compile, or to the values of eval",
                context=[f"missing {describe_node(graph.expr(node))}"],
            )


def _function_name(name: str | None) -> str:
    if name is None:
        place = place_of(caller())
        return identifier((place and assigned_name(place)) or "function")
    if identifier(name) != name:
        raise ArgumentError(
            f"compile: {name!r} can't be a function's name", advice="use a Python identifier that isn't a keyword"
        )
    return name


def _notes(graph: Graph, outputs: Sequence[Expr]) -> list[str]:
    found: list[str] = []
    for position, each in enumerate(outputs):
        for source in graph.unreached.get(each.id, ()):
            found.append(f"output {position} is 0: the target doesn't depend on {describe_node(graph.expr(source))}")
    return list(dict.fromkeys(found))
