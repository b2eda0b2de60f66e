"""KAN layers from arrays, and in files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._validation import as_array, as_choice, as_count, per_layer, require_shape
from kan_numpy.functions.activations import ACTIVATIONS, Activation, Base, as_activation
from kan_numpy.functions.basis import Basis
from kan_numpy.functions.other_bases import BASES
from kan_numpy.functions.symbols import SYMBOLS, Symbol, as_symbol, as_symbols
from kan_numpy.layers.continuation import CONTINUATIONS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.npz import Arrays, load_arrays, save_arrays
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import as_knots

KINDS: dict[type, str] = {BSplineBasis: "bspline", **{kind: n for n, kind in BASES.items()}}
"""The name of each basis in files."""


def layers_from_arrays(
    layers: Sequence[Mapping[str, npt.ArrayLike]], degree: int | Sequence[int], base: Base
) -> tuple[KANLayer, ...]:
    """Build layers from arrays; see `KAN.from_arrays`."""
    if isinstance(layers, Mapping | str) or not isinstance(layers, Sequence) or not layers:
        raise TypeError("layers must be a list of dicts, one for each layer, and not empty")
    activation = as_activation("base", base)
    built: list[KANLayer] = []
    for l, k in enumerate(per_layer("degree", degree, len(layers), 0)):
        n_in = built[-1].n_out if built else "n_in"
        built.append(_layer_from_arrays(f"layers[{l}]", layers[l], k, n_in, activation))
    return tuple(built)


def _layer_from_arrays(
    name: str, given: Mapping[str, npt.ArrayLike], k: int, n_in: int | str, base: Activation
) -> KANLayer:
    """Check and build one layer of `KAN.from_arrays`."""
    known = {"knots", "coef", "w_base", "bias"}
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{name} must be a dict with {sorted(known)}, but is {type(given).__name__}"
        )
    if missing := known - {"bias"} - set(given):
        raise ValueError(f"{name} lacks {', '.join(sorted(missing))}")
    if unknown := set(given) - known:
        raise ValueError(
            f"{name} has {', '.join(sorted(map(str, unknown)))}, which is none of {sorted(known)}"
        )
    knots = as_knots(f"{name}['knots']", given["knots"], k, (n_in, "G+2k+1"))
    return _layer_on(name, BSplineBasis(knots, k), given, base)


def _layer_on(
    name: str, basis: Basis, given: Mapping[str, npt.ArrayLike], base: Activation
) -> KANLayer:
    """Check the other arrays, and build the layer on its basis, all edges active."""
    coef = as_array(f"{name}['coef']", given["coef"], ("n_out", basis.n_in, basis.size))
    n_out = len(coef)
    w_base = as_array(f"{name}['w_base']", given["w_base"], (n_out, basis.n_in))
    bias = as_array(f"{name}['bias']", given.get("bias", np.zeros(n_out)), (n_out,))
    return KANLayer(basis, coef, w_base, bias, np.ones(w_base.shape, dtype=bool), base)


def save_layers(path: str | os.PathLike[str], layers: Sequence[KANLayer | ProductLayer]) -> None:
    """Write the layers of a network, inputs first; see `KAN.save`."""
    _require_names(layers)
    arrays: Arrays = {}
    described = []
    for l, layer in enumerate(layers):
        about, own = _described(layer)
        described.append(about)
        arrays |= {f"{l}.{name}": array for name, array in own.items()}
    save_arrays(path, {"kind": "KAN", "layers": described}, arrays)


def _require_names(layers: Sequence[KANLayer | ProductLayer]) -> None:
    """Refuse different functions of the user's own that `load` could not distinguish."""
    kans = [layer for layer in layers if isinstance(layer, KANLayer)]
    if len({layer.base for layer in kans if _is_own(layer.base)}) > 1:
        raise ValueError("network has different base functions of your own; one file holds one")
    symbols = {edge.symbol for layer in kans for edge in layer.symbols}
    names = [symbol.name for symbol in symbols if _is_own(symbol)]
    if len(set(names)) < len(names):
        raise ValueError(f"network has different symbols of the same name, among {names}")


def _is_own(function: Activation | Symbol) -> bool:
    """Return whether the function is not one of the library, found by its name."""
    known = SYMBOLS if isinstance(function, Symbol) else ACTIVATIONS
    return known.get(function.name) is not function


def _described(layer: KANLayer | ProductLayer) -> tuple[dict[str, Any], Arrays]:
    """Return the description of a layer for JSON, and its arrays."""
    if isinstance(layer, ProductLayer):
        return {"n_in": layer.n_in, "groups": layer.groups}, {}
    if type(layer.basis) not in KINDS:
        raise TypeError(f"network has a basis of your own, a {type(layer.basis).__name__}")
    about = {
        "basis": KINDS[type(layer.basis)],
        "base": layer.base.name,
        "own_base": _is_own(layer.base),
        "symbols": [(e.out, e.inp, e.symbol.name, _is_own(e.symbol)) for e in layer.symbols],
        "locks": layer.locks,
    }
    if layer.outside != "fade":
        about["outside"] = layer.outside
    arrays = {name: getattr(layer, name) for name in ("coef", "w_base", "bias", "active")}
    if layer.center is not None and layer.scale is not None:
        arrays |= {"center": layer.center, "scale": layer.scale}
    arrays["affine"] = np.array([edge.affine for edge in layer.symbols])  # (S, 4)
    if isinstance(layer.basis, BSplineBasis):
        return {**about, "degree": layer.degree}, {**arrays, "knots": layer.knots}
    return about, {**arrays, "low": layer.basis.low, "high": layer.basis.high}


def load_layers(
    path: str | os.PathLike[str], base: Base | None, functions: Iterable[Symbol] | None
) -> tuple[KANLayer | ProductLayer, ...]:
    """Read layers that `save_layers` wrote; see `KAN.load`."""
    meta, arrays = load_arrays(path, "KAN")
    own_symbols = [] if functions is None else as_symbols(functions)
    symbols = {symbol.name: symbol for symbol in own_symbols if _is_own(symbol)}
    with _damage(path):
        described = meta["layers"]
        kans = [about for about in described if "base" in about]
        own_bases = [about["base"] for about in kans if about["own_base"]]
        needed = {name for about in kans for _, _, name, own in about["symbols"] if own}
    if base is not None and not own_bases:
        raise ValueError(f"base must be left out: the network was built with {kans[0]['base']!r}")
    if base is None and own_bases:
        raise ValueError(
            f"base is needed: the network was built with a function of your own, {own_bases[0]!r};"
            " give it as base=(function, derivative)"
        )
    if missing := needed - set(symbols):
        raise ValueError(
            f"functions must hold your own symbols, which edges of the network are, but lacks"
            f" {', '.join(sorted(missing))}; give functions=[kn.Symbol(name, function, ...)]"
        )
    own_base = None if base is None else as_activation("base", base)
    layers: list[KANLayer | ProductLayer] = []
    with _damage(path):
        for l, about in enumerate(described):
            n_in = layers[-1].n_out if layers else "n_in"
            if "groups" in about:
                layers.append(_restored_product(about, n_in))
                continue
            given = {
                name.partition(".")[2]: array
                for name, array in arrays.items()
                if name.startswith(f"{l}.")
            }
            layers.append(_restored(about, given, n_in, own_base, symbols))
    return tuple(layers)


@contextmanager
def _damage(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise any error of a damaged file as a ValueError that says so."""
    try:
        yield
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"path {str(path)!r} holds a damaged network: {error}") from None


def _restored_product(about: dict[str, Any], n_in: int | str) -> ProductLayer:
    product = ProductLayer(about["n_in"], about["groups"])
    if n_in not in ("n_in", product.n_in):
        raise ValueError(f"a product of {product.n_in} inputs follows {n_in} outputs")
    return product


def _restored(
    about: dict[str, Any],
    given: Arrays,
    n_in: int | str,
    own_base: Activation | None,
    own_symbols: Mapping[str, Symbol],
) -> KANLayer:
    """Build a KAN layer from its description and its arrays."""
    if about["basis"] == "bspline":
        k = as_count("degree", about["degree"], 0)
        basis: Basis = BSplineBasis(as_knots("knots", given["knots"], k, (n_in, "G+2k+1")), k)
    else:
        low = as_array("low", given["low"], (n_in,))
        high = as_array("high", given["high"], low.shape)
        basis = BASES[about["basis"]](low, high, given["coef"].shape[2])
    base: Any = own_base if about["own_base"] else about["base"]
    layer = _layer_on("layer", basis, given, as_activation("base", base))
    layer = replace(
        layer, outside=as_choice("outside", about.get("outside", "fade"), CONTINUATIONS)
    )
    if "center" in given:
        center, scale = (as_array(name, given[name], (basis.n_in,)) for name in ("center", "scale"))
        layer = replace(layer, center=center, scale=scale)
    mask = given["active"].astype(bool, casting="no")
    require_shape("active", mask, layer.active.shape)
    symbols = []
    for index, (out, inp, name, own) in enumerate(about["symbols"]):
        if not mask[as_count("out", out, 0), as_count("inp", inp, 0)]:
            raise ValueError(f"a symbol is on edge {(out, inp)}, which is not active")
        affine = as_array("affine", given["affine"][index], (4,))
        symbol = own_symbols[name] if own else as_symbol("symbol", name)
        symbols.append(SymbolicEdge(out, inp, symbol, affine))
    layer = replace(layer, active=mask, symbols=tuple(symbols))
    locks = tuple(tuple((o, i) for o, i in lock) for lock in about.get("locks", []))
    if any(not mask[edge] for lock in locks for edge in lock):
        raise ValueError("a lock holds an edge that is not active")
    return replace(layer, locks=locks)
