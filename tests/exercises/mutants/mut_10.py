"""Wrong solutions of exercise 10: the first line of each says its kind, and what is wrong."""

import numpy as np


def bends(knots, coef):
    """Return the change of the slope at every knot."""
    values = np.concatenate([[0.0], coef, [0.0]])
    return np.diff(np.concatenate([[0.0], np.diff(values) / np.diff(knots), [0.0]]))


def hinges__last_bend_missing(knots, coef):
    """End: the line does not end. Hint: what is the spline far to the right?"""
    return bends(knots, coef)[:-1], knots[:-1], 0.0, 0.0


def hinges__first_bend_missing(knots, coef):
    """End: the fade on the left is a line for ever. Hint: evaluate left of all knots."""
    values = np.concatenate([[0.0], coef, [0.0]])
    slope = (values[1] - values[0]) / (knots[1] - knots[0])
    return bends(knots, coef)[1:], knots[1:], slope, -slope * knots[0]


def hinges__grid_only(knots, coef):
    """End: the last line of the grid goes on. Hint: evaluate beside the grid."""
    slopes = np.diff(coef) / np.diff(knots[1:-1])
    return (
        np.diff(slopes),
        knots[2:-2],
        slopes[0],
        coef[0] - slopes[0] * knots[1],
    )


def hinges__constant_outside(knots, coef):
    """Value: the spline stays at its last value. Hint: it fades over the outer intervals."""
    slopes = np.concatenate([[0.0], np.diff(coef) / np.diff(knots[1:-1]), [0.0]])
    return np.diff(slopes), knots[1:-1], 0.0, coef[0]


def hinges__even_knots(knots, coef):
    """Scale: one width for all intervals. Hint: take uneven knots."""
    return bends(np.linspace(knots[0], knots[-1], len(knots)), coef), knots, 0.0, 0.0


def hinges__slopes_as_weights(knots, coef):
    """Value: the slopes, not their changes. Hint: ReLUs add up."""
    values = np.concatenate([[0.0], coef, [0.0]])
    slopes = np.append(np.diff(values) / np.diff(knots), 0.0)
    return slopes, knots, 0.0, 0.0


def hinges__small_bends_left_out(knots, coef):
    """Scale: bends below 1e-8 are left out. Hint: coefficients of size 1e-9."""
    weights = bends(knots, coef)
    return weights[np.abs(weights) > 1e-8], knots[np.abs(weights) > 1e-8], 0.0, 0.0


def hinges__from_the_right(knots, coef):
    """Sign: weights for ReLUs that open to the left. Hint: max(x - t, 0) is 0 left of t."""
    return bends(knots, coef), -knots, 0.0, 0.0


def hinges__a_knot_late(knots, coef):
    """Order: the hat of c_j stands at t_j. Hint: where is B_j largest?"""
    late = np.concatenate([[0.0, 0.0], coef])
    slopes = np.concatenate([[0.0], np.diff(late) / np.diff(knots), [0.0]])
    return np.diff(slopes), knots, 0.0, 0.0


def hinges__slope_and_offset_swapped(knots, coef):
    """Order: right numbers in the wrong places. Hint: read the order of the four."""
    slope = coef[0] / (knots[1] - knots[0])
    return bends(knots, coef)[1:], knots[1:], -slope * knots[0], slope


def softmax(logits):
    """Return probabilities, stable."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def one_hot(logits, labels):
    """Return 1 at the label of each row."""
    return np.eye(logits.shape[1])[labels]


def stable(logits, labels):
    """Return the losses of the rows."""
    z = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]


def cross_entropy__overflow(logits, labels):
    """Scale: exp overflows. Hint: a row of 1000 and 0."""
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    hot = one_hot(logits, labels)
    return -np.log((p * hot).sum(axis=1)).mean(), (p - hot) / len(logits)


def cross_entropy__log_of_zero(logits, labels):
    """Scale: the logarithm of a probability that has become 0. Hint: subtract before the log."""
    p, hot = softmax(logits), one_hot(logits, labels)
    return -np.log((p * hot).sum(axis=1)).mean(), (p - hot) / len(logits)


def cross_entropy__clipped(logits, labels):
    """Scale: probabilities are kept above 1e-12. Hint: the loss may be 20,000."""
    p, hot = softmax(logits), one_hot(logits, labels)
    return -np.log(np.maximum((p * hot).sum(axis=1), 1e-12)).mean(), (p - hot) / len(logits)


def cross_entropy__largest_of_all(logits, labels):
    """Scale: the largest logit of all rows is subtracted. Hint: one row of -10,000."""
    p = np.exp(logits - logits.max())
    total = p.sum(axis=1, keepdims=True)
    hot = one_hot(logits, labels)
    loss = np.log(total[:, 0]) + logits.max() - (logits * hot).sum(axis=1)
    return loss.mean(), (p / total - hot) / len(logits)


def cross_entropy__sum(logits, labels):
    """Scale: the sum over the rows. Hint: repeat every row; the mean stays."""
    return stable(logits, labels).sum(), softmax(logits) - one_hot(logits, labels)


def cross_entropy__gradient_of_the_sum(logits, labels):
    """Scale: 1/N is missing in the gradient. Hint: the gradient of the mean."""
    return stable(logits, labels).mean(), softmax(logits) - one_hot(logits, labels)


def cross_entropy__mean_over_entries(logits, labels):
    """Shape: divided by N C. Hint: the mean over the rows."""
    return stable(logits, labels).mean(), (softmax(logits) - one_hot(logits, labels)) / logits.size


def cross_entropy__sign_of_the_gradient(logits, labels):
    """Sign: the gradient points downhill. Hint: does the loss grow along it?"""
    return stable(logits, labels).mean(), (one_hot(logits, labels) - softmax(logits)) / len(logits)


def cross_entropy__other_axis(logits, labels):
    """Order: probabilities along the columns. Hint: what sums to one?"""
    z = logits - logits.max(axis=0)
    p = np.exp(z) / np.exp(z).sum(axis=0)
    return stable(logits, labels).mean(), (p - one_hot(logits, labels)) / len(logits)


def cross_entropy__two_classes(logits, labels):
    """Shape: only the first two classes count. Hint: take three."""
    two = logits[:, :2]
    few = np.minimum(labels, 1)
    gradient = np.zeros_like(logits)
    gradient[:, :2] = (softmax(two) - one_hot(two, few)) / len(logits)
    return stable(two, few).mean(), gradient
