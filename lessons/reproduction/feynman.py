"""Table 2: 27 equations of Feynman's lectures."""

from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS

from . import tables
from .experiment import Experiment

# name: human shape, pruned, unpruned, MLP
PAPER = {
    "I.6.2": (7.66e-5, 2.86e-5, 4.60e-5, 1.45e-4),
    "I.6.2b": (1.22e-3, 4.45e-4, 1.25e-3, 7.40e-4),
    "I.9.18": (1.48e-3, 8.62e-3, 6.56e-3, 1.59e-3),
    "I.12.11": (2.07e-3, 1.39e-3, 9.13e-4, 6.71e-4),
    "I.13.12": (7.22e-3, 4.81e-3, 2.72e-3, 1.42e-3),
    "I.15.3x": (7.35e-3, 1.58e-3, 1.14e-3, 8.54e-4),
    "I.16.6": (1.06e-3, 1.19e-3, 1.53e-3, 6.20e-4),
    "I.18.4": (3.92e-4, 1.50e-4, 1.32e-3, 3.68e-4),
    "I.26.2": (1.22e-4, 7.90e-4, 8.63e-4, 1.24e-4),
    "I.27.6": (2.22e-4, 1.94e-4, 2.14e-4, 2.46e-4),
    "I.29.16": (2.36e-1, 3.99e-3, 3.20e-3, 4.64e-3),
    "I.30.3": (3.85e-1, 1.03e-3, 1.11e-2, 1.50e-2),
    "I.30.5": (2.23e-4, 3.49e-5, 6.92e-5, 9.45e-5),
    "I.37.4": (7.57e-5, 4.91e-6, 3.41e-4, 5.67e-4),
    "I.40.1": (3.45e-3, 5.01e-4, 3.12e-4, 3.99e-4),
    "I.44.4": (2.30e-5, 2.43e-5, 1.10e-4, 3.99e-4),
    "I.50.26": (1.52e-4, 5.82e-4, 4.90e-4, 1.53e-3),
    "II.2.42": (8.54e-4, 7.22e-4, 1.22e-3, 1.81e-4),
    "II.6.15a": (2.61e-3, 3.28e-3, 1.35e-3, 5.92e-4),
    "II.11.7": (7.10e-3, 8.52e-3, 5.03e-3, 5.92e-4),
    "II.11.27": (2.67e-5, 4.40e-5, 1.43e-5, 7.18e-5),
    "II.35.18": (4.13e-4, 1.58e-4, 7.71e-5, 7.92e-5),
    "II.36.38": (2.85e-3, 1.15e-3, 3.03e-3, 2.15e-3),
    "II.38.3": (1.47e-4, 8.78e-5, 6.43e-4, 5.26e-4),
    "III.9.52": (4.43e-2, 3.90e-3, 2.11e-2, 9.07e-4),
    "III.10.19": (2.54e-3, 1.18e-3, 8.16e-4, 1.67e-4),
    "III.17.37": (1.10e-3, 5.03e-4, 4.12e-4, 6.80e-4),
}
SIZES = (4, 8)


def run(item):
    """Train KANs and MLPs on one equation."""
    columns = PAPER[item]
    return tables.compare("feynman", FEYNMAN_EQUATIONS[item], SIZES, min(columns), columns[-1])


def figure(rows, path):
    """Draw the errors of all equations."""
    tables.draw(rows, FEYNMAN_EQUATIONS, path, "table 2")


EXPERIMENT = Experiment(
    title="Table 2: Feynman's equations",
    about=f"""
27 equations, each with the same recipe: a KAN [n, {tables.HIDDEN[0]}, {tables.HIDDEN[1]}, 1] of
degree {tables.DEGREE} with G = 4, 8, and {tables.STEPS} steps of Levenberg-Marquardt for each G.
The paper's figure is the best of its four columns: KANs of a shape chosen by hand, pruned and
unpruned ones, and MLPs (arXiv 2404.19756, table 2). Two copies of the table disagree about I.26.2;
the smaller figure is taken. The MLPs have as many parameters, the same optimizer and number of
steps; as with the toy functions, several compete first.

The paper does not print the ranges of the inputs; ours are in `kan_numpy/datasets/feynman.py`.
""",
    items=tuple(FEYNMAN_EQUATIONS),
    run=run,
    figure=figure,
)
