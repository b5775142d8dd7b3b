"""Every lint fires on what it is for and on nothing near it; what symdiff's own parts and examples make has none."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import pkgutil
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff import library
from symdiff.errors import ArgumentError
from symdiff.graph import Graph
from symdiff.inspect.lint import Form, Found, Lint, of_patterns
from symdiff.inspect.lints import LINTS
from symdiff.inspect.reference import named
from symdiff.ops import OPS
from symdiff.optimize.stable import STABLE
from tests.backends.models import MODELS
from tests.ops.calls import CALLS
from tests.values import assert_close

NAMES: Final = [lint.name for lint in LINTS]
EXAMPLES: Final = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
RNG: Final = np.random.default_rng(3)
VALUES: Final = {
    "A": RNG.uniform(-1, 1, (4, 4)) + 5 * np.eye(4),
    "B": RNG.uniform(-1, 1, (4, 4)) + 5 * np.eye(4),
    "b": RNG.uniform(0.1, 0.9, 4),
    "x": RNG.uniform(0.1, 0.9, 4),
    "y": RNG.uniform(0.1, 0.9, 4),
    "s": np.float64(0.5),
    "f": RNG.uniform(0.1, 0.9, 4).astype("float32"),
    "n": np.arange(1, 5),
    "u": np.arange(4).astype("uint64"),
    "key": sd.random.key(3),
    "P": RNG.uniform(-1, 1, (300, 200)),
    "Q": RNG.uniform(-1, 1, (200, 300)),
    "v": RNG.uniform(-1, 1, 300),
    "w": RNG.uniform(-1, 1, 200),
}


def inputs() -> SimpleNamespace:
    """An input of one graph for each of the values."""
    g = sd.Graph()
    return SimpleNamespace(**{name: g.input(name, value.shape, value.dtype) for name, value in VALUES.items()}, g=g)


def found(what: Any, **options: Any) -> list[str]:
    """The names of the lints that find something."""
    return [finding.lint for finding in sd.lint(what, **options)]


FORMS: Final = [(lint.name, form) for lint in LINTS for form in lint.forms if form.pattern is not None]


@pytest.mark.parametrize(("name", "form"), FORMS, ids=lambda each: each if isinstance(each, str) else named(each)[0])
def test_what_to_write_instead_is_the_same_and_finds_nothing(name: str, form: Form) -> None:
    v = inputs()
    written, instead = (eval(text, {"sd": sd}, vars(v)) for text in named(form))
    findings = sd.lint(written)
    assert [(each.lint, each.node) for each in findings] == [(name, written.id)]
    assert findings[0].found.startswith(named(form)[0] + ": ")
    assert findings[0].instead == named(form)[1]
    assert found(instead) == []
    sources = [each for each in vars(v).values() if isinstance(each, sd.Expr) and each.attrs[0] in "ABbxy"]
    outputs = [written, instead, *sd.grad(sd.sum(written), sources), *sd.grad(sd.sum(instead), sources)]
    values = [VALUES[each.attrs[0]] for each in sources]
    first, second, *gradients = sd.compile(sources, outputs, name="sides")(*values)
    assert_close(first, second, rtol=1e-12)
    if form.instead != "sd.ones_like({x})":
        for one, other in zip(gradients[: len(sources)], gradients[len(sources) :], strict=True):
            assert_close(one, other, rtol=1e-9, atol=1e-12)


def _means(x: Any, **axes: Any) -> Any:
    return sd.mean(x * x, **axes) - sd.mean(x, **axes) ** 2


def _key(v: Any) -> Any:
    return sd.random.split(v.key)


FIRES: Final[dict[str, list[Callable[[Any], Any]]]] = {
    "inverse-product": [
        lambda v: sd.inv(v.A) @ (v.b - v.x),
        lambda v: v.x @ sd.inv(v.A) @ v.x,
        lambda v: np.linalg.inv(v.A) @ VALUES["B"],
    ],
    "determinant-of-product": [lambda v: sd.det(v.A @ v.A.mT) + 1],
    "trace-of-product": [lambda v: sd.linalg.trace(v.A @ v.B), lambda v: np.trace(v.P @ v.Q)],
    "zero-over-zero": [
        lambda v: sd.sin(2 * v.x) / (2 * v.x),
        lambda v: (sd.exp(v.x) - 1) / v.x,
        lambda v: sd.log(1 + v.x) / v.x,
        lambda v: sd.sum(sd.where(v.x > 0, v.y, 0) * sd.sin(v.x) / v.x * 2 - sd.tan(v.y) / v.y),
    ],
    "cancellation": [lambda v: v.A @ (1 - sd.tanh(v.b) ** 2), lambda v: v.y * (1 - sd.square(sd.tanh(v.y)))],
    "overflow": [lambda v: sd.exp(v.A @ v.x) / (sd.exp(v.A @ v.x) + sd.exp(v.b))],
    "log-of-reduction": [
        lambda v: sd.log(sd.mean(sd.exp(v.x))),
        lambda v: sd.log(sd.mean(sd.exp(v.A), axis=1, keepdims=True)),
        lambda v: sd.log(sd.prod(v.A, axis=0)),
    ],
    "softmax-by-quotient": [
        lambda v: sd.exp(v.A) / sd.sum(sd.exp(v.A)),
        lambda v: sd.exp(v.A) / sd.sum(sd.exp(v.A), axis=1)[:, None],
        lambda v: sd.exp(v.A) / sd.expand_dims(sd.sum(sd.exp(v.A), axis=1), 1),
        lambda v: sd.exp(v.A) / sd.sum(sd.exp(v.A), axis=1).reshape(4, 1),
    ],
    "stretched-product": [
        lambda v: sd.sum(v.P[:, :, None] * v.Q, axis=1),
        lambda v: sd.sum(sd.expand_dims(v.P, 2) * sd.expand_dims(v.Q, 0), axis=1, keepdims=True),
        lambda v: (_named(v, "a", ("n", "k"))[:, None] * _named(v, "c", ("m", "k"))).sum(axis=-1),
    ],
    "chain-order": [
        lambda v: (v.P @ v.Q) @ v.v,
        lambda v: v.v @ (v.P @ v.Q),
        lambda v: v.P @ (v.Q @ v.P[:, :2]) + (v.P @ v.Q) @ v.P[:, :2],
    ],
    "reused-key": [
        lambda v: sd.random.normal(v.key, (3,)) + sd.random.uniform(v.key, (3,)),
        lambda v: sd.random.normal(v.key, (3,)) - sd.random.normal(v.key, (3,)),
        lambda v: sd.random.normal(v.key, (3,)) + sd.random.normal(_key(v)[0], (3,)),
        lambda v: sd.random.uniform(_key(v)[0], (3,)) + sd.random.uniform(_key(v)[0], (2, 3)),
        lambda v: sd.random.split(v.key, 2)[0] + sd.random.split(v.key, 3)[0],
        lambda v: sd.dropout(v.x, v.key, 0.5) + sd.dropout(v.y, v.key, 0.5),
    ],
    "float-equality": [
        lambda v: sd.where(v.x * v.y == v.y + v.x, v.x, 0),
        lambda v: sd.sum(v.x) == 0.1,
        lambda v: v.x * 3 != 0.3,
    ],
    "silent-promotion": [
        lambda v: v.f * np.ones(4),
        lambda v: np.sqrt(2.0) * v.f,
        lambda v: sd.where(v.f > 0, v.f, np.zeros(4)),
    ],
    "integers-as-floats": [
        lambda v: v.n + v.u,
        lambda v: v.x * np.array([2**53 + 1, 1, 1, 1]),
    ],
    "zero-gradient": [
        lambda v: sd.grad(sd.sum(sd.floor(v.x)), v.x),
        lambda v: sd.grad(sd.sum(v.y * (v.x > 0.5)), [v.x, v.y]),
        lambda v: sd.grad(sd.sum(sd.stop_gradient(v.x)), v.x),
        lambda v: v.y - 0.1 * sd.grad(sd.sum(v.x), v.y),
        lambda v: sd.grad(v.s * 0 + sd.sum(v.x), v.x[0]),
    ],
    "unused-input": [lambda v: (sd.sin(v.x), v.g)[1], lambda v: sd.compile([v.x, v.y], sd.sin(v.x), name="f")],
    "large-constant": [lambda v: np.zeros(200_000) + v.s],
    "integer-zero-division": [
        lambda v: v.n // (v.n % 3),
        lambda v: v.n % sd.sum(v.n),
        lambda v: v.n // (v.n > 2).astype("int64"),
        lambda v: v.n // np.array([1, 0, 2, 3]),
    ],
}

SPARES: Final[dict[str, list[Callable[[Any], Any]]]] = {
    "inverse-product": [
        lambda v: [sd.inv(v.A) @ v.x, sd.inv(v.A) @ v.y],
        lambda v: [sd.inv(v.A), sd.inv(v.A) @ v.x],
        lambda v: sd.linalg.matrix_power(v.A, -3),
        lambda v: sd.inv(v.A) * v.x + sd.inv(v.B),
        lambda v: sd.grad(sd.sum(sd.inv(v.A)), v.A),
        lambda v: sd.grad(sd.slogdet(v.A).logabsdet, v.A),
    ],
    "determinant-of-product": [lambda v: sd.det(v.P @ v.Q), lambda v: sd.det(v.A + v.B)],
    "trace-of-product": [
        lambda v: sd.linalg.trace(v.A @ v.B, offset=1),
        lambda v: sd.linalg.trace(v.A),
        lambda v: sd.sum((v.A @ v.B).reshape(16)[1::5]),
    ],
    "zero-over-zero": [
        lambda v: sd.where(v.x == 0, 1, sd.sin(v.x) / v.x),
        lambda v: sd.sum(sd.where(v.x > 1e-8, 3 * sd.sin(v.x) / v.x, 3)),
        lambda v: (lambda safe: sd.sin(safe) / safe)(sd.where(v.x == 0, 1, v.x)),
        lambda v: sd.sin(v.x + 1e-9) / (v.x + 1e-9),
        lambda v: sd.sin(sd.maximum(v.x, 1e-9)) / sd.maximum(v.x, 1e-9),
        lambda v: sd.sin(v.x) / v.y + sd.cos(v.x) / v.x + v.x / sd.abs(v.y) + (2 - sd.cos(v.x)) / v.x,
        lambda v: sd.exp(v.x) / sd.exp(v.x),
        lambda v: sd.sinc(v.x),
    ],
    "cancellation": [
        lambda v: sd.grad(sd.sum(sd.tanh(v.x)), v.x),
        lambda v: 1 - v.x**2 + (2 - sd.tanh(v.x) ** 2) + (1 - sd.tanh(v.x) ** 3) + (sd.tanh(v.x) ** 2 - 1),
        lambda v: sd.log(1 - sd.sigmoid(v.x)) + sd.log(1 - 1 / (1 + sd.exp(-v.y))),
        lambda v: sd.log(1 - v.x) + (1 - sd.exp(v.x)) + (1 - sd.erf(v.x)) + (1 - sd.cos(v.x) ** 2),
    ],
    "overflow": [
        lambda v: sd.log(1 + sd.exp(v.x)) + sd.log(sd.exp(v.x) + sd.exp(v.y)) + sd.exp(sd.log(v.x)),
        lambda v: sd.exp(v.x) / (1 + sd.exp(v.x)) + sd.exp(v.x) / (sd.exp(v.y) + v.x),
    ],
    "log-of-reduction": [
        lambda v: sd.log(sd.sum(sd.exp(v.A), axis=1)) + sd.log(sd.mean(v.x)) + sd.log(sd.sum(v.y)),
        lambda v: sd.log(sd.sum(sd.exp(v.x)) / v.y),
    ],
    "softmax-by-quotient": [
        lambda v: sd.exp(v.A) / sd.sum(sd.exp(v.A), axis=1, keepdims=True),
        lambda v: (lambda z: sd.exp(z) / sd.sum(sd.exp(z)))(v.A - sd.max(v.A)),
        lambda v: sd.exp(v.x) / sd.sum(sd.exp(v.y)),
        lambda v: sd.exp(v.A) / sd.sum(sd.exp(v.A), axis=1)[0],
    ],
    "stretched-product": [
        lambda v: sd.sum(v.x[:, None] * v.y, axis=1),
        lambda v: sd.sum(v.P[:, :, None] * v.Q, axis=0),
        lambda v: sd.sum((v.P[:, None] - v.P[None, :5]) ** 2, axis=-1),
        lambda v: [sd.sum(v.P[:, :, None] * v.Q, axis=1), v.P[:, :, None] * v.Q],
        lambda v: sd.sum(v.P * v.w, axis=1),
        lambda v: sd.kron(v.P[:20], v.P[:2]),
    ],
    "chain-order": [
        lambda v: v.P @ (v.Q @ v.v),
        lambda v: v.v @ v.P @ v.Q,
        lambda v: (v.A @ v.B) @ v.x,
        lambda v: [(v.P @ v.Q) @ v.v, v.P @ v.Q],
        lambda v: (v.P @ v.Q) @ v.P,
        lambda v: _named(v, "a", ("n", "m")) @ _named(v, "c", ("m", "n")) @ _named(v, "d", ("n",)),
    ],
    "reused-key": [
        lambda v: sd.random.normal(_key(v)[0], (3,)) + sd.random.normal(_key(v)[1], (3,)),
        lambda v: sum(sd.random.normal(sd.random.fold_in(v.key, i), (3,)) for i in range(3)),
        lambda v: (lambda noise: noise * noise)(sd.random.normal(v.key, (3,))),
        lambda v: sd.random.fold_in(v.key, 1) + sd.random.fold_in(v.key, 1),
        lambda v: sd.dropout(v.x, v.key, 0.5),
    ],
    "float-equality": [
        lambda v: sd.where(v.x == 0, 1, v.x),
        lambda v: sd.where(v.x == sd.max(v.x), 1, 0) + (v.x != v.x) + (v.x * 2 == np.inf),
        lambda v: (v.n * 2 == v.n + 1) | (v.x == v.y) | (v.x == 0.1) | (v.x * v.y == 0.5),
        lambda v: (v.x * v.y != v.x * v.y) | (sd.round(v.x) == sd.floor(v.y)),
    ],
    "silent-promotion": [
        lambda v: v.f * 2.0 + v.f * np.float32(3) * np.ones(4, "float32"),
        lambda v: v.f.astype("float64") * np.ones(4),
        lambda v: v.f * v.x,
        lambda v: v.n * np.ones(4),
    ],
    "integers-as-floats": [
        lambda v: v.n + v.u.astype("int64"),
        lambda v: v.n.astype("float64") + v.u.astype("float64"),
        lambda v: v.x * np.array([2**53, 1, 1, 1]) + sd.mean(v.n) + v.n / 2,
        lambda v: sd.random.randint(v.key, (3,), 0, 2**40),
    ],
    "zero-gradient": [
        lambda v: sd.grad(sd.sum(sd.where(v.x > 0, v.x, 0)), v.x),
        lambda v: [sd.grad(sd.sum(v.x), v.s), v.y * 0][1],
        lambda v: sd.grad(sd.sum(v.x + sd.floor(v.x)), v.x),
        lambda v: (sd.grad(sd.sum(v.x), v.s), sd.where(v.x > 0, v.x, 0.0))[1],
    ],
    "unused-input": [
        lambda v: sd.sin(v.x),
        lambda v: v.x,
        lambda v: sd.compile([v.x, v.y], [sd.sin(v.x), v.y], name="f"),
    ],
    "large-constant": [lambda v: np.zeros(1000) + v.s + sd.zeros((2000, 2000), graph=v.g).sum()],
    "integer-zero-division": [
        lambda v: v.n // 3 + v.n % v.n,
        lambda v: v.n // sd.maximum(v.n % 3, 1),
        lambda v: sd.where(v.n % 3 == 0, 0, v.n // (v.n % 3)),
        lambda v: v.x // (v.x % 3),
    ],
}


def _named(v: Any, name: str, shape: tuple[str, ...]) -> Any:
    return next((each for each in v.g.arguments if each.attrs[0] == name), None) or v.g.input(name, shape)


EVALUABLE: Final = (
    "trace-of-product", "log-of-reduction", "softmax-by-quotient",
)  # fmt: skip
"""Lints found by functions, whose advice is Python over the operands' names."""


@pytest.mark.parametrize("name", EVALUABLE)
def test_what_functions_say_to_write_instead_is_the_same(name: str) -> None:
    for case in FIRES[name]:
        v = inputs()
        written = case(v)
        (finding,) = sd.lint(written)
        instead = eval(finding.instead, {"sd": sd}, vars(v))
        assert instead.type == written.type
        assert found(instead) == []
        sources = [getattr(v, each) for each in "AxBPQ"]
        values = [VALUES[each] for each in "AxBPQ"]
        with np.errstate(all="ignore"):
            first, second = sd.compile(sources, [written, instead], name="sides")(*values)
        assert_close(first[np.isfinite(first)], second[np.isfinite(first)], rtol=1e-9, atol=1e-12)


def test_every_lint_is_shown_to_fire_and_to_spare() -> None:
    assert list(FIRES) == list(SPARES) == NAMES
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_fires_on_what_it_is_for(name: str) -> None:
    for case in FIRES[name]:
        what = case(inputs())
        assert set(found(what)) >= {name}, sd.show(what)
        assert found(what, disable=NAMES) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_spares_what_is_near(name: str) -> None:
    for number, case in enumerate(SPARES[name]):
        findings = sd.lint(case(inputs()))
        assert name not in [each.lint for each in findings], f"case {number}: {findings}"


@pytest.mark.parametrize("rule", STABLE, ids=lambda rule: rule.name)
def test_what_is_rewritten_by_itself_is_no_finding(rule: Any) -> None:
    g = sd.Graph()
    written, _ = rule.example(*(g.input(f"x{i}", (2, 3)) for i in range(rule.arity)))
    assert found(written) == []


# The report


def test_a_finding_tells_where_what_why_and_what_instead() -> None:
    v = inputs()
    residual = v.b - v.x
    found_here = sd.lint(sd.inv(v.A) @ residual)
    assert str(found_here).splitlines()[1:] == [
        "  found    sd.inv(A) @ residual: float64 (4,), with A: float64 (4, 4), residual: float64 (4,)",
        "  why      solving is faster than inverting, and its residual is small where the inverse's isn't",
        "  instead  sd.solve(A, residual)",
    ]
    head = str(found_here).splitlines()[0]
    assert head.startswith("inverse-product  %")
    assert "test_lints.py:" in head
    assert head.endswith("found_here = sd.lint(sd.inv(v.A) @ residual)")


def test_operands_without_a_name_are_told_by_what_they_are() -> None:
    v = inputs()
    (finding,) = sd.lint(sd.inv(v.A) @ (v.b - v.x))
    number = finding.instead.partition("%")[2].rstrip(")")
    assert f"%{number} = subtract(b, x): float64 (4,)" in finding.found


def test_findings_are_counted_ordered_and_always_the_same() -> None:
    def findings() -> Any:
        v = inputs()
        return sd.lint([1 - sd.tanh(v.x) ** 2, sd.sin(v.y) / v.y, sd.inv(v.A) @ v.b, sd.det(v.A @ v.B)])

    first, second = findings(), findings()
    assert first == second
    assert len(first) == 4
    assert bool(first)
    assert [each.node for each in first] == sorted(each.node for each in first)
    assert str(first).count("\n  why ") == 4


def test_nothing_found_is_false_and_says_so() -> None:
    nothing = sd.lint(inputs().x)
    assert not nothing
    assert str(nothing) == "nothing found"


def test_names_choose() -> None:
    v = inputs()
    two = [1 - sd.tanh(v.x) ** 2, sd.exp(v.y) / (sd.exp(v.y) + sd.exp(v.x))]
    assert found(two) == ["cancellation", "overflow"]
    assert found(two, only=["overflow"]) == ["overflow"]
    assert found(two, disable=["overflow"]) == ["cancellation"]
    assert found(two, only=["overflow"], disable=["overflow"]) == []
    with pytest.raises(ArgumentError, match="there is no lint 'overflows'"):
        sd.lint(two, disable=["overflows"])
    with pytest.raises(ArgumentError, match="there is no lint 'overflows'"):
        sd.lint(two, only=["overflows"])


def test_expressions_lists_graphs_and_functions_are_taken() -> None:
    v = inputs()
    y = 1 - sd.tanh(v.x) ** 2
    f = sd.compile([v.x], y, name="f")
    assert found(y) == found([y]) == found({"y": y}) == found(f) == ["cancellation"]
    assert [each.lint for each in sd.lint(y, v.x)] == ["cancellation"]
    assert found(v.g, disable=["unused-input"]) == ["cancellation"]
    with pytest.raises(ArgumentError):
        sd.lint(3)


def test_what_an_output_does_not_need_is_not_looked_at() -> None:
    v = inputs()
    1 - sd.tanh(v.x) ** 2
    assert found(sd.sin(v.x)) == []


def test_looking_changes_nothing() -> None:
    v = inputs()
    y = sd.log(1 + sd.exp(v.x)) + sd.sin(v.x) / v.x
    before = len(v.g), dict(v.g.stable), list(v.g.rewrites), v.g.arena.requests
    sd.lint(y)
    assert (len(v.g), dict(v.g.stable), list(v.g.rewrites), v.g.arena.requests) == before


def test_what_derivative_rules_made_is_not_the_users() -> None:
    v = inputs()
    loss = sd.sum(sd.tanh(v.x) + sd.inv(v.A) + sd.expm1(v.x) * sd.erf(v.x))
    first = sd.grad(loss, [v.x, v.A])
    assert found([loss, *first, sd.grad(sd.sum(first[0]), v.x)]) == []
    by_hand = 1 - sd.tanh(v.x) ** 2
    assert found([*first, by_hand]) == ["cancellation"]


def test_own_lints_are_patterns_or_functions() -> None:
    tower = of_patterns("tower", "it is huge", Form("e^e^{x}", "{x}", lambda x: sd.exp(sd.exp(x))))

    def look(survey: Any) -> Iterator[Found]:
        for view in survey.views(sd.sin):
            if not view.expr.provenance.scope:
                yield Found(view.node, scopeless.forms[0], {"x": view.input(0).id})

    scopeless = Lint("scopeless", "it is hard to find", (Form("sd.sin({x})", "with g.scope(...)"),), look)
    v = inputs()
    with v.g.scope("inside"):
        z = sd.sin(v.x)
    y = sd.exp(sd.exp(z)) + sd.sin(v.y)
    assert [(each.lint, each.instead) for each in sd.lint(y, extra=[tower, scopeless])] == [
        ("tower", "z"),
        ("scopeless", "with g.scope(...)"),
    ]


def test_a_long_chain_needs_no_recursion() -> None:
    x = y = sd.Graph().input("x")
    for _ in range(3000):
        y = 1 - sd.tanh(y) ** 2
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        assert len(sd.lint(y)) == 3000
    finally:
        sys.setrecursionlimit(limit)
    assert found(x) == []


# False findings: none in what symdiff itself is made of


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The graphs that a user makes while a test runs."""
    made: list[Any] = []
    make = Graph.__init__

    def keep(self: Any, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        made.append(self)

    monkeypatch.setattr(Graph, "__init__", keep)
    return made


def _all_findings(graphs: list[Any], **options: Any) -> list[tuple[str, str]]:
    looked = [each for each in graphs if not each.is_derived and len(each)]
    assert looked
    return [(each.lint, each.found) for graph in looked for each in sd.lint(graph, **options)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_models_have_no_finding(model: Callable[[], Any], graphs: list[Any]) -> None:
    function = model()
    assert found(function) == []
    assert _all_findings(graphs) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_no_finding(path: Path, graphs: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def unneeded(*_: Any) -> Any:
        raise InterruptedError

    namespace = runpy.run_path(str(path))
    build = namespace.get("build_model") or namespace["main"]
    monkeypatch.setattr(sd.Function, "__call__", unneeded)
    with contextlib.suppress(InterruptedError):
        build()
    assert _all_findings(graphs) == []


@pytest.mark.parametrize("module", [each.name for each in pkgutil.iter_modules(library.__path__)])
def test_the_librarys_own_examples_have_no_finding(module: str, graphs: list[Any]) -> None:
    imported = importlib.import_module(f"symdiff.library.{module}")
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(exclude_empty=True).find(imported):
        assert runner.run(test).failed == 0
    assert not graphs or _all_findings(graphs) == []


@pytest.mark.parametrize("name", CALLS)
def test_the_vocabulary_has_no_finding(name: str) -> None:
    call, shapes = CALLS[name]
    g = sd.Graph()
    results = call(*(g.input(f"x{i}", shape) for i, shape in enumerate(shapes)))
    results = results if isinstance(results, (list, tuple)) else [results]
    assert found([each for each in results if isinstance(each, sd.Expr)]) == []


def test_no_op_alone_is_a_finding() -> None:
    for op in OPS:
        for case in op.samples:
            g = sd.Graph()
            operands = [g.input(f"x{i}", each.shape, each.dtype) for i, each in enumerate(case.operands)]
            y = op(*operands, **case.attributes) if operands else g.apply(op, (), dict(case.attributes))
            assert found(y) == [], op.name
