"""Section 4.3: which invariants of a knot decide its signature, and how well?"""

import time

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy.datasets.hyperbolic_knots import load_knots, signature_from_slope
from kan_numpy.datasets.preprocessing import split
from kan_numpy.functions.scaling import Scaler

from .experiment import Experiment, Row

TRANSLATIONS = ("meridian_re", "meridian_im", "longitude")
INVARIANTS = ("crossings", "volume", "chern_simons", *TRANSLATIONS, "cusp_volume")
PAPER = {
    "law of the slope": 0.831,
    "linear": None,
    "meridian_re alone": 0.650,
    "meridian_im alone": 0.438,
    "KAN [7,1,10]": 0.816,
    "KAN [3,1,10]": 0.782,
    "formula": 0.840,
    "committee of KANs, translations": None,
    "MLP, translations": None,
    "committee of KANs, all": None,
    "MLP, all": 0.780,
    "attribution, classification": None,
    "attribution, regression": None,
}
SPLITS = (3, 4, 5, 6)  # 0 to 2 served to choose widths, grids and steps
SEEDS = tuple(range(10))
STARTS, MEMBERS = 5, 4  # of a committee: the start with the highest training loss is left out
RATES = {1e-3: 10, 3e-4: 8, 1e-4: 6, 3e-5: 4}  # epochs of each learning rate

KNOTS = load_knots()
SIGNATURES = np.unique(KNOTS.signature)


def divided(names, seed):
    """Return (x, signature) for training and for testing; rows with equal translations together."""
    places = np.round(np.abs(KNOTS.columns(*TRANSLATIONS)), 6)
    _, group = np.unique(places, axis=0, return_inverse=True)
    _, (chosen,) = split(np.arange(group.max() + 1), rng=seed)
    test = np.isin(group.ravel(), chosen)
    x, y = KNOTS.columns(*names), KNOTS.signature
    return (x[~test], y[~test]), (x[test], y[test])


def even(values):
    """Round to the nearest even number."""
    return 2 * np.rint(values / 2).astype(int)


def law(seed):
    """Round minus half the slope."""
    _, (x, y) = divided(TRANSLATIONS, seed)
    return np.mean(signature_from_slope(*x.T) == y), None


def linear(seed):
    """Fit all invariants and a constant by least squares."""
    (x, y), (x_test, y_test) = divided(INVARIANTS, seed)
    weights, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)
    return np.mean(even(x_test @ weights[:-1] + weights[-1]) == y_test), weights.size


def committee(names, widths, grid_size, degree, steps, seed):
    """Train several KANs by Levenberg-Marquardt; round the mean of those that learned best."""
    (x, y), (x_test, y_test) = divided(names, seed)
    scaler, results = Scaler.fit(x, squash=True), []
    for start in range(STARTS):
        network = kn.KAN(widths, grid_size, degree, rng=10 * seed + start)
        options = {"steps": steps, "adapt_at": (5, 15), "progress": False}
        results.append(kn.fit(network, scaler(x), y[:, None] / 2, **options))
    results.sort(key=lambda result: min(result.history["train_loss"]))
    members = [result.network for result in results[:MEMBERS]]
    said = 2 * np.mean([member(scaler(x_test))[:, 0] for member in members], axis=0)
    return np.mean(even(said) == y_test), sum(member.size for member in members)


def classifier(names, seed, hidden=(1,)):
    """Train a KAN with one output for each signature, by L-BFGS."""
    (x, y), (x_test, y_test) = divided(names, seed)
    scaler = Scaler.fit(x, squash=True)
    network = kn.KAN([len(names), *hidden, len(SIGNATURES)], 5, rng=seed)
    loss = {"loss": "cross_entropy", "progress": False}
    labels = np.searchsorted(SIGNATURES, y)
    schedule = {"steps": 150, "adapt_at": (10, 30) if hidden else ()}
    network = kn.fit(network, scaler(x), labels, kn.LBFGS(), **schedule, **loss).network
    best = SIGNATURES[network(scaler(x_test)).argmax(axis=1)]
    return np.mean(best == y_test), network.size


def mlp(names, seed):
    """Train an MLP of the usual size, by Adam with mini-batches and falling learning rates."""
    (x, y), (x_test, y_test) = divided(names, seed)
    scaler, labels = Scaler.fit(x), np.searchsorted(SIGNATURES, y)
    network = kn.MLP([len(names), 300, 300, 300, 300, len(SIGNATURES)], rng=seed)
    options = {"loss": "cross_entropy", "batch_size": 128, "rng": seed, "progress": False}
    for rate, epochs in RATES.items():
        adam = kn.Adam(rate)
        network = kn.fit(network, scaler(x), labels, adam, steps=epochs, **options).network
    best = SIGNATURES[network(scaler(x_test)).argmax(axis=1)]
    return np.mean(best == y_test), network.size


def discovered(seed):
    """Let kn.discover find a formula in some of the samples."""
    (x, y), (x_test, y_test) = divided(TRANSLATIONS, seed)
    rows = np.random.default_rng(0).choice(len(x), 1000, replace=False)
    start = kn.KAN([3, 2, 1], 5, rng=0)
    target = y[rows, None].astype(float)
    found = kn.discover(start, x[rows], target, ["re", "im", "lon"], progress=False)
    print(f"knots: {found}", flush=True)
    return np.mean(even(found.network(x_test)[:, 0]) == y_test), None


def attribution(kind, seed):
    """Say whether the three translations score highest: 1 or 0."""
    (x, y), _ = divided(INVARIANTS, 0)
    x, n, options = Scaler.fit(x, squash=True)(x), len(INVARIANTS), {"progress": False}
    if kind == "classification":
        network = kn.KAN([n, len(SIGNATURES)], 3, rng=seed)
        target, optimizer = np.searchsorted(SIGNATURES, y), kn.LBFGS()
        options |= {"steps": 40, "loss": "cross_entropy"}
    else:
        network = kn.KAN([n, 2, 1], 3, rng=seed)
        target, optimizer = y[:, None] / 2, kn.LevenbergMarquardt()
        options |= {"steps": 25, "adapt_at": (5,), "penalty": kn.Penalty(l1=3e-3)}
    network = kn.fit(network, x, target, optimizer, **options).network
    scores = kn.edge_scores(network, x, "attribution")[0].sum(axis=0)  # (7,)
    highest = {INVARIANTS[i] for i in np.argsort(scores)[-3:]}
    return float(highest == set(TRANSLATIONS)), network.size


RECIPES = {
    "law of the slope": law,
    "linear": linear,
    "meridian_re alone": lambda seed: classifier(TRANSLATIONS[:1], seed),
    "meridian_im alone": lambda seed: classifier(TRANSLATIONS[1:2], seed),
    "KAN [7,1,10]": lambda seed: classifier(INVARIANTS, seed),
    "KAN [3,1,10]": lambda seed: classifier(TRANSLATIONS, seed),
    "formula": discovered,
    "committee of KANs, translations": lambda s: committee(TRANSLATIONS, [3, 5, 3, 1], 5, 3, 50, s),
    "MLP, translations": lambda seed: mlp(TRANSLATIONS, seed),
    "committee of KANs, all": lambda s: committee(INVARIANTS, [7, 8, 6, 1], 3, 2, 100, s),
    "MLP, all": lambda seed: mlp(INVARIANTS, seed),
    "attribution, classification": lambda seed: attribution("classification", seed),
    "attribution, regression": lambda seed: attribution("regression", seed),
}


def run(item):
    """Compute the accuracy for every split."""
    began = time.process_time()
    seeds = SEEDS if item.startswith("attribution") else SPLITS
    found = [RECIPES[item](seed) for seed in seeds]
    seconds = time.process_time() - began
    shares, size = [share for share, _ in found], found[0][1]
    spread = float(max(shares) / min(shares)) if min(shares) else None
    ours = float(np.mean(shares))
    return [Row("knots", item, PAPER[item], ours, size, seconds, len(seeds), spread)]


def figure(rows, path):
    """Draw accuracy against parameters."""
    fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for row in rows:
        if row.parameters is None or row.item.startswith("attribution"):
            continue
        color = "#D55E00" if row.item.startswith("MLP") else "#0072B2"
        ax.semilogx(row.parameters, 100 * row.ours, "o", color=color, ms=8)
        left = row.item.startswith(("committee", "KAN [3"))
        place = {"xytext": (-7 if left else 7, -4), "ha": "right" if left else "left"}
        point = row.parameters, 100 * row.ours
        ax.annotate(row.item, point, textcoords="offset points", **place)
    ax.set(xlabel="parameters", ylabel="right signatures (%)", xlim=(5, 1e7))
    fig.savefig(path, dpi=110)
    plt.close(fig)


EXPERIMENT = Experiment(
    title="Section 4.3: the signature of knots",
    about="""
The figures are shares of test knots with the right signature, the mean over four divisions into
80 % for training and 20 % for testing; three more served to choose widths, grids and steps. Rows
with the same translations, up to orientation, stay on one side. Our table has 12,954 knots of up
to 13 crossings, 10 signatures and 7 numeric invariants; the paper had 17 invariants, 14
signatures and knots of up to 16 crossings. So ours and the paper's are not the same task, and the
comparison that counts is between our own rows. The *committees* are means of the four KANs with
the lowest training loss of five starts ([3, 5, 3, 1] and [7, 8, 6, 1]), trained by
Levenberg-Marquardt on the signature as a number, and rounded to the nearest even one; the
parameters of all four are counted. The MLPs have 300-300-300-300 hidden nodes and one output for
each signature, and are trained by Adam on mini-batches, with four learning rates, one after the
other. *Formula* is what `kn.discover` makes of 1000 training samples; an edge that looks like no
function may stay a spline. *Attribution* is the share of the starts in which the three invariants
with the highest scores are the three translations, for [7, 10] with an output for each signature,
and for [7, 2, 1] with a price on its edges.
""",
    items=tuple(PAPER),
    run=run,
    figure=figure,
    larger_is_better=True,
)
