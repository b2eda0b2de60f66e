# %% [markdown]
# # Recipe: A KAN in a paper
#
# **Question.** How do a trained network and its formula get into a LaTeX document?
#
# **You need:** lesson 09c for where the formula comes from.
#
# **Time:** 5 minutes to read, 10 seconds to run.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from _page import show

import kan_numpy as kn

rng = np.random.default_rng(0)
x = rng.uniform(-1.0, 1.0, (400, 2))
noise = 0.01 * rng.standard_normal((400, 1))
y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2) + noise
splines = kn.fit(kn.KAN([2, 1, 1], rng=0), x, y, steps=40, adapt_at=[5]).network
named = kn.symbolify(splines, x, y, functions=["x", "x^2", "sin", "exp"])
formula = kn.formula(named, ["t", "rho"], x=x, y=y, digits=3)
print(formula)
assert str(formula) == "exp(sin(pi*t) + rho**2)"

# %% [markdown]
# ## 1. The figure
#
# What journals ask for is in three settings: the width of a column, fonts that are embedded as
# fonts, and no date in the file, so that the same network makes the same file. A PDF holds lines,
# not pixels, and stays sharp at any size.

# %%
plt.rcParams["pdf.fonttype"] = 42  # TrueType; the default, Type 3, is refused by some journals
COLUMN = 3.4  # inches

figure = kn.plot(named, x, inputs=["$t$", r"$\rho$"], outputs=["$u$"])
width, height = figure.get_size_inches()
figure.set_size_inches(COLUMN, COLUMN * height / width)
paper = Path("build", "paper")
paper.mkdir(parents=True, exist_ok=True)
figure.savefig(paper / "network.pdf", metadata={"CreationDate": None})
show(figure, "in_a_paper", "A network with two inputs and one output, a symbol on every edge.")

pdf = (paper / "network.pdf").read_bytes()
assert pdf.startswith(b"%PDF")
assert b"/Subtype /Image" not in pdf
assert b"/Type3" not in pdf
assert b"CreationDate" not in pdf

# %% [markdown]
# ## 2. The formula
#
# `latex()` is the formula in LaTeX, Greek letters included. A notebook typesets it by itself:

# %%
formula

# %%
(paper / "formula.tex").write_text(f"u = {formula.latex()}\n", encoding="utf-8")
print((paper / "formula.tex").read_text(encoding="utf-8"), end="")
assert formula.latex() == r"e^{\sin\left(\pi t\right) + \rho^{2}}"

# %% [markdown]
# ## 3. The numbers
#
# A formula in a paper needs its error, and the certificate has it: with respect to the network, and
# to the data, before and after constants were rounded.

# %%
print(formula.certificate)
rmse = formula.certificate.after.rmse
assert rmse < 1.02 * np.sqrt(np.mean(noise**2))  # what is left is the noise

# %% [markdown]
# ## 4. The document
#
# Both files are included by name, so that a new network is a new paper without a change by hand.

# %%
DOCUMENT = r"""\documentclass{article}
\usepackage{graphicx}
\begin{document}
The network in the figure is
\begin{equation}
  \input{formula.tex}
\end{equation}
with a root mean square error of \input{error.tex}on the data.

\includegraphics{network.pdf}
\end{document}
"""
(paper / "error.tex").write_text(f"{rmse:.4f} ", encoding="utf-8")
(paper / "paper.tex").write_text(DOCUMENT, encoding="utf-8")
written = sorted(path.name for path in paper.iterdir())
print(f"build/paper: {', '.join(written)}")
assert {"error.tex", "formula.tex", "network.pdf", "paper.tex"} <= set(written)
