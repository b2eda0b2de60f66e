"""Values stay values: copies are read-only, functions keep the kind of a network, all travel."""

import copy
import dataclasses
import inspect
import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import numpy as np
import pytest

import kan_numpy as kn

X = np.random.default_rng(0).uniform(-1.0, 1.0, (60, 2))
Y = X[:, :1] * X[:, 1:]


def wave(u):
    return np.sin(3.0 * u)


def wave_slope(u):
    return 3.0 * np.cos(3.0 * u)


OWN = kn.Symbol("wave", wave, (wave_slope,))


@cache
def examples():
    """Return values of every kind, by name."""
    tied = kn.lock(kn.KAN([2, (2, 1), 1], rng=0), 0, [(0, 0), (0, 1)])
    symbolic = kn.from_formula("wave(x)*y + sin(x)", ["x", "y"], functions=[OWN])
    classifier = kn.Objective(kn.KAN([2, 2], rng=0), X, np.arange(60) % 2, "cross_entropy")
    search = kn.SearchOptions()
    equation = kn.pde.Condition(kn.pde.linear(0.0, -1.0, 1.0), order=1)
    growth = kn.pde.PDE([0.0], [1.0], [equation, kn.pde.dirichlet(1.0, [(0, 0)])])
    return {
        "tied": tied,
        "symbolic": symbolic,
        **{basis: kn.KAN([2, 1], basis=basis) for basis in ("gaussian", "chebyshev", "fourier")},
        "own base": kn.KAN([2, 1], base=(wave, wave_slope)),
        "mlp": kn.MLP([2, 3, 1], rng=0),
        "relu": kn.to_relu(kn.KAN([2, 1], degree=1, base="zero", rng=0)),
        "fit": kn.fit(kn.KAN([2, 2, 1], rng=0), X, Y, steps=2),
        "formula": kn.formula(symbolic, ["x", "y"], digits=3),
        "spline formula": kn.formula(kn.KAN([2, 1], rng=0), ["x", "y"]),
        "suggestions": kn.suggest_symbolic(kn.KAN([2, 1], rng=0), X, 0, 0, 0),
        "objectives": (kn.Objective(tied, X, Y), classifier),
        "separability": (kn.additive_groups(tied, X), kn.multiplicative_groups(tied, X)),
        "symmetry": kn.symmetry(kn.KAN([3, 1], rng=0), np.hstack([X, Y]), [0, 1]),
        "penalty": kn.Penalty(),
        "search": search,
        "optimizers": (kn.SGD(), kn.Adam(), kn.LBFGS(), kn.LevenbergMarquardt()),
        "losses": tuple(kn.losses.LOSSES.values()),
        "head": kn.contrastive.GaussianHead(),
        "problems": [kn.equations.poisson(), kn.equations.heat()],
        "more problems": [kn.equations.burgers(), kn.equations.bratu(), kn.equations.wave()],
        "windows": kn.pde.march(kn.MLP([1, 3, 1], "tanh", rng=0), growth, 2, points=20, steps=50),
        "own problem": kn.pde.PDE([0.0], [1.0], [kn.pde.dirichlet(wave, [(0, 0)])], solution=wave),
        "errors": kn.pde_errors(kn.KAN([1, 1], rng=0), kn.equations.bratu(), n_points=5),
        "residual": kn.equations.bratu().conditions[1].residual(X, X[:, 0], X, X),
        "jets": [kn.jets.forward(net, X[:3]) for net in (tied, kn.MLP([2, 3, 1], rng=0))],
        "symbols": dict(kn.symbols.SYMBOLS),
        "activations": dict(kn.activations.ACTIVATIONS),
        "equations": dict(kn.feynman.FEYNMAN_EQUATIONS),
        "special functions": dict(kn.special_functions.SPECIAL_FUNCTIONS),
        "toys": dict(kn.datasets.TOY_FUNCTIONS),
        "benchmarks": (kn.problems.MULTILEVEL, kn.problems.PEAKS),
        "chains": dict(kn.localization.MODELS),
        "states": kn.localization.StateTable(("E",), X, X[:, 0], np.arange(60)),
        "scaler": kn.datasets.Scaler.fit(X),
        "split": kn.datasets.toy("product", 10, 10),
        "knots": kn.datasets.load_knots(),
    }


def pickled(value):
    return pickle.loads(pickle.dumps(value))


each_value = pytest.mark.parametrize("name", examples())


def parts(value, at=""):
    """Yield the place and the value of everything that a value consists of."""
    yield at, value
    inner = {}
    if isinstance(value, dict):
        inner = value
    elif isinstance(value, tuple | list):
        inner = dict(enumerate(value))
    elif type(value).__module__.startswith("kan_numpy"):
        inner = vars(value)
    for key, part in inner.items():
        yield from parts(part, f"{at}.{key}")


def arrays(value):
    return {at: part for at, part in parts(value) if isinstance(part, np.ndarray)}


@each_value
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_is_as_read_only_as_the_value(name, copied):
    value = examples()[name]
    before, after = arrays(value), arrays(copied(value))
    assert before.keys() == after.keys()
    for at, array in before.items():
        assert np.array_equal(array, after[at])
        # Elsewhere, arrays are read-only only because they are views of others.
        if not array.flags.writeable and name not in ("objectives", "jets", "residual"):
            assert not after[at].flags.writeable, at


@pytest.mark.parametrize(
    "name", [name for name, value in examples().items() if isinstance(value, kn.KAN | kn.MLP)]
)
def test_every_array_of_a_network_is_read_only(name, tmp_path):
    network = examples()[name]
    for each in (network, pickled(network), network.with_theta(network.theta)):
        assert not [at for at, array in arrays(each).items() if array.flags.writeable]
        for layer in each.layers if isinstance(each, kn.KAN) else ():
            assert not layer.active.flags.writeable
    if name == "tied":
        network.save(tmp_path / "net.npz")
        loaded = kn.KAN.load(tmp_path / "net.npz")
        assert not [at for at, array in arrays(loaded).items() if array.flags.writeable]


def test_the_examples_hold_every_kind_of_public_value():
    """A new one is missed on the day it is written."""
    modules = [kn, *(module for _, module in inspect.getmembers(kn, inspect.ismodule))]
    public = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    kinds = {
        kind
        for kind in public
        if kind.__module__.startswith("kan_numpy")
        and "._" not in kind.__module__
        and (dataclasses.is_dataclass(kind) or issubclass(kind, tuple))
    }
    assert len(kinds) > 20
    found = {type(part) for value in examples().values() for _, part in parts(value)}
    assert {kind.__name__ for kind in kinds - found} <= {"Layer"}  # of `minimal`


def value_of(network):
    """Evaluate a network in another process, and try to change it there."""
    flags = {layer.coef.flags.writeable for layer in network.layers}
    return network, network(X), flags


def test_networks_travel_to_the_processes_of_a_pool():
    network = kn.KAN([2, 2, 1], rng=0)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        back, y, flags = pool.submit(value_of, network).result()
    assert np.array_equal(y, network(X))
    assert np.array_equal(back.theta, network.theta)
    assert flags == {False}
    assert not back.layers[0].coef.flags.writeable


@dataclasses.dataclass(frozen=True, init=False, eq=False, repr=False)
class Named(kn.KAN):
    """A network with a name."""

    name: str = "nobody"


def named():
    network = Named([2, 2, 1], grid_size=3, rng=0)
    object.__setattr__(network, "name", "Andrei")
    return network


FUNCTIONS = {
    "adapt_grid": lambda net: kn.adapt_grid(net, X),
    "refine": lambda net: kn.refine(net, 6),
    "prune": lambda net: kn.prune(net, X, edges=[(0, 0, 0)]),
    "lock": lambda net: kn.lock(net, 0, [(0, 0), (0, 1)]),
    "unlock": lambda net: kn.unlock(kn.lock(net, 0, [(0, 0), (0, 1)]), 0),
    "fit": lambda net: kn.fit(net, X, Y, steps=1).network,
    "symbolify": lambda net: kn.symbolify(net, X, Y, edges={(1, 0, 0): "x"}, steps=1),
    "sparsify": lambda net: kn.sparsify(net, X, Y, steps=2),
    "solve_pde": lambda net: (
        kn.solve_pde(net, kn.equations.poisson(), 20, 20, steps=1, verify=False).network
    ),
    "with_theta": lambda net: net.with_theta(net.theta + 1.0),
    "with_layer": lambda net: net.with_layer(1, net.layers[1]),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickled,
    "formula": lambda net: kn.formula(net).network,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_a_network_returns_one_of_its_kind(name):
    network = named()
    changed = FUNCTIONS[name](network)
    assert type(changed) is Named
    assert changed.name == "Andrei"
    assert network.name == "Andrei"


@dataclasses.dataclass(frozen=True, init=False, eq=False, repr=False)
class NamedMLP(kn.MLP):
    """A network with a name, and no functions on its edges."""

    name: str = "nobody"


@pytest.mark.parametrize("kind", [Named, NamedMLP])
def test_a_network_that_is_drawn_again_is_one_of_its_kind(kind):
    network = kind([2, 2, 1], rng=0)
    object.__setattr__(network, "name", "Vladimir")
    for changed in (network.redrawn(1), kn.fit(network, X, Y, steps=1, starts=2).network):
        assert type(changed) is kind
        assert changed.name == "Vladimir"
    drawn = kind.__base__([2, 2, 1], rng=1)
    assert np.array_equal(network.redrawn(1).theta, drawn.theta)
    assert network.redrawn(1).init == drawn.init


def test_every_function_from_networks_to_networks_is_among_them():
    missing = set()
    for name, function in inspect.getmembers(kn, inspect.isfunction):
        signature = inspect.signature(function)
        returned = str(signature.return_annotation).partition("[")[0]
        if [*signature.parameters, ""][0] == "network":
            kinds = "KAN", "NetworkT", "Any", "FitResult", "PDEResult"
            missing |= {name} if returned in kinds else set()
    assert missing == {name for name in FUNCTIONS if hasattr(kn, name)} - {"formula"}
