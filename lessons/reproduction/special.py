"""Table 1: fifteen special functions."""

from kan_numpy.datasets.special_functions import SPECIAL_FUNCTIONS

from . import tables
from .experiment import Experiment, Row

# name: (table 1: best KAN, MLP; figure 3.2: lowest KAN)
PAPER = {
    "ellipj": (1.33e-4, 6.48e-4, 4.5e-6),
    "ellipkinc": (1.24e-4, 5.52e-4, 2.3e-6),
    "ellipeinc": (8.26e-5, 3.04e-4, 1.2e-6),
    "jv": (1.64e-3, 5.52e-3, 1.1e-5),
    "yv": (1.49e-5, 3.45e-4, 9.6e-6),
    "kv": (2.52e-5, 1.67e-4, 2.1e-6),
    "iv": (9.28e-3, 1.07e-2, 4.8e-6),
    "lpmv_0": (5.25e-5, 1.74e-2, 3e-5),
    "lpmv_1": (6.90e-4, 1.50e-3, 1.4e-5),
    "lpmv_2": (2.26e-4, 9.43e-4, 6.7e-6),
    "sph_harm_0_1": (2.21e-7, 1.25e-6, 9e-8),
    "sph_harm_1_1": (1.22e-4, 6.70e-4, 4e-6),
    "sph_harm_0_2": (1.95e-7, 2.85e-6, 1e-7),
    "sph_harm_1_2": (1.50e-5, 1.84e-3, 1.5e-5),
    "sph_harm_2_2": (9.45e-5, 6.21e-4, 3.4e-5),
}
SIZES = (4, 8, 16)


def run(item):
    """Train KANs and MLPs on one function."""
    table_1, table_1_mlp, figure_3_2 = PAPER[item]
    kan, mlp = tables.compare("special", SPECIAL_FUNCTIONS[item], SIZES, table_1, table_1_mlp)
    floor = Row("special", f"{item} (figure 3.2)", figure_3_2, kan.ours, kan.parameters)
    return [kan, floor, mlp]


def figure(rows, path):
    """Draw the errors of all functions."""
    tables.draw(rows, SPECIAL_FUNCTIONS, path, "table 1")


EXPERIMENT = Experiment(
    title="Table 1: special functions",
    about=f"""
Fifteen functions of two inputs, each with the same recipe: a KAN
[2, {tables.HIDDEN[0]}, {tables.HIDDEN[1]}, 1] of degree {tables.DEGREE} with G = 4, 8, 16, and
{tables.STEPS} steps of Levenberg-Marquardt for each G. The paper's figure is its best KAN over many
shapes (arXiv 2404.19756, table 1). The rows "(figure 3.2)" compare the same network with the lowest
point of the paper's Pareto plot, which is below the table. The MLPs have as many parameters, the
same optimizer and number of steps; as with the toy functions, several compete first.

The paper does not print the ranges of the inputs. Ours are in
`kan_numpy/datasets/special_functions.py`: another choice would change all figures, and a ratio far
from 1 means more than one near it.
""",
    items=tuple(SPECIAL_FUNCTIONS),
    run=run,
    figure=figure,
)
