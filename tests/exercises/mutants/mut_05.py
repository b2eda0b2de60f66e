"""Wrong solutions of exercise 5: the first line of each says what kind it is, and what is wrong."""

import numpy as np

import kan_numpy as kn


def silu_and_slope(x):
    """Return b and b'."""
    sigma = 1.0 / (1.0 + np.exp(-x))
    return x * sigma, sigma * (1.0 + x * (1.0 - sigma))


def right(dy, x, coef, w_base, scale, knots, degree):
    """Return the right gradients."""
    B, slopes = (kn.bspline_basis(x, knots, degree, derivative=d) for d in (0, 1))
    b, b_slope = silu_and_slope(x)
    dphi = np.einsum("no,oi->noi", dy, scale)
    phi = np.einsum("oij,nij->noi", coef, B) + w_base * b[:, None]
    slope = np.einsum("oij,nij->noi", coef, slopes) + w_base * b_slope[:, None]
    dx = np.einsum("noi,noi->ni", dphi, slope)
    dcoef, dw = np.einsum("noi,nij->oij", dphi, B), np.einsum("noi,ni->oi", dphi, b)
    return dx, dcoef, dw, np.einsum("no,noi->oi", dy, phi)


def backward__dx_without_scale(dy, x, coef, w_base, scale, knots, degree):
    """Scale: on the way to x the scale is forgotten. Hint: use scales that are not 1."""
    _, *others = right(dy, x, coef, w_base, scale, knots, degree)
    return right(dy, x, coef, w_base, np.ones_like(scale), knots, degree)[0], *others


def backward__dcoef_without_scale(dy, x, coef, w_base, scale, knots, degree):
    """Scale: the gradient of coef has no scale. Hint: c is multiplied by s in y."""
    found = list(right(dy, x, coef, w_base, scale, knots, degree))
    found[1] = right(dy, x, coef, w_base, np.ones_like(scale), knots, degree)[1]
    return found


def backward__dw_without_scale(dy, x, coef, w_base, scale, knots, degree):
    """Scale: the gradient of w has no scale. Hint: w is multiplied by s in y."""
    found = list(right(dy, x, coef, w_base, scale, knots, degree))
    found[2] = right(dy, x, coef, w_base, np.ones_like(scale), knots, degree)[2]
    return found


def backward__dscale_of_the_spline_only(dy, x, coef, w_base, scale, knots, degree):
    """Value: the base part is missing in dscale. Hint: s multiplies the whole bracket."""
    found = list(right(dy, x, coef, w_base, scale, knots, degree))
    found[3] = right(dy, x, coef, 0.0 * w_base, scale, knots, degree)[3]
    return found


def backward__dscale_is_scaled(dy, x, coef, w_base, scale, knots, degree):
    """Scale: dscale is multiplied by s. Hint: the derivative of s f by s is f."""
    *found, dscale = right(dy, x, coef, w_base, scale, knots, degree)
    return *found, dscale * scale


def backward__without_the_slope_of_the_base(dy, x, coef, w_base, scale, knots, degree):
    """Value: x reaches y through the splines only. Hint: where else does x appear?"""
    _, *others = right(dy, x, coef, w_base, scale, knots, degree)
    return right(dy, x, coef, 0.0 * w_base, scale, knots, degree)[0], *others


def backward__base_instead_of_its_slope(dy, x, coef, w_base, scale, knots, degree):
    """Value: b where b' belongs. Hint: b' by the product rule."""
    dx, *others = right(dy, x, coef, w_base, scale, knots, degree)
    b, b_slope = silu_and_slope(x)
    return dx + (b - b_slope) * (dy @ (scale * w_base)), *others


def backward__mean_over_samples(dy, x, coef, w_base, scale, knots, degree):
    """Scale: gradients of parameters are divided by N. Hint: a mean in the loss is in dy."""
    dx, *others = right(dy, x, coef, w_base, scale, knots, degree)
    return dx, *(part / len(x) for part in others)


def backward__minus(dy, x, coef, w_base, scale, knots, degree):
    """Sign: gradients point downhill. Hint: dX is a derivative, not a step."""
    return tuple(-part for part in right(dy, x, coef, w_base, scale, knots, degree))


def backward__ignores_dy(dy, x, coef, w_base, scale, knots, degree):
    """Value: dy is taken as ones. Hint: test with a random dy."""
    return right(np.ones_like(dy), x, coef, w_base, scale, knots, degree)


def backward__transposed_weights(dy, x, coef, w_base, scale, knots, degree):
    """Shape: in a square layer dw is transposed. Hint: use n_in different from n_out."""
    dx, dcoef, dw, ds = right(dy, x, coef, w_base, scale, knots, degree)
    return dx, dcoef, dw.T.copy() if dw.shape[0] == dw.shape[1] else dw, ds


def backward__inside_only(dy, x, coef, w_base, scale, knots, degree):
    """End: outside the grid no slope is passed on. Hint: splines fade, silu goes on."""
    dx, *others = right(dy, x, coef, w_base, scale, knots, degree)
    inside = (x >= knots[:, degree]) & (x <= knots[:, -degree - 1])
    return dx * inside, *others


def backward__in_another_order(dy, x, coef, w_base, scale, knots, degree):
    """Order: dscale stands before dw_base. Hint: in which order are they wanted?"""
    dx, dcoef, dw, ds = right(dy, x, coef, w_base, scale, knots, degree)
    return dx, dcoef, ds, dw


def chain__last_layer_first(dy, layers, x):
    """Order: the gradients of the last layer come first. Hint: first layer first."""
    dx, dthetas = passed(dy, layers, x)
    return dx, dthetas[::-1]


def passed(dy, layers, x, until=0):
    """Return the gradients down to a layer."""
    caches = []
    for layer in layers:
        x, cache = layer.forward(x)
        caches.append(cache)
    dthetas = []
    for number in reversed(range(until, len(layers))):
        dy, dtheta = layers[number].backward(dy, caches[number])
        dthetas.insert(0, dtheta)
    return dy, dthetas


def chain__dy_for_every_layer(dy, layers, x):
    """Value: every layer gets the dy of the output. Hint: what is dy for a hidden layer?"""
    dthetas, found = [], dy
    for layer in layers:
        x, cache = layer.forward(x)
        padded = np.resize(dy, x.shape)
        found, dtheta = layer.backward(padded, cache)
        dthetas.append(dtheta)
    return found, dthetas


def chain__one_long_vector(dy, layers, x):
    """Shape: one vector for all layers. Hint: a list with one array for each layer."""
    dx, dthetas = passed(dy, layers, x)
    return dx, [np.concatenate(dthetas)]


def chain__dx_of_the_last_layer(dy, layers, x):
    """End: dx stops above the first layer. Hint: dx has the shape of x."""
    _, dthetas = passed(dy, layers, x)
    return passed(dy, layers, x, until=min(1, len(layers) - 1))[0], dthetas


def chain__two_layers(dy, layers, x):
    """End: only the first and the last layer. Hint: try three layers."""
    dx, dthetas = passed(dy, layers, x)
    return dx, dthetas if len(layers) < 3 else [dthetas[0], dthetas[-1]]


def chain__normalized(dy, layers, x):
    """Scale: the gradient is divided by its size. Hint: nobody asked for that."""
    dx, dthetas = passed(dy, layers, x)
    return dx, [dtheta / max(1.0, np.abs(dtheta).max() / 1e3) for dtheta in dthetas]


KNOTS = kn.uniform_knots(-2.0, 2.0, 5, 3)


def first(dy, x, w):
    """Return the gradients of forward_1."""
    b, b_slope = silu_and_slope(x)
    return (dy @ w) * b_slope, dy.T @ b


def second(dy, x, coef):
    """Return the gradients of forward_2."""
    B, slopes = (kn.bspline_basis(x, np.array([KNOTS, KNOTS]), 3, d) for d in (0, 1))
    return dy[:, None] * (slopes @ coef), np.einsum("n,nij->j", dy, B)


def third(dy, x):
    """Return the gradients of forward_3."""
    return (dy - dy.mean(axis=0),)


def repairs__sigmoid():
    """Value: the slope of silu is taken as sigma. Hint: the product rule has two terms."""
    return [lambda dy, x, w: ((dy @ w) / (1 + np.exp(-x)), first(dy, x, w)[1]), second, third]


def repairs__mean_of_both_edges():
    """Scale: the gradients of both edges are averaged. Hint: paths add up."""
    return [first, lambda dy, x, c: (second(dy, x, c)[0], second(dy, x, c)[1] / 2), third]


def repairs__mean_over_the_wrong_axis():
    """Shape: the mean of each row. Hint: over which index does the mean run?"""
    return [first, second, lambda dy, x: (dy - dy.mean(axis=1, keepdims=True),)]


def repairs__mean_added():
    """Sign: the mean is added. Hint: y falls when the mean rises."""
    return [first, second, lambda dy, x: (dy + dy.mean(axis=0),)]


def repairs__in_another_order():
    """Order: the right functions in the wrong order. Hint: the first is for sick_1."""
    return [second, first, third]


def repairs__one_left():
    """Value: the third pass is as it was. Hint: what happens if all x move together?"""
    return [first, second, lambda dy, x: (dy,)]


def jacobian_of(x, coef, w_base, knots, degree):
    """Return the right Jacobian, of coef (N, n_out, n_out, n_in, G+k), and of w without j."""
    B, b = kn.bspline_basis(x, knots, degree), silu_and_slope(x)[0]
    one = np.eye(len(coef))
    return np.einsum("op,nij->nopij", one, B), np.einsum("op,ni->nopi", one, b)


def flat(*parts):
    """Return parts as one array (N, n_out, P)."""
    return np.concatenate([part.reshape(*part.shape[:2], -1) for part in parts], axis=2)


def jacobian__base_first(x, coef, w_base, knots, degree):
    """Order: w_base stands before coef. Hint: how does theta begin?"""
    return flat(*jacobian_of(x, coef, w_base, knots, degree)[::-1])


def jacobian__inputs_first(x, coef, w_base, knots, degree):
    """Order: the parameters run over inputs before outputs. Hint: coef is (out, in, j)."""
    C, W = jacobian_of(x, coef, w_base, knots, degree)
    return flat(C.swapaxes(2, 3), W.swapaxes(2, 3))


def jacobian__every_output_the_same(x, coef, w_base, knots, degree):
    """Value: an output depends on the edges of all others. Hint: which edges end at node o?"""
    C, W = jacobian_of(x, coef, w_base, knots, degree)
    return flat(C + 0 * C[:, :1] + (C.sum(axis=2, keepdims=True) - C), W)


def jacobian__edge_by_edge(x, coef, w_base, knots, degree):
    """Order: the weight of an edge follows its coefficients. Hint: all of coef, then all of w."""
    C, W = jacobian_of(x, coef, w_base, knots, degree)
    return flat(np.concatenate([C, W[..., None]], axis=-1))


def jacobian__without_base(x, coef, w_base, knots, degree):
    """Shape: the base weights are missing. Hint: what are all parameters?"""
    return flat(jacobian_of(x, coef, w_base, knots, degree)[0])


def jacobian__times_the_parameters(x, coef, w_base, knots, degree):
    """Value: multiplied by the parameters. Hint: the derivative of c B by c is B."""
    C, W = jacobian_of(x, coef, w_base, knots, degree)
    return flat(C * coef, W * w_base)


def jacobian__base_cut_off(x, coef, w_base, knots, degree):
    """End: outside the grid the base is 0. Hint: only splines have a grid."""
    C, W = jacobian_of(x, coef, w_base, knots, degree)
    inside = (x >= knots[:, degree]) & (x <= knots[:, -degree - 1])
    return flat(C, W * inside[:, None, None])
