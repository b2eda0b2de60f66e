"""Solutions of exercise 10; a name with __ is the same function in another style."""

import math

import numpy as np


def hinges(knots, coef):
    values = np.concatenate([[0.0], coef, [0.0]])
    slopes = np.concatenate([[0.0], np.diff(values) / np.diff(knots), [0.0]])
    return np.diff(slopes), knots.copy(), 0.0, 0.0


def hinges__hat_by_hat(knots, coef):
    weights, shifts = [], []
    for j, c in enumerate(coef):
        a, b, d = knots[j : j + 3]
        rise, fall = c / (b - a), c / (d - b)
        weights += [rise, -rise - fall, fall]
        shifts += [a, b, d]
    return weights, shifts, 0, 0


def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    gradient = np.exp(log_p)
    gradient[rows, labels] -= 1.0
    return -log_p[rows, labels].mean(), gradient / len(labels)


def cross_entropy__with_logaddexp(logits, labels):
    one_hot = np.eye(logits.shape[1])[labels]
    total = np.logaddexp.reduce(logits, axis=1)
    loss = sum(t - z[c] for t, z, c in zip(total, logits, labels)) / len(logits)
    return loss, (np.exp(logits - total[:, None]) - one_hot) / len(logits)


def cross_entropy__in_loops(logits, labels):
    loss, gradient = 0.0, np.zeros(logits.shape)
    for n, row in enumerate(logits.tolist()):
        largest = max(row)
        total = sum(math.exp(z - largest) for z in row)
        loss += (math.log(total) + largest - row[labels[n]]) / len(logits)
        for c, z in enumerate(row):
            gradient[n, c] = (math.exp(z - largest) / total - (c == labels[n])) / len(logits)
    return loss, gradient
