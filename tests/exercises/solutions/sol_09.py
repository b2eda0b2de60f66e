"""Solutions of exercise 9; a name with __ is the same function in another style."""

import math

import numpy as np


def penalty(phi):
    A_e = np.abs(phi).mean(axis=0)
    A = A_e.sum()
    p = A_e / A
    log_p = np.log(np.where(p > 0, p, 1.0))
    S = -(p * log_p).sum()
    return A + S, (1.0 - (log_p + S) / A) * np.sign(phi) / len(phi)


def penalty__in_loops(phi):
    N, n_out, n_in = phi.shape
    sizes = [
        [sum(abs(phi[n, o, i]) for n in range(N)) / N for i in range(n_in)] for o in range(n_out)
    ]
    A = sum(map(sum, sizes))
    shares = [[size / A for size in row] for row in sizes]
    S = -sum(p * math.log(p) for row in shares for p in row if p > 0)
    dphi = np.zeros(phi.shape)
    for o in range(n_out):
        for i in range(n_in):
            if shares[o][i] > 0:
                slope = 1.0 - (math.log(shares[o][i]) + S) / A
                for n in range(N):
                    dphi[n, o, i] = slope * ((phi[n, o, i] > 0) - int(phi[n, o, i] < 0)) / N
    return [float(A + S), dphi]


def score(f, phi):
    f, phi = f - f.mean(), phi - phi.mean()
    return float((f @ phi) ** 2 / ((f @ f) * (phi @ phi)))


def score__by_numpy(f, phi):
    return np.corrcoef(f, phi)[0, 1] ** 2


def score__by_regression(f, phi):
    centered = (f - np.mean(f)) / np.std(f)
    c, d = np.polyfit(centered, phi, 1)
    left = np.sum((phi - c * centered - d) ** 2)
    return max(0.0, 1.0 - left / np.sum((phi - np.mean(phi)) ** 2))


def fold(affines):
    (_, _, c1, d1), (_, _, c2, d2), (a3, b3, c3, d3) = affines
    return np.array([a3 * c1, a3 * c2, a3 * (d1 + d2) + b3, c3, d3])


def fold__step_by_step(affines):
    f, g, h = (dict(zip("abcd", row)) for row in affines.tolist())
    inside = h["a"] * f["d"] + h["a"] * g["d"] + h["b"]
    return [h["a"] * f["c"], h["a"] * g["c"], inside, h["c"], h["d"]]


def fold__by_columns(affines):
    a, b, c, d = affines.T
    return np.concatenate([a[2] * c[:2], [a[2] * d[:2].sum() + b[2], c[2], d[2]]])
