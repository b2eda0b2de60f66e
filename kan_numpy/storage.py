"""Networks as arrays, and in files: one .npz with a line of JSON, and nothing that executes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._validation import as_array, as_knots, per_layer, require_shape
from kan_numpy.activations import ACTIVATIONS, Activation, Base, as_activation
from kan_numpy.bsplines import BSplineBasis
from kan_numpy.layer import KANLayer

FORMAT = 1
Arrays = dict[str, npt.NDArray[Any]]


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return the path; a number, which would be an open file, is none."""
    try:
        return Path(path)
    except TypeError:
        raise TypeError(
            f"path must name a file, but is a {type(path).__name__}: {path!r}"
        ) from None


def save_arrays(path: str | os.PathLike[str], meta: dict[str, Any], arrays: Arrays) -> None:
    """Write arrays and their description under exactly this path, bit for bit.

    The file appears complete or not at all: an interrupted save leaves the previous one as it was.

    Parameters
    ----------
    path : path-like
        Where; nothing is appended to the name.
    meta : dict
        What JSON can say.
    arrays : dict of ndarray
        What it describes.
    """
    target = as_path(path)
    text = json.dumps({"format": FORMAT, **meta})
    everything: dict[str, Any] = {"meta": np.array(text), **arrays}
    temporary = target.with_name(target.name + ".part")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, **everything)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load_arrays(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, Any], Arrays]:
    """Read what `save_arrays` wrote; anything else is refused, and nothing is executed.

    Parameters
    ----------
    path : path-like
        The file.
    kind : str
        What ``meta["kind"]`` must say.

    Returns
    -------
    meta : dict
    arrays : dict of ndarray

    Raises
    ------
    ValueError
        If the file was not written by `save_arrays`, or holds something else.
    """
    with open(as_path(path), "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            meta = json.loads(str(arrays.pop("meta")))
            if not isinstance(meta, dict) or meta.get("format") != FORMAT:
                raise ValueError("it does not say that its format is known here")
        except Exception as error:  # a foreign file can fail in any way
            raise ValueError(
                f"path {str(path)!r} is not a file that kan_numpy saved: {error}"
            ) from None
    if meta.get("kind") != kind:
        raise ValueError(f"path {str(path)!r} holds a {meta.get('kind')}, not a {kind}")
    return meta, arrays


def layers_from_arrays(
    layers: Sequence[Mapping[str, npt.ArrayLike]], degree: int | Sequence[int], base: Base
) -> tuple[KANLayer, ...]:
    """Build layers from arrays; see `KAN.from_arrays`.

    Parameters
    ----------
    layers : sequence of dict
        ``knots``, ``coef``, ``w_base`` and perhaps ``bias`` of each layer.
    degree : int or sequence of int
        k.
    base : str, Activation or tuple of callable
        The base function.

    Returns
    -------
    tuple of KANLayer
    """
    if isinstance(layers, Mapping | str) or not isinstance(layers, Sequence) or not layers:
        raise TypeError("layers must be a list of dicts, one for each layer, and not empty")
    activation = as_activation("base", base)
    built: list[KANLayer] = []
    for at, k in enumerate(per_layer("degree", degree, len(layers), 0)):
        n_in = built[-1].n_out if built else "n_in"
        built.append(_layer_from_arrays(f"layers[{at}]", layers[at], k, n_in, activation))
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
    W = knots.shape[1] - k - 1
    coef = as_array(f"{name}['coef']", given["coef"], ("n_out", len(knots), W))
    n_out = len(coef)
    w_base = as_array(f"{name}['w_base']", given["w_base"], (n_out, len(knots)))
    bias = as_array(f"{name}['bias']", given.get("bias", np.zeros(n_out)), (n_out,))
    active = np.ones(w_base.shape, dtype=bool)
    return KANLayer(BSplineBasis(knots, k), coef, w_base, bias, active, base)


def save_layers(path: str | os.PathLike[str], layers: Sequence[KANLayer]) -> None:
    """Write the layers of a network; see `KAN.save`.

    Parameters
    ----------
    path : path-like
        Where.
    layers : sequence of KANLayer
        Inputs first.
    """
    base = layers[0].base
    if any(layer.base is not base for layer in layers):
        raise ValueError("network has layers with different base functions; one file holds one")
    meta = {
        "kind": "KAN",
        "degrees": [layer.degree for layer in layers],
        "base": base.name,
        "own_base": ACTIVATIONS.get(base.name) is not base,
    }
    names = ("knots", "coef", "w_base", "bias", "active")
    arrays = {
        f"{at}.{name}": getattr(layer, name) for at, layer in enumerate(layers) for name in names
    }
    save_arrays(path, meta, arrays)


def load_layers(path: str | os.PathLike[str], base: Base | None) -> tuple[KANLayer, ...]:
    """Read what `save_layers` wrote; see `KAN.load`.

    Parameters
    ----------
    path : path-like
        The file.
    base : Activation or tuple of callable, optional
        The base function, if it was one of the user's own.

    Returns
    -------
    tuple of KANLayer
    """
    meta, arrays = load_arrays(path, "KAN")
    if base is not None and not meta.get("own_base"):
        raise ValueError(f"base must be left out: the network was built with {meta.get('base')!r}")
    if base is None and meta.get("own_base"):
        raise ValueError(
            f"base is needed: the network was built with a function of your own,"
            f" {meta.get('base')!r}; give it as base=(function, derivative)"
        )
    try:
        names = ("knots", "coef", "w_base", "bias")
        given = [
            {name: arrays[f"{at}.{name}"] for name in names} for at in range(len(meta["degrees"]))
        ]
        layers = layers_from_arrays(given, meta["degrees"], base or meta["base"])
        masks = [arrays[f"{at}.active"].astype(bool, casting="no") for at in range(len(layers))]
        for layer, mask in zip(layers, masks, strict=True):
            require_shape("active", mask, layer.active.shape)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"path {str(path)!r} holds a damaged network: {error}") from None
    return tuple(replace(layer, active=mask) for layer, mask in zip(layers, masks, strict=True))
