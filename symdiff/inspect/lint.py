"""Lints: what in a graph, as its user wrote it, is likely to be slow, inaccurate or a mistake; and what to write."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from symdiff.core import INPUT
from symdiff.errors import ArgumentError
from symdiff.function import Function
from symdiff.graph import Graph
from symdiff.inspect.selection import Selection, select
from symdiff.ops.logic import where
from symdiff.provenance import Place, describe
from symdiff.rewriting.pattern import Application, PatternGraph, find
from symdiff.rewriting.rule import View
from symdiff.rewriting.stabilise import stabilise
from symdiff.transplant import rebuilt
from symdiff.tree import flatten


class Form(NamedTuple):
    """One way of writing something, and what to write instead; both texts name their operands in braces.

    `pattern` is a function of operands of those names, traced on untyped variables, where a pattern can tell;
    `when`, a function of the operands found, says for which of them the form is meant.
    """

    written: str
    instead: str
    pattern: Callable[..., Any] | None = None
    when: Callable[..., bool] | None = None


class Found(NamedTuple):
    """A form that a lint has found at a node of the survey's graph, and its operands: nodes of that graph, or texts."""

    node: int
    form: Form
    operands: Mapping[str, int | str]


@dataclass(frozen=True, eq=False)
class Lint:
    """One thing to look for: its name, why it matters, the forms it has, and the function that finds them."""

    name: str
    why: str
    forms: tuple[Form, ...]
    look: Callable[[Survey], Iterable[Found]]


class Finding(NamedTuple):
    """Something that a lint has found.

    `node` is its id in the graph, `found` what it is, with the types, `place` the user's line; `why` says why it
    matters and `instead` what to write.
    """

    lint: str
    node: int
    found: str
    place: Place | None
    why: str
    instead: str

    def __str__(self) -> str:
        head = f"{self.lint}  %{self.node}  {describe(self.place)}".rstrip()
        return f"{head}\n  found    {self.found}\n  why      {self.why}\n  instead  {self.instead}"


class Findings(tuple[Finding, ...]):
    """Findings by node id: to go through, to count (none is false), to print."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "nothing found"


class Survey:
    """What lints look at: the stable form of a selection, with what its nodes are called and used for.

    What is rewritten by itself before a derivative is taken or a function compiled is gone from `graph`, so no
    lint finds it. `images` tells what a node of the selection became in `graph`, `written` the way back; `nodes`
    are those of `graph` that the outputs need. Lints find what the user wrote: forward nodes.
    """

    def __init__(self, selection: Selection, outputs: Sequence[int]) -> None:
        copy = rebuilt(selection.graph, outputs=selection.nodes, arguments=[])
        self.selection = selection
        self.outputs = outputs
        self.graph = copy
        self.images = {node: stabilise(copy, new) for node, new in zip(selection.nodes, copy.outputs, strict=True)}
        self.roots = frozenset(self.images[node] for node in outputs)
        self.nodes = copy.arena.ancestors(self.roots)
        self.written: dict[int, int] = {}
        for node, image in self.images.items():
            self.written.setdefault(image, node)

    def views(self, *ops: Any) -> Iterator[View]:
        """The user's applications of these ops, in ascending order."""
        for op in ops:
            for node in self._by_op.get(op, ()):
                yield View(self.graph, node, None, [])

    def uses(self, node: int) -> list[int]:
        """The user's nodes that take this one, once for each edge."""
        return self._uses.get(node, [])

    def used_once(self, node: int) -> bool:
        """Whether all that the user does with a node is to give it to one other."""
        return len(self.uses(node)) == 1 and node not in self.roots

    def guarded(self, node: int) -> bool:
        """Whether a `where` further on may leave out this value."""
        return node in self._guarded

    def label(self, node: int) -> str:
        """What to call a node of `graph`."""
        written = self.written.get(node)
        return self.selection.label(written) if written is not None else f"{self.graph.arena.nodes[node].op.name}(...)"

    def described(self, node: int) -> str:
        """A node's label and type; what it is, where it has no name."""
        label, written = self.label(node), self.written.get(node)
        defined = label
        if written is not None and label.startswith("%"):
            defined = f"{label} = {self.selection.definition(written)}"
        return f"{defined}: {self.graph.arena.nodes[node].type}"

    def finding(self, lint: Lint, found: Found) -> Finding:
        """What the user is told of a form that was found."""
        operands = [each for each in found.operands.values() if isinstance(each, int) and each != found.node]
        labels = {name: self.label(each) if isinstance(each, int) else each for name, each in found.operands.items()}
        types = ", ".join(dict.fromkeys(self.described(each) for each in operands if self._is_worth_telling(each)))
        node = self.written[found.node]
        written = f"{found.form.written.format_map(labels)}: {self.graph.arena.nodes[found.node].type}"
        place = self.selection.graph.arena.provenance[node].place
        text = f"{written}, with {types}" if types else written
        return Finding(lint.name, node, text, place, lint.why, found.form.instead.format_map(labels))

    def _is_worth_telling(self, node: int) -> bool:
        return self.graph.expr(node).literal is None

    @cached_property
    def _by_op(self) -> dict[Any, list[int]]:
        arena = self.graph.arena
        found: dict[Any, list[int]] = {}
        for node in self.nodes:
            if node in self.written and arena.provenance[node].role == "forward":
                found.setdefault(arena.nodes[node].op, []).append(node)
        return found

    @cached_property
    def _uses(self) -> dict[int, list[int]]:
        arena = self.graph.arena
        found: dict[int, list[int]] = {}
        for node in self.nodes:
            for parent in arena.nodes[node].inputs if arena.provenance[node].role == "forward" else ():
                found.setdefault(parent, []).append(node)
        return found

    @cached_property
    def _guarded(self) -> set[int]:
        nodes = self.graph.arena.nodes
        found: set[int] = set()
        for node in reversed(self.nodes):
            op, inputs, _, _ = nodes[node]
            found.update(inputs[1:] if op is where else inputs if node in found else ())
        return found


def of_patterns(
    name: str, why: str, *forms: Form, unless: Callable[[Survey, int, Mapping[str, int]], bool] | None = None
) -> Lint:
    """A lint that finds its forms' patterns; `unless`, of (survey, node, operands), says what is meant to be so.

    >>> import symdiff as sd
    >>> from symdiff.inspect.lint import Form, of_patterns
    >>> twice = Form("sd.exp(sd.exp({x}))", "log-space: sd.exp({x})", lambda x: sd.exp(sd.exp(x)))
    >>> tower = of_patterns("tower", "e^e^x is infinite from x = 6.6 on", twice)
    >>> z = sd.Graph().input("z")
    >>> [finding.instead for finding in sd.lint(sd.exp(sd.exp(z)), extra=[tower])]
    ['log-space: sd.exp(z)']
    """

    def look(survey: Survey) -> Iterator[Found]:
        graph = survey.graph
        for form in forms:
            names, term = _traced(form.pattern, graph.language)
            for view in survey.views(term.op):
                bound = next(find(term, view.node, graph.arena, (None,) * len(names), None), None)
                if bound is None:
                    continue
                operands: dict[str, Any] = dict(zip(names, bound, strict=True))
                if form.when is not None and not form.when(**{key: graph.expr(each) for key, each in operands.items()}):
                    continue
                if unless is None or not unless(survey, view.node, operands):
                    yield Found(view.node, form, operands)

    return Lint(name, why, forms, look)


@lru_cache(maxsize=256)
def _traced(pattern: Any, language: Any) -> tuple[list[str], Application]:
    """The names of a pattern's variables, and the pattern."""
    graph = PatternGraph(language)
    names = list(inspect.signature(pattern).parameters)
    term = graph.term(pattern(*(graph.variable() for _ in names)))
    if not isinstance(term, Application):
        raise ArgumentError("a pattern is an application of an op", advice="lambda x: sd.exp(sd.exp(x))")
    return names, term


def findings(
    lints: Iterable[Lint], outputs: Sequence[Any], disable: Iterable[str] = (), only: Iterable[str] | None = None
) -> Findings:
    """What the wanted ones of `lints` find in `outputs`, by node and then by name; each at most once at a node."""
    known = {each.name: each for each in lints}
    wanted = list(known) if only is None else list(only)
    unknown = [name for name in (*disable, *wanted) if name not in known]
    if unknown:
        raise ArgumentError(f"there is no lint {unknown[0]!r}", advice=f"the lints are {', '.join(known)}")
    what = outputs[0] if len(outputs) == 1 else list(outputs)
    selection = select(what)
    survey = Survey(selection, _outputs(what, selection.graph))
    found: dict[tuple[int, str], Finding] = {}
    for lint in known.values():
        if lint.name in wanted and lint.name not in disable:
            for each in lint.look(survey):
                finding = survey.finding(lint, each)
                found.setdefault((finding.node, lint.name), finding)
    return Findings(found[key] for key in sorted(found))


def _outputs(what: Any, graph: Graph) -> list[int]:
    """What is computed: these expressions, a function's results; of a graph all that nothing else is made of."""
    if not isinstance(what, (Function, Graph)):
        return [each.id for each in flatten(what)[0]]
    nodes, consumers = graph.arena.nodes, graph.arena.consumers
    return list(graph.outputs) or [i for i, node in enumerate(nodes) if node.op is not INPUT and not consumers(i)]
