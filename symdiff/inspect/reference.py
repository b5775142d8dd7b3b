"""The references of all ops, of all lints and of all rewrite rules, written from their records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symdiff.compiling import compile
from symdiff.differentiate.api import vjp
from symdiff.graph import Graph
from symdiff.inspect.lint import Form, Lint
from symdiff.op import Op
from symdiff.ops.results import parts
from symdiff.rewriting.rule import Rule
from symdiff.types import ArrayType

HEADER = """# Operations

Written by `make reference` from the ops' own records; a test fails when it is stale. For each op: what it computes, the
law of its derivative, how many floating-point operations an element of its result costs, and the source that the
readable backend writes for it and for its derivatives (`g` is the cotangent of the result `y`), for the shapes given.
"""


def reference(ops: Iterable[Op]) -> str:
    """The reference of these ops, in alphabetical order, as Markdown."""
    return "\n".join([HEADER, *(_entry(op) for op in sorted(ops, key=lambda op: op.name))])


LINTS_HEADER = """# Lints

Written by `make golden` from the table of lints; a test fails when it is stale. `sd.lint(loss)` looks for all of these
in what was written, and says for each finding where it is, with which operands, and what to write instead.
`sd.lint(loss, disable=["chain-order"])` and `only=[...]` choose; `extra=[...]` adds lints of one's own:

```python
>>> import symdiff as sd
>>> from symdiff.inspect.lint import Form, of_patterns
>>> form = Form("sd.exp(sd.exp({x}))", "the logarithm, sd.exp({x})", lambda x: sd.exp(sd.exp(x)))
>>> tower = of_patterns("tower", "e^e^x is infinite from x = 6.6 on", form)
>>> z = sd.Graph().input("z")
>>> print(sd.lint(sd.exp(sd.exp(z)), extra=[tower]))  # doctest: +ELLIPSIS
tower  %2 ...
  found    sd.exp(sd.exp(z)): float64 (), with z: float64 ()
  why      e^e^x is infinite from x = 6.6 on
  instead  the logarithm, sd.exp(z)

```

What symdiff rewrites by itself (`STABLE` in `symdiff/optimize/stable.py`), like log(1 + exp(x)), is no lint.
"""


class _Names(dict[str, str]):
    """What stands in a form's text for its operands: their names."""

    def __missing__(self, name: str) -> str:
        return {"axes": ", axis=i", "all": ", axis=i, keepdims=True", "axis": "i", "ops": "floor"}.get(name, name)


def named(form: Form) -> tuple[str, str]:
    """A form's two texts, over the names of its operands."""
    return form.written.format_map(_Names()), form.instead.format_map(_Names())


def lint_reference(lints: Iterable[Lint]) -> str:
    """The reference of these lints, in alphabetical order, as Markdown."""
    return "\n".join([LINTS_HEADER, *(_lint_entry(lint) for lint in sorted(lints, key=lambda lint: lint.name))])


def _lint_entry(lint: Lint) -> str:
    why = lint.why[0].upper() + lint.why[1:]
    rows = [_row(*named(form), is_code=form.pattern is not None) for form in lint.forms]
    return "\n".join([f"## {lint.name}", "", f"{why}.", "", "| found | instead |", "|---|---|", *rows, ""])


def _row(written: str, instead: str, *, is_code: bool) -> str:
    return f"| `{written}` | `{instead}` |" if is_code else f"| {written} | {instead} |".replace("*", r"\*")


def _entry(op: Op) -> str:
    cost = "by the types" if callable(op.flops) else str(op.flops)
    facts = [f"law: {op.law}", f"cost: {cost}"]
    if op.commutative:
        facts.append("commutative")
    lines = [f"## {op.name}", "", f"`{op.spelling}`  {op.doc}", "", *(f"* {fact}" for fact in facts), ""]
    if op.samples:
        lines += ["```python", *_example(op), "```", ""]
    return "\n".join(lines)


def _example(op: Op) -> list[str]:
    """The body of the function that computes the op and its cotangents, for its first sample."""
    case = op.samples[0]
    graph = Graph()
    inputs = [
        graph.input("x" if len(case.operands) == 1 else "abcdefgh"[i], each.shape, each.dtype)
        for i, each in enumerate(case.operands)
    ]
    y = op(*inputs, **case.attributes) if inputs else graph.apply(op, (), dict(case.attributes))
    types = ", ".join(f"{each.attrs[0]}: {each.type}" for each in inputs)
    head = [f"# {types or 'no operand'}"]
    if not isinstance(y.type, ArrayType):
        return [*head, *_body(compile(inputs, parts(y), name="f", optimize="none"))]
    y.named("y")
    outputs: list[Any] = [y]
    sources = [each for each in inputs if each.dtype.kind == "f"]
    if op.vjp is not None and sources and y.dtype.kind == "f":
        g = graph.input("g", y.shape, y.dtype)
        inputs.append(g)
        outputs += vjp(y, sources, g)
    return [*head, *_body(compile(inputs, outputs, name="f"))]


def _body(function: Any) -> list[str]:
    """The lines of a function that compute, without argument checks and comments; then what it returns."""
    lines = function.written.definition.splitlines()[1:]
    checks = r"    (\w+ = argument\(|require\()"
    kept = [re.sub(r"\s+# .*$", "", line)[4:] for line in lines if not re.match(checks, line)]
    return [line for line in kept if line]


RULES_HEADER = """# Rewrite rules

Written by `make golden` from the tables of rules; a test fails when it is stale. For each rule: its name, its class
(exact: bit for bit; rounding: up to rounding, everywhere; domain: where the left side's value and derivative are finite
and accurate; fast: only at that level), how it is proved, the ops it is looked for at, and what it says.

The tests try each rule on samples and at edge values, in value and derivative, as its class demands. Beyond that:
*identity* means that with symbols for all elements both sides are the same, as SymPy sees it; *digits*, that to 800
digits they round to the same floats; *samples*, that only the tests speak for it. [Adding a rule](adding-a-rule.md) has
more. A rule is left out by `sd.compile(..., without=["its_name"])`.
"""


def rule_reference(tables: Mapping[str, Sequence[Rule]], proofs: Mapping[Rule, str]) -> str:
    """The reference of the rules of these tables, with how each is proved, as Markdown."""
    lines = [RULES_HEADER]
    for table, rules in tables.items():
        rows: dict[tuple[str, str, str, str], list[str]] = {}
        for rule in rules:
            ops = rows.setdefault((rule.name, rule.kind, proofs[rule], " ".join(rule.law.split())), [])
            ops += [matcher.op.name for matcher in rule.trace(Graph.standard)]
        lines += [f"## {table}", ""]
        for (name, kind, proved, law), ops in rows.items():
            lines.append(f"* `{name}`; {kind}; {proved}; {', '.join(dict.fromkeys(ops))}: {law}")
        lines.append("")
    return "\n".join(lines)
