"""Benchmark: a training step against the matrix products that no dense step can avoid.

A step is the loss and its gradient for all parameters, from `kan_numpy.Objective`. In a batch that
it has not seen, every basis function is evaluated afresh; ``fun`` evaluates those of the first
layer only once. The floor is the products B c^T (forward), dy^T B (for dc) and dy c (for dB, in
all layers but the first), on dense arrays of the same shapes. Levenberg-Marquardt is for small
networks: with more than `LARGEST_LM` parameters its step takes a second and more, and is left out.

What is compared takes turns, a few milliseconds each, and of many turns the fastest counts: other
programs make a turn slower, never faster. With one thread processor time is measured, which leaves
out the time that other programs run; with all threads the time that passes, which means nothing if
another program needs one of the processors. The products stand in the same table, and their speed
above it, so that runs on different days and machines can be compared.

The last table tells where the time of a layer goes. Each part is a few passes over arrays of N n_in
numbers, and the recursion with its distances about 20; above the tables stands what a pass costs as
long as its arrays fit into the cache. Storing and looking up at k + 1 positions and exponentials
are slow passes, and B and dB, with G + k numbers each, leave the cache first. The whole layer takes
more than its parts, because a part that is repeated by itself finds its arrays in the cache.

Run it with `make bench`: about two minutes on a quiet machine, first one thread, then all; with
``KAN_NUMPY_MALLOC=0 make bench`` one sees what `kan_numpy._memory` is worth. Nothing is asserted.
"""

import os
import subprocess
import sys
import time
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np

import kan_numpy as kn
from kan_numpy._memory import keep_freed_memory
from kan_numpy._threads import one_thread
from kan_numpy.splines import bsplines
from kan_numpy.splines.windows import scattered, window_of

# widths, N samples, G intervals, and the ratio of step to floor to reach with one thread
CASES = [
    ([2, 5, 1], 1000, 5, 6.0),
    ([2, 5, 1], 1000, 50, 1.5),
    ([4, 32, 32, 1], 1024, 10, 2.5),
    ([64, 64, 10], 256, 5, 2.6),
    ([784, 64, 10], 64, 5, 2.0),
    ([100, 100, 100, 1], 1024, 20, 1.6),
]
LAYERS = [(5, 5, 1000, 5), (64, 64, 256, 5), (100, 100, 1024, 20)]  # n_in, n_out, N, G
SPARSE_CASES = [([2, 5, 1], 1000), ([32] * 3, 1024), ([64] * 3, 512), ([64] * 3, 64)]
FUNCTIONS = (5, 10, 20)  # for each that is not zero, where sparse B are tried
BLOCK_CASES = [([4, 32, 32, 1], n, 10) for n in (1024, 4096)] + [([64, 64, 10], 1024, 5)]
BLOCK_CASES += [([100, 100, 100, 1], 1024, 20), ([2, 5, 1], 100_000, 5)]
BLOCKS = (2, 4)  # of rows
DEGREE = 3
SECONDS_PER_ROW, SECONDS_PER_TURN, LEAST_TURNS = 2.5, 0.002, 3
LARGEST_LM = 1000  # parameters of a network that is also trained by Levenberg-Marquardt
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def drawn(widths, n_samples, grid_size, degree=DEGREE):
    """Return a network with inputs and targets, all random."""
    rng = np.random.default_rng(0)
    net = kn.KAN(widths, grid_size=grid_size, degree=degree, rng=rng)
    x = rng.uniform(-1, 1, (n_samples, widths[0]))
    return net, x, rng.normal(size=(n_samples, widths[-1]))


def training_step(net, x, target):
    """Return a function that does one step, as `fit` does it for a batch it has not seen."""
    objective, theta, rows = kn.Objective(net, x, target), net.theta, np.arange(len(x))
    return lambda: objective.batch(rows).fun(theta)


def matrix_products(net, n_samples):
    """Return a function that does the products of one step, and nothing else."""
    rng, arrays = np.random.default_rng(0), []
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


def levenberg_marquardt_step(objective, theta):
    """Return a function that does the first step of Levenberg-Marquardt."""
    optimizer = kn.LevenbergMarquardt()
    state = optimizer.start(objective, theta)
    return lambda: optimizer.step(objective, state)


def fastest(functions, clock):
    """Return the seconds of each function: their turns alternate, and the fastest one counts."""
    calls = []
    for function in functions:
        function()
        begin = clock()
        function()
        calls.append(int(np.clip(SECONDS_PER_TURN / max(clock() - begin, 1e-6), 1, 300)))
    best, turns, end = np.full(len(functions), np.inf), 0, time.perf_counter() + SECONDS_PER_ROW
    while turns < LEAST_TURNS or time.perf_counter() < end:
        turns += 1
        for at, (function, count) in enumerate(zip(functions, calls, strict=True)):
            function()  # brings its arrays into the cache
            begin = clock()
            for _ in range(count):
                function()
            best[at] = min(best[at], (clock() - begin) / count)
    return best


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


def speeds(clock):
    """Return what the machine needs for products, and for passes over 5000 numbers, as a text."""
    A, x = np.random.default_rng(0).normal(size=(500, 500)), np.linspace(0.0, 1.0, 5000)
    last = np.arange(len(x))[::-1].copy()
    todo = [lambda: A @ A, lambda: x + x, lambda: np.exp(x), lambda: x.take(last)]
    product, *passes = fastest(todo, clock)
    each = ", ".join(f"{1e9 * seconds / len(x):.1f}" for seconds in passes)
    return (
        f"{2e-9 * A.size * len(A) / product:.1f} GFlop/s in products; ns to add, exp, take: {each}"
    )


def compare_with_floor(clock):
    """Print the table of steps, their floor and their ratios."""
    print("Milliseconds of a step for a new batch, of its products, of Objective.fun, of a step of")
    print("Levenberg-Marquardt, of a prediction; peak memory of the step in MiB and in B's sizes")
    print(f"{'widths, N, G':<30}{'floor':>8}{'step':>8}{'ratio':>7}{'goal':>5}{'fun':>8}", end="")
    print(f"{'ratio':>7}{'LM':>8}{'predict':>9}{'MiB':>7}{'/ B':>6}")
    for widths, n_samples, grid_size, goal in CASES:
        net, x, target = drawn(widths, n_samples, grid_size)
        objective, theta = kn.Objective(net, x, target), net.theta
        step = training_step(net, x, target)
        todo = [matrix_products(net, n_samples), step]
        todo += [lambda f=objective.fun, t=theta: f(t), lambda n=net, x=x: n(x)]
        if net.size <= LARGEST_LM:
            todo.append(levenberg_marquardt_step(objective, theta))
        floor, new, fun, predict, *lm = fastest(todo, clock)
        memory, all_B = peak_memory(step), 8 * n_samples * sum(widths[:-1]) * (grid_size + DEGREE)
        print(f"{f'{widths}, {n_samples}, {grid_size}':<30}{1e3 * floor:>8.3f}", end="")
        print(f"{1e3 * new:>8.3f}{new / floor:>7.2f}{goal:>5.1f}{1e3 * fun:>8.3f}", end="")
        print(f"{fun / floor:>7.2f}{f'{1e3 * lm[0]:.2f}' if lm else '-':>8}", end="")
        print(f"{1e3 * predict:>9.3f}{memory / 2**20:>7.1f}{memory / all_B:>6.2f}", flush=True)


def compare_grids(clock):
    """Print what other grids and degrees cost, in units of the step on one uniform grid."""
    print("\nA step with other knots and degrees, in units of the same step on one uniform grid")
    print(f"{'widths, N, G':<30}{'own grids':>10}{'uneven':>8}{'k = 1':>8}{'k = 2':>8}{'k = 5':>8}")
    for widths, n_samples, grid_size, _ in (CASES[0], CASES[2], CASES[3]):
        net, x, target = drawn(widths, n_samples, grid_size)
        others = [net, kn.adapt_grid(net, x, eps=1.0), kn.adapt_grid(net, x, eps=0.5)]
        others += [drawn(widths, n_samples, grid_size, degree)[0] for degree in (1, 2, 5)]
        one, *rest = fastest([training_step(other, x, target) for other in others], clock)
        print(f"{f'{widths}, {n_samples}, {grid_size}':<30}{rest[0] / one:>10.2f}", end="")
        print("".join(f"{seconds / one:>8.2f}" for seconds in rest[1:]), flush=True)


def compare_sizes(clock):
    """Print how the cost of a step grows with G, and that of a single sample."""
    print("\n[2, 5, 1] with N = 10,000: what a step takes, and its peak memory; and N = 1")
    for grid_size in (5, 20, 50, 200):
        net, x, target = drawn([2, 5, 1], 10_000, grid_size)
        step = training_step(net, x, target)
        seconds, one, predict = fastest(
            [step, training_step(net, x[:1], target[:1]), lambda n=net, x=x[:1]: n(x)], clock
        )
        memory = peak_memory(step) / 2**20
        print(f"G = {grid_size:<4}{1e3 * seconds:>8.2f} ms{memory:>8.1f} MiB", end="      ")
        print(f"one sample: a step {1e6 * one:>5.0f} us, a prediction {1e6 * predict:>5.0f} us")


def compare_sparse(clock):
    """Print what a sparse B is worth: `FUNCTIONS_EACH` and `SAMPLES_EACH` come from this table."""
    print("\nHow many times faster a step is with a sparse B: functions for each that is not zero")
    print(f"{'widths, N':<30}" + "".join(f"{each:>8}" for each in FUNCTIONS))
    chosen = bsplines.is_sparse

    def forced(step, sparse):
        def forced_step():
            bsplines.is_sparse = lambda *_: sparse
            step()

        return forced_step

    for widths, n_samples in SPARSE_CASES:
        print(f"{f'{widths}, {n_samples}':<30}", end="")
        for each in FUNCTIONS:
            step = training_step(*drawn(widths, n_samples, each * (DEGREE + 1) - DEGREE))
            dense, sparse = fastest([forced(step, False), forced(step, True)], clock)
            print(f"{dense / sparse:>8.2f}", end="", flush=True)
        print()
    bsplines.is_sparse = chosen


def compare_blocks(clock):
    """Print what blocks of rows are worth: `LEAST_ROWS` and `LEAST_VALUES` come from this table."""
    print(
        "\nHow many times faster fun is with all samples in so many blocks, and how many there are"
    )
    print(f"{'widths, N, G':<30}" + "".join(f"{number:>8}" for number in BLOCKS) + "  chosen")
    for widths, n_samples, grid_size in BLOCK_CASES:
        net, x, target = drawn(widths, n_samples, grid_size)
        chosen, todo = len(kn.Objective(net, x, target)._blocks), []
        for number in (1, *BLOCKS):
            objective, height = kn.Objective(net, x, target), -(-n_samples // number)
            starts = range(0, n_samples, height)
            objective.__dict__["_blocks"] = [slice(start, start + height) for start in starts]
            todo.append(partial(objective.fun, net.theta))
        with one_thread(0.0):  # as in training; else those of OpenBLAS keep a processor busy
            one, *others = fastest(todo, clock)
        print(f"{f'{widths}, {n_samples}, {grid_size}':<30}", end="")
        print("".join(f"{one / seconds:>8.2f}" for seconds in others) + f"{chosen:>8}", flush=True)


def parts_of_a_step(clock):
    """Print where the time of a layer goes, in nanoseconds for each value that enters it."""
    print(
        "\nWhere the time goes: nanoseconds of each part for each of the N n_in values of a layer"
    )
    print(f"{'n_in, n_out, N, G':<22}", end="")
    print("".join(f"{name:>10}" for name in parts_of_a_layer(*drawn([1, 1], 5, 5))))
    for n_in, n_out, n_samples, grid_size in LAYERS:
        net, x, _ = drawn([n_in, n_out], n_samples, grid_size)
        dy = np.random.default_rng(0).normal(size=(n_samples, n_out))
        each = 1e9 / x.size * fastest([*parts_of_a_layer(net, x, dy).values()], clock)
        print(f"{f'{n_in}, {n_out}, {n_samples}, {grid_size}':<22}", end="")
        print("".join(f"{nanoseconds:>10.1f}" for nanoseconds in each), flush=True)


def parts_of_a_layer(net, x, dy):
    """Return the parts of a step through one layer by name, each a function, and all of it."""
    layer, out = net.layers[0], np.empty(net.layers[0].size)
    basis, cache, c = layer.basis, layer.features(x), layer.coef.reshape(layer.n_out, -1)
    (m, left, right), (_, kept) = basis._intervals.distances(x), basis.forward(x)
    window, dB = window_of(m, DEGREE, basis.size), np.ones((*x.shape, basis.size))

    def recursion():
        row = basis._row_of_degree_0(x)
        for _ in range(DEGREE):
            row = bsplines._raised(basis._divided(row, left, right), left, right)
        return row

    values = recursion()

    def base():
        _, slope = layer.base_with_slope(x)
        slope()

    return {
        "interval": lambda: basis._intervals.distances(x),
        "recursion": recursion,
        "window": lambda: window_of(m, DEGREE, basis.size),
        "write B": lambda: scattered(values, window, basis.size),
        "b and b'": base,
        "B c^T": lambda: layer.output(cache),
        "dy^T B": lambda: layer.parameter_gradient(dy, cache, out),
        "dy c": lambda: dy @ c,
        "dB B'": lambda: basis.backward(dB, kept),
        "layer": lambda: layer.backward(dy, layer.forward(x)[1]),
    }


def in_a_process(threads):
    """Measure in another Python, whose linear algebra uses so many threads."""
    environment = os.environ | dict.fromkeys(THREADS, str(threads))
    subprocess.run([sys.executable, __file__, str(threads)], env=environment, check=True)


def measure(threads):
    """Print all tables for a number of threads, which the environment has set."""
    clock = time.process_time if threads == 1 else time.perf_counter
    kept = keep_freed_memory()  # as training does
    print(f"\n{threads} thread{'s' * (threads > 1)}:", end=" ")
    print(speeds(clock))
    compare_with_floor(clock)
    compare_blocks(clock)
    if threads == 1:
        compare_grids(clock)
        compare_sizes(clock)
        compare_sparse(clock)
        parts_of_a_step(clock)
    print(f"Freed memory was {'kept' if kept else 'given back'}; held at the end: {held_memory()}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
    else:
        print(
            f"NumPy {np.__version__}, {os.cpu_count()} processors, float64, degree {DEGREE};",
            end=" ",
        )
        print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
        for number in sorted({1, os.cpu_count() or 1}):
            in_a_process(number)
