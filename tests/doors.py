"""Every public door, found by introspection, with a sensible value for each argument.

A door is a public function, a constructor or a public method. What `sensible` lacks for a door that
is new, the test of the doors says.
"""

import inspect
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

import kan_numpy as kn

X = np.random.default_rng(0).uniform(-0.9, 0.9, (24, 2))
Y = X[:, :1] * X[:, 1:]
LABELS = (X[:, 0] > 0.0).astype(float)
KNOTS = kn.uniform_knots(-1.0, 1.0, 4, 3)

PAGES = {"minimal", "reference"}
"""Modules that are read and compared with, in which a check would stand in the way."""

RECORDS = {"Certificate", "FitResult", "Formula", "KnotTable", "Model", "Residual", "Split"} | {
    *("StateTable", "ErrorEstimate", "MarchResult", "PDEResult"),
}
"""What functions return; nobody else makes one, but the methods are doors."""

INNER = {"Array", "Indices", "Moments", "State", "ObjectiveLike"}
"""The annotations of arguments that arrive in every step of training, and are not checked."""


@dataclass(frozen=True)
class Door:
    """What is called, and its arguments."""

    name: str
    call: Any
    parameters: dict[str, inspect.Parameter]


STEPS = {
    *(f"Objective.{name}" for name in ("for_the_user", "loss_for_the_user", "on", "batch")),
    *("Penalty.__call__", "Penalty.curvature", "losses.Huber.weights"),
    *("KAN.with_layer", "MLP.with_layer"),
}
"""Methods that training calls in every step, for the same reason."""


def wave(u):
    return np.sin(3.0 * u)


def wave_slope(u):
    return 3.0 * np.cos(3.0 * u)


def square(x):
    return x[:, 0] ** 2, 2.0 * x


def decision(x):
    return x.sum(axis=1)


@cache
def instances():
    """Return one instance of each class whose methods are doors, by the name of the class."""
    net = kn.KAN([2, 1], grid_size=4, rng=0)
    return {
        "KAN": net,
        "MLP": kn.MLP([2, 2, 1], rng=0),
        "Objective": kn.Objective(net, X, Y),
        "Formula": kn.formula(kn.from_formula("x*y + sin(x)", ["x", "y"])),
        "Symbol": kn.Symbol("wave", wave, (wave_slope,)),
        "Activation": kn.Activation("wave", wave, (wave_slope,)),
        "Condition": kn.pde.dirichlet(1.0, [(0, 0)]),
        "MarchResult": kn.pde.MarchResult((kn.pde.PDEResult(net, {}, ""),), (0.0, 1.0), 1),
        "KnotTable": kn.datasets.load_knots(),
        "Scaler": kn.datasets.Scaler.fit(X),
        "Benchmark": kn.datasets.TOY_FUNCTIONS["product"],
        **{
            kind.__name__: kind()
            for kind in (
                *(kn.SGD, kn.Adam, kn.LBFGS, kn.LevenbergMarquardt, kn.Penalty),
                *(kn.losses.MeanSquaredError, kn.losses.Huber, kn.losses.CrossEntropy),
                kn.contrastive.GaussianHead,
            )
        },
    }


def public(module):
    """Yield name and value of what a public module defines."""
    names = getattr(module, "__all__", [name for name in vars(module) if name[0] != "_"])
    for name in names:
        value = getattr(module, name)
        if hasattr(module, "__all__") or getattr(value, "__module__", None) == module.__name__:
            yield name, value


def found():
    """Yield the name and the value of every public callable."""
    for name, value in public(kn):
        if not isinstance(value, ModuleType):
            yield name, value
        elif name not in PAGES:
            yield from ((f"{name}.{inner}", part) for inner, part in public(value))


def methods(kind):
    """Yield the public methods of a class that are written in this library."""
    for name, method in inspect.getmembers(kind, callable):
        ours = getattr(method, "__module__", None) or ""
        if (name[0] != "_" or name == "__call__") and ours.startswith("kan_numpy"):
            yield name


def doors():
    """Return every public door once."""
    listed = {}
    for name, value in found():
        if not callable(value) or getattr(value, "_is_protocol", False):
            continue
        if not isinstance(value, type) or value.__name__ not in RECORDS:
            listed.setdefault(value, (name, value))
        if isinstance(value, type):
            for method in methods(value) if value.__name__ in instances() else ():
                owner = instances().get(value.__name__, value)
                listed.setdefault((value, method), (f"{name}.{method}", getattr(owner, method)))
    every = [door(name, call) for name, call in listed.values()]
    return [door for door in every if not is_inner(door)]


def is_inner(door):
    """Return whether a function or method is called in every step of training."""
    annotations = {parameter.annotation for parameter in door.parameters.values()}
    return not isinstance(door.call, type) and bool(annotations & INNER or door.name in STEPS)


def door(name, call):
    """Return a door with the arguments that it checks."""
    given = inspect.signature(call).parameters
    return Door(name, call, dict(given))


ANY_SHAPE = {"transposed", "another axis", "one axis less"}

ALSO = {
    **dict.fromkeys(["psi", "contrast.x", "Scaler.fit.x", "boundary_points.x"], ANY_SHAPE),
    **dict.fromkeys(["f", "central_difference.x", "complex_step.x", "arguments"], ANY_SHAPE),
    **dict.fromkeys(["fit_spline.y", "to_kan.low", "to_kan.high", "Penalty.coef"], ANY_SHAPE),
    "Symbol.complexity": {"2.5", "fraction", "0-d array"},
    "Symbol.domain": {"with inf", "with the largest number", "as objects"}
    | {"longdouble beyond float64"},
    "arrays": {"with NaN", "with inf", "with None", "as objects", "as texts", "as complex"}
    | {"with the largest number", "longdouble beyond float64"}
    | ANY_SHAPE,
    "Scaler.center": {"flag array"},
}
"""What looks awkward and makes sense for some arguments: any shape, or rows of any type."""


def also_fits(door, name):
    """Return the awkward values that an argument may take in addition to those of its kind."""
    full = f"{door.name}.{name}"
    return set().union(*(values for end, values in ALSO.items() if f".{full}".endswith(f".{end}")))


@cache
def sensible():
    """Return sensible values by the name of an argument, or of door and argument."""
    at = instances()
    net = at["KAN"]
    one = kn.KAN([1, 1], grid_size=4, rng=0)
    relu = kn.MLP([2, 2, 1], activation="relu", rng=0)
    inside = kn.pde.Condition(kn.pde.linear(2.0, second=1.0))
    ends = kn.pde.dirichlet(decision, kn.pde.every_face(1))
    jet, jet_cache = kn.jets.forward(net, X)
    layer = {"knots": [KNOTS, KNOTS], "coef": np.zeros((1, 2, 7)), "w_base": np.ones((1, 2))}
    dense = {"weights": np.ones((1, 2)), "bias": np.zeros(1)}
    return {
        # arrays
        **dict.fromkeys(["x", "z", "psi", "f", "arrays"], X),
        **dict.fromkeys(["y", "dy", "prediction", "target"], Y),
        **dict.fromkeys(["meridian_re", "meridian_im", "longitude"], 1.0 + X[:, 0]),
        **dict.fromkeys(["bspline_basis.x", "fit_spline.x", "arguments"], X[:, 0]),
        "fit_spline.y": Y[:, 0],
        "losses.CrossEntropy.as_target.y": LABELS,
        "contrastive.GaussianHead.as_target.y": LABELS,
        "localization.mobility_edge.x": np.full((3, 4), 0.5),
        "problems.PEAKS.x": X[:, :1],
        "knots": KNOTS,
        "new_knots": kn.uniform_knots(-1.0, 1.0, 8, 3),
        "coef": np.arange(7.0),
        "low": [-1.0, -1.0],
        "to_kan.high": [1.0, 1.0],
        "pde.PDE.low": [0.0],
        "pde.PDE.high": [1.0],
        "pde.periodic.low": 0.0,
        "pde.periodic.high": 1.0,
        "uniform_knots.low": -1.0,
        "uniform_knots.high": 1.0,
        "theta": net.theta,
        "MLP.with_theta.theta": at["MLP"].theta,
        "points": 20,
        "center": [0.0, 0.0],
        "scale": [1.0, 1.0],
        # numbers
        "n_samples": len(X),
        **dict.fromkeys(["n_sites", "n_points", "boundary_points"], 8),
        **dict.fromkeys(["n_in", "n_inputs", "n_chains", "n_states", "top"], 2),
        **dict.fromkeys(["layer", "l", "out", "inp", "axis"], 0),
        "windows": 2,
        **dict.fromkeys(["lam", "alpha", "p", "loss_for_the_user.loss"], 0.5),
        "n_out": 1,
        "losses.CrossEntropy.as_target.n_out": 2,
        "n": 20,
        **dict.fromkeys(["n_train", "n_test"], 20),
        "degree": 3,
        "grid_size": 8,
        "digits": 3,
        # text, names, files, random numbers
        "name": "product",
        "activations.as_activation.name": "value",
        "datasets.KnotTable.columns.names": "volume",
        "model": sorted(kn.localization.MODELS)[0],
        "formula": "x*y",
        "path": "network.npz",
        "KAN.load.path": "kan.npz",
        "MLP.load.path": "mlp.npz",
        "rng": 0,
        **dict.fromkeys(["KAN.redrawn.rng", "MLP.redrawn.rng"], np.random.default_rng(0)),
        "Benchmark.inputs": ("a", "b"),
        "inputs": None,
        "discover.y": X[:, :1],
        "discover.options": kn.SearchOptions(samples=20, final_samples=20),
        "symmetry.inputs": [0, 1],
        "symmetry.network": kn.KAN([3, 1], grid_size=4, rng=0),
        "symmetry.x": np.hstack([X, Y]),
        "variables": ["a", "b"],
        "from_formula.variables": ["x", "y"],
        "datasets.Benchmark.inputs": ("a", "b"),
        "ranges": ((0.0, 1.0), (0.0, 1.0)),
        "plot.ranges": False,
        # functions
        "function": wave,
        "datasets.Benchmark.function": lambda a, b: a * b,
        "gradcheck.complex_step.x": X[:, 0],
        "derivatives": (wave_slope,),
        **dict.fromkeys(["base", "activation", "value"], (wave, wave_slope)),
        "KAN.load.base": None,
        "MLP.load.activation": None,
        "losses.as_loss.value": "mse",
        "linear.value": 0.0,
        "pde.linear.value": 0.0,
        "decision": decision,
        "forward": wave,
        "backward": lambda dy, u: dy * wave_slope(u),
        "equation": kn.pde.linear(2.0, second=1.0),
        "source": decision,
        "faces": [(0, 0)],
        # values of the library
        "network": net,
        **dict.fromkeys(["pde_errors.network", "solve_pde.network"], one),
        **dict.fromkeys(["pde.march.network", "pde.estimate_error.network"], one),
        "pde.march.problem": kn.pde.PDE([0.0], [1.0], [inside, kn.pde.dirichlet(1.0, [(0, 0)])]),
        "to_relu.network": kn.KAN([2, 1], degree=1, base="zero", rng=0),
        "unlock.network": kn.lock(net, 0, [(0, 0), (0, 1)]),
        "mlp": relu,
        "objective": at["Objective"],
        "problem": kn.pde.PDE([0.0], [1.0], [inside, ends], solution=square),
        "conditions": [inside, ends],
        "widths": [2, 1],
        "layers": [layer],
        "KAN.from_layers.layers": net.layers,
        "MLP.from_arrays.layers": [dense],
        "KAN.with_layer.layer": net.layers[0],
        "MLP.with_layer.layer": at["MLP"].layers[0],
        "cache": net.forward(X)[1],
        "MLP.backward.cache": at["MLP"].forward(X)[1],
        **dict.fromkeys(["jets.backward.dy", "jets.jacobian.dy"], jet),
        **dict.fromkeys(["jets.backward.cache", "jets.jacobian.cache"], jet_cache),
        # lists
        "edges": [(0, 0, 0)],
        "lock.edges": [(0, 0), (0, 1)],
        "unlock.edges": [(0, 0), (0, 1)],
        "symbolify.edges": {(0, 0, 0): "sin"},
        "prune.edges": [(0, 0, 0)],
        "networks": [net, net],
        "history": kn.fit(net, X, Y, steps=2).history,
    }


def is_set(door, name):
    """Return whether a sensible value of an argument is known for this door alone."""
    return f"{door.name}.{name}" in sensible()


def value_for(door, name):
    """Return a sensible value, or the parameter's default; `inspect._empty` if there is none."""
    known = sensible()
    return known.get(f"{door.name}.{name}", known.get(name, door.parameters[name].default))
