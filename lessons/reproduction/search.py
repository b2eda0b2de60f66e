"""Public lists of formulas: how many of them does `kn.discover` find?"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

from .experiment import Experiment, Row

SAMPLES, NOISES = 500, (0.0,)  # in the published box; noise in units of the spread of y
SECONDS = 90  # the limit of a search
EXACT, NEAR = 1e-11, 1e-2  # relative errors on TEST samples of the box, without noise
TEST = 2000

# name: formula, box of x, y, z, v, w, the same for all if there is one pair.
FORMULAS = {
    "Nguyen-1": ("x**3 + x**2 + x", (-1, 1)),
    "Nguyen-2": ("x**4 + x**3 + x**2 + x", (-1, 1)),
    "Nguyen-3": ("x**5 + x**4 + x**3 + x**2 + x", (-1, 1)),
    "Nguyen-4": ("x**6 + x**5 + x**4 + x**3 + x**2 + x", (-1, 1)),
    "Nguyen-5": ("sin(x**2)*cos(x) - 1", (-1, 1)),
    "Nguyen-6": ("sin(x) + sin(x + x**2)", (-1, 1)),
    "Nguyen-7": ("log(x + 1) + log(x**2 + 1)", (0, 2)),
    "Nguyen-8": ("sqrt(x)", (0, 4)),
    "Nguyen-9": ("sin(x) + sin(y**2)", (0, 1)),
    "Nguyen-10": ("2*sin(x)*cos(y)", (0, 1)),
    "Nguyen-11": ("exp(y*log(x))", (0, 1)),
    "Nguyen-12": ("x**4 - x**3 + y**2/2 - y", (0, 1)),
    "Keijzer-1": ("0.3*x*sin(2*pi*x)", (-1, 1)),
    "Keijzer-5": ("30*x*z/((x - 10)*y**2)", (-1, 1), (1, 2), (-1, 1)),
    "Keijzer-6": ("x*(x + 1)/2", (1, 50)),
    "Keijzer-7": ("log(x)", (1, 100)),
    "Keijzer-9": ("log(x + sqrt(x**2 + 1))", (0, 100)),
    "Keijzer-11": ("x*y + sin((x - 1)*(y - 1))", (-3, 3)),
    "Keijzer-12": ("x**4 - x**3 + y**2/2 - y", (-3, 3)),
    "Keijzer-13": ("6*sin(x)*cos(y)", (-3, 3)),
    "Keijzer-14": ("8/(2 + x**2 + y**2)", (-3, 3)),
    "Keijzer-15": ("x**3/5 + y**3/2 - y - x", (-3, 3)),
    "Livermore-1": ("1/3 + x + sin(x**2)", (-10, 10)),
    "Livermore-3": ("sin(x**3)*cos(x**2) - 1", (-1, 1)),
    "Livermore-4": ("log(x + 1) + log(x**2 + 1) + log(x)", (0, 2)),
    "Livermore-5": ("x**4 - x**3 + y**2 - y", (0, 1)),
    "Livermore-6": ("4*x**4 + 3*x**3 + 2*x**2 + x", (-1, 1)),
    "Livermore-7": ("sinh(x)", (-1, 1)),
    "Livermore-8": ("cosh(x)", (-1, 1)),
    "Livermore-9": ("x**9 + x**8 + x**7 + x**6 + x**5 + x**4 + x**3 + x**2 + x", (-1, 1)),
    "Livermore-10": ("6*sin(x)*cos(y)", (0, 1)),
    "Livermore-13": ("exp(log(x)/3)", (0, 4)),
    "Livermore-14": ("x**3 + x**2 + x + sin(x) + sin(y**2)", (-1, 1)),
    "Livermore-15": ("exp(log(x)/5)", (0, 4)),
    "Livermore-19": ("log(x**2 + x) + log(x**3 + x)", (0, 2)),
    "Livermore-20": ("x**5 + x**4 + x**2 + x", (-1, 1)),
    "Livermore-21": ("exp(-x**2)", (-1, 1)),
    "Vladislavleva-1": ("exp(-(x - 1)**2)/(1.2 + (y - 2.5)**2)", (0.3, 4)),
    "Vladislavleva-4": (
        "10/(5 + (x - 3)**2 + (y - 3)**2 + (z - 3)**2 + (v - 3)**2 + (w - 3)**2)",
        *[(0.05, 6.05)] * 5,
    ),
    "Vladislavleva-5": ("30*(x - 1)*(z - 1)/((x - 10)*y**2)", (0.05, 2), (1, 2), (0.05, 2)),
    "Vladislavleva-6": ("6*sin(x)*cos(y)", (0.1, 5.9)),
    "Vladislavleva-7": ("(x - 3)*(y - 3) + 2*sin(x - 4)*(y - 4)", (0.05, 6.05)),
    "Vladislavleva-8": ("((x - 3)**4 + (y - 3)**3 - (y - 3))/((y - 2)**4 + 10)", (0.05, 6.05)),
    "Strogatz bacres-1": ("20 - x - x*y/(1 + 0.5*x**2)", (0.1, 5)),
    "Strogatz bacres-2": ("10 - x*y/(1 + 0.5*x**2)", (0.1, 5)),
    "Strogatz barmag-1": ("0.5*sin(x - y) - sin(x)", (-3, 3)),
    "Strogatz glider-1": ("-0.05*x**2 - sin(y)", (0.5, 5)),
    "Strogatz glider-2": ("x - cos(y)/x", (0.5, 5)),
    "Strogatz lv-1": ("3*x - 2*x*y - x**2", (0, 5)),
    "Strogatz predprey-1": ("x*(4 - x - y/(1 + x))", (0, 5)),
    "Strogatz predprey-2": ("y*(x/(1 + x) - 0.075*y)", (0, 5)),
    "Strogatz shearflow-2": ("(cos(y)**2 + 0.1*sin(y)**2)*sin(x)", (-1.5, 1.5)),
    "Strogatz vdp-1": ("10*(y - (x**3 - x)/3)", (-2, 2)),
}
LETTERS = ("x", "y", "z", "v", "w")


def truth(name):
    """Return the names of the inputs, their box (d, 2), and the formula as a network."""
    text, *box = FORMULAS[name]
    names = [letter for letter in LETTERS if letter in _letters(text)]
    box = np.array(box * len(names) if len(box) == 1 else box, dtype=float)
    return names, box, kn.from_formula(text, names, grid_range=box)


def _letters(text):
    """Return the single letters in a formula, which are its variables."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return {word for word in words if len(word) == 1}


def search(name, noise=0.0, seed=0, seconds=SECONDS):
    """Return the formula found, its relative error without noise, and the processor time."""
    names, box, network = truth(name)
    rng = np.random.default_rng(seed)
    x, x_test = (rng.uniform(*box.T, (n, len(names))) for n in (SAMPLES, TEST))
    y, y_test = network(x), network(x_test)
    y = y + noise * y.std() * rng.standard_normal(y.shape)
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of the limit on time
        start = kn.KAN([len(names), 5, 1], rng=0)
        found = kn.discover(start, x, y, names, progress=False, seconds=seconds)
    used = time.process_time() - began
    with np.errstate(all="ignore"):
        off = found(x_test) - y_test
    error = np.sqrt(np.nanmean(off**2)) / y_test.std()
    return found, float(max(np.nan_to_num(error, nan=1e9), 1e-17)), used


def called(found, error, noise):
    """Say what an answer is: exact, near or wrong; with noise, of the right form or not."""
    splines = bool(found.certificate.splines)
    if noise:
        return "near" if error <= noise / 2 and not splines else "wrong"
    if error <= EXACT and not splines:
        return "exact"
    return "near" if error <= NEAR else "wrong"


def run(item):
    """Search for one formula, with each of the noises."""
    rows = []
    for noise in NOISES:
        found, error, seconds = search(item, noise)
        text = f"{str(found)[:80]}{'...' if len(str(found)) > 80 else ''}"
        kind = called(found, error, noise) + (f" with noise {noise:g}" if noise else "")
        rows.append(Row("search", f"{item} ({kind}: {text})", None, error, None, seconds))
    return rows


def figure(rows, path):
    """Draw the errors, sorted, without noise and with it."""
    fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for noise in (False, True):
        errors = sorted(row.ours for row in rows if ("with noise" in row.item) == noise)
        if errors:
            ax.semilogy(errors, "o-", ms=3, label="with noise" if noise else "no noise")
    ax.set(xlabel="formulas, the best first", ylabel="relative error on new samples")
    ax.legend()
    fig.savefig(path, dpi=110)
    plt.close(fig)


EXPERIMENT = Experiment(
    title="Public lists of formulas",
    about="""
What `kn.discover` makes of 500 samples of formulas of Nguyen (N. Q. Uy et al., Genet. Program.
Evolvable Mach. 12, 91, 2011), Keijzer (EuroGP 2003), Livermore (T. N. Mundhenk et al., NeurIPS
2021), Vladislavleva (IEEE Trans. Evol. Comput. 13, 333, 2009) and Strogatz (W. La Cava et al.,
Evol. Comput. 24, 2016), drawn from their published boxes, starting from [d, 5, 1] with one seed,
within 90 seconds each on a machine that was shared; `NOISES` adds noise. Boxes of the first four
are those of the table of B. K. Petersen et al. (ICLR 2021); those of Strogatz cover the published
trajectories. The error is that on 2000 new samples without noise, in units of their spread. *Exact*
is an error of rounding and no spline; *near* is below 1 %; all else is *wrong*.
""",
    items=tuple(FORMULAS),
    run=run,
    figure=figure,
)
