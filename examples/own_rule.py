"""Add a rewrite rule from outside the package, see it fire, replay the log, and catch a wrong rule by bisection."""

import numpy as np

import symdiff as sd
from symdiff.rewriting.rule import equation


@equation("rounding", (-2.0, 2.0))
def triple_angle(x):
    "3 sin(x) - 4 sin(x)^3 = sin(3 x)"
    return 3 * sd.sin(x) - 4 * sd.sin(x) ** 3, sd.sin(3 * x)


@equation("domain", (-2.0, 2.0))
def small_angle(x):
    "cos(x) = 1 - x^2 / 2, which is wrong but near 0"
    return sd.cos(x), 1 - x * x / 2


def main() -> None:
    """Compile an expression with and without the rules, and let symdiff find the one that is wrong."""
    g = sd.Graph()
    x = g.input("x", ("n",))
    y = 3 * sd.sin(x) - 4 * sd.sin(x) ** 3 + sd.cos(x)

    step = sd.compile([x], y, rules=[triple_angle])
    print(step.report, "\n")
    for count in range(len(step.report.firings) + 1):
        names = [node.op.name for node in step.report.replay(count).arena.nodes if node.inputs]
        print(f"after {count} firings: {', '.join(names)}")

    points = np.linspace(-1, 1, 5)
    wrong = sd.compile([x], y, rules=[small_angle, triple_angle])
    print("\nthe culprit:", wrong.bisect_rewrites(points))
    right = sd.compile([x], y, rules=[small_angle, triple_angle], without=["small_angle"])
    print("without it:", right.bisect_rewrites(points))


if __name__ == "__main__":
    main()
