"""Train a two-hidden-layer classifier on handwritten digits, then export its gradient and run that file on its own."""

import itertools
import pathlib
import subprocess
import sys
from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits

import symdiff as sd

EPOCHS, BATCH, RATE, DECAY, L2 = 30, 32, 0.05, 0.9, 1e-4
OUTPUT = pathlib.Path(__file__).parent.parent / "build"


class Model(NamedTuple):
    """What is compiled: the training step, the loss with its gradient (also for the interpreter), the classifier."""

    step: sd.Function
    loss_and_grad: sd.Function
    interpreted: sd.Function
    classify: sd.Function


def build_model() -> tuple[Model, str]:
    """The model, and the listing of its derivative graph."""
    g = sd.Graph()
    x, label = g.input("x", ("batch", 64)), g.input("label", ("batch",), dtype="int64")
    shapes = {"W1": (64, 64), "b1": (64,), "W2": (64, 32), "b2": (32,), "W3": (32, 10), "b3": (10,)}
    parameters = {name: g.input(name, shape) for name, shape in shapes.items()}
    velocities = {name: g.input(f"v_{name}", shape) for name, shape in shapes.items()}

    with g.scope("hidden1"):
        h1 = sd.tanh(sd.linear(x, parameters["W1"], parameters["b1"]))
    with g.scope("hidden2"):
        h2 = sd.tanh(sd.linear(h1, parameters["W2"], parameters["b2"]))
    with g.scope("output"):
        logits = sd.linear(h2, parameters["W3"], parameters["b3"])
    loss = sd.cross_entropy_from_logits(logits, label)
    weights = [parameters["W1"], parameters["W2"], parameters["W3"]]
    gradients = sd.grad(loss + sd.l2(weights, L2), parameters)
    updated = sd.momentum(parameters, gradients, velocities, rate=RATE, decay=DECAY)

    step = sd.compile([x, label, parameters, velocities], [loss, *updated])
    loss_and_grad = sd.compile([x, label, parameters], [loss, gradients])
    interpreted = sd.compile([x, label, parameters], [loss, gradients], backend="interpreter")
    classify = sd.compile([x, parameters], sd.argmax(logits, axis=1))
    return Model(step, loss_and_grad, interpreted, classify), sd.show(gradients)


def load_data() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images and labels, held-out images and labels: 1,797 images of 8 x 8 pixels in [0, 1]."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.data))
    images, labels = digits.data[order] / 16, digits.target[order].astype(np.int64)
    return images[:1437], labels[:1437], images[1437:], labels[1437:]


def initial_parameters() -> dict[str, np.ndarray]:
    """Glorot-uniform weights and zero biases, the same in every run."""
    rng = np.random.default_rng(1)
    sizes = [64, 64, 32, 10]
    parameters: dict[str, np.ndarray] = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
        parameters[f"W{layer}"] = sd.initialisers.glorot_uniform(rng, (fan_in, fan_out))
        parameters[f"b{layer}"] = np.zeros(fan_out)
    return parameters


def train(model: Model, epochs: int = EPOCHS) -> tuple[dict[str, np.ndarray], float]:
    """Stochastic gradient descent with momentum; the trained parameters and the accuracy on held-out images."""
    images, labels, held_images, held_labels = load_data()
    parameters = initial_parameters()
    velocities = {name: np.zeros_like(value) for name, value in parameters.items()}
    rng = np.random.default_rng(2)
    accuracy = 0.0
    for epoch in range(1, epochs + 1):
        losses = []
        for batch in np.array_split(rng.permutation(len(images)), len(images) // BATCH):
            value, parameters, velocities = model.step(images[batch], labels[batch], parameters, velocities)
            losses.append(value)
        accuracy = float(np.mean(model.classify(held_images, parameters) == held_labels))
        print(f"epoch {epoch:2d}  loss {np.mean(losses):.4f}  held-out accuracy {accuracy:.2%}")
    return parameters, accuracy


ALONE = """
import importlib.util, sys
class OnlyNumPy:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "numpy"}:
            raise ImportError(f"{name} is not to be imported here")
sys.meta_path.insert(0, OnlyNumPy())
import numpy as np
spec = importlib.util.spec_from_file_location("gradient", sys.argv[1])
gradient = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gradient)
with np.load(sys.argv[2]) as arguments:
    results = gradient.loss_and_grad(**arguments)
np.savez(sys.argv[3], *results)
assert "symdiff" not in sys.modules
"""


def run_alone(model: Model, parameters: dict[str, np.ndarray]) -> tuple[bool, float]:
    """Export the gradient and run the file in a fresh interpreter.

    Whether its results are those of symdiff's interpreter bit for bit; and how far those of the compiled function are
    from them, which are summed in another order, relative to the largest element.
    """
    OUTPUT.mkdir(exist_ok=True)
    source, arguments, results = (OUTPUT / name for name in ("digits_gradient.py", "arguments.npz", "results.npz"))
    sd.export(source, {"loss_and_grad": model.loss_and_grad})
    images, labels, _, _ = load_data()
    np.savez(arguments, x=images[:100], label=labels[:100], **parameters)
    subprocess.run([sys.executable, "-c", ALONE, str(source), str(arguments), str(results)], check=True, cwd=OUTPUT)
    with np.load(results) as found:
        alone = [found[f"arr_{i}"] for i in range(len(found))]
    (value, gradients), (loss, slopes) = (
        function(images[:100], labels[:100], parameters) for function in (model.interpreted, model.loss_and_grad)
    )
    same = all(a.tobytes() == b.tobytes() for a, b in zip(alone, [value, *gradients.values()], strict=True))
    pairs = zip(alone, [loss, *slopes.values()], strict=True)
    return same, max(float(np.max(np.abs(a - b)) / np.max(np.abs(a))) for a, b in pairs)


def main() -> int:
    """The whole job; the exit status says whether it reached what it promises."""
    model, listing = build_model()
    print("The gradient's graph:\n", listing, sep="\n")
    print("\nWhat compiling the training step did:\n", model.step.report, sep="\n")
    print("\nTraining:\n")
    parameters, accuracy = train(model)
    same, distance = run_alone(model, parameters)
    print(f"\nexported {OUTPUT / 'digits_gradient.py'}")
    print(f"run with NumPy alone, its results are the interpreter's {'bit for bit' if same else 'NOT'};")
    print(f"those of the compiled function, whose sums have another order, differ by {distance:.0e}")
    return 0 if accuracy >= 0.95 and same and distance < 1e-13 else 1


if __name__ == "__main__":
    sys.exit(main())
