"""Listings, explanations and exchange formats say what the graph says."""

import re
import shutil
import subprocess

import networkx
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError


def model() -> tuple[sd.Graph, dict[str, sd.Expr], dict[str, sd.Expr]]:
    g = sd.Graph()
    parameters = {"W": g.input("W", (3, 2)), "b": g.input("b", (2,))}
    x = g.input("x", ("batch", 3))
    with g.scope("layer"):
        h = sd.tanh(x @ parameters["W"] + parameters["b"])
    loss = sd.sum(h * h)
    return g, {**parameters, "x": x, "h": h, "loss": loss}, sd.grad(loss, parameters)


def test_listing_has_a_line_for_each_node_and_nothing_else() -> None:
    g, _, gradients = model()
    lines = sd.show(gradients).splitlines()
    wanted = g.arena.ancestors(each.id for each in gradients.values())
    assert [int(re.match(r"%(\d+)", line)[1]) for line in lines] == wanted
    assert len(sd.show(g).splitlines()) == len(g)


def test_listing_tells_type_role_scope_and_line() -> None:
    _, nodes, gradients = model()
    line = next(each for each in sd.show(nodes["loss"]).splitlines() if " h = " in each)
    assert "tanh(" in line
    assert "float64 (batch, 2)" in line
    assert "forward" in line
    assert "layer" in line
    assert "test_inspect.py:" in line
    derivative = next(each for each in sd.show(gradients).splitlines() if "d_W = " in each)
    assert "adjoint" in derivative
    assert "via matmul.vjp[1] of test_inspect.py:" in derivative


def test_listing_of_second_order_tells_the_order() -> None:
    g = sd.Graph()
    x = g.input("x")
    second = sd.grad(sd.grad(sd.sin(x) ** 3, x), x)
    assert "adjoint 2" in sd.show(second)


def test_listing_of_a_function_is_that_of_its_graph() -> None:
    _, nodes, gradients = model()
    f = sd.compile([nodes["x"], nodes["W"], nodes["b"]], gradients)
    assert sd.show(f) == sd.show(f.graph)
    assert len(sd.show(f).splitlines()) == len(f.graph)


def test_why_follows_every_rule_from_the_node_to_the_target() -> None:
    _, _, gradients = model()
    text = sd.why(gradients["b"])
    rules = re.findall(r"by (\w+\.vjp\[\d\])", text)
    assert rules == ["add.vjp[1]", "tanh.vjp[0]", "multiply.vjp[0]", "sum.vjp[0]"]
    assert "adjoint of b" in text
    assert text.count("sum of 2 contributions: multiply.vjp[0] of multiply(h, h), multiply.vjp") == 1
    assert text.count("test_inspect.py:") == 5


def test_why_names_all_contributions_to_a_sum() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x) + sd.exp(x)
    text = sd.why(sd.grad(y, x))
    assert "the sum of 2 contributions" in text
    assert "by sin.vjp[0] of sin(x)" in text
    assert "contributions: exp(x), sin.vjp[0] of sin(x)" in text


def test_why_of_a_forward_node_is_the_line_that_asked() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x)
    again = sd.sin(x)
    assert again is y
    text = sd.why(y)
    assert "y = sd.sin(x)" in text
    assert "also asked for at" in text
    assert "again = sd.sin(x)" in text


def test_networkx_keeps_operand_positions() -> None:
    g, _, gradients = model()
    found = sd.to_networkx(g)
    assert isinstance(found, networkx.MultiDiGraph)
    assert networkx.is_directed_acyclic_graph(found)
    for node in found:
        edges = sorted((data["position"], parent) for parent, _, data in found.in_edges(node, data=True))
        assert tuple(parent for _, parent in edges) == g.arena.nodes[node].inputs
    assert found.nodes[gradients["W"].id]["role"] == "adjoint"
    assert found.nodes[gradients["W"].id]["name"] == "d_W"


def test_dot_has_every_node_and_edge_and_escapes_text() -> None:
    g = sd.Graph()
    x = g.input('a"b\\\n</x>', (2,))
    y = x * x
    text = sd.to_dot(y)
    assert text.count(" -> ") == 2
    assert len(re.findall(r"^  n\d+ \[", text, flags=re.MULTILINE)) == 2
    for line in text.splitlines()[3:-1]:
        assert len(re.findall(r'(?<!\\)"', line)) % 2 == 0


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz isn't installed")
def test_graphviz_reads_the_dot_text() -> None:
    _, _, gradients = model()
    subprocess.run(["dot", "-Tsvg"], input=sd.to_dot(gradients).encode(), check=True, capture_output=True)


def test_what_cannot_be_shown_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="can't be shown"):
        sd.show(3)
    with pytest.raises(ArgumentError, match="can't be shown"):
        sd.show([])


def test_a_long_chain_is_listed_without_recursion() -> None:
    g = sd.Graph()
    x = y = g.input("x")
    for _ in range(3000):
        y = sd.sin(y)
    assert len(sd.show(y).splitlines()) == 3001
    chain = sd.why(sd.grad(y, x)).splitlines()
    assert sum(line.startswith("  by sin.vjp[0]") for line in chain) == 3000
