"""Every rule of every table is a true equation of its class; wrong rules are caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import symdiff as sd
from symdiff.ops.arithmetic import add, divide, multiply
from symdiff.ops.reduction import sum_op
from symdiff.optimize.algebra import times_reciprocal
from symdiff.optimize.canonical import CANONICAL
from symdiff.optimize.fast import FAST
from symdiff.optimize.logarithms import log_of_one_plus
from symdiff.optimize.powers import RECOGNISED
from symdiff.optimize.regrouping import REGROUPING
from symdiff.optimize.special import SPECIALISE
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.rule import Rule, equation, rule
from tests.optimize.laws import LAWS

TABLES = {
    "STABLE": STABLE, "RECOGNISED": RECOGNISED, "CANONICAL": CANONICAL, "FAST": FAST,
    "REGROUPING": REGROUPING, "SPECIALISE": SPECIALISE,
}  # fmt: skip
RULES = [
    pytest.param(each, id=f"{table}-{i}-{each.name}") for table, rules in TABLES.items() for i, each in enumerate(rules)
]


@pytest.mark.parametrize("law", [pytest.param(law, id=name) for name, law in LAWS.items()])
@pytest.mark.parametrize("rule", RULES)
def test_law(rule: Rule, law: Callable[[Rule], None]) -> None:
    """The law holds of the rule."""
    law(rule)


@pytest.mark.parametrize("rule", RULES)
def test_rule_says_what_it_does(rule: Rule) -> None:
    """A rule has a law, and ranges for each of its variables."""
    assert "=" in rule.law
    assert rule.name.isidentifier()
    assert len(rule.samples) == rule.arity


def test_stable_rules_are_of_one_kind() -> None:
    """What is applied before differentiating only ever adds to the points where values are finite."""
    assert {each.kind for each in STABLE} == {"domain"}


@equation("exact")
def _doubles_wrongly(x):
    "x + x + x = 2 x"
    return x + x + x, 2 * x


@equation("exact", (-2.0, 2.0), (-2.0, 2.0))
def _drops_a_sign(x, y):
    "x - y = x + y"
    return x - y, x + y


@equation("domain", (0.5, 2.0))
def _right_on_one_side(x):
    "sqrt(x^2) = x, which is so for x >= 0 only"
    return sd.sqrt(x * x), x


@equation("exact", (-2.0, 2.0))
def _wrong_at_infinity(x):
    "x 0 = 0 x"
    return x * 0, x - x


@equation("domain", (-2.0, 2.0))
def _right_value_wrong_slope(x):
    "floor(x) - floor(x) + x = x floor(x) / floor(x)"
    return sd.floor(x) + 0.5, sd.floor(x) + 0.5 + 0 * x + (x - x) * x


@equation("exact", (-2.0, 2.0))
def _never_ends(x):
    "x + 1 = (x + 1) 1 + 0"
    return x + 1, (x + 0) + 1


@rule(sum_op, "exact", lambda x: (sum_op(x, axis=(1,)), sum_op(x, axis=(1,), keepdims=True)))
def _changes_the_type(view):
    "sum(x) = sum(x), with its axis kept"
    return sum_op(view.input(0), axis=view.attrs[0], keepdims=True)


@rule(add, "exact", lambda x, y: (x * y, y * x))
def _never_fires(view):
    "x y = y x, looked for in sums"
    return view.input(0) if view.op is not add else None


@rule(multiply, "exact", lambda x: (x * 3, divide(x, 3.0)))
def _is_not_its_example(view):
    "3 x = x + x + x"
    x = view.input(0)
    return x + x + x


WRONG = [
    ("sides_agree", _doubles_wrongly),
    ("sides_agree", _drops_a_sign),
    ("edges_agree", _right_on_one_side),
    ("edges_agree", _wrong_at_infinity),
    ("sides_agree", replace(times_reciprocal, kind="exact")),
    ("sides_agree", replace(log_of_one_plus, kind="exact")),
    ("edges_agree", replace(log_of_one_plus, kind="rounding", samples=((800.0, 801.0),))),
    ("slopes_agree_at_edges", _right_on_one_side),
    ("fires_once_and_gives_its_right_side", _never_ends),
    ("fires_once_and_gives_its_right_side", _never_fires),
    ("fires_once_and_gives_its_right_side", _is_not_its_example),
    ("fires_once_and_gives_its_right_side", _changes_the_type),
    ("keeps_the_type", _changes_the_type),
]


@pytest.mark.parametrize(("law", "wrong"), [pytest.param(law, each, id=f"{law}-{each.name}") for law, each in WRONG])
def test_wrong_rule_is_caught(law: str, wrong: Rule) -> None:
    """The law complains."""
    with pytest.raises(AssertionError):
        LAWS[law](wrong)


def test_every_law_bites() -> None:
    """There is a wrong rule for each law."""
    assert {law for law, _ in WRONG} == set(LAWS)
