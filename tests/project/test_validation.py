"""Public doors: what makes no sense is refused, with the argument's name and the way out."""

import os

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy import KAN, Activation, Adam, LevenbergMarquardt, Objective, datasets, fit, gradcheck

NET = KAN([2, 3, 1], rng=0)
X = np.random.default_rng(0).uniform(-1.0, 1.0, (8, 2))
Y = X[:, :1] * X[:, 1:]
LABELS = np.array([0, 1, 0, 1, 1, 0, 1, 0])
KNOTS = kn.uniform_knots(-1.0, 1.0, 5, 3)
COEF = np.arange(8.0)
CLASSES = KAN([2, 2], rng=0)


def spoilt(array, place, value):
    """Return a copy of the array with one other entry."""
    copy = np.array(array)
    copy[place] = value
    return copy


def arrays(**change):
    """Return what `from_arrays` takes, with some entries exchanged, or left out if None."""
    layer = {"knots": [KNOTS, KNOTS], "coef": np.zeros((1, 2, 8)), "w_base": np.zeros((1, 2))}
    return [{name: value for name, value in {**layer, **change}.items() if value is not None}]


def back(dy, cache=None):
    return NET.backward(dy, NET.forward(X)[1] if cache is None else cache)


def train(x=X, y=Y, network=NET, **arguments):
    return fit(network, x, y, **{"steps": 1, **arguments})


def classify(y, network=CLASSES, **arguments):
    arguments = {"optimizer": Adam(), "loss": "cross_entropy", "steps": 1, **arguments}
    return fit(network, X, y, **arguments)


NO_CACHE = (TypeError, ValueError)
SINE = Activation("sin", np.sin, (np.cos,))

# What it is, the call, the error, and what its message must hold, in this order.
REFUSED = [
    # kn.KAN
    ("one width", lambda: KAN([2]), ValueError, "widths inputs and outputs [2]"),
    ("no widths", lambda: KAN([]), ValueError, "widths inputs and outputs"),
    ("widths is a number", lambda: KAN(2), TypeError, "widths list such as [2, 5, 1] 2"),
    ("widths is None", lambda: KAN(None), TypeError, "widths list None"),
    ("widths is text", lambda: KAN("2,5,1"), TypeError, "widths list '2,5,1'"),
    ("a width of 0", lambda: KAN([2, 0, 1]), ValueError, "widths[1] at least 1 0"),
    ("a negative width", lambda: KAN([-2, 1]), ValueError, "widths[0] at least 1 -2"),
    ("a broken width", lambda: KAN([2, 2.5, 1]), TypeError, "widths[1] whole number 2.5"),
    ("a whole width as float", lambda: KAN([2.0, 1]), TypeError, "widths[0] whole number 2.0"),
    ("a width that is a list", lambda: KAN([2, [5, 2], 1]), TypeError, "widths[1] whole [5, 2]"),
    ("no intervals", lambda: KAN([2, 1], grid_size=0), ValueError, "grid_size at least 1 0"),
    ("3.5 intervals", lambda: KAN([2, 1], grid_size=3.5), TypeError, "grid_size whole 3.5"),
    ("True intervals", lambda: KAN([2, 1], grid_size=True), TypeError, "grid_size whole True"),
    ("intervals as text", lambda: KAN([2, 1], grid_size="5"), TypeError, "grid_size whole '5'"),
    ("intervals are None", lambda: KAN([2, 1], grid_size=None), TypeError, "grid_size whole None"),
    (
        "too many grid sizes",
        lambda: KAN([2, 1], grid_size=[3, 4]),
        ValueError,
        "grid_size one entry for each of the 1 layers 2",
    ),
    (
        "a bad grid size in a list",
        lambda: KAN([2, 3, 1], grid_size=[3, 0]),
        ValueError,
        "grid_size[1] at least 1 0",
    ),
    ("a negative degree", lambda: KAN([2, 1], degree=-1), ValueError, "degree at least 0 -1"),
    ("a degree of 1.5", lambda: KAN([2, 1], degree=1.5), TypeError, "degree whole number 1.5"),
    ("a grid backwards", lambda: KAN([2, 1], grid_range=(1, -1)), ValueError, "low below high"),
    ("a grid of no width", lambda: KAN([2, 1], grid_range=(1, 1)), ValueError, "low below high"),
    ("a grid of one end", lambda: KAN([2, 1], grid_range=(1,)), ValueError, "grid_range (2,) (1,)"),
    ("a grid as a number", lambda: KAN([2, 1], grid_range=1.0), ValueError, "grid_range shape ()"),
    (
        "an endless grid",
        lambda: KAN([2, 1], grid_range=(0, np.inf)),
        ValueError,
        "grid_range finite grid_range[1] inf",
    ),
    (
        "too few grids",
        lambda: KAN([2, 3, 1], grid_range=[(-1, 1)]),
        ValueError,
        "grid_range one entry for each of the 2 layers 1",
    ),
    ("a base that is not known", lambda: KAN([2, 1], base="gelu"), ValueError, "base silu 'gelu'"),
    (
        "a base without derivative",
        lambda: KAN([2, 1], base=np.sin),
        TypeError,
        "base (function, derivative) derivative can't be left out",
    ),
    ("no base at all", lambda: KAN([2, 1], base=None), TypeError, "base a name None"),
    ("a start that is not known", lambda: KAN([2, 1], init="zeros"), ValueError, "init 'zeros'"),
    ("a negative seed", lambda: KAN([2, 1], rng=-1), ValueError, "rng at least 0 -1"),
    ("a seed as text", lambda: KAN([2, 1], rng="0"), TypeError, "rng Generator '0'"),
    ("a seed of 0.5", lambda: KAN([2, 1], rng=0.5), TypeError, "rng seed 0.5"),
    # from_arrays
    ("no layers", lambda: KAN.from_arrays([], 3), TypeError, "layers list of dicts not empty"),
    ("a layer by itself", lambda: KAN.from_arrays(arrays()[0], 3), TypeError, "layers list"),
    ("a layer as array", lambda: KAN.from_arrays([COEF], 3), TypeError, "layers[0] dict ndarray"),
    (
        "coefficients missing",
        lambda: KAN.from_arrays(arrays(coef=None), 3),
        ValueError,
        "layers[0] lacks coef",
    ),
    (
        "an array too many",
        lambda: KAN.from_arrays(arrays(scale=1.0), 3),
        ValueError,
        "layers[0] scale none of",
    ),
    (
        "coefficients transposed",
        lambda: KAN.from_arrays(arrays(coef=np.zeros((8, 2, 1))), 3),
        ValueError,
        "layers[0]['coef'] (n_out, 2, 8) (8, 2, 1)",
    ),
    (
        "base weights transposed",
        lambda: KAN.from_arrays(arrays(w_base=np.zeros((2, 1))), 3),
        ValueError,
        "layers[0]['w_base'] (1, 2) (2, 1) .T",
    ),
    (
        "NaN among the weights",
        lambda: KAN.from_arrays(arrays(w_base=[[0.0, np.nan]]), 3),
        ValueError,
        "layers[0]['w_base'] finite [0, 1] nan",
    ),
    (
        "knots that decrease",
        lambda: KAN.from_arrays(arrays(knots=[KNOTS, KNOTS[::-1]]), 3),
        ValueError,
        "layers[0]['knots'] must not decrease [1, 1] sort",
    ),
    (
        "too high a degree for the knots",
        lambda: KAN.from_arrays(arrays(), 6),
        ValueError,
        "layers[0]['knots'] at least 2 * degree + 2 = 14 12",
    ),
    (
        "layers that do not fit each other",
        lambda: KAN.from_arrays(arrays() + arrays(), 3),
        ValueError,
        "layers[1]['knots'] (1, G+2k+1) (2, 12)",
    ),
    (
        "degrees for other layers",
        lambda: KAN.from_arrays(arrays(), [3, 3]),
        ValueError,
        "degree one entry for each of the 1 layers",
    ),
    # net(x), forward, jacobian
    ("an input in one dimension", lambda: NET(X[0]), ValueError, "x (N, 2) (2,) x[None, :]"),
    (
        "a column without its axis",
        lambda: KAN([1, 1])(X[:, 0]),
        ValueError,
        "x (N, 1) (8,) x[:, None]",
    ),
    ("an input transposed", lambda: NET(X.T), ValueError, "x (N, 2) (2, 8) x.T"),
    ("too many columns", lambda: NET(np.zeros((4, 3))), ValueError, "x (N, 2) (4, 3)"),
    ("an input in three dimensions", lambda: NET(X[None]), ValueError, "x (N, 2) (1, 8, 2)"),
    ("no samples", lambda: NET(np.zeros((0, 2))), ValueError, "x empty (0, 2)"),
    ("an empty list", lambda: NET([]), ValueError, "x (N, 2) (0,)"),
    ("NaN", lambda: NET(spoilt(X, (3, 1), np.nan)), ValueError, "x finite x[3, 1] nan 1 of 16"),
    ("infinity", lambda: NET(spoilt(X, 2, np.inf)), ValueError, "x finite x[2, 0] inf 2 of 16"),
    ("complex numbers", lambda: NET(X + 0j), TypeError, "x real complex128 real part"),
    ("text", lambda: NET([["a", "b"]]), TypeError, "x real numbers <U1"),
    ("None", lambda: NET(None), TypeError, "x real numbers"),
    ("None among numbers", lambda: NET([[0.5, None]]), TypeError, "x real numbers"),
    ("a ragged list", lambda: NET([[0.1, 0.2], [0.3]]), ValueError, "x rows differ in length"),
    ("dates", lambda: NET(np.zeros((1, 2), "M8[s]")), TypeError, "x real numbers datetime64[s]"),
    ("forward of a row", lambda: NET.forward(X[0]), ValueError, "x (N, 2) (2,) x[None, :]"),
    ("jacobian of a row", lambda: NET.jacobian(X[0]), ValueError, "x (N, 2) (2,) x[None, :]"),
    ("jacobian at NaN", lambda: NET.jacobian(X * np.nan), ValueError, "x finite x[0, 0] nan 16"),
    # backward
    (
        "a gradient without its axis",
        lambda: back(Y[:, 0]),
        ValueError,
        "dy (8, 1) (8,) dy[:, None]",
    ),
    ("a gradient transposed", lambda: back(Y.T), ValueError, "dy (8, 1) (1, 8) dy.T"),
    ("a gradient of fewer samples", lambda: back(Y[:3]), ValueError, "dy (8, 1) (3, 1)"),
    ("a gradient with NaN", lambda: back(Y * np.nan), ValueError, "dy finite dy[0, 0] nan"),
    ("a complex gradient", lambda: back(Y * 1j), TypeError, "dy real complex128"),
    ("all that forward returns", lambda: back(Y, NET.forward(X)), NO_CACHE, "cache forward"),
    ("another's cache", lambda: back(Y, CLASSES.forward(X)[1]), NO_CACHE, "cache forward"),
    ("the output for a cache", lambda: back(Y, NET(X)), NO_CACHE, "cache forward"),
    # with_theta
    ("theta too short", lambda: NET.with_theta(NET.theta[1:]), ValueError, "theta (81,) (80,)"),
    ("theta as a column", lambda: NET.with_theta(NET.theta[:, None]), ValueError, "theta (81,)"),
    (
        "theta with infinity",
        lambda: NET.with_theta(spoilt(NET.theta, 5, -np.inf)),
        ValueError,
        "theta finite theta[5] -inf",
    ),
    ("theta is a number", lambda: NET.with_theta(0.0), ValueError, "theta (81,) ()"),
    # load
    ("a path that is None", lambda: KAN.load(None), TypeError, "path None"),
    ("a path that is a network", lambda: KAN.load(NET), TypeError, "path KAN"),
    ("saving nowhere", lambda: NET.save(None), TypeError, "path None"),
    ("a file of something else", lambda: KAN.load(__file__), ValueError, "path not a file saved"),
    # uniform_knots
    ("knots backwards", lambda: kn.uniform_knots(1, 0, 5, 3), ValueError, "low below high 1 0"),
    ("knots to nowhere", lambda: kn.uniform_knots(0, np.nan, 5, 3), ValueError, "high finite nan"),
    ("no room", lambda: kn.uniform_knots(1e16, 1e16 + 4, 9, 3), ValueError, "low high 9 intervals"),
    ("knots of 0 intervals", lambda: kn.uniform_knots(0, 1, 0, 3), ValueError, "grid_size 1 0"),
    ("knots of 5.0", lambda: kn.uniform_knots(0, 1, 5.0, 3), TypeError, "grid_size whole 5.0"),
    ("knots of degree -1", lambda: kn.uniform_knots(0, 1, 5, -1), ValueError, "degree 0 -1"),
    ("an end that is a list", lambda: kn.uniform_knots([0], 1, 5, 3), ValueError, "low () (1,)"),
    # bspline_basis
    (
        "too high a derivative",
        lambda: kn.bspline_basis([0.5], KNOTS, 3, 4),
        ValueError,
        "derivative at most the degree 3 4",
    ),
    (
        "a negative derivative",
        lambda: kn.bspline_basis([0.5], KNOTS, 3, -1),
        ValueError,
        "derivative at least 0 -1",
    ),
    (
        "decreasing knots",
        lambda: kn.bspline_basis([0.5], spoilt(KNOTS, 4, 9.0), 3),
        ValueError,
        "knots must not decrease knots[5] sort",
    ),
    (
        "knots without a grid",
        lambda: kn.bspline_basis([0.5], np.zeros(12), 3),
        ValueError,
        "knots no grid knots[degree] knots[-degree - 1] both are 0",
    ),
    ("few knots", lambda: kn.bspline_basis([0.5], KNOTS[:7], 3), ValueError, "knots 8 entries 7"),
    (
        "one row of knots for two inputs",
        lambda: kn.bspline_basis(X, KNOTS, 3),
        ValueError,
        "knots (2, G+2k+1) (12,)",
    ),
    ("a point by itself", lambda: kn.bspline_basis(0.5, KNOTS, 3), ValueError, "x (N, n_in) ()"),
    # fit_spline
    (
        "a point off the grid",
        lambda: kn.fit_spline([0.0, 1.5], [0.0, 1.0], KNOTS, 3),
        ValueError,
        "x on the grid [-1, 1] x[1] 1.5 choose knots",
    ),
    (
        "fewer values than points",
        lambda: kn.fit_spline([0.0, 0.5], [1.0], KNOTS, 3),
        ValueError,
        "y (2,) (1,)",
    ),
    (
        "values transposed",
        lambda: kn.fit_spline([0.0, 0.1, 0.2], np.zeros((2, 3)), KNOTS, 3),
        ValueError,
        "y (3, n_out) (2, 3)",
    ),
    (
        "points as a column",
        lambda: kn.fit_spline(X[:, :1], Y, KNOTS, 3),
        ValueError,
        "x (N,) (8, 1)",
    ),
    (
        "a value that is NaN",
        lambda: kn.fit_spline([0.0, 0.5], [0.0, np.nan], KNOTS, 3),
        ValueError,
        "y finite y[1] nan",
    ),
    # refine_spline
    (
        "a knot lost",
        lambda: kn.refine_spline(COEF, KNOTS, kn.uniform_knots(-1, 1, 7, 3), 3),
        ValueError,
        "new_knots contain all knots -0.6 missing",
    ),
    (
        "another grid",
        lambda: kn.refine_spline(COEF, KNOTS, 2.0 * KNOTS, 3),
        ValueError,
        "new_knots the grid [-1, 1] [-2, 2]",
    ),
    (
        "too few coefficients",
        lambda: kn.refine_spline(COEF[1:], KNOTS, KNOTS, 3),
        ValueError,
        "coef (8,) (7,)",
    ),
    (
        "new knots that decrease",
        lambda: kn.refine_spline(COEF, KNOTS, KNOTS[::-1], 3),
        ValueError,
        "new_knots must not decrease sort",
    ),
    # fit
    (
        "targets without their axis",
        lambda: train(y=Y[:, 0]),
        ValueError,
        "y (8, 1) (8,) y[:, None]",
    ),
    ("targets transposed", lambda: train(y=Y.T), ValueError, "y (8, 1) (1, 8) y.T"),
    ("fewer targets", lambda: train(y=Y[:5]), ValueError, "y (8, 1) (5, 1)"),
    ("a target that is NaN", lambda: train(y=spoilt(Y, 6, np.nan)), ValueError, "y finite y[6, 0]"),
    ("training on a row", lambda: train(X[0], Y[0]), ValueError, "x (N, 2) (2,) x[None, :]"),
    ("a network that is none", lambda: train(network="net"), TypeError, "network KAN str"),
    ("the class for a network", lambda: train(network=KAN), TypeError, "network KAN"),
    ("an optimizer as text", lambda: train(optimizer="adam"), TypeError, "optimizer Adam 'adam'"),
    ("the class for an optimizer", lambda: train(optimizer=Adam), TypeError, "optimizer Adam()"),
    ("complex targets", lambda: train(y=1j * Y), TypeError, "y real complex128 real part"),
    ("targets as text", lambda: train(y=Y.astype(str)), TypeError, "y real numbers"),
    ("no targets", lambda: train(y=None), TypeError, "y real numbers"),
    ("nothing to train on", lambda: train(X[:0], Y[:0]), ValueError, "x empty (0, 2)"),
    ("a negative number of steps", lambda: train(steps=-1), ValueError, "steps at least 0 -1"),
    ("True steps", lambda: train(steps=True), TypeError, "steps whole number True"),
    ("2.5 steps", lambda: train(steps=2.5), TypeError, "steps whole number 2.5"),
    ("a loss that is not known", lambda: train(loss="mae"), ValueError, "loss mse 'mae'"),
    ("a loss that is a function", lambda: train(loss=np.sum), TypeError, "loss mse as_target"),
    (
        "no loss",
        lambda: train(loss=None),
        TypeError,
        "loss mse None",
    ),
    (
        "an empty batch",
        lambda: train(optimizer=Adam(), batch_size=0),
        ValueError,
        "batch_size at least 1 0",
    ),
    (
        "half a batch",
        lambda: train(optimizer=Adam(), batch_size=0.5),
        TypeError,
        "batch_size whole 0.5",
    ),
    (
        "batches where they do harm",
        lambda: train(optimizer=LevenbergMarquardt(), batch_size=4),
        ValueError,
        "batch_size LevenbergMarquardt use Adam or SGD",
    ),
    (
        "validation without targets",
        lambda: train(validation=X),
        ValueError,
        "validation pair (x, y)",
    ),
    ("a number for validation", lambda: train(validation=3), ValueError, "validation pair (x, y)"),
    (
        "validation the other way round",
        lambda: train(validation=(Y, X)),
        ValueError,
        "validation x (N, 2) (8, 1)",
    ),
    (
        "patience without validation",
        lambda: train(patience=3),
        ValueError,
        "patience validation=(x, y)",
    ),
    (
        "no patience",
        lambda: train(validation=(X, Y), patience=0),
        ValueError,
        "patience at least 1 0",
    ),
    ("adapt_at is a number", lambda: train(adapt_at=5), TypeError, "adapt_at 5"),
    ("adapting before step -1", lambda: train(adapt_at=[-1]), ValueError, "adapt_at 0 -1"),
    ("adapting before step 0.5", lambda: train(adapt_at=[0.5]), TypeError, "adapt_at whole 0.5"),
    ("refine_at is a list", lambda: train(refine_at=[5, 10]), TypeError, "refine_at dict [5, 10]"),
    ("refining to nothing", lambda: train(refine_at={0: 0}), ValueError, "refine_at[0] at least 1"),
    ("refining to 7.5", lambda: train(refine_at={0: 7.5}), TypeError, "refine_at[0] whole 7.5"),
    ("an eps beyond 1", lambda: train(adapt_at=[0], eps=1.5), ValueError, "eps [0, 1] 1.5"),
    ("an eps without use", lambda: train(eps=-1), ValueError, "eps [0, 1] -1"),
    ("a callback that is none", lambda: train(callback="print"), TypeError, "callback 'print'"),
    ("a seed that is none", lambda: train(rng="seed"), TypeError, "rng seed 'seed'"),
    ("labels as a column", lambda: classify(LABELS[:, None]), ValueError, "y (8,) (8, 1) y[:, 0]"),
    ("labels from 1", lambda: classify(LABELS + 1), ValueError, "y labels from 0 to 1 y[1] 2"),
    ("labels of 0.5", lambda: classify(0.5 * LABELS), ValueError, "y labels y[1] 0.5"),
    ("labels one-hot", lambda: classify(np.eye(2)[LABELS]), ValueError, "y (8,) (8, 2)"),
    ("labels as text", lambda: classify(["a"] * 8), TypeError, "y real numbers"),
    ("classes with one output", lambda: classify(LABELS, NET), ValueError, "cross_entropy output"),
    (
        "classes with residuals",
        lambda: classify(LABELS, optimizer=LevenbergMarquardt()),
        ValueError,
        "cross_entropy sum of squares use LBFGS, Adam or SGD",
    ),
    # adapt_grid, refine
    ("adapting to a row", lambda: kn.adapt_grid(NET, X[0]), ValueError, "x (N, 2) (2,) x[None, :]"),
    ("adapting to NaN", lambda: kn.adapt_grid(NET, X * np.nan), ValueError, "x finite x[0, 0] nan"),
    ("adapting nothing", lambda: kn.adapt_grid(None, X), TypeError, "network KAN NoneType"),
    ("an eps below 0", lambda: kn.adapt_grid(NET, X, eps=-0.1), ValueError, "eps [0, 1] -0.1"),
    ("an eps that is NaN", lambda: kn.adapt_grid(NET, X, eps=np.nan), ValueError, "eps finite nan"),
    ("a margin below 0", lambda: kn.adapt_grid(NET, X, margin=-1), ValueError, "margin [0, inf -1"),
    ("refining nothing", lambda: kn.refine(X, 10), TypeError, "network KAN ndarray"),
    ("a grid of 0", lambda: kn.refine(NET, 0), ValueError, "grid_size at least 1 0"),
    ("a grid of 10.0", lambda: kn.refine(NET, 10.0), TypeError, "grid_size whole 10.0"),
    ("a grid of text", lambda: kn.refine(NET, "10"), TypeError, "grid_size whole '10'"),
    ("too few sizes", lambda: kn.refine(NET, [10]), ValueError, "grid_size each of the 2 layers 1"),
    # Objective
    ("targets for others", lambda: Objective(NET, X, X), ValueError, "y (8, 1) (8, 2)"),
    ("inputs for others", lambda: Objective(NET, Y, Y), ValueError, "x (N, 2) (8, 1)"),
    ("an objective of nothing", lambda: Objective(None, X, Y), TypeError, "network KAN NoneType"),
    ("an unknown loss", lambda: Objective(NET, X, Y, "l1"), ValueError, "loss mse 'l1'"),
    # optimizers
    ("a rate of 0", lambda: kn.SGD(0), ValueError, "learning_rate (0, inf 0"),
    ("a rate below 0", lambda: kn.Adam(-0.1), ValueError, "learning_rate (0, inf -0.1"),
    ("a rate of NaN", lambda: kn.Adam(np.nan), ValueError, "learning_rate finite nan"),
    ("a rate without end", lambda: kn.SGD(np.inf), ValueError, "learning_rate finite inf"),
    ("a rate as text", lambda: kn.SGD("fast"), TypeError, "learning_rate real numbers"),
    ("a rate for each step", lambda: kn.SGD([0.1, 0.2]), ValueError, "learning_rate () (2,)"),
    ("True pairs", lambda: kn.LBFGS(memory=True), TypeError, "memory whole number True"),
    ("a momentum of 1", lambda: kn.SGD(0.1, 1.0), ValueError, "momentum [0, 1) 1.0"),
    ("a negative momentum", lambda: kn.SGD(0.1, -0.5), ValueError, "momentum [0, -0.5"),
    ("beta1 of 1", lambda: kn.Adam(beta1=1.0), ValueError, "beta1 [0, 1) 1.0"),
    ("beta2 above 1", lambda: kn.Adam(beta2=1.5), ValueError, "beta2 [0, 1) 1.5"),
    ("an epsilon of 0", lambda: kn.Adam(epsilon=0.0), ValueError, "epsilon (0, inf 0"),
    ("no memory", lambda: kn.LBFGS(memory=0), ValueError, "memory at least 1 0"),
    ("memory of 2.5", lambda: kn.LBFGS(memory=2.5), TypeError, "memory whole number 2.5"),
    ("no damping", lambda: LevenbergMarquardt(damping=0.0), ValueError, "damping (0, inf 0"),
    ("no tries", lambda: LevenbergMarquardt(tries=0), ValueError, "tries at least 1 0"),
    # datasets
    ("a toy not known", lambda: datasets.toy("sphere"), ValueError, "name bessel 'sphere'"),
    ("no samples of a toy", lambda: datasets.toy("bessel", 0), ValueError, "n_train at least 1 0"),
    ("negative noise", lambda: datasets.toy("bessel", noise=-1), ValueError, "noise [0, inf -1"),
    ("one moon", lambda: datasets.two_moons(1), ValueError, "n at least 2 1"),
    ("other lengths", lambda: datasets.split(X, Y[:3]), ValueError, "arrays rows (8, 2), (3, 1)"),
    ("all for testing", lambda: datasets.split(X, test_share=1.0), ValueError, "test_share rows"),
    ("scaling a row", lambda: datasets.Scaler.fit(X[0]), ValueError, "x (N, n) (2,) x[None, :]"),
    ("a scale of 0", lambda: datasets.Scaler([0.0], [0.0]), ValueError, "scale positive 0"),
    ("scaling others", lambda: datasets.Scaler.fit(X)(Y), ValueError, "x (N, 2) (8, 1)"),
    # Activation
    ("no derivative", lambda: Activation("sin", np.sin, ()), ValueError, "derivatives 'sin' first"),
    (
        "text for a function",
        lambda: Activation("f", "sin", (np.cos,)),
        TypeError,
        "'f' function sin",
    ),
    (
        "a derivative not known",
        lambda: SINE(X, 2),
        ValueError,
        "derivative 2 'sin' give Activation",
    ),
    ("a derivative below 0", lambda: SINE(X, -1), ValueError, "derivative -1 'sin'"),
    # gradcheck
    (
        "a step of 0",
        lambda: gradcheck.central_difference(np.sin, X, h=0.0),
        ValueError,
        "h [1e-11, 0.01] 0",
    ),
    (
        "differences at NaN",
        lambda: gradcheck.central_difference(np.sin, [np.nan]),
        ValueError,
        "x finite x[0] nan",
    ),
    (
        "a complex step into the real",
        lambda: gradcheck.complex_step(np.abs, X),
        TypeError,
        "function complex numbers",
    ),
    (
        "an adjoint at text",
        lambda: gradcheck.assert_adjoint(np.sin, np.cos, "x"),
        TypeError,
        "arguments[0] real numbers",
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_makes_no_sense_is_refused_with_its_name_and_the_way_out(call, error, words):
    with pytest.raises(error) as caught:
        call()
    message, place = str(caught.value), 0
    for word in words.split():
        place = message.find(word, place)
        assert place >= 0, f"{word!r} is missing in, or not in this order: {message}"
        place += len(word)


def test_every_row_of_the_table_has_a_name_of_its_own():
    names = [row[0] for row in REFUSED]
    assert len(set(names)) == len(names) >= 60


def test_a_number_is_no_path_and_no_file_is_closed(tmp_path):
    (tmp_path / "open").touch()
    descriptor = os.open(tmp_path / "open", os.O_RDONLY)
    with pytest.raises(TypeError, match="path"):
        KAN.load(descriptor)
    os.close(descriptor)  # fails if it was closed already


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        KAN.load(tmp_path / "nowhere.npz")


# What is close enough is converted.

TAKEN = [
    ("a network", lambda x, _: NET(x)),
    ("its gradients", lambda x, y: np.concatenate([g.ravel() for g in back(y, NET.forward(x)[1])])),
    ("its Jacobian", lambda x, _: NET.jacobian(x)),
    ("a basis", lambda x, _: kn.bspline_basis(x, [KNOTS, KNOTS], 3)),
    ("training", lambda x, y: train(x, y, validation=(x, y)).network.theta),
    ("adapting", lambda x, _: kn.adapt_grid(NET, x).theta),
    ("an objective", lambda x, y: Objective(NET, x, y).fun(NET.theta)[1]),
    ("a scaler", lambda x, _: datasets.Scaler.fit(x)(x)),
    ("a toy", lambda x, _: datasets.TOY_FUNCTIONS["product"](x)),
]
each_door = pytest.mark.parametrize("door", [d[1] for d in TAKEN], ids=[d[0] for d in TAKEN])


@each_door
@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        lambda a: tuple(map(tuple, a)),
        lambda a: a.astype(np.float32),
        lambda a: a.astype(np.int8),
        lambda a: a.astype(np.uint64),
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: a.astype(">f8"),
    ],
    ids=["list", "tuple", "float32", "int8", "uint64", "Fortran", "strided", "big-endian"],
)
def test_lists_integers_and_other_layouts_give_the_same_numbers(door, convert):
    rng = np.random.default_rng(0)
    x, y = (rng.integers(0, 2, shape).astype(float) for shape in ((8, 2), (8, 1)))
    x[:2] = [[0.0, 1.0], [1.0, 0.0]]
    got, want = door(convert(x), convert(y)), door(x, y)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12, strict=True)


@each_door
def test_what_is_passed_in_stays_as_it_is(door):
    x, y = X.copy(), Y.copy()
    door(x, y)
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)
    assert x.flags.writeable
    assert y.flags.writeable


@each_door
def test_arrays_that_are_read_only_will_do(door):
    x, y = X.copy(), Y.copy()
    x.flags.writeable = y.flags.writeable = False
    assert np.array_equal(door(x, y), door(X, Y))


def test_single_numbers_may_be_of_any_kind():
    G, k = np.int64(4), np.uint8(2)
    want = kn.uniform_knots(-1.0, 1.0, 4, 2)
    assert np.array_equal(kn.uniform_knots(np.float32(-1), 1, G, k), want)
    network = KAN(np.array([2, 3, 1]), grid_size=G, degree=np.array([2, 3]), rng=0)
    assert network.widths == [2, 3, 1]
    assert [layer.degree for layer in network.layers] == [2, 3]
    assert np.array_equal(network.layers[0].knots[0], want)
    assert kn.refine(network, (np.int8(8), 8)).layers[0].basis.grid_size == 8
    assert kn.SGD(np.float32(0.5)) == kn.SGD(0.5)


def test_splines_take_lists_and_integers():
    x, y, t = [0, 1, 2, 1], [1, 0, 3, 2], [-1, 0, 1, 2, 3]
    want = kn.fit_spline(*(np.array(values, dtype=float) for values in (x, y, t)), 1, hold=0.0)
    assert np.array_equal(kn.fit_spline(x, y, t, 1, hold=0), want)
    np.testing.assert_allclose(want, [1.0, 1.0, 3.0], rtol=0, atol=1e-14)
    finer = kn.refine_spline([1, 1, 3], t, [-1, 0, 1, 1.5, 2, 3], 1)
    np.testing.assert_allclose(finer, [1.0, 1.0, 2.0, 3.0], rtol=0, atol=1e-14)


def test_a_network_from_lists_is_the_one_from_arrays():
    given = arrays(coef=np.arange(16).reshape(1, 2, 8), w_base=[[1, 2]], bias=np.array([3]))
    lists = [{name: np.asarray(value).tolist() for name, value in given[0].items()}]
    assert np.array_equal(KAN.from_arrays(lists, 3)(X), KAN.from_arrays(given, (3,))(X))


def test_what_was_built_does_not_follow_later_changes_of_the_arrays():
    x, y, knots, coef = X.copy(), Y.copy(), np.stack([KNOTS, KNOTS]), np.ones((1, 2, 8))
    network = KAN.from_arrays(arrays(knots=knots, coef=coef), 3)
    objective, scaler = Objective(network, x, y), datasets.Scaler(x[0], y[0] + [2.0, 3.0])
    before = [network(X), objective.fun(network.theta)[1], scaler(X)]
    for array in (x, y, knots, coef):
        array[...] = 0.0  # fails if the array became read-only
    after = [network(X), objective.fun(network.theta)[1], scaler(X)]
    for a, b in zip(after, before, strict=True):
        assert np.array_equal(a, b)


def test_theta_may_be_a_list():
    theta = list(range(NET.size))
    assert NET.with_theta(theta).theta.tolist() == theta


def test_labels_may_be_of_any_kind():
    want = classify(LABELS).network.theta
    for labels in (LABELS.tolist(), LABELS.astype(float), LABELS.astype(bool)):
        assert np.array_equal(classify(labels).network.theta, want)


def test_seeds_may_be_whatever_numpy_takes():
    want = KAN([2, 1], rng=5).theta
    for rng in (np.int64(5), np.random.default_rng(5), np.random.SeedSequence(5)):
        assert np.array_equal(KAN([2, 1], rng=rng).theta, want)
