"""What CONTRIBUTING.md says works: every addition is tried once, with the code of that page."""

import importlib.util
import inspect
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from checks import (
    check_activation,
    check_basis_backward,
    check_basis_derivative,
    check_jacobian,
    check_layer,
    check_network_exactly,
    check_network_theta,
)

import kan_numpy as kn
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.basis import Basis
from kan_numpy.functions.other_bases import BASES
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks import kan_arrays

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def code_of(title):
    """Return the one block of Python in a section of the page."""
    (section,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    (code,) = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return code


def defined_by(title):
    """Return what the code of a section defines."""
    namespace = {"__name__": "contributed"}
    exec(compile(code_of(title), "CONTRIBUTING.md", "exec"), namespace)
    return namespace


def samples(n_in=2):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (60, n_in))
    return x, np.sin(2.0 * x[:, :1]) + x[:, -1:] ** 2, rng


def test_the_files_that_the_page_names_exist():
    names = re.findall(r"`((?:kan_numpy|tests|lessons)/[\w/.]+)`", PAGE)
    assert len(names) > 10
    assert not [name for name in names if not (ROOT / name).exists() and "NNa_name" not in name]


def test_the_names_in_these_files_exist():
    for path, name in [
        ("functions/activations.py", "ACTIVATIONS"),
        ("functions/symbols.py", "_library"),
        ("functions/symbols.py", "REDUNDANT"),
        ("functions/other_bases.py", "BASES"),
        ("functions/other_bases.py", "ScaledBasis"),
        ("optimizers/first_order.py", "FirstOrder"),
        ("optimizers/optimizer.py", "Optimizer"),
    ]:
        assert f"`{name}`" in PAGE
        assert name in (ROOT / "kan_numpy" / path).read_text(encoding="utf-8")


# An activation.


@pytest.mark.gradient
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_derivatives_of_a_new_activation(record, order):
    x = np.linspace(-3.0, 3.0, 31)
    record(check_activation(defined_by("An activation")["activation"], order, x))


def test_a_new_activation_is_a_base_function_and_bends_the_nodes_of_an_mlp(monkeypatch, tmp_path):
    activation = defined_by("An activation")["activation"]
    monkeypatch.setitem(ACTIVATIONS, activation.name, activation)
    x, y, rng = samples()
    for net in (kn.KAN([2, 3, 1], base="bump", rng=0), kn.MLP([2, 8, 1], activation="bump", rng=0)):
        check_network_theta(net, x[:5], rng)
        trained = kn.fit(net, x, y, steps=10).network
        assert np.mean((trained(x) - y) ** 2) < 0.2 * np.mean((net(x) - y) ** 2)
        trained.save(tmp_path / "net.npz")
        assert np.array_equal(type(net).load(tmp_path / "net.npz")(x), trained(x))
    # Its second derivative serves differential equations.
    assert kn.jets.hessian(kn.KAN([2, 1], base=activation, rng=0), x).shape == (60, 1, 2, 2)


# A symbol.


@pytest.mark.gradient
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_derivatives_of_a_new_symbol(record, order):
    u = np.linspace(-0.9, 3.0, 31)
    record(check_activation(defined_by("A symbol")["symbol"], order, u))


def test_a_new_symbol_is_found_in_data_and_written_down(monkeypatch):
    symbol = defined_by("A symbol")["symbol"]
    monkeypatch.setitem(SYMBOLS, symbol.name, symbol)
    x = np.random.default_rng(0).uniform(-0.4, 1.0, (200, 1))
    y = np.log1p(2.0 * x)
    net = kn.fit(kn.KAN([1, 1], rng=0), x, y, steps=20, adapt_at=[0]).network
    named = kn.symbolify(net, x, y, functions=["log1p", "x", "x^2", "sin"])
    assert [edge.symbol.name for edge in named.layers[0].symbols] == ["log1p"]
    formula = kn.formula(named, ["x"], x=x, y=y)
    assert "log1p(" in str(formula)
    np.testing.assert_allclose(formula(x), y, atol=1e-12)


# A basis.


def contributed_basis():
    return defined_by("A basis")["MonomialBasis"]


def test_a_new_basis_keeps_the_protocol():
    basis = contributed_basis()(np.array([-1.0, 0.0]), np.array([1.0, 2.0]), 4)
    members = [name for name in vars(Basis) if not name.startswith("_")] + ["__call__"]
    assert {"n_in", "size", "low", "high", "forward", "backward"} <= set(members)
    assert not [name for name in members if not hasattr(basis, name)]


@pytest.mark.gradient
def test_the_derivatives_and_the_backward_pass_of_a_new_basis(record):
    basis = contributed_basis()(np.array([-1.0, 0.0]), np.array([1.0, 2.0]), 5)
    x, _, rng = samples()
    for order in (1, 2, 3):
        record(check_basis_derivative(basis, order, x))
    record(check_basis_backward(basis, x[:6], rng))


@pytest.mark.gradient
def test_a_layer_and_a_network_of_a_new_basis(record, monkeypatch):
    monkeypatch.setitem(BASES, "monomial", contributed_basis())
    x, _, rng = samples()
    net = kn.KAN([2, 3, 2], grid_size=4, basis="monomial", rng=0)
    net = net.with_theta(rng.uniform(-0.5, 0.5, net.size))
    record(check_layer(net.layers[0], x[:5], rng))
    record(check_network_theta(net, x[:5], rng))
    record(check_network_exactly(net, x[:5], rng))
    record(check_jacobian(net, x[:5]))


def test_networks_of_a_new_basis_train_change_their_grids_and_are_saved(monkeypatch, tmp_path):
    MonomialBasis = contributed_basis()
    monkeypatch.setitem(BASES, "monomial", MonomialBasis)
    monkeypatch.setitem(kan_arrays.KINDS, MonomialBasis, "monomial")
    x, y, _ = samples()
    net = kn.KAN([2, 2, 1], grid_size=5, basis="monomial", rng=0)
    trained = kn.fit(net, x, y, steps=30, adapt_at=[5]).network
    assert np.mean((trained(x) - y) ** 2) < 1e-2 * y.var()
    larger, change = kn.refine(trained, 8, return_change=True)
    assert change < 1e-12
    np.testing.assert_allclose(larger(x), trained(x), atol=1e-10)
    larger.save(tmp_path / "net.npz")
    assert np.array_equal(kn.KAN.load(tmp_path / "net.npz")(x), larger(x))


@dataclass(frozen=True)
class Hats:
    """A basis from scratch, which inherits nothing: W evenly spaced hats, one for each node."""

    low: np.ndarray
    high: np.ndarray
    size: int
    max_derivative = 1

    @property
    def n_in(self):
        return len(self.low)

    @property
    def grid_size(self):
        return self.size - 1

    @property
    def centers(self):
        return np.linspace(self.low, self.high, self.size, axis=1)

    @property
    def share_on_grid(self):
        return np.ones((self.n_in, self.size))

    def __call__(self, x, derivative=0):
        scale = (self.size - 1) / (self.high - self.low)
        z = ((x - self.low) * scale)[..., None] - np.arange(self.size)  # (N, n_in, W)
        slope = -np.sign(z) * (np.abs(z) < 1.0) * scale[:, None]
        return (np.maximum(1.0 - np.abs(z), 0.0), slope)[derivative]

    def forward(self, x):
        return self(x), x

    def backward(self, dB, x):
        return (dB * self(x, 1)).sum(axis=2)

    def select(self, inputs):
        return Hats(self.low[inputs], self.high[inputs], self.size)

    def adapted(self, x, eps, margin):  # noqa: ARG002
        more = margin * np.ptp(x, axis=0)
        return Hats(x.min(axis=0) - more, x.max(axis=0) + more, self.size)

    def refined(self, grid_size):
        return Hats(self.low, self.high, grid_size + 1)

    def project(self, coef, other):
        nodes = np.linspace(other.low, other.high, other.size)  # (W', n_in)
        new = np.einsum("jim,oim->oij", self(nodes), coef)  # a hat is 1 at its own node
        points = np.linspace(other.low, other.high, 500)
        change = np.einsum("nij,oij->noi", other(points), new)
        change -= np.einsum("nij,oij->noi", self(points), coef)
        return new, float(np.sqrt(np.mean(change**2, axis=0)).max())


def network_of_hats(size):
    rng, layers = np.random.default_rng(0), []
    for layer in kn.KAN([2, 2, 1], rng=0).layers:
        basis = Hats(-np.ones(layer.n_in), np.ones(layer.n_in), size)
        coef = 0.1 * rng.standard_normal((layer.n_out, layer.n_in, size))
        layers.append(replace(layer, basis=basis, coef=coef))
    return kn.KAN.from_layers(layers)


def test_a_basis_from_scratch_has_what_the_protocol_names_and_no_more():
    members = {name for name in vars(Basis) if not name.startswith("_")} | {"__call__"}
    own = {name for name in dir(Hats) if not name.startswith("_")} | {"low", "high", "size"}
    assert own | {"__call__"} == members


@pytest.mark.gradient
def test_layers_and_networks_of_a_basis_from_scratch_are_differentiated(record):
    net, (x, _, rng) = network_of_hats(6), samples()
    record(check_basis_backward(net.layers[0].basis, x[:6], rng))
    record(check_layer(net.layers[0], x[:6], rng))
    record(check_network_theta(net, x[:6], rng))


def test_a_basis_from_scratch_is_trained_adapted_refined_and_pruned():
    net, (x, y, _) = network_of_hats(6), samples()
    trained = kn.fit(net, x, y, steps=30, adapt_at=[5], refine_at={15: 10}).network
    assert np.mean((trained(x) - y) ** 2) < 0.02 * y.var()
    assert [layer.basis.size for layer in trained.layers] == [11, 11]
    trained = kn.adapt_grid(trained, x)  # all activations inside: beyond its grid a hat fades
    finer, change = kn.refine(trained, 20, return_change=True)
    assert change < 1e-14
    np.testing.assert_allclose(finer(x), trained(x), rtol=1e-12, atol=1e-12)
    pruned = kn.prune(trained, x, nodes=[(1, 0)])
    assert pruned.widths == [2, 1, 1]
    assert pruned.layers[1].basis.n_in == 1


# An optimizer.


def test_a_new_optimizer_takes_the_step_of_the_textbook():
    optimizer = defined_by("An optimizer")["optimizer"]
    x, y, _ = samples()
    objective = kn.Objective(kn.KAN([2, 1], rng=0), x, y)
    state = optimizer.start(objective, objective.network.theta)
    squares = np.zeros(len(state.theta))
    for _ in range(3):
        before = state
        state = optimizer.step(objective, before)
        squares += before.gradient**2
        want = before.theta - 0.1 * before.gradient / (np.sqrt(squares) + 1e-8)
        np.testing.assert_allclose(state.theta, want, rtol=1e-14, atol=0)


@pytest.mark.parametrize("batch_size", [None, 16])
def test_a_new_optimizer_trains_also_with_mini_batches(batch_size):
    optimizer = defined_by("An optimizer")["optimizer"]
    x, y, _ = samples()
    net = kn.KAN([2, 3, 1], rng=0)
    result = kn.fit(net, x, y, optimizer, steps=60, batch_size=batch_size, rng=0)
    assert result.history["train_loss"][-1] < 0.05 * np.mean((net(x) - y) ** 2)


# A lesson.


def test_a_new_lesson_is_one_to_the_tests_of_lessons(tmp_path):
    lesson = tmp_path / "99a_slope.py"
    lesson.write_text(code_of("A lesson"), encoding="utf-8")
    for name in ("test_lessons", "test_course"):
        place = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(f"_{name}", place)
        tests = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tests)
        # The example is too short for a sitting; `test_lesson_runs` asks for a folder of its own.
        for check in set(vars(tests)) - {"test_a_lesson_can_be_read_in_one_sitting"}:
            function = getattr(tests, check)
            if check.startswith("test_") and len(inspect.signature(function).parameters) == 1:
                function(lesson)
    done = subprocess.run(
        [sys.executable, "-W", "error", lesson.name],
        cwd=tmp_path,
        env={
            **os.environ,
            "MPLBACKEND": "Agg",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'lessons'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "build" / "99a_slope.png").exists()
