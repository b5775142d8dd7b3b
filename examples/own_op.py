"""Add an operation from outside the package, fit a curve with it, and print the code that comes out."""

import numpy as np

import symdiff as sd
from symdiff.ops.family import elementwise, uniform


def softclip_kernel(x: np.ndarray) -> np.ndarray:
    """x / (1 + |x|)."""
    return x / (1 + np.abs(x))


softclip = elementwise(
    "softclip",
    softclip_kernel,
    partials=[lambda y, x: 1 / (1 + abs(x)) ** 2],
    samples=[uniform(0.5, 2, (3,))],
    flops=3,
    law="d softclip(x) = dx / (1 + |x|)^2",
    doc="x / (1 + |x|), elementwise.",
)


def main() -> None:
    """Fit y = softclip(a x + b) to points of the same curve by gradient descent."""
    g = sd.Graph()
    x, y = g.input("x", ("n",)), g.input("y", ("n",))
    a, b = g.input("a"), g.input("b")
    loss = sd.mean((softclip(a * x + b) - y) ** 2)
    step = sd.compile([x, y, a, b], [loss, *sd.sgd([a, b], sd.grad(loss, [a, b]), rate=5.0)])
    print(step.source)

    points = np.linspace(-2, 2, 50)
    curve = softclip(3.0 * points - 1.0)
    value, slope, shift = 0.0, 1.0, 0.0
    for count in range(2001):
        value, slope, shift = step(points, curve, slope, shift)
        if count % 500 == 0:
            print(f"step {count:4d}  loss {value:.2e}  a {slope:.4f}  b {shift:.4f}")


if __name__ == "__main__":
    main()
