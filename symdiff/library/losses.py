"""Losses: how far predictions are from targets, as one number, the mean over the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, DtypeError, IndexingError, ShapeError
from symdiff.library.operands import complaint, require_same_shape
from symdiff.ops.exponential import log, log_sigmoid, xlogy
from symdiff.ops.gathering import take_along_axis
from symdiff.ops.kinks import relu
from symdiff.ops.logic import where
from symdiff.ops.normalising import log_softmax
from symdiff.ops.reduction import argmax, mean
from symdiff.ops.shape import asarray, expand_dims, size, squeeze
from symdiff.types import floating_dtype, shape_text

_RESHAPE = "a target has the predictions' shape; reshape one of them"


def mean_squared_error(y: Any, target: Any) -> Any:
    """The mean of (y - target)^2 over all elements.

    y and target: one shape, any; the result: (), of their common dtype. Raises `ShapeError` where the shapes
    differ: nothing is broadcast.

    >>> from symdiff.library.losses import mean_squared_error
    >>> float(mean_squared_error([1.0, 2.0, 3.0], [1.0, 2.0, 0.0]))
    3.0
    """
    y, target = asarray(y), asarray(target)
    require_same_shape("mean_squared_error", _RESHAPE, y=y, target=target)
    return mean((y - _in_dtype_of(y, target)) ** 2)


def cross_entropy(p: Any, target: Any) -> Any:
    """The cross-entropy of probabilities p against labels or distributions, in nats: the mean of -log p[target].

    Integer labels (...,) give the mean over the batch of -log p[label]; distributions (..., classes) of floats
    that of -sum_k target_k log p_k, with 0 log 0 = 0. p: (..., classes); the result: (), of p's dtype. Where p
    is a softmax, `cross_entropy_from_logits` of its operand is exact where p rounds to 0 or 1. A label outside
    0 ... classes - 1 is no class: it adds 0, as a distribution of zeros would; it raises `IndexingError` where
    the labels are a plain array. Raises `DtypeError` for labels that aren't integers, `ShapeError` for a target
    of any other shape.

    >>> from symdiff.library.losses import cross_entropy
    >>> p = [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]
    >>> round(float(cross_entropy(p, [0, 1])), 4), round(float(cross_entropy(p, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])), 4)
    (0.3466, 0.3466)
    """
    p, target = asarray(p), asarray(target)
    labels = _are_labels("cross_entropy", p, target)
    return -mean(_of_label(log(p), target) if labels else xlogy(target, p).sum(axis=-1))


def cross_entropy_from_logits(z: Any, target: Any) -> Any:
    """The cross-entropy of softmax(z) against labels or distributions, in nats, exact for logits of any size.

    The mean over the batch of log sum_k e^(z_k) - z[label], or of -sum_k target_k log softmax(z)_k. The
    derivative by z is (softmax(z) - target) / batch for distributions that sum to 1, with the label's one-hot
    vector for labels. z: (..., classes), target: (...,) of integers or (..., classes) of floats; the result:
    (), of z's dtype. A logit may be -inf (a class that is ruled out). Labels and errors are as for
    `cross_entropy`. Goodfellow et al. 6.2.2.3.

    >>> import symdiff as sd
    >>> from symdiff.library.losses import cross_entropy_from_logits
    >>> z = sd.Graph().input("z", (1, 2))
    >>> loss = cross_entropy_from_logits(z, [1])
    >>> float(loss.eval({z: [[800.0, 0.0]]})), sd.grad(loss, z).eval({z: [[800.0, 0.0]]})
    (800.0, array([[ 1., -1.]]))
    """
    z, target = asarray(z), asarray(target)
    labels = _are_labels("cross_entropy_from_logits", z, target)
    log_p = log_softmax(z)
    if labels:
        return -mean(_of_label(log_p, target))
    terms = where((target == 0) & (log_p == -np.inf), 0, target * log_p)  # no part of a class ruled out is 0
    return -mean(terms.sum(axis=-1))


def binary_cross_entropy_from_logits(z: Any, target: Any) -> Any:
    """The cross-entropy of a coin with probability sigmoid(z) against targets, in nats, exact for large logits.

    The mean over all elements of -t log sigmoid(z) - (1 - t) log sigmoid(-z), with derivative
    (sigmoid(z) - t) / n. z and target: one shape, any; the result: (), of z's dtype. Targets are labels
    (booleans, or the integers 0 and 1) or probabilities (floats). Raises `ShapeError` where the shapes differ,
    `ArgumentError` for a plain array of integers other than 0 and 1. Goodfellow et al. 6.2.2.2.

    >>> from symdiff.library.losses import binary_cross_entropy_from_logits
    >>> (
    ...     float(binary_cross_entropy_from_logits([800.0, -800.0], [0, 0])),
    ...     float(binary_cross_entropy_from_logits(0.0, 0.5)),
    ... )
    (400.0, 0.6931471805599453)
    """
    z, target = asarray(z), asarray(target)
    require_same_shape("binary_cross_entropy_from_logits", _RESHAPE, z=z, target=target)
    if target.dtype.kind in "biu":
        _require_values("binary_cross_entropy_from_logits", target, (0, 1))
        return -mean(log_sigmoid(where(target != 0, z, -z)))
    return -mean(target * log_sigmoid(z) + (1 - target) * log_sigmoid(-z))


def hinge(y: Any, target: Any) -> Any:
    """The mean over all elements of max(0, 1 - target y), for targets -1 and 1; the derivative at the corner is 0.

    y and target: one shape, any; the result: (), of y's dtype. Raises `ShapeError` where the shapes differ,
    `DtypeError` for booleans, `ArgumentError` for a plain array of numbers other than -1 and 1. Cortes & Vapnik,
    *Support-Vector Networks*, 1995.

    >>> import symdiff as sd
    >>> from symdiff.library.losses import hinge
    >>> y = sd.Graph().input("y", (2,))
    >>> loss = hinge(y, [1, -1])
    >>> float(loss.eval({y: [0.5, 2.0]})), sd.grad(loss, y).eval({y: [0.5, 2.0]})
    (1.75, array([-0.5,  0.5]))
    """
    y, target = asarray(y), asarray(target)
    require_same_shape("hinge", _RESHAPE, y=y, target=target)
    if target.dtype.kind == "b":
        raise complaint(
            DtypeError, "hinge: labels are -1 and 1, not booleans", "where(target, 1, -1)", y=y, target=target
        )
    _require_values("hinge", target, (-1, 1))
    return mean(relu(1 - _in_dtype_of(y, target) * y))


def zero_one(scores: Any, labels: Any) -> Any:
    """The 0-1 loss: the fraction of rows whose largest score isn't the label's; its derivative is 0.

    One minus the accuracy; of equal scores the first counts. scores: (..., classes), labels: (...,) of integers;
    the result: (), of the scores' floating dtype. Raises `DtypeError` for labels that aren't integers,
    `ShapeError` where the shapes don't fit, `IndexingError` for a plain array with a label that is no class.

    >>> from symdiff.library.losses import zero_one
    >>> float(zero_one([[0.1, 0.9], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]], [1, 0, 1, 0]))
    0.25
    """
    scores, labels = asarray(scores), asarray(labels)
    _require_labels("zero_one", scores, labels)
    return mean((argmax(scores, axis=-1) != labels).astype(floating_dtype(scores.dtype)))


def _in_dtype_of(y: Any, target: Any) -> Any:
    """Labels as numbers of y's dtype, so that float32 predictions have a float32 loss; floats as they are."""
    return target if target.dtype.kind == "f" else target.astype(y.dtype)


def _of_label(scores: Any, labels: Any) -> Any:
    """The label's element of each row, and 0 where a label is no class."""
    known = (labels >= 0) & (labels < size(scores, -1))
    taken = take_along_axis(scores, expand_dims(where(known, labels, 0), -1))
    return where(known, squeeze(taken, -1), 0)


def _are_labels(asked: str, scores: Any, target: Any) -> bool:
    """Whether the target is one integer for each row of scores, rather than a distribution over the classes."""
    if target.dtype.kind == "f" and target.shape == scores.shape and scores.ndim:
        return False
    _require_labels(asked, scores, target)
    return True


def _require_labels(asked: str, scores: Any, labels: Any) -> None:
    """Complain unless labels are integers, one for each row of scores, and classes as far as one can know."""
    if not scores.ndim:
        raise complaint(ShapeError, f"{asked}: a scalar has no axis of classes", "give scores of shape (..., classes)",
                        scores=scores, target=labels)  # fmt: skip
    rows = scores.shape[:-1]
    if labels.shape != rows:
        problem = f"{asked}: a target of shape {shape_text(labels.shape)} doesn't fit {shape_text(scores.shape)}"
        advice = f"integer labels have the shape {shape_text(rows)}, distributions that of the scores, and floats"
        raise complaint(ShapeError, problem, advice, scores=scores, target=labels)
    if labels.dtype.kind not in "iu":
        raise complaint(DtypeError, f"{asked}: labels are integers, not {labels.dtype}", 'target.astype("int64")',
                        scores=scores, target=labels)  # fmt: skip
    classes = scores.shape[-1]
    if isinstance(labels, np.ndarray) and isinstance(classes, int) and labels.size:
        worst = next((int(each) for each in (labels.min(), labels.max()) if not 0 <= each < classes), None)
        if worst is not None:
            raise complaint(IndexingError, f"{asked}: there is no class {worst} among {classes}",
                            "classes are counted from 0", scores=scores, target=labels)  # fmt: skip


def _require_values(asked: str, target: Any, allowed: tuple[int, int]) -> None:
    """Complain of labels that stand for nothing, where the target is there to be looked at."""
    if isinstance(target, np.ndarray) and not np.isin(target, allowed).all():
        raise complaint(ArgumentError, f"{asked}: labels are {allowed[0]} and {allowed[1]} here",
                        "map the two classes to these numbers", target=target)  # fmt: skip
