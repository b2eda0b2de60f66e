"""What scripts outside the repository rely on: public names, keywords, contracts, old files."""

import inspect
from pathlib import Path

import numpy as np
import pytest

import kan_numpy as kn

NAMES = """
    Activation Adam Certificate FitResult Formula KAN LBFGS LevenbergMarquardt MLP Objective
    Penalty SGD Symbol activations adapt_grid additive_groups aubry_andre bspline_basis contrastive
    datasets discover edge_scores equations feynman fit fit_spline formula from_formula gradcheck
    input_scores jets localisation localization lock losses minimal multiplicative_groups
    node_scores pde pde_errors plot plot_basis plot_history plot_movie problems prune record
    reference refine refine_spline solve_pde sparsify special_functions suggest_symbolic symbolify
    symbols symmetry to_kan to_relu train uniform_knots unlock
"""

ATTRIBUTES = """
    KAN.from_arrays KAN.from_layers KAN.load KAN.save KAN.forward KAN.backward KAN.jacobian
    KAN.theta KAN.with_theta KAN.widths KAN.shape KAN.size MLP.load MLP.save
    Objective.fun Objective.value Objective.residuals Objective.jacobian Objective.batch
    Formula.latex Formula.round
    activations.ACTIVATIONS activations.relu activations.sigmoid activations.silu
    activations.silu_derivative
    aubry_andre.fractal_dimension aubry_andre.generalized_hamiltonian
    aubry_andre.golden_approximant aubry_andre.inverse_participation_ratio
    aubry_andre.modified_hamiltonian
    contrastive.GaussianHead contrastive.contrast
    datasets.Scaler datasets.Split datasets.TOY_FUNCTIONS datasets.load_knots
    datasets.signature_from_slope datasets.split datasets.toy datasets.two_moons
    equations.bratu equations.burgers equations.heat equations.poisson
    feynman.FEYNMAN_EQUATIONS special_functions.SPECIAL_FUNCTIONS
    gradcheck.assert_adjoint gradcheck.central_difference gradcheck.complex_step
    jets.Jet jets.backward jets.forward jets.hessian jets.jacobian jets.jet
    localisation.MODELS localisation.mobility_edge localisation.sample_states
    losses.CrossEntropy losses.MeanSquaredError
    pde.Condition pde.PDE pde.Residual pde.check pde.dirichlet pde.every_face pde.linear
    problems.MULTILEVEL problems.PEAKS problems.peak_phases
    reference.bspline reference.continued_edge reference.cross_entropy reference.edge
    reference.layer reference.mean_squared_error reference.silu reference.spline
    symbols.SYMBOLS
"""

ATTRIBUTES_OF_A_LAYER = "active bias coef degree edges knots n_in n_out to_scipy w_base"

KEYWORDS = {
    "KAN": "widths grid_size degree grid_range base init rng basis arity",
    "KAN.from_arrays": "layers degree base",
    "KAN.load": "path base functions",
    "MLP": "widths activation init rng",
    "SGD": "learning_rate momentum",
    "Adam": "learning_rate beta1 beta2 epsilon",
    "LBFGS": "memory scaled",
    "LevenbergMarquardt": "damping tries",
    "Penalty": "l1 entropy coef smoothness order",
    "Objective": "network x y loss penalty",
    "Symbol": "name function derivatives complexity domain open parity power waves",
    "uniform_knots": "low high grid_size degree",
    "bspline_basis": "x knots degree derivative",
    "fit_spline": "x y knots degree hold",
    "refine_spline": "coef knots new_knots degree",
    "fit": "network x y optimizer steps loss batch_size penalty validation patience adapt_at"
    " refine_at eps callback progress rng",
    "adapt_grid": "network x eps margin return_change",
    "refine": "network grid_size return_change",
    "edge_scores": "network x kind y loss",
    "prune": "network x threshold kind edges nodes inputs y loss",
    "sparsify": "network x y strength threshold steps loss",
    "suggest_symbolic": "network x layer out inp functions top complexity_weight",
    "symbolify": "network x y edges functions top complexity_weight steps loss",
    "discover": "network x y variables outputs functions loss progress rng",
    "formula": "network variables outputs x y digits input_scaler output_scaler",
    "from_formula": "formula variables grid_size degree grid_range functions",
    "solve_pde": "network problem points boundary_points sampling optimizer steps adapt_at"
    " refine_at callback progress rng",
    "pde_errors": "network problem n_points",
    "plot": "network x beta inputs outputs ranges title",
    "gradcheck.assert_adjoint": "forward backward arguments rng h rtol atol",
    "gradcheck.central_difference": "function x h",
}


def look_up(name):
    found = kn
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_the_public_names_stay():
    assert set(NAMES.split()) <= set(kn.__all__)
    assert set(kn.__all__) <= set(dir(kn))


@pytest.mark.parametrize("name", [*NAMES.split(), *ATTRIBUTES.split()])
def test_a_name_that_scripts_use_is_there(name):
    assert look_up(name) is not None


def test_the_names_of_two_spellings_are_one_thing():
    assert kn.localisation is kn.localization


@pytest.mark.parametrize("name", KEYWORDS)
def test_keywords_stay_and_so_does_their_order(name):
    parameters = list(inspect.signature(look_up(name)).parameters)
    known = KEYWORDS[name].split()
    assert parameters[: len(known)] == known
    new = list(inspect.signature(look_up(name)).parameters.values())[len(known) :]
    assert all(p.default is not p.empty or p.kind is p.VAR_KEYWORD for p in new)


def test_the_tables_hold_what_their_titles_say():
    assert len(kn.feynman.FEYNMAN_EQUATIONS) == 27
    assert len(kn.special_functions.SPECIAL_FUNCTIONS) == 15
    assert {"sin", "exp", "x^2", "1/x", "J0", "0"} <= set(kn.symbols.SYMBOLS)
    assert "silu" in kn.activations.ACTIVATIONS


# Contracts.


def arrays(rng, n_in, n_out, degree=3, grid_size=4):
    knots = np.tile(kn.uniform_knots(-1.0, 1.0, grid_size, degree), (n_in, 1))
    coef = rng.standard_normal((n_out, n_in, grid_size + degree))
    return {"knots": knots, "coef": coef, "w_base": rng.standard_normal((n_out, n_in))}


def test_networks_are_made_from_arrays_which_stand_in_theta_layer_after_layer():
    rng = np.random.default_rng(0)
    layers = [arrays(rng, 2, 3), arrays(rng, 3, 1)]
    net = kn.KAN.from_arrays(layers, degree=3)
    parts = [layer[name].ravel() for layer in layers for name in ("coef", "w_base")]
    assert np.array_equal(net.theta, np.concatenate(parts))
    for layer, given in zip(net.layers, layers, strict=True):
        for name in ("knots", "coef", "w_base"):
            assert np.array_equal(getattr(layer, name), given[name])
        assert all(hasattr(layer, name) for name in ATTRIBUTES_OF_A_LAYER.split())
    x = rng.uniform(-1.0, 1.0, (5, 2))
    for row, got in zip(x, kn.KAN.from_arrays(layers[:1], degree=3)(x), strict=True):
        first = layers[0]
        want = kn.reference.layer(
            row, first["coef"], first["w_base"], np.zeros(3), 3, first["knots"]
        )
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("loss", ["mse", kn.losses.MeanSquaredError()])
def test_an_objective_gives_loss_and_gradient_also_on_a_batch(loss):
    rng = np.random.default_rng(0)
    net, x = kn.KAN([2, 3, 1], rng=0), rng.uniform(-1.0, 1.0, (20, 2))
    y = x[:, :1] * x[:, 1:]
    objective = kn.Objective(net, x, y, loss=loss)
    theta = net.theta + 0.1
    value, gradient = objective.fun(theta)
    moved = net.with_theta(theta)
    np.testing.assert_allclose(value, np.mean((moved(x) - y) ** 2), rtol=1e-13)
    assert gradient.shape == theta.shape
    slope = kn.gradcheck.central_difference(lambda t: objective.fun(t)[0], theta)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-8)
    rows = np.array([3, 1, 4])
    value, gradient = objective.batch(rows).fun(theta)
    np.testing.assert_allclose(value, np.mean((moved(x[rows]) - y[rows]) ** 2), rtol=1e-13)
    r = objective.residuals(theta)
    np.testing.assert_allclose(r @ r, objective.fun(theta)[0], rtol=1e-13)


def test_a_file_of_format_2_is_read():
    """Pruned, tied, with a product and a symbol; beside it inputs, and outputs of that time."""
    folder = Path(__file__).parent / "files"
    net = kn.KAN.load(folder / "kan_format_2.npz")
    assert str(net) == "KAN([2, (2, 1), 2], 87 parameters)"
    with np.load(folder / "kan_format_2_values.npz") as values:
        np.testing.assert_allclose(net(values["x"]), values["y"], rtol=1e-13, atol=1e-13)
