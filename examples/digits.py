"""Train a two-hidden-layer classifier on handwritten digits, then export its gradient and run that file on its own."""

import itertools
import pathlib
import subprocess
import sys

import numpy as np
from sklearn.datasets import load_digits

import symdiff as sd

EPOCHS, BATCH, RATE, DECAY, L2 = 30, 32, 0.05, 0.9, 1e-4
OUTPUT = pathlib.Path(__file__).parent.parent / "build"


def build_model() -> tuple[sd.Function, sd.Function, sd.Function, str]:
    """The training step, the loss with its gradient, the classifier; and the listing of the derivative graph."""
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
    classify = sd.compile([x, parameters], sd.argmax(logits, axis=1))
    return step, loss_and_grad, classify, sd.show(gradients)


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


def train(step: sd.Function, classify: sd.Function) -> tuple[dict[str, np.ndarray], float]:
    """Stochastic gradient descent with momentum; the trained parameters and the accuracy on held-out images."""
    images, labels, held_images, held_labels = load_data()
    parameters = initial_parameters()
    velocities = {name: np.zeros_like(value) for name, value in parameters.items()}
    rng = np.random.default_rng(2)
    accuracy = 0.0
    for epoch in range(1, EPOCHS + 1):
        losses = []
        for batch in np.array_split(rng.permutation(len(images)), len(images) // BATCH):
            value, parameters, velocities = step(images[batch], labels[batch], parameters, velocities)
            losses.append(value)
        accuracy = float(np.mean(classify(held_images, parameters) == held_labels))
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


def run_alone(loss_and_grad: sd.Function, parameters: dict[str, np.ndarray]) -> bool:
    """Export the gradient, run the file in a fresh interpreter, and compare with the compiled function bit for bit."""
    OUTPUT.mkdir(exist_ok=True)
    source, arguments, results = (OUTPUT / name for name in ("digits_gradient.py", "arguments.npz", "results.npz"))
    sd.export(source, {"loss_and_grad": loss_and_grad})
    images, labels, _, _ = load_data()
    np.savez(arguments, x=images[:100], label=labels[:100], **parameters)
    subprocess.run([sys.executable, "-c", ALONE, str(source), str(arguments), str(results)], check=True, cwd=OUTPUT)
    value, gradients = loss_and_grad(images[:100], labels[:100], parameters)
    here = [value, *gradients.values()]
    with np.load(results) as there:
        return all(a.tobytes() == there[f"arr_{i}"].tobytes() for i, a in enumerate(here))


def main() -> int:
    """The whole job; the exit status says whether it reached what it promises."""
    step, loss_and_grad, classify, listing = build_model()
    print("The gradient's graph:\n", listing, sep="\n")
    print("\nWhat compiling the training step did:\n", step.report, sep="\n")
    print("\nTraining:\n")
    parameters, accuracy = train(step, classify)
    same = run_alone(loss_and_grad, parameters)
    print(f"\nexported {OUTPUT / 'digits_gradient.py'}")
    print(f"run with NumPy alone, its results are {'the same bit for bit' if same else 'DIFFERENT'}")
    return 0 if accuracy >= 0.95 and same else 1


if __name__ == "__main__":
    sys.exit(main())
