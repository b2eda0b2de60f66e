"""Wrong solutions of exercise 7: the first line of each says what kind it is, and what is wrong."""

import numpy as np


def adam(theta, gradient, m, v, step, rate, eps=1e-8, inside=False, beta2=0.999):
    """Return a step without decay."""
    m, v = 0.9 * m + 0.1 * gradient, beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - 0.9**step), v / (1 - beta2**step)
    size = np.sqrt(v_hat + eps) if inside else np.sqrt(v_hat) + eps
    return theta - rate * m_hat / size, m, v


def adamw_step__decay_in_the_gradient(theta, gradient, m, v, step, rate, decay):
    """Order: the decay is added to the gradient. Hint: that is L2, and Adam divides it away."""
    return adam(theta, gradient + decay * theta, m, v, step, rate)


def adamw_step__decay_without_the_rate(theta, gradient, m, v, step, rate, decay):
    """Scale: the decay is not multiplied by the rate. Hint: read the formula again."""
    after, m, v = adam(theta, gradient, m, v, step, rate)
    return after - decay * theta, m, v


def adamw_step__without_decay(theta, gradient, m, v, step, rate, decay):
    """Value: this is Adam. Hint: use a decay that is not 0."""
    return adam(theta, gradient, m, v, step, rate)


def adamw_step__decay_afterwards(theta, gradient, m, v, step, rate, decay):
    """Order: the decay takes hold of the new theta. Hint: both terms use the old one."""
    after, m, v = adam(theta, gradient, m, v, step, rate)
    return after - rate * decay * after, m, v


def adamw_step__counts_from_zero(theta, gradient, m, v, step, rate, decay):
    """End: the number of the step is one too large. Hint: what is 1 - 0.9^1?"""
    after, m, v = adam(theta, gradient, m, v, step + 1, rate)
    return after - rate * decay * theta, m, v


def adamw_step__uncorrected(theta, gradient, m, v, step, rate, decay):
    """Value: the means are not corrected. Hint: how long is the first step?"""
    after, m, v = adam(theta, gradient, m, v, 10**9, rate)
    return after - rate * decay * theta, m, v


def adamw_step__corrected_means_returned(theta, gradient, m, v, step, rate, decay):
    """Order: the corrected means are handed on. Hint: which m enters the next step?"""
    after, m, v = adam(theta, gradient, m, v, step, rate)
    return after - rate * decay * theta, m / (1 - 0.9**step), v / (1 - 0.999**step)


def adamw_step__epsilon_inside(theta, gradient, m, v, step, rate, decay):
    """Scale: epsilon stands under the root. Hint: try a gradient of 1e-9."""
    after, m, v = adam(theta, gradient, m, v, step, rate, inside=True)
    return after - rate * decay * theta, m, v


def adamw_step__uphill(theta, gradient, m, v, step, rate, decay):
    """Sign: the step goes up, and decay makes theta grow. Hint: try the gradient of x^2."""
    after, m, v = adam(theta, gradient, m, v, step, -rate)
    return after + rate * decay * theta, m, v


def adamw_step__in_place(theta, gradient, m, v, step, rate, decay):
    """Value: m and v are changed in place. Hint: arguments belong to the caller."""
    m *= 0.9
    m += 0.1 * gradient
    v *= 0.999
    v += 0.001 * gradient**2
    size = np.sqrt(v / (1 - 0.999**step)) + 1e-8
    return theta - rate * (m / (1 - 0.9**step) / size + decay * theta), m, v


def loops(gradient, pairs, scale, first=reversed, second=iter):
    """Return the two loops with an order and a scale of one's own."""
    q, alphas = gradient.copy(), {}
    for number, (s, y) in first(list(enumerate(pairs))):
        alphas[number] = (s @ q) / (s @ y)
        q -= alphas[number] * y
    q *= scale(pairs) if pairs else 1.0
    for number, (s, y) in second(list(enumerate(pairs))):
        q += (alphas[number] - (y @ q) / (s @ y)) * s
    return -q


def newest(pairs):
    """Return the scale of the newest pair."""
    s, y = pairs[-1]
    return (s @ y) / (y @ y)


def two_loop__uphill(gradient, pairs):
    """Sign: the direction goes up where there are pairs. Hint: its product with g is negative."""
    return loops(gradient, pairs, newest) * (-1.0 if len(pairs) > 1 else 1.0)


def two_loop__without_scale(gradient, pairs):
    """Scale: the first guess is the identity. Hint: what if the curvature is a million?"""
    return loops(gradient, pairs, lambda pairs: 1.0)


def two_loop__scale_of_the_oldest(gradient, pairs):
    """Order: the scale of the oldest pair. Hint: which pair knows the place we are at?"""
    return loops(gradient, pairs, lambda pairs: newest(pairs[:1]))


def two_loop__inverse_scale(gradient, pairs):
    """Scale: y.y / s.y. Hint: which of the two is an inverse curvature?"""
    return loops(gradient, pairs, lambda pairs: 1.0 / newest(pairs))


def two_loop__other_scale(gradient, pairs):
    """Scale: s.s / s.y. Hint: that is the other of the two Barzilai-Borwein steps."""
    return loops(gradient, pairs, lambda p: (p[-1][0] @ p[-1][0]) / (p[-1][0] @ p[-1][1]))


def two_loop__oldest_first(gradient, pairs):
    """Order: the first loop begins with the oldest pair. Hint: V of the newest comes first."""
    return loops(gradient, pairs, newest, first=iter)


def two_loop__newest_first(gradient, pairs):
    """Order: the second loop begins with the newest pair. Hint: it goes the other way around."""
    return loops(gradient, pairs, newest, second=reversed)


def two_loop__only_the_newest(gradient, pairs):
    """End: older pairs are forgotten. Hint: try three pairs."""
    return loops(gradient, pairs[-1:], newest)


def two_loop__fails_without_pairs(gradient, pairs):
    """End: an empty list has no newest pair. Hint: the first step has no pairs yet."""
    return loops(gradient, pairs, newest) * newest(pairs) / newest(pairs)


def two_loop__in_place(gradient, pairs):
    """Value: the gradient is changed in place. Hint: copy before you subtract."""
    found = loops(gradient, pairs, newest)
    gradient *= 0.5
    return found


def two_loop__without_short_steps(gradient, pairs):
    """Scale: pairs with a small s . y are left out. Hint: let s and y be as short as 1e-8."""
    pairs = [(s, y) for s, y in pairs if s @ y > 1e-10]
    return loops(gradient, pairs, newest)


def damped(r, J, damping, matrix, sign=-1.0):
    """Return a step with another damping matrix."""
    d = np.sum(J**2, axis=0)
    return np.linalg.solve(J.T @ J + damping * np.diag(matrix(d)), sign * J.T @ r)


def geometric(d):
    """Return the right damping matrix."""
    D = np.sqrt(d * d.mean())
    return D + 1e-10 * D.max()


def lm_step__uphill(residuals, jacobian, damping):
    """Sign: the step goes up. Hint: r + J delta should be small."""
    return damped(residuals, jacobian, damping, geometric, sign=1.0)


def lm_step__identity(residuals, jacobian, damping):
    """Scale: Levenberg's D, all ones. Hint: multiply J by 1000."""
    return damped(residuals, jacobian, damping, np.ones_like)


def lm_step__diagonal(residuals, jacobian, damping):
    """Scale: Marquardt's D = d. Hint: D is a geometric mean."""
    return damped(residuals, jacobian, damping, lambda d: d + 1e-10 * d.max())


def lm_step__without_the_floor(residuals, jacobian, damping):
    """End: nothing holds a column of zeros. Hint: what does solve say to a row of zeros?"""
    return damped(residuals, jacobian, damping, lambda d: np.sqrt(d * d.mean()))


def lm_step__without_damping(residuals, jacobian, damping):
    """Value: this is Gauss-Newton. Hint: try a large damping."""
    return np.linalg.lstsq(jacobian, -residuals, rcond=None)[0]


def lm_step__damping_squared(residuals, jacobian, damping):
    """Scale: the damping enters as its square. Hint: compare damping 0.1 and 10."""
    return damped(residuals, jacobian, damping**2, geometric)


def lm_step__mean_over_residuals(residuals, jacobian, damping):
    """Scale: J^T J and J^T r are divided by M, the damping is not. Hint: where is 1/M?"""
    M = len(residuals)
    return damped(residuals, jacobian, damping * M, geometric)


def lm_step__transposed(residuals, jacobian, damping):
    """Shape: a square Jacobian is transposed. Hint: residuals are its rows."""
    J = jacobian.T if jacobian.shape[0] == jacobian.shape[1] else jacobian
    return damped(residuals, J, damping, geometric)


def lm_step__mean_of_roots(residuals, jacobian, damping):
    """Order: the root is taken before the mean. Hint: mean(d), not the mean of its roots."""
    return damped(
        residuals,
        jacobian,
        damping,
        lambda d: np.sqrt(d) * np.sqrt(d).mean() + 1e-10 * np.sqrt(d).max() ** 2,
    )


def constants(net, layers=(0, 1), between=lambda o, i: ((o, 0, 1.0), (o, i, -1.0))):
    """Return directions that move constants between edges."""
    columns, start = [], 0
    for number, layer in enumerate(net.layers):
        n_out, n_in, W = layer.coef.shape
        for o in range(n_out):
            for i in range(1, n_in):
                if number in layers:
                    v = np.zeros(net.theta.size)
                    for out, inp, value in between(o, i):
                        at = start + (out * n_in + inp) * W
                        v[at : at + W] = value
                    columns.append(v)
        start += layer.coef.size + layer.w_base.size
    return np.stack(columns, axis=1)


def null_vectors__first_layer(net):
    """End: the second layer is left out. Hint: its node has five edges."""
    return constants(net, layers=(0,))


def null_vectors__sign(net):
    """Sign: both edges rise. Hint: what one edge gains the other must lose."""
    return constants(net, between=lambda o, i: ((o, 0, 1.0), (o, i, 1.0)))


def null_vectors__between_nodes(net):
    """Order: constants move between nodes, not between edges of a node. Hint: who adds them up?"""
    return constants(net, between=lambda o, i: ((o, 0, 1.0), ((o + 1) % 5, 0, -1.0)))


def null_vectors__with_a_combination(net):
    """Shape: one column is the sum of two others. Hint: what is the rank?"""
    V = constants(net)
    return np.column_stack([V, V[:, 0] + V[:, 1]])


def null_vectors__rows(net):
    """Shape: the directions are rows. Hint: J times the array should be 0."""
    return constants(net).T.copy()


def null_vectors__one(net):
    """Value: a single direction. Hint: there are nine."""
    return constants(net)[:, :1]


def null_vectors__with_the_base(net):
    """Value: base weights move too. Hint: is the base function a constant?"""
    V = constants(net)
    V[net.layers[0].coef.size] = 1e-3
    return V
