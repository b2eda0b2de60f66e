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
    (a1, b1, c1, d1), (a2, b2, c2, d2), (a3, b3, c3, d3) = affines
    C = c3 * np.exp(b3 + a3 * (d1 + d2 + c2 * b2))
    return np.array([C, a3 * c1 * a1**2, -b1 / a1, a3 * c2 * a2, d3])


def fold__step_by_step(affines):
    parabola, line, outer = (dict(zip("abcd", row)) for row in affines.tolist())
    m = -parabola["b"] / parabola["a"]
    curvature = parabola["c"] * parabola["a"] * parabola["a"]
    slope = line["c"] * line["a"]
    level = line["c"] * line["b"] + line["d"] + parabola["d"]
    front = outer["c"] * math.exp(outer["b"]) * math.exp(outer["a"] * level)
    return [front, outer["a"] * curvature, m, outer["a"] * slope, outer["d"]]
