# %% [markdown]
# # Recipe: Your own data from a CSV
#
# **Question.** How do columns of different kinds, some with gaps, become the inputs of a KAN?
#
# **You need:** lesson 13b for why inputs are scaled.
#
# **Time:** 10 minutes to read, 5 seconds to run.
#
# A network takes numbers, all of them finite, of a size near 1. So each column needs a decision,
# and each decision belongs into the formula of the result: what it means for a *new* row is settled
# here too.

# %%
import csv
import io
from datetime import date, timedelta

import numpy as np

import kan_numpy as kn

# %% [markdown]
# ## 1. A file
#
# Here a file is made, 800 days of a shop that sells ice cream: how warm it was, how many people
# passed by, which kind of day it was, what was sold. On some days the thermometer failed. For your
# own data, read your file instead: `text = Path("mine.csv").read_text(encoding="utf-8")`.


# %%
NOISE = 0.2


def invented(rng, n=800):
    """Return a CSV as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["day", "temperature", "passersby", "weather", "sold"])
    for i in range(n):
        day = date(2022, 1, 1) + timedelta(days=i)
        season = np.cos(2.0 * np.pi * (day.timetuple().tm_yday - 200) / 365.25)
        temperature = 12.0 + 10.0 * season + 4.0 * rng.standard_normal()
        passersby = rng.lognormal(7.0, 0.8)
        weather = rng.choice(["sun", "cloud", "rain"])
        appetite = 3.0 * np.tanh((temperature - 15.0) / 5.0) + 1.5 * (weather == "sun")
        sold = 5.0 + appetite + np.log(passersby / 1000.0) + season + NOISE * rng.standard_normal()
        shown = "" if rng.random() < 0.1 else f"{temperature:.1f}"
        writer.writerow([day.isoformat(), shown, f"{passersby:.0f}", weather, f"{sold:.2f}"])
    return out.getvalue()


text = invented(np.random.default_rng(0))
print("\n".join(text.splitlines()[:4]))
rows = list(csv.DictReader(io.StringIO(text)))
assert len(rows) == 800

# %% [markdown]
# ## 2. A column, a decision
#
# - **Number:** as it is; if it is positive and spans decades, as passers-by do, its logarithm.
# - **Category:** a column of 0 and 1 for each value but one. Numbers 0, 1, 2 would claim that cloud
#   lies halfway between sun and rain.
# - **Date:** what repeats, as a point on a circle, so that December lies beside January: a sine and
#   a cosine. What grows, as a number of days; here nothing does.
# - **Gap:** a number that stands for it, and a column that says that there was a gap. A network
#   refuses NaN.
# - **Kind of value never seen before:** an error. There is no honest number for it.


# %%
def as_number(cell):
    """Return the number in a cell, and NaN if it is empty."""
    return float(cell) if cell.strip() else np.nan


def one_hot(cells, values):
    """Return a column of 0 and 1 for each value but the first, (N, len(values) - 1)."""
    unknown = set(cells) - set(values)
    if unknown:
        raise ValueError(f"unknown values {sorted(unknown)}; known are {values}")
    return np.array([[float(cell == value) for value in values[1:]] for cell in cells])


def on_the_circle(days):
    """Return sine and cosine of the time of the year, (N, 2)."""
    year = np.array([date.fromisoformat(day).timetuple().tm_yday for day in days])
    angle = 2.0 * np.pi * year / 365.25
    return np.column_stack([np.sin(angle), np.cos(angle)])


WEATHER = ["cloud", "rain", "sun"]
NAMES = ["temperature", "gap", "log passersby", "rain", "sun", "sine", "cosine"]


def inputs(rows, filling):
    """Return the table of the network, (N, 7), with a filling for gaps of the temperature."""
    temperature = np.array([as_number(row["temperature"]) for row in rows])
    gap = np.isnan(temperature)
    columns = [
        np.where(gap, filling, temperature),
        gap.astype(float),
        np.log([float(row["passersby"]) for row in rows]),
        one_hot([row["weather"] for row in rows], WEATHER),
        on_the_circle([row["day"] for row in rows]),
    ]
    return np.column_stack(columns)


# %% [markdown]
# ## 3. Split first
#
# Filling and scale are learned from the rows for training, and from no other: the test rows play
# the role of days to come.

# %%
train, test = np.split(np.random.default_rng(1).permutation(len(rows)), [600])
y = np.array([[float(row["sold"])] for row in rows])
known = [as_number(rows[i]["temperature"]) for i in train]
filling = float(np.nanmedian(known))
x = inputs(rows, filling)  # (N, 7)
scaler = kn.datasets.Scaler.fit(x[train])
gaps = x[:, NAMES.index("gap")] == 1.0
print(f"{x.shape[1]} columns, {gaps.sum()} gaps, filled with {filling:.1f} degrees")
assert 60 < gaps.sum() < 110
assert np.abs(scaler(x[train])).max() < 10.0

# %% [markdown]
# ## 4. Train, and look at what gaps cost
#
# A network [7, 1] adds one function of each column. What two columns say only together needs a
# hidden level: compare both on the test rows. Of four starts the best goes on.


# %%
def error(net, rows):
    """Return the root mean square error on some rows."""
    return float(np.sqrt(np.mean((net(scaler(x[rows])) - y[rows]) ** 2)))


nets = {}
for widths in ([7, 1], [7, 2, 1]):
    start = kn.KAN(widths, grid_size=5, rng=0)
    data = scaler(x[train]), y[train]
    nets[str(widths)] = kn.fit(start, *data, steps=30, adapt_at=[5], starts=4, rng=0).network
print("            all rows   no gap   gap")
for name, net in nets.items():
    cells = [error(net, part) for part in (test, test[~gaps[test]], test[gaps[test]])]
    print(f"   {name:10}{cells[0]:8.2f}{cells[1]:9.2f}{cells[2]:6.2f}")
net = nets["[7, 2, 1]"]
complete, gappy = test[~gaps[test]], test[gaps[test]]
assert error(net, complete) < 1.5 * NOISE < error(net, gappy)
assert error(net, complete) < 0.7 * error(nets["[7, 1]"], complete)

# %% [markdown]
# With a hidden level the error is near the noise, 0.2, where the temperature is known. In a gap the
# season must stand for it, and only there: that is what two columns say together, and a sum of
# functions cannot. It pays for the gaps in all rows. Leaving the rows with gaps out would be no
# help for the days to come: they have gaps, too.
#
# ## 5. A new row
#
# A new day takes the same path: same filling, same scale, same columns. What cannot be on it is
# refused.

# %%
tomorrow = {"day": "2024-07-01", "temperature": "", "passersby": "1500", "weather": "sun"}
prediction = net(scaler(inputs([tomorrow], filling)))[0, 0]
print(f"tomorrow: {prediction:.1f}")
assert 7.0 < prediction < 12.0


def refusal(row):
    """Return why a row is refused, and nothing if it is not."""
    try:
        with np.errstate(divide="ignore"):
            net(scaler(inputs([row], filling)))
    except ValueError as error:
        return str(error)
    return ""


nonsense = [refusal(tomorrow | cell) for cell in ({"weather": "hail"}, {"passersby": "0"})]
print("refused:", *nonsense, sep="\n   ")
assert all(nonsense)
