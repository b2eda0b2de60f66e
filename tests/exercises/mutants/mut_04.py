"""Wrong solutions of exercise 4: the first line of each says what kind it is, and what is wrong."""

from itertools import pairwise

import numpy as np

import kan_numpy as kn


def silu(x):
    """Return the base function."""
    return x / (1.0 + np.exp(-x))


def summed(x, coef, w_base, knots, degree, b=silu):
    """Return the two matrix products of a layer."""
    B = kn.bspline_basis(x, knots, degree)
    return B.reshape(len(x), -1) @ coef.reshape(len(coef), -1).T + b(x) @ w_base.T


def layer__scale_of_the_spline_only(x, coef, w_base, scale, knots, degree):
    """Scale: the base part has no scale. Hint: what does the bracket hold?"""
    return summed(x, scale[:, :, None] * coef, w_base, knots, degree)


def layer__scale_of_the_base_only(x, coef, w_base, scale, knots, degree):
    """Scale: the spline has no scale. Hint: what does the bracket hold?"""
    return summed(x, coef, scale * w_base, knots, degree)


def layer__without_scale(x, coef, w_base, scale, knots, degree):
    """Scale: the scale is forgotten. Hint: use numbers that are not 1."""
    return summed(x, coef, w_base, knots, degree)


def layer__scale_transposed(x, coef, w_base, scale, knots, degree):
    """Shape: the axes of the scale are swapped. Hint: use n_in different from n_out."""
    s = scale.T if scale.shape[0] == scale.shape[1] else scale
    return summed(x, s[:, :, None] * coef, s * w_base, knots, degree)


def layer__scale_by_output(x, coef, w_base, scale, knots, degree):
    """Order: the sum is scaled, not the edges. Hint: inside or outside of the sum over i?"""
    return summed(x, coef, w_base, knots, degree) * scale.mean(axis=1)


def layer__knots_of_the_first_input(x, coef, w_base, scale, knots, degree):
    """Order: all inputs share the first row of knots. Hint: use different rows."""
    same = np.array([knots[0]] * len(knots))
    return summed(x, scale[:, :, None] * coef, scale * w_base, same, degree)


def layer__sigmoid(x, coef, w_base, scale, knots, degree):
    """Value: the base is 1 / (1 + e^-x). Hint: what is b(-1)?"""
    return summed(x, scale[:, :, None] * coef, scale * w_base, knots, degree, lambda x: silu(x) / x)


def layer__no_negative_base(x, coef, w_base, scale, knots, degree):
    """Sign: silu is cut off below 0. Hint: silu(-1) is -0.27."""
    return summed(
        x, scale[:, :, None] * coef, scale * w_base, knots, degree, lambda x: np.maximum(silu(x), 0)
    )


def layer__mean(x, coef, w_base, scale, knots, degree):
    """Scale: the mean over the inputs, not the sum. Hint: a node adds."""
    return summed(x, scale[:, :, None] * coef, scale * w_base, knots, degree) / x.shape[1]


def layer__clipped(x, coef, w_base, scale, knots, degree):
    """End: points are moved to the grid. Hint: what is left of a spline outside?"""
    inside = np.clip(x, knots[:, degree], knots[:, -degree - 1])
    c = scale[:, :, None] * coef
    B = kn.bspline_basis(inside, knots, degree)
    return B.reshape(len(x), -1) @ c.reshape(len(c), -1).T + silu(x) @ (scale * w_base).T


def layer__one_row(x, coef, w_base, scale, knots, degree):
    """Shape: a single sample loses its axis. Hint: N may be 1."""
    return np.squeeze(summed(x, scale[:, :, None] * coef, scale * w_base, knots, degree))


def layer__coefficients_transposed(x, coef, w_base, scale, knots, degree):
    """Order: in a square layer c is read as (in, out, j). Hint: which axis is which?"""
    c = coef.swapaxes(0, 1) if coef.shape[0] == coef.shape[1] else coef
    return summed(x, scale[:, :, None] * c, scale * w_base, knots, degree)


def count(widths, per_edge):
    """Return the number of edges times what each has."""
    return sum(a * b for a, b in pairwise(widths)) * per_edge


def count_parameters__intervals(widths, grid_size, degree):
    """Scale: an edge has G coefficients. Hint: count the bumps in a picture."""
    return count(widths, grid_size + 1)


def count_parameters__without_the_base(widths, grid_size, degree):
    """Value: the base weight is missing. Hint: what else sits on an edge?"""
    return count(widths, grid_size + degree)


def count_parameters__for_cubics(widths, grid_size, degree):
    """Scale: k is taken as 3. Hint: the degree is an argument."""
    return count(widths, grid_size + 4)


def count_parameters__for_two_layers(widths, grid_size, degree):
    """Shape: the edges of a network with one hidden level. Hint: try four levels."""
    return (widths[0] + widths[-1]) * widths[len(widths) // 2] * (grid_size + degree + 1)


def count_parameters__with_a_bias(widths, grid_size, degree):
    """Value: every node has a bias. Hint: read the task again."""
    return count(widths, grid_size + degree + 1) + sum(widths[1:])


def count_parameters__only_the_first_layer(widths, grid_size, degree):
    """End: the last layer is missing. Hint: how many layers have three levels?"""
    return count(widths[:-1], grid_size + degree + 1)


def count_parameters__knots(widths, grid_size, degree):
    """Order: an edge has G + 2k + 1 numbers, the knots. Hint: which of them are trained?"""
    return count(widths, grid_size + 2 * degree + 1)
