"""KAN layers from arrays, and in files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_list, per_layer
from kan_numpy._validation import LARGEST_DEGREE, as_array, as_count, require_shape
from kan_numpy.functions.activations import ACTIVATIONS, Activation, Base, as_activation
from kan_numpy.functions.basis import Basis
from kan_numpy.functions.other_bases import BASES
from kan_numpy.functions.symbols import SYMBOLS, Symbol, as_symbol, as_symbols
from kan_numpy.layers.continuation import CONTINUATIONS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.npz import (
    DAMAGED,
    Arrays,
    load_arrays,
    refusing,
    require_floats,
    require_keys,
    save_arrays,
)
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import as_knots

__all__ = ["EQUAL", "KINDS", "PRODUCT_KEYS", "layers_from_arrays", "load_layers", "require_layers"]
__all__ += ["save_layers"]

KINDS: dict[type, str] = {BSplineBasis: "bspline", **{kind: n for n, kind in BASES.items()}}
"""The name of each basis in files."""

LAYER_KEYS = {"basis": str, "base": str, "own_base": bool, "symbols": list}
MORE_KEYS = {"locks": list, "outside": str, "units": bool}
PRODUCT_KEYS = {"n_in": int, "groups": list}
"""The entries of the description of a KAN layer, and of a layer of products, with their types.

Without those in the middle, as in the first files, no edges are tied, all functions fade beyond
their grids, and the base function has no units.
"""

EQUAL = 1e-12
"""The relative difference of the coefficients of tied edges that is rounding."""


def layers_from_arrays(
    layers: Sequence[Mapping[str, npt.ArrayLike]], degree: int | Sequence[int], base: Base
) -> tuple[KANLayer, ...]:
    """Build layers from arrays; see `KAN.from_arrays`."""
    given = as_list("layers", layers, "a list of dicts, one for each layer, and not empty")
    if not given:
        raise TypeError("layers must be a list of dicts, one for each layer, and not empty")
    activation = as_activation("base", base)
    built: list[KANLayer] = []
    for l, k in enumerate(per_layer("degree", degree, len(given), 0, LARGEST_DEGREE)):
        n_in = built[-1].n_out if built else "n_in"
        built.append(_layer_from_arrays(f"layers[{l}]", given[l], k, n_in, activation))
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
    require_layers(layers)
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
        "outside": layer.outside,
    }
    arrays = {name: getattr(layer, name) for name in ("coef", "w_base", "bias", "active")}
    if layer.center is not None and layer.scale is not None:
        arrays |= {"center": layer.center, "scale": layer.scale}
        about["units"] = True
    arrays["affine"] = np.array([edge.affine for edge in layer.symbols])  # (S, 4)
    if isinstance(layer.basis, BSplineBasis):
        return {**about, "degree": layer.degree}, {**arrays, "knots": layer.knots}
    return about, {**arrays, "low": layer.basis.low, "high": layer.basis.high}


def load_layers(
    path: str | os.PathLike[str], base: Base | None, functions: Iterable[Symbol] | None
) -> tuple[KANLayer | ProductLayer, ...]:
    """Read layers that `save_layers` wrote; see `KAN.load`."""
    meta, arrays = load_arrays(path, "KAN", _array_names)
    own_symbols = [] if functions is None else as_symbols(functions)
    symbols = {symbol.name: symbol for symbol in own_symbols if _is_own(symbol)}
    described = meta["layers"]
    kans = [about for about in described if "base" in about]
    own_bases = [about["base"] for about in kans if about["own_base"]]
    needed = {name for about in kans for _, _, name, own in about["symbols"] if own}
    place = f"the network in path {str(path)!r}"
    if base is not None and not own_bases:
        raise ValueError(f"base must be left out: {place} was built with {kans[0]['base']!r:.80}")
    if base is None and own_bases:
        raise ValueError(
            f"base is needed: {place} was built with a function of your own, {own_bases[0]!r:.80};"
            " give it as base=(function, derivative)"
        )
    if missing := needed - set(symbols):
        raise ValueError(
            f"functions must hold your own symbols, which edges of {place} are, but lacks"
            f" {', '.join(sorted(missing)):.80}; give functions=[kn.Symbol(name, function, ...)]"
        )
    own_base = None if base is None else as_activation("base", base)
    layers: list[KANLayer | ProductLayer] = []
    with refusing(path, DAMAGED):
        for l, about in enumerate(described):
            if "groups" in about:
                layers.append(ProductLayer(about["n_in"], about["groups"]))
                continue
            own = {name: arrays[f"{l}.{name}"] for name in _names_of_arrays(about)}
            layers.append(_restored(about, own, own_base, symbols))
        require_layers(layers)
    return tuple(layers)


def _array_names(meta: dict[str, Any]) -> Iterator[str]:
    """Check the description of a network, and yield the names of its arrays."""
    require_keys("it", meta, {"format": int, "kind": str, "layers": list})
    for l, about in enumerate(meta["layers"]):
        if "groups" in about:
            require_keys(f"layer {l}", about, PRODUCT_KEYS)
            continue
        more = {key: kind for key, kind in MORE_KEYS.items() if key in about}
        if about["basis"] == "bspline":
            more["degree"] = int
        require_keys(f"layer {l}", about, LAYER_KEYS | more)
        for entry in about["symbols"]:
            if [type(part) for part in entry] != [int, int, str, bool]:
                raise ValueError(f"layer {l} has {entry!r:.40} among its symbols")
        yield from (f"{l}.{name}" for name in _names_of_arrays(about))
    if not meta["layers"] or "groups" in meta["layers"][0]:
        raise ValueError("it must begin with a KAN layer")


def _names_of_arrays(about: Mapping[str, Any]) -> list[str]:
    """Return the names of the arrays of a KAN layer in files."""
    grid = ["knots"] if about["basis"] == "bspline" else ["low", "high"]
    units = ["center", "scale"] if about.get("units") else []
    return ["coef", "w_base", "bias", "active", "affine", *grid, *units]


def _restored(
    about: dict[str, Any],
    own: Arrays,
    own_base: Activation | None,
    own_symbols: Mapping[str, Symbol],
) -> KANLayer:
    """Build a KAN layer from its description and its arrays, which are not copied."""
    coef, affine, symbols = own["coef"], own["affine"], about["symbols"]
    require_floats("coef", coef, ("n_out", "n_in", "W"))
    n_out, n_in, W = coef.shape
    require_floats("w_base", own["w_base"], (n_out, n_in))
    require_floats("bias", own["bias"], (n_out,))
    require_shape("active", own["active"], (n_out, n_in))
    if own["active"].dtype != bool:
        raise ValueError(f"active has dtype {own['active'].dtype}")
    if symbols:
        require_floats("affine", affine, (len(symbols), 4))
    elif affine.shape not in ((0,), (0, 4)):
        raise ValueError(f"affine has shape {affine.shape}")
    for name in ("center", "scale"):
        if name in own:
            require_floats(name, own[name], (n_in,))
    if "scale" in own and not np.all(own["scale"] > 0.0):
        raise ValueError("scale is not positive")
    base: Any = own_base if about["own_base"] else about["base"]
    edges = [
        SymbolicEdge(out, inp, own_symbols[name] if own else as_symbol("symbol", name), row)
        for (out, inp, name, own), row in zip(symbols, affine, strict=True)
    ]
    return KANLayer(
        _restored_basis(about, own, n_in, W),
        coef,
        own["w_base"],
        own["bias"],
        own["active"],
        as_activation("base", base),
        tuple(edges),
        tuple(tuple((o, i) for o, i in lock) for lock in about.get("locks", [])),
        as_choice("outside", about.get("outside", "fade"), CONTINUATIONS),
        own.get("center"),
        own.get("scale"),
    )


def _restored_basis(about: dict[str, Any], own: Arrays, n_in: int, W: int) -> Basis:
    """Build the basis of a KAN layer."""
    if about["basis"] == "bspline":
        k = as_count("degree", about["degree"], 0, LARGEST_DEGREE)
        return BSplineBasis(as_knots("knots", own["knots"], k, (n_in, W + k + 1)), k)
    low, high = own["low"], own["high"]
    require_floats("low", low, (n_in,))
    require_floats("high", high, (n_in,))
    as_knots("low, high", np.stack([low, high], axis=1), 0, (n_in, 2))  # and low is below high
    return BASES[about["basis"]](low, high, W)


def require_layers(layers: Sequence[KANLayer | ProductLayer]) -> None:
    """Refuse layers that no network has."""
    if not layers or isinstance(layers[0], ProductLayer):
        raise ValueError("network must begin with a KAN layer")
    for before, layer in pairwise(layers):
        if layer.n_in != before.n_out:
            raise ValueError(f"network has a layer of {layer.n_in} inputs after {before.n_out}")
    for layer in layers:
        if isinstance(layer, KANLayer):
            _require_edges(layer)


def _require_edges(layer: KANLayer) -> None:
    """Refuse edges that are no edges, or more than one thing, or tied and different."""
    if not layer.active.any():
        raise ValueError("network has a layer without active edges")
    places = [(edge.out, edge.inp) for edge in layer.symbols]
    locked = [edge for lock in layer.locks for edge in lock]
    for name, edges in (("symbols", places), ("locks", locked)):
        for edge in edges:
            out, inp = (as_count(name, index, 0) for index in edge)
            if out >= layer.n_out or inp >= layer.n_in or not layer.active[out, inp]:
                raise ValueError(f"network has {name} on {edge}, which is not an active edge")
        if len(set(edges)) < len(edges):
            raise ValueError(f"network has two {name} on one edge")
    if any(len(lock) < 2 for lock in layer.locks):
        raise ValueError("network has a lock of fewer than two edges")
    for numbers in (layer.coef, layer.w_base)[: 1 + layer.has_base]:
        if numbers[~layer.splines].any():
            raise ValueError("network has coefficients of edges that are no splines")
        for tie in layer.ties:
            rows, columns = np.transpose(tie)
            same = numbers[rows, columns]
            if not np.allclose(same, same[:1], rtol=EQUAL, atol=0.0):
                raise ValueError(f"network has different coefficients of tied edges {tie!s:.80}")
