"""Benchmark: one training step against the matrix products that no dense step can avoid.

A step is the loss and its gradient for all parameters, every basis function evaluated afresh. Its
floor are the products B c^T (forward), dy^T B (for dc) and dy c (for dB, in all layers but the
first), on arrays of the same shapes. `Objective.fun` evaluates the first layer's basis only once,
when it is made. Steps and products take turns, so that the noise of the machine hits both; the
medians are compared. Run it with `make bench`, and with `KAN_NUMPY_MALLOC=0 make bench` to see what
`kan_numpy._memory` is worth. Nothing is asserted about time.
"""

import os
import time
import tracemalloc
from pathlib import Path

import numpy as np

import kan_numpy as kn
from kan_numpy._memory import keep_freed_memory
from kan_numpy.training.losses import MeanSquaredError

# widths, N samples, G intervals, and the ratio of step to floor to reach
CASES = [
    ([2, 5, 1], 1000, 5, 4.0),
    ([2, 5, 1], 1000, 50, 1.5),
    ([4, 32, 32, 1], 1024, 10, 2.5),
    ([64, 64, 10], 256, 5, 2.5),
    ([784, 64, 10], 64, 5, 2.0),
    ([100, 100, 100, 1], 1024, 20, 1.6),
]
DEGREE = 3
MEMORY_GOAL = 3.0  # peak of a step, in units of all the matrices B
ROUNDS = 15
SECONDS_PER_BLOCK = 0.03


def training_step(net, x, target):
    """Return a function that does one step, as `fit` does it for a batch it has not seen."""
    loss = MeanSquaredError()

    def step():
        y, cache = net._forward(x)
        _, dy = loss.value_and_gradient(y, target)
        net._backward(dy, cache, input_gradient=False)

    return step


def matrix_products(net, n_samples, rng):
    """Return a function that does the products of one step, and nothing else."""
    arrays = []
    for layer in net.layers:
        n_columns = layer.n_in * layer.basis.size
        B = rng.normal(size=(n_samples, n_columns))
        C = rng.normal(size=(layer.n_out, n_columns))
        arrays.append((B, C, rng.normal(size=(n_samples, layer.n_out))))

    def products():
        for at, (B, C, dy) in enumerate(arrays):
            B @ C.T
            dy.T @ B
            if at:
                dy @ C

    return products


def block_of_calls(function, calls):
    """Return the seconds of each of several calls in a row."""
    marks = [time.perf_counter()]
    for _ in range(calls):
        function()
        marks.append(time.perf_counter())
    return np.diff(marks)


def interleaved_medians(functions):
    """Return the median seconds of each function; their blocks of calls take turns."""
    calls = []
    for function in functions:
        seconds = block_of_calls(function, 3).min()
        calls.append(int(np.clip(SECONDS_PER_BLOCK / seconds, 3, 300)))
    times = [[] for _ in functions]
    for _ in range(ROUNDS):
        for function, count, seconds in zip(functions, calls, times, strict=True):
            seconds.append(block_of_calls(function, count))
    return [np.median(np.concatenate(seconds)) for seconds in times]


def peak_memory(function):
    """Return the largest number of bytes that one call holds at a time."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before


def held_memory():
    """Return how much memory the process holds, where the system tells."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    held = [int(line.split()[1]) for line in lines if line.startswith("VmRSS:")]
    return f"{held[0] / 1024:.0f} MiB" if held else "an unknown amount"


def measure(widths, n_samples, grid_size):
    """Return the medians of step, products and `Objective.fun`, and the relative peak memory."""
    rng = np.random.default_rng(0)
    net = kn.KAN(widths, grid_size=grid_size, degree=DEGREE, rng=rng)
    x = rng.uniform(-1, 1, (n_samples, widths[0]))
    target = rng.normal(size=(n_samples, widths[-1]))
    step = training_step(net, x, target)
    objective, theta = kn.Objective(net, x, target), net.theta
    medians = interleaved_medians(
        [step, matrix_products(net, n_samples, rng), lambda: objective.fun(theta)]
    )
    bases = sum(n_samples * n_in * (grid_size + DEGREE) * 8 for n_in in widths[:-1])
    return medians, peak_memory(step) / bases


def compare_with_floor():
    """Print the table of step, floor and their ratio."""
    print("Milliseconds of one training step, and of the matrix products in it (floor)")
    print(f"{'widths, N, G':<30}{'step':>9}{'floor':>9}{'ratio':>8}{'goal':>6}", end="")
    print(f"{'fun':>11}{'ratio':>8}{'memory':>10}{'goal':>6}")
    for widths, n_samples, grid_size, goal in CASES:
        (step, floor, fun), memory = measure(widths, n_samples, grid_size)
        name = f"{widths}, {n_samples}, {grid_size}"
        print(f"{name:<30}{1e3 * step:>9.3f}{1e3 * floor:>9.3f}{step / floor:>8.2f}", end="")
        print(f"{goal:>6.1f}{1e3 * fun:>11.3f}{fun / floor:>8.2f}", end="")
        print(f"{memory:>10.2f}{MEMORY_GOAL:>6.1f}", flush=True)
    print("fun: Objective.fun; memory: peak of a step over the size of all matrices B")


if __name__ == "__main__":
    print(
        f"NumPy {np.__version__}, {os.cpu_count()} processors, float64, degree {DEGREE};", end=" "
    )
    print(f"load before: {os.getloadavg()[0]:.1f} (far above 0, expect noise)")
    kept = keep_freed_memory()  # as training does
    compare_with_floor()
    print(f"Freed memory was {'kept' if kept else 'given back'}; held at the end: {held_memory()}")
