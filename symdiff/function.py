"""Compiled functions: what compiling gives, to be called with arrays."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, Final

from symdiff._version import __version__
from symdiff.backends.interpreter import interpreted
from symdiff.backends.module import Written, module_text
from symdiff.backends.readable import write_function
from symdiff.backends.runtime import argument, require
from symdiff.backends.tuned import Tuned
from symdiff.errors import ArgumentError, ShapeError, SymdiffError, UnsupportedError
from symdiff.graph import Graph
from symdiff.inspect.nans import FirstNaN, find_nan
from symdiff.inspect.profile import Profile, profile
from symdiff.report import Culprit, Report, bisect
from symdiff.tree import Leaf, Structure, flatten_as, rebuild, result_text

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
        beside: Callable[[], Graph | None] = lambda: None,
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
        self.beside = beside
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

        run = tuned.load({"_missing": MISSING, "_again": again, "argument": checked, "require": demanded})
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


def load(source: str, name: str) -> Callable[..., Any]:
    """Execute a generated module and give one function of it; its errors are symdiff's own."""
    namespace: dict[str, Any] = {"__name__": f"symdiff.generated.{name}"}
    exec(builtins.compile(source, f"<symdiff {name}>", "exec"), namespace)
    namespace.update(ArgumentError=ArgumentError, ShapeError=ShapeError)
    return namespace[name]
