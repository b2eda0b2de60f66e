"""Networks from arrays and a description, and back: bit for bit the same, or refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from checks import same
from hypothesis import given
from strategies import networks_with_inputs

from kan_numpy import KAN, lock, refine
from kan_numpy.functions.symbols import SYMBOLS, Symbol
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge


def arrays_of(network):
    names = ("knots", "coef", "w_base", "bias")
    return [{name: np.array(getattr(layer, name)) for name in names} for layer in network.layers]


@given(drawn=networks_with_inputs())
def test_a_network_built_from_arrays_computes_the_same(drawn):
    network, x, _ = drawn
    plain = {"outside": "fade", "center": None, "scale": None}  # what arrays do not say
    network = KAN.from_layers(replace(layer, **plain) for layer in network.layers)
    arrays, degrees = arrays_of(network), [layer.degree for layer in network.layers]
    built = KAN.from_arrays(arrays, degrees, network.layers[0].base)
    assert np.array_equal(built(x), network(x))
    for layer in arrays:
        for array in layer.values():
            array[...] = 9.0  # the caller's arrays stay the caller's
    assert np.array_equal(built(x), network(x))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coef": None}, r"layers\[1\] lacks coef"),
        ({"coef": np.zeros((1, 3, 7))}, r"layers\[1\]\['coef'\] must have shape"),
        ({"w_base": np.zeros((3, 1))}, r"layers\[1\]\['w_base'\].*did you mean .*\.T"),
        ({"bias": np.zeros((1, 1))}, r"layers\[1\]\['bias'\] must have shape \(1,\)"),
        ({"bias": [np.nan]}, r"layers\[1\]\['bias'\] must be finite"),
        ({"knots": np.zeros((3, 12))}, r"layers\[1\]\['knots'\] has no grid"),
        ({"knots": np.arange(24.0).reshape(2, 12)}, r"layers\[1\]\['knots'\] must have shape"),
        ({"w_spline": np.ones((1, 3))}, r"layers\[1\] has w_spline, which is none of"),
    ],
)
def test_arrays_that_make_no_network_are_refused_with_their_reason(change, message):
    arrays = arrays_of(KAN([2, 3, 1], rng=0))
    arrays[1] = {
        name: array for name, array in {**arrays[1], **change}.items() if array is not None
    }
    with pytest.raises(ValueError, match=message):
        KAN.from_arrays(arrays, 3)


@given(drawn=networks_with_inputs())
def test_a_saved_network_is_loaded_bit_for_bit(tmp_path_factory, drawn):
    network, x, _ = drawn
    path = tmp_path_factory.mktemp("networks") / "network.kan"
    network.save(path)
    base = network.layers[0].base
    loaded = KAN.load(path, base=base) if base.name == "wave" else KAN.load(path)
    assert same(loaded, network)
    assert np.array_equal(loaded(x), network(x))


def test_a_base_function_of_your_own_must_be_given_again(tmp_path):
    network = KAN([2, 1], base=(np.sin, np.cos), rng=0)
    network.save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match=r"base is needed: .*'sin'"):
        KAN.load(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz", base=(np.sin, np.cos))
    assert np.array_equal(loaded([[0.1, 0.2]]), network([[0.1, 0.2]]))


def test_layers_may_have_different_base_functions(tmp_path):
    parts = [KAN([2, 2], base=base, rng=0).layers[0] for base in ("silu", (np.sin, np.cos), "zero")]
    network = KAN.from_layers(parts)
    network.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz", base=(np.sin, np.cos))
    assert np.array_equal(loaded([[0.1, 0.2]]), network([[0.1, 0.2]]))


def test_a_file_of_format_2_is_loaded_bit_for_bit(tmp_path):
    """Written by hand, without locks, as the first files of the format were."""
    network = KAN([2, (1, 1), 1], grid_size=[3, 5], degree=[2, 3], base="tanh", rng=0)
    described, arrays = [], {}
    for l, layer in enumerate(network.layers):
        if l == 1:
            described.append({"n_in": 3, "groups": [[0], [1, 2]]})
            continue
        common = {"basis": "bspline", "base": "tanh", "own_base": False, "symbols": []}
        described.append({**common, "degree": layer.degree})
        for name in ("knots", "coef", "w_base", "bias", "active"):
            arrays[f"{l}.{name}"] = getattr(layer, name)
        arrays[f"{l}.affine"] = np.empty((0, 4))
    meta = {"format": 2, "kind": "KAN", "layers": described}
    np.savez(tmp_path / "net.npz", meta=np.array(json.dumps(meta)), **arrays)
    loaded, x = KAN.load(tmp_path / "net.npz"), np.random.default_rng(0).uniform(-1, 1, (20, 2))
    assert np.array_equal(loaded.theta, network.theta)
    assert np.array_equal(loaded(x), network(x))
    assert loaded.layers[2].base is network.layers[2].base


CUBE = Symbol("cube", lambda u: u**3, (lambda u: 3.0 * u**2,))


def with_symbols(*symbols):
    """Return a network in which the first edges to output 1 are symbols."""
    layer, rng = KAN([3, 2], rng=0).layers[0], np.random.default_rng(0)
    edges = tuple(
        SymbolicEdge(1, inp, symbol, rng.standard_normal(4)) for inp, symbol in enumerate(symbols)
    )
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[1, : len(symbols)] = w_base[1, : len(symbols)] = 0.0
    return KAN.from_layers([replace(layer, coef=coef, w_base=w_base, symbols=edges)])


def test_symbols_are_saved_bit_for_bit(tmp_path):
    network = with_symbols(SYMBOLS["sin"], CUBE)
    network.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz", functions=[CUBE, SYMBOLS["exp"]])
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (20, 3))
    assert [edge.symbol for edge in loaded.layers[0].symbols] == [SYMBOLS["sin"], CUBE]
    assert np.array_equal(loaded.theta, network.theta)
    assert np.array_equal(loaded(x), network(x))


def test_symbols_of_your_own_must_be_given_again(tmp_path):
    with_symbols(SYMBOLS["sin"], CUBE).save(tmp_path / "net.npz")
    for functions in (None, ["exp"]):
        with pytest.raises(ValueError, match=r"functions must hold your own.* lacks cube"):
            KAN.load(tmp_path / "net.npz", functions=functions)
    other = Symbol("cube", np.sin, (np.cos,))
    with pytest.raises(ValueError, match=r"different symbols of the same name"):
        with_symbols(CUBE, other).save(tmp_path / "net.npz")
    mine = Symbol("sin", np.cos, (np.sin,))  # not the library's
    with_symbols(SYMBOLS["sin"], mine).save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz", functions=[mine])
    assert [edge.symbol for edge in loaded.layers[0].symbols] == [SYMBOLS["sin"], mine]


def change_description(path, **changes):
    """Change what a file says about its first layer, and the digest with it."""
    with np.load(path) as file:
        arrays = dict(file)
    meta = json.loads(str(arrays["meta"]))
    del meta["digest"]
    meta["layers"][0].update(changes)
    arrays["meta"] = np.array(json.dumps(meta))
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "changes",
    [
        {"basis": "wavelet"},
        {"basis": "gaussian"},
        {"degree": 2.5},
        {"degree": 9},
        {"base": "swish"},
        {"symbols": [[0, 5, "sin", False]]},
        {"symbols": [[-1, 0, "sin", False]]},
        {"symbols": [[0, 1, "sin", False]]},
        {"symbols": [[1, 0, "sine", False]]},
        {"symbols": [[1, 0, "sin", False], [1, 1, "sin", False]]},
        {"symbols": 3},
        {"outside": "reflect"},
        {"groups": [[0, 1]], "n_in": 1},
        {"groups": [[0, 1]], "n_in": 3},
    ],
)
def test_a_damaged_description_is_refused(tmp_path, changes):
    path, network = tmp_path / "net.npz", with_symbols(SYMBOLS["sin"])
    layer = network.layers[0]
    active = layer.active.copy()
    active[0, 1] = False
    coef, w_base = layer.coef * active[:, :, None], layer.w_base * active
    layer = replace(layer, coef=coef, w_base=w_base, active=active)
    KAN.from_layers([layer, *KAN([2, 1], rng=0).layers]).save(path)
    assert KAN.load(path).widths == [3, 2, 1]
    change_description(path, **changes)
    with pytest.raises(ValueError, match=r"net\.npz' holds a damaged network"):
        KAN.load(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("0.active", np.ones((1, 3), dtype=bool)),
        ("0.active", np.ones((1, 2))),
        ("0.coef", np.full((1, 2, 8), np.nan)),
        ("0.coef", None),
        ("0.knots", np.zeros((2, 12))),
        ("0.center", np.zeros(2)),
    ],
)
def test_a_damaged_network_is_refused(tmp_path, name, value):
    path = tmp_path / "net.npz"
    KAN([2, 1], rng=0).save(path)
    with np.load(path) as file:
        arrays = {key: array for key, array in {**file, name: value}.items() if array is not None}
    np.savez(path, **arrays)
    change_description(path)
    with pytest.raises(ValueError, match=r"net\.npz' holds a damaged network"):
        KAN.load(path)


def written(path, layers, changes, **arrays):
    """Write a file by hand, with another description and other arrays than those of a network."""
    KAN.from_layers(layers).save(path)
    with np.load(path) as file:
        arrays = {**file, **arrays}
    meta = json.loads(str(arrays.pop("meta")))
    del meta["digest"]
    changes(meta)
    np.savez(path, meta=np.array(json.dumps(meta)), **arrays)


def tied_layers():
    """Return a layer of three inputs and two outputs, the first row tied, and one more layer."""
    net = lock(KAN([3, 2, 1], grid_size=2, degree=1, rng=0), 0, [(0, 0), (0, 1), (0, 2)])
    return list(net.layers)


COEF = tied_layers()[0].coef


def entry(key, value, layer=0):
    """Return the change of one entry of the description of a layer."""

    def change(meta):
        meta["layers"][layer][key] = value

    return change


@pytest.mark.parametrize(
    ("change", "arrays", "message"),
    [
        (lambda meta: meta.update(layers=[]), {}, "should not hold|begin with a KAN"),
        (lambda meta: meta.update(layers={}), {}, "has {} as layers"),
        (lambda meta: meta.update(format=2.0), {}, "names no format"),
        (lambda meta: meta.update(format=True), {}, "names no format"),
        (lambda meta: meta.update(more=1), {}, "it has other entries"),
        (lambda meta: meta["layers"].insert(0, {"n_in": 3, "groups": [[0]]}), {}, "hold|begin"),
        (lambda meta: meta["layers"].append({"n_in": 2, "groups": [[0]]}), {}, "2 inputs after 1"),
        (entry("more", 1), {}, "layer 0 has other entries"),
        (entry("degree", True), {}, "layer 0 has True as degree"),
        (entry("degree", 2), {}, "knots must have shape"),
        (entry("own_base", 0), {}, "layer 0 has 0 as own_base"),
        (entry("symbols", [[1, 0, "sin", False]] * 2), {}, "affine"),
        (
            entry("symbols", [[1, 0, "sin", False]] * 2),
            {"0.affine": np.ones((2, 4))},
            "two symbols",
        ),
        (entry("symbols", [[1, 0, "sin", 0]]), {"0.affine": np.ones((1, 4))}, "among its symbols"),
        (entry("symbols", [[1, 3, "sin", False]]), {"0.affine": np.ones((1, 4))}, "no.* active"),
        (entry("symbols", [[1, 0, "sin", False]]), {"0.affine": np.ones((1, 4))}, "no splines"),
        (entry("symbols", []), {"0.affine": np.ones((1, 4))}, "affine has shape"),
        (entry("locks", [[[0, 0], [0, -1]]]), {}, "locks must be at least 0"),
        (entry("locks", [[[0, 0], [0, 3]]]), {}, r"locks on \(0, 3\), which is not"),
        (entry("locks", [[[0, 0], [0, True]]]), {}, "locks must be a whole number"),
        (entry("locks", [[[0, 0], [0, 1.0]]]), {}, "locks must be a whole number"),
        (entry("locks", [[[0, 0], [0, 1]], [[0, 1], [0, 2]]]), {}, "two locks on one edge"),
        (entry("locks", [[[0, 0], [0, 0]]]), {}, "two locks on one edge"),
        (entry("locks", [[[0, 0]]]), {}, "a lock of fewer than two edges"),
        (entry("locks", [[[0, 0], [1, 0]]]), {}, "different coefficients of tied edges"),
        (entry("locks", []), {"0.w_base": np.ones((2, 3), dtype=bool)}, "w_base has dtype bool"),
        (entry("locks", []), {"0.active": np.zeros((2, 3), dtype=bool)}, "without active edges"),
        (entry("locks", []), {"0.active": np.eye(2, 3, dtype=bool)}, "that are no splines"),
        (entry("locks", []), {"0.active": np.ones((2, 3))}, "active has dtype float64"),
        (entry("locks", []), {"0.coef": COEF.astype(np.float32)}, "0.coef.npy holds float32"),
        (entry("locks", []), {"0.coef": COEF.astype(">f8")}, "0.coef.npy has no header"),
        (entry("locks", []), {"0.coef": np.zeros((0, 3, 3))}, "coef is empty"),
        (entry("locks", []), {"0.coef": np.full_like(COEF, np.inf)}, "coef must be finite"),
        (entry("locks", []), {"0.bias": np.zeros((2, 1))}, "bias must have shape"),
        (entry("locks", []), {"0.knots": tied_layers()[0].knots[:, ::-1]}, "must not decrease"),
        (entry("locks", []), {"0.knots": 1e-95 * tied_layers()[0].knots}, "at least 1e-90 apart"),
        (entry("locks", []), {"0.affine": np.ones((0, 3))}, "affine has shape"),
        (
            entry("degree", 51),
            {"0.coef": np.ones((2, 3, 52)), "0.knots": np.ones((3, 1)) * np.arange(104.0)},
            "degree must be at most 50",
        ),
    ],
)
def test_what_no_network_can_be_is_refused(tmp_path, change, arrays, message):
    path = tmp_path / "net.npz"
    written(path, tied_layers(), lambda _: None)
    assert KAN.load(path).widths == [3, 2, 1]
    written(path, tied_layers(), change, **arrays)
    with pytest.raises(ValueError, match=rf"(?s)net\.npz'.*({message})"):
        KAN.load(path)


@pytest.mark.parametrize("basis", ["gaussian", "chebyshev", "fourier"])
def test_a_grid_without_width_is_refused(tmp_path, basis):
    path, layers = tmp_path / "net.npz", KAN([2, 1], basis=basis, rng=0).layers
    written(path, layers, lambda _: None)
    assert KAN.load(path).widths == [2, 1]
    for low, high, message in (
        (-1.0, -1.0, "low, high has no grid"),
        (1.0, -1.0, "low, high must not decrease"),
        (0.0, 1e-320, "low, high must be equal or at least 1e-90 apart"),
        (-1e308, 1e308, r"low must be finite, but low\[1\] is -1e\+308"),
    ):
        ends = {"0.low": np.array([-1.0, low]), "0.high": np.array([1.0, high])}
        written(path, layers, lambda _: None, **ends)
        with pytest.raises(ValueError, match=message):
            KAN.load(path)


def test_what_could_not_be_loaded_is_not_saved(tmp_path):
    first, last = KAN([3, 2, 1], rng=0).layers
    nothing = replace(first, active=np.zeros((2, 3), dtype=bool))
    for layers in ([], [nothing, last], [last, first], [ProductLayer(3, [[0], [1, 2]]), last]):
        with pytest.raises(ValueError, match="network"):
            KAN.from_layers(layers).save(tmp_path / "net.npz")


def test_tied_edges_stay_tied_when_grids_are_refined(tmp_path):
    """Also in a file: their coefficients differ by rounding, if at all."""
    net = KAN.from_layers(tied_layers())
    for grid_size in (4, 7, 50):
        net = refine(net, grid_size)
        net.save(tmp_path / "net.npz")
        assert np.array_equal(KAN.load(tmp_path / "net.npz").theta, net.theta)


@pytest.mark.parametrize(("off", "same"), [(0.5e-12, True), (2e-12, False)])
@pytest.mark.parametrize("size", [1.0, 1e-9])
def test_tied_edges_are_the_same_up_to_rounding(tmp_path, off, same, size):
    layer, last = tied_layers()
    coef = size * layer.coef
    lock = layer.locks[0]
    coef[lock[1]] = coef[lock[0]] * (1.0 + off)
    network = KAN.from_layers([replace(layer, coef=coef), last])
    if same:
        network.save(tmp_path / "net.npz")
    else:
        with pytest.raises(ValueError, match="different coefficients of tied edges"):
            network.save(tmp_path / "net.npz")


def test_what_one_file_cannot_hold_is_refused(tmp_path):
    waves = KAN([2, 2], base=(np.sin, np.cos), rng=0), KAN([2, 1], base=(np.sinh, np.cosh), rng=0)
    mixed = KAN.from_layers(waves[0].layers + waves[1].layers)
    with pytest.raises(ValueError, match="different base functions of your own"):
        mixed.save(tmp_path / "mixed.npz")
    KAN([2, 1], rng=0).save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match="base must be left out"):
        KAN.load(tmp_path / "net.npz", base="tanh")
