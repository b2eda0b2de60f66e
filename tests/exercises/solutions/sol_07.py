"""Solutions of exercise 7; a name with __ is the same function in another style."""

import numpy as np


def adamw_step(theta, gradient, m, v, step, rate, decay):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    m_hat, v_hat = m / (1 - 0.9**step), v / (1 - 0.999**step)
    return theta - rate * (m_hat / (np.sqrt(v_hat) + 1e-8) + decay * theta), m, v


def adamw_step__decay_first(theta, gradient, m, v, step, rate, decay):
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    theta = theta.copy()
    m, v = m + (1 - beta1) * (gradient - m), v + (1 - beta2) * (gradient * gradient - v)
    theta *= 1.0 - rate * decay
    size = np.sqrt(v) / np.sqrt(1.0 - beta2**step) + eps
    theta -= rate / (1.0 - beta1**step) * m / size
    return [theta, m, v]


def two_loop(gradient, pairs):
    q, alphas = gradient.copy(), []
    for s, y in reversed(pairs):
        alpha = (s @ q) / (s @ y)
        q -= alpha * y
        alphas.append(alpha)
    if pairs:
        s, y = pairs[-1]
        q *= (s @ y) / (y @ y)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q += (alpha - (y @ q) / (s @ y)) * s
    return -q


def two_loop__recursive(gradient, pairs):
    def inverse(g, older, scale):
        if not older:
            return scale * g
        s, y = older[-1]
        rho = 1.0 / np.dot(s, y)
        z = inverse(g - rho * np.dot(s, g) * y, older[:-1], scale)
        return z - rho * np.dot(y, z) * s + rho * np.dot(s, g) * s

    scale = 1.0 if len(pairs) == 0 else np.dot(*pairs[-1]) / np.dot(pairs[-1][1], pairs[-1][1])
    return -inverse(gradient, pairs, scale)


def two_loop__with_matrices(gradient, pairs):
    one = np.eye(len(gradient))
    if not pairs:
        return -gradient
    s, y = pairs[-1]
    K = (s @ y) / (y @ y) * one
    for s, y in pairs:
        V = one - np.outer(y, s) / (s @ y)
        K = V.T @ K @ V + np.outer(s, s) / (s @ y)
    return -K @ gradient


def lm_step(residuals, jacobian, damping):
    J, r = jacobian, residuals
    d = np.sum(J**2, axis=0)
    D = np.sqrt(d * d.mean())
    D = D + 1e-10 * D.max()
    return np.linalg.solve(J.T @ J + damping * np.diag(D), -J.T @ r)


def lm_step__least_squares(residuals, jacobian, damping):
    d = np.diag(jacobian.T @ jacobian)
    D = np.sqrt(d * np.mean(d)) + 1e-10 * np.sqrt(np.max(d) * np.mean(d))
    unit = np.sqrt(D)
    A = np.vstack([jacobian / unit, np.sqrt(damping) * np.eye(len(D))])
    b = np.concatenate([-residuals, np.zeros(len(D))])
    return np.linalg.lstsq(A, b, rcond=None)[0] / unit


def lm_step__the_smaller_system(residuals, jacobian, damping):
    d = (jacobian * jacobian).sum(axis=0)
    D = np.sqrt(d * d.mean())
    D = D + 1e-10 * D.max()
    K = (jacobian / D) @ jacobian.T + damping * np.eye(len(jacobian))
    return -(jacobian.T @ np.linalg.inv(K) @ residuals) / D


def null_vectors(net):
    columns, start = [], 0
    for layer in net.layers:
        n_out, n_in, W = layer.coef.shape
        for o in range(n_out):
            for i in range(1, n_in):
                v = np.zeros(net.theta.size)
                first, other = start + o * n_in * W, start + (o * n_in + i) * W
                v[first : first + W], v[other : other + W] = 1.0, -1.0
                columns.append(v)
        start += layer.coef.size + layer.w_base.size
    return np.stack(columns, axis=1)


def null_vectors__orthogonal(net):
    blocks = []
    for layer in net.layers:
        n_out, n_in, W = layer.coef.shape
        shares = np.linalg.svd(np.ones((1, n_in)))[2][1:]  # (n_in-1, n_in), sums 0
        of_coef = np.kron(np.eye(n_out), np.kron(shares, np.ones(W))).T
        blocks.append(np.vstack([of_coef, np.zeros((n_out * n_in, of_coef.shape[1]))]))
    zero = np.zeros
    (a, b), (c, d) = blocks[0].shape, blocks[1].shape
    return np.block([[blocks[0], zero((a, d))], [zero((c, b)), blocks[1]]])


def null_vectors__of_a_jacobian(net):
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (400, 2))
    _, s, Vt = np.linalg.svd(net.jacobian(x)[:, 0], full_matrices=False)
    return Vt[np.sum(s > 1e-10 * s[0]) :].T
