"""Derivatives as a user asks for them: checked, stabilised, and given back in the containers they came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from symdiff.differentiate.forward import push_forward
from symdiff.differentiate.reverse import pull_back
from symdiff.differentiate.tagging import tagging
from symdiff.errors import ArgumentError, DerivativeError, GraphError, NonScalarError, SymdiffError
from symdiff.expr import Expr, describe_node
from symdiff.provenance import Derivative, caller
from symdiff.rewriting.stabilise import stabilise
from symdiff.tree import flatten, flatten_as, rebuild
from symdiff.types import is_differentiable, shape_text


def grad(target: Expr, sources: Any) -> Any:
    """The gradient of a scalar by each source: new expressions of the same graph, of the sources' types.

    d target / d source, by reverse mode: one sweep, whatever the number of sources. `sources` is one
    expression, or a list, tuple or dict of them, also nested; the result has the same form. A source that
    the target doesn't depend on gets a zero. Sources may be any nodes, not only inputs.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x, y = g.input("x"), g.input("y")
    >>> dx, dy = sd.grad(x * y + sd.sin(x), [x, y])
    >>> float(dy.eval({x: 3.0, y: 2.0}))
    3.0

    The target is real; by a complex source z = x + iy its gradient is d target / dx - i d target / dy.

    Raises `NonScalarError` where the target isn't of shape (), `DerivativeError` where it isn't real
    floating-point or a source is an integer or a boolean, `GraphError` where they belong to different graphs.
    """
    _check("grad", "target", [target])
    _check_real("grad", target)
    _check_scalar("grad", target)
    return _pulled(*_ends("grad", target, sources), {target.id: _seed(target)}, ())


def vjp(targets: Any, sources: Any, cotangents: Any) -> Any:
    """The cotangents of the sources for given cotangents of the targets (vector-Jacobian products).

    sum_i cotangent_i d target_i / d source, for one target and its cotangent or for lists of both; plain
    arrays are lifted. `sources` and the result are as for `grad`; errors too. A complex target's cotangent is
    what a real quantity L that depends on it has: dL/dx - i dL/dy.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (2,))
    >>> sd.vjp(x * x, x, [1.0, 10.0]).eval({x: [1.0, 2.0]})
    array([ 2., 40.])
    """
    graph, ends, each, structure = _ends("vjp", targets, sources)
    seeds = _beside("vjp", graph, targets, cotangents, "cotangent")
    return _pulled(graph, ends, each, structure, seeds, tuple(seed.id for seed in seeds.values()))


def _pulled(
    graph: Any, ends: list[Expr], each: list[Expr], structure: Any, seeds: dict[int, Any], along: tuple[int, ...]
) -> Any:
    found: dict[int, Any] = {}
    for barrier, group in _sweeps(graph, [target.id for target in ends], [source.id for source in each]):
        stable: dict[int, Any] = {}
        for target, seed in seeds.items():
            image = stabilise(graph, target, barrier)
            stable[image] = stable[image] + seed if image in stable else seed
        adjoints = pull_back(graph, stable, list(group.values()))
        found |= {source: adjoints[image] for source, image in group.items() if image in adjoints}
    results = [found[x.id] if x.id in found else graph.zero_gradient(x) for x in each]
    for x, result in zip(each, results, strict=True):
        graph.derivatives[Derivative("pull", result.id, tuple(seeds), (x.id,), along)] = None
    return rebuild(structure, results)


def jvp(targets: Any, sources: Any, tangents: Any) -> Any:
    """The tangents of the targets for given tangents of the sources (Jacobian-vector products).

    sum_j (d target / d source_j) tangent_j, by forward mode. One target or a container of them; the result
    has its form. Errors are those of `vjp`.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", (2,))
    >>> sd.jvp(x * x, x, [1.0, 10.0]).eval({x: [1.0, 2.0]})
    array([ 2., 40.])
    """
    graph, ends, _, _ = _ends("jvp", targets, sources)
    seeds = _beside("jvp", graph, sources, tangents, "tangent")
    found: dict[int, Any] = {}
    for barrier, group in _sweeps(graph, [target.id for target in ends], list(seeds)):
        images = {target.id: stabilise(graph, target.id, barrier) for target in ends}
        pushed = push_forward(graph, list(images.values()), {image: seeds[node] for node, image in group.items()})
        for target, image in images.items():
            if image in pushed:
                found[target] = found[target] + pushed[image] if target in found else pushed[image]
    results = [found[y.id] if y.id in found else graph.zeros(y.type) for y in ends]
    along = tuple(seed.id for seed in seeds.values())
    for y, result in zip(ends, results, strict=True):
        graph.derivatives[Derivative("push", result.id, (y.id,), tuple(seeds), along)] = None
    return rebuild(flatten(targets)[1], results)


def hvp(target: Expr, sources: Any, vectors: Any) -> Any:
    """The Hessian of a scalar times a vector: the tangent of the gradient, never the matrix.

    sum_k (d^2 target / d source_i d source_k) vector_k, forward over reverse; forms and errors as for `grad`.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (2,))
    >>> sd.hvp((x**3).sum(), x, [1.0, 1.0]).eval({x: [1.0, 2.0]})
    array([ 6., 12.])
    """
    return jvp(grad(target, sources), sources, vectors)


def adjoints(target: Expr) -> dict[Expr, Expr]:
    """Every node's adjoint: d target / d node for all nodes between the inputs and a scalar (the book's grad_table).

    These are the error signals of a backward pass, over the graph exactly as written: nothing is stabilised
    first. Nodes that don't affect the target are left out.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x, y, z = g.input("x"), g.input("y"), g.input("z")
    >>> s = x + y
    >>> table = sd.adjoints(s * z)
    >>> float(table[s].eval({x: -2.0, y: 5.0, z: -4.0}))
    -4.0
    """
    _check("adjoints", "target", [target])
    _check_real("adjoints", target)
    _check_scalar("adjoints", target)
    graph = target.graph
    inputs = [
        node
        for node in graph.arena.ancestors([target.id])
        if graph.arena.nodes[node].op.name in ("input", "capture")
        and is_differentiable(graph.arena.nodes[node].type.dtype)
    ]
    table: dict[Expr, Expr] = {}
    seed = {target.id: _seed(target)}
    pull_back(graph, seed, inputs, record=lambda node, adjoint: table.__setitem__(graph.expr(node), adjoint))
    return table


def tangents(targets: Any, sources: Any, directions: Any) -> dict[Expr, Expr]:
    """Every node's tangent on the way from sources to targets, for given tangents of the sources, as written.

    The forward twin of `adjoints`.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x")
    >>> y = x * x
    >>> float(sd.tangents(sd.sin(y), [x], [1.0])[y].eval({x: 3.0}))
    6.0
    """
    graph, ends, _, _ = _ends("tangents", targets, sources)
    table: dict[Expr, Expr] = {}
    push_forward(
        graph,
        [target.id for target in ends],
        _beside("tangents", graph, sources, directions, "tangent"),
        record=lambda node, tangent: table.__setitem__(graph.expr(node), tangent),
    )
    return table


def _sweeps(graph: Any, targets: Sequence[int], sources: Sequence[int]) -> Iterator[tuple[int | None, dict[int, int]]]:
    """The sweeps a derivative takes: a barrier, and the sources (node: stable form) that it serves.

    Sources that no stable pattern looks through share one sweep; each of the others is its own barrier.
    """
    for target in targets:
        stabilise(graph, target)
    stable = graph.stable.get(None, {})
    images = {source: stable.get(source, source) for source in sources}
    hidden = {source for source, image in images.items() if image in graph.swallowed or source in graph.swallowed}
    hidden = {source for source in hidden if graph.arena.nodes[source].inputs}
    shared = {source: image for source, image in images.items() if source not in hidden}
    if shared:
        yield None, shared
    for source in sorted(hidden):
        yield source, {source: source}


def _ends(asked: str, targets: Any, sources: Any) -> tuple[Any, list[Expr], list[Expr], Any]:
    """The graph, the targets, the sources and the sources' structure of a request, checked."""
    ends, _ = flatten(targets)
    each, structure = flatten(sources)
    _check(asked, "target", ends)
    _check(asked, "source", each)
    if not ends or not each:
        raise ArgumentError(
            f"{asked} needs at least one {'source' if ends else 'target'}",
            advice="pass an expression, or a list, tuple or dict of them",
            context=[_described("target", each) for each in ends],
        )
    graph = ends[0].graph
    for expr in (*ends, *each):
        if expr.graph is not graph:
            raise GraphError(
                f"{asked} of expressions of different graphs",
                advice="build target and sources in one graph; graph.include(expr) copies an expression over",
                context=[_described("target", ends[0]), _described("other", expr)],
            )
    return graph, ends, each, structure


def _check(asked: str, role: str, exprs: Iterable[Any]) -> None:
    for expr in exprs:
        if not isinstance(expr, Expr):
            raise ArgumentError(
                f"{asked}: a {role} is an expression, not {expr!r} (a {type(expr).__name__})",
                advice="pass what g.input or an operation returned",
            )
        if not is_differentiable(expr.dtype):
            raise DerivativeError(
                f"{asked}: a {role} of dtype {expr.dtype} has no derivative",
                advice='derivatives are of and by real floats: x.astype("float64"), or declare the input so',
                context=[_described(role, expr)],
            )


def _check_real(asked: str, target: Expr) -> None:
    if target.dtype.kind == "c":
        raise DerivativeError(
            f"{asked}: a target of dtype {target.dtype} has no direction in which it grows",
            advice="take a real number of it: sd.real(target), sd.imag(target), sd.abs(target); sd.vjp takes both",
            context=[_described("target", target)],
        )


def _check_scalar(asked: str, target: Expr) -> None:
    if target.shape != ():
        first = ", ".join("0" for _ in target.shape)
        raise NonScalarError(
            f"{asked}: a target of shape {shape_text(target.shape)} is no scalar",
            advice=f"index one element, target[{first}], or reduce: sd.sum(target); sd.vjp takes any shape",
            context=[_described("target", target)],
        )


def _described(role: str, expr: Expr) -> str:
    return f"{role}: {describe_node(expr)}"


def _seed(target: Expr) -> Expr:
    """d target / d target."""
    with tagging(target.graph, "adjoint", caller(), [target.id]) as tag:
        tag(target.id, None, None)
        return target.graph.constant(1, target.dtype)


def _beside(asked: str, graph: Any, exprs: Any, values: Any, what: str) -> dict[int, Any]:
    """The seeds given beside expressions, in the same containers, lifted to their types; a node's seeds are added."""
    each, structure = flatten(exprs)

    def complain(wanted: str) -> ArgumentError:
        lines = [_described("for", expr) for expr in each]
        return ArgumentError(f"{asked}: the {what}s must be {wanted}", f"give one {what} for each", lines)

    given = flatten_as(structure, values, complain)
    seeds: dict[int, Any] = {}
    for expr, value in zip(each, given, strict=True):
        try:
            seed = graph.lift(value, like=expr)
        except SymdiffError as error:
            raise error.located(f"{asked}, {what}", []) from None
        seeds[expr.id] = seeds[expr.id] + seed if expr.id in seeds else seed
    return seeds
