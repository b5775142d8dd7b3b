"""The log of rules: what it says, replaying it, finding the rule that changes a value, and choosing rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError
from symdiff.ops.arithmetic import add, square
from symdiff.ops.exponential import exp
from symdiff.ops.trigonometric import cos, sin, tanh
from symdiff.rewriting.rule import Rule, equation, rule
from tests.values import assert_close, assert_same


def model() -> tuple[list[Any], list[Any]]:
    """Inputs and outputs of a model in which rules of all phases fire."""
    g = sd.Graph()
    x, w = g.input("x", ("n", 3)), g.input("w", (3,))
    z = x @ w
    loss = sd.mean(sd.log(1 + sd.exp(-z)) * 1) + sd.sum((w / 3) ** 2)
    return [x, w], [loss, sd.grad(loss, w), sd.sin(z) + 0]


VALUES = [np.linspace(-1, 1, 12).reshape(4, 3), np.array([0.5, -1.0, 2.0])]


def test_the_report_says_what_fired_and_why() -> None:
    """Counts by rule first, then each firing with both sides in the user's names, what it saves, and the line."""
    inputs, outputs = model()
    step = sd.compile(inputs, outputs, name="step")
    lines = str(step.report).splitlines()
    assert any("1 times log_of_one_plus (domain): log(1 + x) = log1p(x)" in line for line in lines)
    (line,) = [line for line in lines if ": log_of_one_plus (domain): " in line]
    assert "np.log(1.0 + np.exp(-z)) -> np.log1p(np.exp(-z))  # saves 2 nodes, " in line
    assert "test_report.py:" in line
    assert "loss = sd.mean" in line
    assert not step.report.troubles
    assert len([line for line in lines if "# saves" in line]) == len(step.report.firings)


def test_a_long_log_is_cut_short() -> None:
    """However many rules fire, the report stays short, and says how many it leaves out."""
    g = sd.Graph()
    x = y = g.input("x")
    for _ in range(200):
        y = sd.sin(y * 1)
    report = sd.compile([x], y, name="f").report
    assert len(report.firings) == 200
    assert len(str(report).splitlines()) < 70
    assert "150 more" in str(report)


def test_replay_goes_through_all_states() -> None:
    """Each prefix of the log gives a graph of the same outputs; none is the graph unrewritten, all is the result."""
    inputs, outputs = model()
    step = sd.compile(inputs, outputs, name="step", backend="interpreter")
    wanted = sd.compile(inputs, outputs, name="plain", optimize="none", backend="interpreter")(*VALUES)
    count = len(step.report.firings)
    seen = set[str]()
    for k in range(count + 1):
        graph = step.report.replay(k)
        assert [each.attrs[0] for each in graph.arguments] == ["x", "w"]
        found = graph.outputs
        assert [graph.expr(node).type for node in found] == [each.type for each in outputs]
        for node, value in zip(found, wanted, strict=True):
            assert_close(graph.expr(node).eval(dict(zip(("x", "w"), VALUES, strict=True))), value, rtol=1e-12)
        seen.add(str([node[1:3] for node in graph.arena.nodes]))
    assert [node[:3] for node in graph.arena.nodes] == [node[:3] for node in step.graph.arena.nodes]
    assert len(seen) > count // 2
    for wrong in (-1, count + 1):
        with pytest.raises(ArgumentError, match="rules fired"):
            step.report.replay(wrong)


@equation("exact", (-2.0, 2.0))
def wrong_law(x):
    "sin(x) = cos(x)"
    return sin(x), cos(x)


@equation("domain", (-2.0, 2.0))
def wrong_domain(x):
    "tanh(x) = x (1 - x^2 / 3), which is near it for small x only"
    return tanh(x), x * (1 - square(x) / 3)


@equation("exact", (-2.0, 2.0))
def off_by_rounding(x):
    "e^x = e^(x / 2)^2, which isn't so to the last bit"
    return exp(x), square(exp(x / 2))


@rule(add, "exact", lambda x, y: (x + y, x + y))
def changes_type(view):
    "x + y = sum(x + y)"
    return sd.sum(view.expr)


def planted(*rules: Rule) -> Any:
    """A compiled function in which these rules are at work among the others."""
    g = sd.Graph()
    x = g.input("x", (3,))
    h = sd.log(1 + x * x)
    y = sd.exp(sd.tanh(sd.sin(h) * 1) + sd.cos(h) * h) + 0
    return sd.compile([x], y * 2 * 3, name="f", rules=rules)


@pytest.mark.parametrize("culprit", [wrong_law, wrong_domain, off_by_rounding])
def test_bisection_names_the_culprit(culprit: Rule) -> None:
    """Of all that fired, the wrong rule is found, and shown as the log shows it."""
    step = planted(culprit)
    found = step.bisect_rewrites(np.array([0.3, 1.0, -0.7]))
    assert found is not None
    assert found.number > 1
    assert step.report.firings[found.number - 1].rule is culprit
    assert culprit.name in str(found)
    assert found.line == step.report.line(found.number)
    assert found.difference > 0


def test_bisection_finds_nothing_where_nothing_is_wrong() -> None:
    """Right rules change nothing beyond rounding; where the plain graph overflows, domain rules may do better."""
    inputs, outputs = model()
    step = sd.compile(inputs, outputs, name="step")
    assert step.bisect_rewrites(*VALUES) is None
    with np.errstate(all="ignore"):
        assert step.bisect_rewrites(VALUES[0] * 1e3, w=VALUES[1]) is None
    assert sd.compile(inputs, outputs, name="step", optimize="none").bisect_rewrites(*VALUES) is None


def test_a_rule_that_changes_the_type_never_fires() -> None:
    """It is refused at each node, and the others go on."""
    step = planted(changes_type)
    assert changes_type not in {firing.rule for firing in step.report.firings}
    assert step.report.firings


@equation("exact", (-2.0, 2.0), (-2.0, 2.0))
def one_way(x, y):
    "hypot(x, y) = sqrt(x^2 + y^2), which the stable rules undo"
    return sd.hypot(x, y), sd.sqrt(square(x) + square(y))


def test_looping_rules_are_named() -> None:
    """Two rules that undo each other are told of in the report; compiling ends, and the value is right."""
    g = sd.Graph()
    x, y = g.input("x"), g.input("y")
    step = sd.compile([x, y], sd.hypot(x, y), name="f", rules=[one_way])
    (trouble,) = step.report.troubles
    assert one_way in trouble.rules
    assert len(trouble.rules) == 2
    assert "one_way" in str(step.report)
    assert step(3.0, 4.0) == 5


def test_rules_of_ones_own() -> None:
    """A rule given to compile is applied with the others, and by this function only."""

    @equation("rounding", (-2.0, 2.0))
    def cube(x):
        "x^3 = x x x, by multiplication"
        return x**3, x * x * x

    g = sd.Graph()
    x = g.input("x", (3,))
    y = x**3
    own = sd.compile([x], y, name="f", rules=[cube])
    assert own.report.firings[0].rule is cube
    assert "rounding: cube" in own.source
    assert cube not in {firing.rule for firing in sd.compile([x], y, name="f").report.firings}


def test_rules_are_switched_off_by_name() -> None:
    """What is named doesn't fire; a name that no rule has is an error that knows similar ones."""
    inputs, outputs = model()
    step = sd.compile(inputs, outputs, name="step", without=("times_one", "plus_zero"))
    assert not {"times_one", "plus_zero"} & {firing.rule.name for firing in step.report.firings}
    assert {"times_one", "plus_zero"} <= {each.rule.name for each in sd.compile(inputs, outputs).report.firings}
    with pytest.raises(ArgumentError, match="times_one"):
        sd.compile(inputs, outputs, without=["times_on"])
    with pytest.raises(ArgumentError, match="no rules"):
        sd.compile(inputs, outputs, optimize="none", without=["times_one"])


def test_fast_says_what_it_did_beyond() -> None:
    """Rules that only this level applies are listed in the report and in the source's header."""
    g = sd.Graph()
    x = g.input("x", (3,))
    fast, default = (sd.compile([x], x * 0 + x / 3, name="f", optimize=level) for level in ("fast", "default"))
    assert set(fast.report.beyond) == {"times_zero", "over_number"}
    assert "fast: over_number, times_zero" in fast.source
    assert default.report.beyond == ()
    assert "fast: " not in default.source
    assert_same(default(np.array([np.inf, 1.0, 3.0]))[0], np.nan)
    assert fast(np.array([np.inf, 1.0, 3.0]))[0] == np.inf
