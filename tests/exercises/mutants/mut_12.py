"""Wrong solutions of exercise 12: the first line of each says its kind, and what is wrong."""

import numpy as np

import kan_numpy as kn


def derivatives(layer, a):
    """Return value, slope and bend of every edge."""
    jet = kn.jets.jet(kn.KAN.from_layers([layer]), a[None])  # in one layer, edges are apart
    return layer.edges(a[None])[0], jet.gradient[0], jet.second[0]


def carried(net, x, second_rule, gradient_rule=lambda slope, gradient: slope @ gradient):
    """Carry a jet through the layers with some rule."""
    value, gradient, second = x, np.eye(len(x)), np.zeros((len(x), len(x)))
    for layer in net.layers:
        phi, slope, bend = derivatives(layer, value)
        second = second_rule(slope, bend, gradient, second)
        gradient = gradient_rule(slope, gradient)
        value = phi.sum(axis=1)
    return value, gradient, second


def jet__bend_only(net, x):
    """Value: the term with the slope is missing. Hint: the chain rule of second derivatives."""
    return carried(net, x, lambda s, b, g, h: b @ g**2)


def jet__slope_only(net, x):
    """Value: the term with the bend is missing. Hint: phi'' times the gradient squared."""
    return carried(net, x, lambda s, b, g, h: s @ h + (b if not h.any() else 0.0))


def jet__gradient_not_squared(net, x):
    """Scale: the gradient enters once. Hint: which units has a second derivative?"""
    return carried(net, x, lambda s, b, g, h: s @ h + b @ g)


def jet__absolute_gradient(net, x):
    """Sign: the product of both signs is lost. Hint: two hidden nodes with opposite slopes."""
    value, gradient, second = carried(net, x, lambda s, b, g, h: s @ h + b @ g**2)
    return value, np.abs(gradient), second


def jet__whole_hessian(net, x):
    """Shape: all second derivatives. Hint: twice by the same input."""
    value, gradient, _ = jet__bend_only(net, x)
    return value, gradient, kn.jets.hessian(net, x[None])[0]


def jet__sum_of_second_derivatives(net, x):
    """Value: sums over the other inputs. Hint: take the diagonal of the Hessian, not its rows."""
    value, gradient, _ = jet__bend_only(net, x)
    return value, gradient, kn.jets.hessian(net, x[None])[0].sum(axis=2)


def jet__transposed(net, x):
    """Shape: inputs first. Hint: outputs are the rows."""
    value, gradient, second = carried(net, x, lambda s, b, g, h: s @ h + b @ g**2)
    return value, gradient.T, second.T


def jet__inside_only(net, x):
    """End: the point is moved into the grid. Hint: evaluate beside the grid."""
    return carried(net, np.clip(x, -1.0, 1.0), lambda s, b, g, h: s @ h + b @ g**2)


def jet__one_sided(net, x):
    """Scale: a difference to one side with a large step. Hint: how large is its error?"""
    h, value = 1e-2, net(x[None])[0]
    moved = [net((x + h * e)[None])[0] for e in np.eye(len(x))]
    twice = [net((x + 2 * h * e)[None])[0] for e in np.eye(len(x))]
    gradient = np.array([(m - value) / h for m in moved]).T
    return value, gradient, np.array([(t - 2 * m + value) / h**2 for t, m in zip(twice, moved)]).T


def jet__first_output(net, x):
    """Shape: the first output only. Hint: networks may have three."""
    value, gradient, second = carried(net, x, lambda s, b, g, h: s @ h + b @ g**2)
    return value[:1], gradient[:1], second[:1]


def jet__half(net, x):
    """Scale: second derivatives as in Taylor's series. Hint: without the factor 1/2."""
    value, gradient, second = carried(net, x, lambda s, b, g, h: s @ h + b @ g**2)
    return value, gradient, second / 2.0


def bratu__minus(x, u, g, h):
    """Sign: minus e^u. Hint: read the equation again."""
    return h.sum(axis=1) - np.exp(u), -np.exp(u), np.zeros_like(g), np.ones_like(h)


def bratu__first_coordinate(x, u, g, h):
    """Shape: the first coordinate only. Hint: take two dimensions."""
    return h[:, 0] + np.exp(u), np.exp(u), np.zeros_like(g), np.ones_like(h)


def bratu__mean(x, u, g, h):
    """Scale: the mean of the second derivatives. Hint: take two dimensions."""
    return h.mean(axis=1) + np.exp(u), np.exp(u), np.zeros_like(g), np.ones_like(h) / h.shape[1]


def bratu__without_slope(x, u, g, h):
    """Value: the derivative by u is 1. Hint: what is the derivative of e^u?"""
    return h.sum(axis=1) + np.exp(u), np.ones_like(u), np.zeros_like(g), np.ones_like(h)


def bratu__derivatives_swapped(x, u, g, h):
    """Order: by_g and by_h are swapped. Hint: the residual does not depend on g."""
    return h.sum(axis=1) + np.exp(u), np.exp(u), np.ones_like(h), np.zeros_like(g)


def bratu__second_derivative_as_gradient(x, u, g, h):
    """Order: g instead of h. Hint: which letter is the second derivative?"""
    return g.sum(axis=1) + np.exp(u), np.exp(u), np.zeros_like(g), np.ones_like(h)


def bratu__strength_two(x, u, g, h):
    """Scale: 2 e^u. Hint: that is the equation of a question in the lesson."""
    return h.sum(axis=1) + 2 * np.exp(u), 2 * np.exp(u), np.zeros_like(g), np.ones_like(h)


def bratu__a_column(x, u, g, h):
    """Shape: residuals as a column. Hint: (N,), not (N, 1)."""
    return (h.sum(axis=1) + np.exp(u))[:, None], np.exp(u), np.zeros_like(g), np.ones_like(h)
