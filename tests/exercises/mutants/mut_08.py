"""Wrong solutions of exercise 8: the first line of each says what kind it is, and what is wrong."""

import numpy as np
from exercises.solutions.sol_08 import insert

import kan_numpy as kn


def adapted_knots__eps_the_other_way(u, grid_size, eps):
    """Sign: eps = 0 gives even widths. Hint: say in words what eps = 1 means."""
    even = np.linspace(u.min(), u.max() + (u.max() == u.min()), grid_size + 1)
    values = np.unique(u)
    crowded = np.quantile(values, np.linspace(0.0, 1.0, grid_size + 1)) if len(values) > 1 else even
    return even + eps * (crowded - even)


def adapted_knots__plain_quantiles(u, grid_size, eps):
    """Value: ties give the same knot twice. Hint: try samples of which nine in ten are 0."""
    even = np.linspace(u.min(), u.max(), grid_size + 1)
    return even + (1.0 - eps) * (np.quantile(u, np.linspace(0.0, 1.0, grid_size + 1)) - even)


def adapted_knots__without_a_width(u, grid_size, eps):
    """Scale: a constant gets intervals of no width. Hint: try samples that all agree."""
    values = np.unique(u)
    even = np.linspace(values[0], values[-1], grid_size + 1)
    crowded = np.quantile(values, np.linspace(0.0, 1.0, grid_size + 1))
    return even + (1.0 - eps) * (crowded - even)


def adapted_knots__a_little_added(u, grid_size, eps):
    """Scale: a fixed small number is added. Hint: 1e-8 is nothing beside 3e9."""
    values = np.unique(u)
    low, high = values[0], values[-1]
    if high - low < 1e-8:
        low, high = low - 1e-8, high + 1e-8
    even = np.linspace(low, high, grid_size + 1)
    crowded = np.quantile(values, np.linspace(0.0, 1.0, grid_size + 1)) if len(values) > 1 else even
    return even + (1.0 - eps) * (crowded - even)


def adapted_knots__equal_knots_moved_a_little(u, grid_size, eps):
    """Scale: equal knots are moved by 1e-9. Hint: repeat samples of size 1e12."""
    u = np.sort(u)
    low, high = (u[0], u[-1]) if u[0] < u[-1] else (u[0] - 1 - abs(u[0]), u[0] + 1 + abs(u[0]))
    shares = np.linspace(0.0, 1.0, grid_size + 1)
    crowded = np.quantile(u if u[0] < u[-1] else [low, high], shares)
    t = eps * (low + (high - low) * shares) + (1 - eps) * crowded
    for m in range(1, len(t)):
        t[m] = max(t[m], t[m - 1] + 1e-9)
    return t


def adapted_knots__with_a_margin(u, grid_size, eps):
    """End: the grid is wider than the samples. Hint: where does it begin for eps = 1?"""
    values = np.unique(u)
    margin = 0.01 * np.ptp(u) if len(values) > 1 else 1.0 + abs(values[0])
    even = np.linspace(values[0] - margin, values[-1] + margin, grid_size + 1)
    crowded = np.quantile(values, np.linspace(0.0, 1.0, grid_size + 1)) if len(values) > 1 else even
    return even + (1.0 - eps) * (crowded - even)


def adapted_knots__samples_in_order(u, grid_size, eps):
    """Order: the samples are taken as sorted. Hint: shuffle them."""
    low, high = u[0], u[-1]
    if high <= low:
        low, high = low - 1.0 - abs(low), low + 1.0 + abs(low)
        return np.linspace(low, high, grid_size + 1)
    even = np.linspace(low, high, grid_size + 1)
    crowded = np.interp(np.linspace(0, len(u) - 1, grid_size + 1), range(len(u)), u)
    return even + (1.0 - eps) * (crowded - even)


def adapted_knots__last_sample_left_out(u, grid_size, eps):
    """End: the last knot is the last but one sample. Hint: is the largest sample inside?"""
    values = np.unique(u)
    if len(values) < grid_size + 2:
        low, high = values[0] - 1.0 - abs(values[0]), values[-1] + 1.0 + abs(values[-1])
        return np.linspace(low, high, grid_size + 1)
    at = (np.arange(grid_size + 1) * len(values)) // (grid_size + 1)
    even = np.linspace(values[0], values[-1], grid_size + 1)
    return even + (1.0 - eps) * (values[at] - even)


def adapted_knots__one_interval_more(u, grid_size, eps):
    """Shape: G + 1 intervals. Hint: count knots for G = 1."""
    values = np.unique(u)
    if len(values) == 1:
        values = np.array([values[0] - 1.0 - abs(values[0]), values[0] + 1.0 + abs(values[0])])
    even = np.linspace(values[0], values[-1], grid_size + 2)
    return even + (1.0 - eps) * (np.quantile(values, np.linspace(0, 1, grid_size + 2)) - even)


def divided(old, k, times):
    """Return the knots of a grid with each interval divided evenly."""
    grid = old[k : len(old) - k]
    inner = [np.linspace(a, b, times, endpoint=False) for a, b in zip(grid, grid[1:], strict=False)]
    return np.concatenate([old[:k], *inner, old[len(old) - k - 1 :]])


def fitted(layer, knots, at):
    """Return the coefficients of least squares at some points."""
    k, coef = layer.degree, []
    for i, (old, new) in enumerate(zip(layer.knots, knots, strict=True)):
        x = at(old[k], old[-k - 1])
        values = kn.bspline_basis(x, old, k) @ layer.coef[:, i].T
        coef.append(np.linalg.lstsq(kn.bspline_basis(x, new, k), values, rcond=None)[0].T)
    return np.stack(coef, axis=1)


def times_of(layer, grid_size):
    return grid_size // (layer.coef.shape[2] - layer.degree)


def refine__fitted_at_few_points(layer, grid_size):
    """Value: least squares at a dozen points. Hint: between them the splines may do anything."""
    knots = np.array([divided(t, layer.degree, times_of(layer, grid_size)) for t in layer.knots])
    return knots, fitted(layer, knots, lambda low, high: np.linspace(low, high, 12))


def refine__fitted_in_the_middle(layer, grid_size):
    """End: least squares at points of the inner half. Hint: compare at the ends of the grid."""
    knots = np.array([divided(t, layer.degree, times_of(layer, grid_size)) for t in layer.knots])
    quarter = lambda low, high: (high - low) / 4.0  # noqa: E731
    inner = lambda a, b: np.linspace(a + quarter(a, b), b - quarter(a, b), 400)  # noqa: E731
    return knots, fitted(layer, knots, inner)


def refine__even_knots(layer, grid_size):
    """Scale: the new knots are even. Hint: an old knot must stay where it was."""
    k = layer.degree
    ends = [(t[k], t[-k - 1]) for t in layer.knots]
    knots = np.array([kn.uniform_knots(low, high, grid_size, k) for low, high in ends])
    return knots, fitted(layer, knots, lambda low, high: np.linspace(low, high, 2000))


def refine__knots_of_the_first_input(layer, grid_size):
    """Order: every input gets the grid of the first. Hint: inputs have grids of their own."""
    first = divided(layer.knots[0], layer.degree, times_of(layer, grid_size))
    knots = np.tile(first, (len(layer.knots), 1))
    return knots, fitted(layer, knots, lambda low, high: np.linspace(low, high, 2000))


def refine__interpolated_coefficients(layer, grid_size):
    """Value: coefficients by linear interpolation. Hint: they are no values of the spline."""
    knots = np.array([divided(t, layer.degree, times_of(layer, grid_size)) for t in layer.knots])
    old = np.linspace(0.0, 1.0, layer.coef.shape[2])
    new = np.linspace(0.0, 1.0, grid_size + layer.degree)
    coef = np.array([[np.interp(new, old, c) for c in row] for row in layer.coef])
    return knots, coef


def refine__transposed(layer, grid_size):
    """Shape: coef has inputs first. Hint: coef[o, i, j], outputs first."""
    knots, coef = refine_rightly(layer, grid_size)
    return knots, coef.transpose(1, 0, 2)


def refine__halves_only(layer, grid_size):
    """Shape: every interval is halved, whatever is asked. Hint: try three times as many."""
    return refine_rightly(layer, 2 * (layer.coef.shape[2] - layer.degree))


def refine__all_in_the_first_interval(layer, grid_size):
    """Order: all new knots go into one interval. Hint: every interval is divided."""
    k, knots, coef = layer.degree, [], []
    more = grid_size - (layer.coef.shape[2] - k)
    for i, old in enumerate(layer.knots):
        t, c = old, layer.coef[:, i]
        for new in np.linspace(old[k], old[k + 1], more + 2)[1:-1]:
            t, c = insert(t, c, k, new)
        knots.append(t)
        coef.append(c)
    return np.array(knots), np.stack(coef, axis=1)


def refine_rightly(layer, grid_size):
    finer = kn.refine(kn.KAN.from_layers([layer]), grid_size).layers[0]
    return finer.knots, finer.coef


def counts(x, degree, G):
    """Return the number of samples under each function."""
    knots = kn.uniform_knots(x.min(), x.max(), G, degree)
    return (kn.bspline_basis(x, knots, degree) > 0).sum(axis=0)


def last(x, condition):
    """Return the largest number that fulfills a condition."""
    return max([G for G in range(1, 2 * len(x)) if condition(G)], default=0)


def finest__until_it_fails(x, degree):
    """Order: it stops at the first G that fails. Hint: clusters."""
    G = 0
    while G < 4 * len(x) and counts(x, degree, G + 1).min() >= 3:
        G += 1
    return G


def finest__two_samples(x, degree):
    """Scale: two samples are enough. Hint: read the number again."""
    return last(x, lambda G: counts(x, degree, G).min() >= 2)


def finest__of_different_samples(x, degree):
    """Value: repeated samples count once. Hint: x with every sample twice."""
    return last(x, lambda G: counts(np.unique(x), degree, G).min() >= 3)


def finest__more_than_three(x, degree):
    """End: four samples are asked for. Hint: at least three, or more than three?"""
    return last(x, lambda G: counts(x, degree, G).min() > 3)


def finest__in_every_interval(x, degree):
    """Value: samples are counted in intervals. Hint: a function spans k + 1 of them."""
    return last(x, lambda G: np.histogram(x, G)[0].min() >= 3)


def finest__inner_functions_only(x, degree):
    """End: the functions at the ends are left out. Hint: they have the fewest samples."""
    return last(x, lambda G: counts(x, degree, G)[degree:G].min(initial=3) >= 3)


def finest__on_average(x, degree):
    """Value: three samples on average. Hint: the minimum is what counts."""
    return last(x, lambda G: counts(x, degree, G).mean() >= 3)


def finest__number_of_functions(x, degree):
    """Scale: G + k instead of G. Hint: what is asked for is the number of intervals."""
    return last(x, lambda G: counts(x, degree, G).min() >= 3) + degree


def finest__as_float(x, degree):
    """Shape: it is no whole number. Hint: G counts intervals."""
    return last(x, lambda G: counts(x, degree, G).min() >= 3) + 0.5
