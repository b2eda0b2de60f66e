"""The explorer computes in JavaScript what the library computes, and obeys pointers and keys."""

import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kan_numpy as kn

pytestmark = pytest.mark.site

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
FOLDER = LESSONS / "site" / "explorer"
MOST_LINES = 400
TOLERANCE = 1e-12  # relative to the largest number, or to 1


@contextmanager
def opened(browser, folder=FOLDER, **options):
    """Open the explorer from a folder; its console and the network must stay silent."""
    context = browser.new_context(**({"viewport": {"width": 1200, "height": 1000}} | options))
    page, complaints, requests = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((folder / "explorer.html").as_uri())
    yield page
    context.close()
    assert not complaints
    assert requests
    assert all(url.startswith(("file:", "data:")) for url in requests)


@pytest.fixture(scope="module")
def library(browser):
    """Return a page whose functions are only called."""
    with opened(browser) as page:
        yield page


@pytest.fixture
def page(browser):
    """Return a page to play with."""
    with opened(browser) as page:
        yield page


def same(ours, theirs, scale=1.0):
    theirs = np.asarray(theirs)
    largest = max(1.0, np.abs(theirs).max(initial=0.0))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE * largest * scale)


def knots_of(rng, kind, G, k):
    """Draw knots (G + 2k + 1,) around a grid."""
    if kind == "uniform":
        return kn.uniform_knots(-1, 1, G, k)
    if kind == "clamped":
        return np.clip(kn.uniform_knots(-1, 1, G, k), -1, 1)
    t = np.sort(rng.uniform(-2, 2, G + 2 * k + 1))
    if kind == "repeated":
        t = np.round(2 * t) / 2
    return t if t[-k - 1] - t[k] > 0.2 else knots_of(rng, kind, G, k)


def cases(count=120, seed=14):
    """Yield random grids of all kinds and degrees, coefficients, and points in all places."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        k, G = number % 6, int(rng.integers(1, 9))
        t = knots_of(rng, ("uniform", "clamped", "random", "repeated")[number // 6 % 4], G, k)
        x = np.concatenate([t, rng.uniform(t[k], t[-k - 1], 8), rng.uniform(-4, 4, 8)])
        yield t, k, rng.uniform(-2, 2, G + k), x


def grid_of(t, k, outside="fade"):
    return {"t": t.tolist(), "k": k, "outside": outside}


def curve_of(t, k, c, outside="fade"):
    return {"grid": grid_of(t, k, outside), "c": c.tolist()}


def ask(page, script, asked):
    """Return what a JavaScript function answers. As texts, numbers travel fast and stay exact."""
    script = f"(text) => JSON.stringify(({script})(JSON.parse(text)))"
    return json.loads(page.evaluate(script, json.dumps(asked)))


def check_basis(page):
    drawn = list(cases())
    asked = [[x.tolist(), grid_of(t, k)] for t, k, _, x in drawn]
    found = ask(
        page,
        "(asked) => asked.map(([x, grid]) =>"
        " range(grid.k + 1).map((d) => x.map((value) => basis(value, grid, d))))",
        asked,
    )
    for (t, k, _, x), ours in zip(drawn, found, strict=True):
        for d in range(k + 1):
            same(ours[d], kn.bspline_basis(x, t, k, derivative=d))


def check_beyond(page):
    for outside in ("fade", "linear"):
        drawn = list(cases())
        asked = [[x.tolist(), curve_of(t, k, c, outside)] for t, k, c, x in drawn]
        found = ask(
            page,
            "(asked) => asked.map(([x, curve]) =>"
            " [0, 1, 2].map((d) => x.map((value) => spline(value, curve, d))))",
            asked,
        )
        for (t, k, c, x), ours in zip(drawn, found, strict=True):
            arrays = {"knots": t[None], "coef": c[None, None], "w_base": [[0.0]]}
            layer = replace(kn.KAN.from_arrays([arrays], degree=k).layers[0], outside=outside)
            for d in range(3):
                same(ours[d], layer.output(layer.features(x[:, None], d))[:, 0])


def check_insertion(page):
    rng, compared = np.random.default_rng(3), 0
    drawn = list(cases())
    asked = [
        [curve_of(t, k, c), float(rng.choice([*t[k : -k - 1], rng.uniform(t[k], t[-k - 1])]))]
        for t, k, c, _ in drawn
    ]
    found = ask(
        page, "(asked) => asked.map(([curve, u]) => [insertKnot(u, curve), halve(curve)])", asked
    )
    for (t, k, c, x), curves in zip(drawn, found, strict=True):
        for ours in curves:
            new, coef = np.array(ours["grid"]["t"]), np.array(ours["c"], dtype=float)
            assert len(new) > len(t)
            same(kn.bspline_basis(x, new, k) @ coef, kn.bspline_basis(x, t, k) @ c)
            if np.unique(new, return_counts=True)[1].max() <= k + 1:  # else bumps are missing
                same(coef, kn.refine_spline(c, t, new, k))
                compared += 1
    assert compared > 150


def check_degree(page):
    drawn = [case for case in cases() if case[1] < 5]
    found = ask(
        page, "(curves) => curves.map(raiseDegree)", [curve_of(t, k, c) for t, k, c, _ in drawn]
    )
    for (t, k, c, points), ours in zip(drawn, found, strict=True):
        x = points[(t[k] < points) & (points < t[-k - 1])]
        new, coef = np.array(ours["grid"]["t"]), np.array(ours["c"], dtype=float)
        assert (new[k + 1], new[-k - 2]) == (t[k], t[-k - 1])
        same(kn.bspline_basis(x, new, k + 1) @ coef, kn.bspline_basis(x, t, k) @ c)


def check_steps(page):
    """Compare least squares, with few points and many, in the same place and outside the grid."""
    rng, drawn, sharp = np.random.default_rng(5), [], 0
    for t, k, _, points in cases():
        x = rng.choice(points, int(rng.integers(1, 20)))
        drawn.append((kn.bspline_basis(x, t, k), rng.uniform(-2, 2, len(x))))
    asked = [[B.tolist(), y.tolist()] for B, y in drawn]
    found = ask(
        page, "(asked) => asked.map(([A, b]) => [leastNorm(A, b), leastNorm(A, b, 0.01)])", asked
    )
    for (B, y), (ours, damped) in zip(drawn, found, strict=True):
        theirs, _, rank, sigma = np.linalg.lstsq(B, y, rcond=1e-12)
        condition = sigma[0] / sigma[rank - 1] if rank else 1.0
        same(B @ ours, B @ theirs, scale=max(1.0, np.abs(theirs).max()))
        same(ours, theirs, scale=max(1.0, condition / 1e3))
        sharp += condition < 1e3
        longer = np.vstack([B, 0.1 * np.eye(B.shape[1])])
        same(damped, np.linalg.lstsq(longer, np.append(y, np.zeros(B.shape[1])))[0])
    assert sharp > 100


def networks(count=24):
    """Yield networks [2,2,1] as six curves and as the library's, with points inside and outside."""
    rng = np.random.default_rng(8)
    for number in range(count):
        outside = ("linear", "fade")[number % 2]
        layers, curves, degrees = [], [], rng.integers(0, 5, 2).tolist()
        for k, n_out in zip(degrees, (2, 1), strict=True):
            G, kind = int(rng.integers(1, 7)), ("uniform", "clamped", "random")[number % 3]
            t = np.array([knots_of(rng, kind, G, k) for _ in range(2)])
            c = rng.uniform(-1.5, 1.5, (n_out, 2, G + k))
            layers.append({"knots": t, "coef": c, "w_base": np.zeros((n_out, 2))})
            curves += [curve_of(t[i], k, c[o, i], outside) for o in range(n_out) for i in range(2)]
        net = kn.KAN.from_arrays(layers, degree=degrees)
        net = kn.KAN.from_layers([replace(layer, outside=outside) for layer in net.layers])
        yield curves, net, rng.uniform(-1.2, 1.2, (30, 2)), rng.uniform(-1, 1, (30, 1))


def check_network(page):
    for curves, net, x, target in networks():
        outputs, found = ask(
            page,
            """([curves, x, target]) => {
                const outputs = x.map((point) => network(point, curves));
                const r = outputs.map(({ y }, n) => y - target[n][0]);
                return [outputs, lossAndGradient({ r, J: outputs.map(({ row }) => row) })];
            }""",
            [curves, x.tolist(), target.tolist()],
        )
        coefficients = np.concatenate(
            [np.arange(layer.size) < layer.coef.size for layer in net.layers]
        )
        loss, gradient = kn.Objective(net, x, target, loss="mse").fun(net.theta)
        same([found["L"]], [loss])
        same(found["dc"], gradient[coefficients])
        same([output["y"] for output in outputs], net(x)[:, 0])
        same([output["row"] for output in outputs], net.jacobian(x)[:, 0, coefficients])


@pytest.mark.parametrize(
    "check", [check_basis, check_beyond, check_insertion, check_degree, check_steps, check_network]
)
def test_it_computes_what_the_library_computes(library, check):
    check(library)


@pytest.mark.parametrize(
    ("right", "wrong", "check"),
    [
        ("(x - t[j]) * D[j] +", "(x - t[j]) * D[j] -", check_basis),
        ("q * (D[j] - next)", "(D[j] - next)", check_basis),
        ("knot < x)", "knot <= x)", check_basis),
        ("(d === 1 ? slope : 0)", "slope", check_beyond),
        ("t[j + k] - t[j]", "t[j + k - 1] - t[j]", check_insertion),
        ("m - k + 1 + i", "m - k + i", check_insertion),
        ("2 * grid.k + 6", "1", check_degree),
        ("squares[j] + damping", "squares[j]", check_steps),
        ("1e-24 *", "1e-2 *", check_steps),
        ("2 / r.length", "1 / r.length", check_network),
        ("slopes[e >> 1]", "slopes[e % 2]", check_network),
    ],
)
def test_a_planted_error_is_found(browser, tmp_path, right, wrong, check):
    folder = shutil.copytree(FOLDER, tmp_path / "explorer")
    text = (folder / "splines.js").read_text(encoding="utf-8")
    assert text.count(right) == 1
    (folder / "splines.js").write_text(text.replace(right, wrong), encoding="utf-8")
    with opened(browser, folder) as page, pytest.raises(AssertionError):
        check(page)


def middle(page, name):
    """Return the pixel in the middle of a handle."""
    box = page.locator(f"#{name} .reach").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, name, right, down):
    x, y = middle(page, name)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def state(page):
    """Return the knots, the degree and the coefficients that are on show, and what is said."""
    t, k, c, message = page.evaluate(
        "[chosen.grid.t, chosen.grid.k, chosen.c, find('message').textContent]"
    )
    return np.array(t), k, np.array(c), message


def test_dragging_a_coefficient_moves_it_and_its_curve(page):
    _, _, before, _ = state(page)
    curve = page.locator("#curves .spline").nth(6).get_attribute("d")
    drag(page, "coefficient-3", 0, 70)
    _, _, after, _ = state(page)
    per_pixel = (2.6 + 2.6) / (380 - 14)
    expected = before - np.where(np.arange(8) == 3, 70 * per_pixel, 0)
    np.testing.assert_allclose(after, expected, atol=per_pixel)
    assert page.locator("#curves .spline").nth(6).get_attribute("d") != curve
    page.mouse.move(300, 300)  # let go of
    np.testing.assert_array_equal(state(page)[2], after)


def test_a_knot_is_dragged_onto_its_neighbor_and_through_it(page):
    t, _, c, _ = state(page)
    apart = middle(page, "knot-6")[0] - middle(page, "knot-5")[0]
    drag(page, "knot-5", apart, 0)
    piled, _, _, _ = state(page)
    np.testing.assert_array_equal(piled, np.where(np.arange(12) == 5, t[6], t))
    one, other = middle(page, "knot-5"), middle(page, "knot-6")
    assert one[0] == other[0]
    assert other[1] > one[1] + 10  # both can be reached
    drag(page, "knot-5", apart / 2, 0)
    moved, _, coef, _ = state(page)
    assert np.all(np.diff(moved) >= 0)
    np.testing.assert_allclose(moved[5:7], [t[6], (t[6] + t[7]) / 2], atol=0.01)
    np.testing.assert_array_equal(coef, c)


def test_the_grid_never_closes(page):
    for _ in range(3):
        for name in ("knot-3", "knot-4", "knot-5", "knot-6", "knot-7", "knot-8"):
            drag(page, name, 400 if name < "knot-6" else -400, 0)
    t, k, _, _ = state(page)
    assert t[-k - 1] - t[k] > 0.09


def test_every_handle_has_a_name_and_obeys_keys(page):
    handles = page.locator(".handle")
    names = [handles.nth(i).get_attribute("aria-label") for i in range(handles.count())]
    assert len(set(names)) == len(names) == 1 + 5 + 8 + 12
    t, _, c, _ = state(page)
    page.focus("#coefficient-2")
    page.keyboard.press("ArrowUp")
    np.testing.assert_allclose(state(page)[2] - c, 0.05 * (np.arange(8) == 2), atol=1e-12)
    assert page.locator("#coefficient-2").get_attribute("aria-valuenow") == f"{c[2] + 0.05:.3f}"
    page.keyboard.press("End")
    assert state(page)[2][2] == 2.6
    page.focus("#knot-4")
    page.keyboard.press("ArrowRight")
    np.testing.assert_allclose(state(page)[0] - t, 0.05 * (np.arange(12) == 4), atol=1e-12)
    page.keyboard.press("End")  # onto the next knot
    assert state(page)[0][4] == t[5]
    page.keyboard.press("ArrowRight")  # of the two there, the second goes on
    np.testing.assert_allclose(
        state(page)[0] - t, [*[0] * 4, t[5] - t[4], 0.05, *[0] * 6], atol=1e-12
    )
    assert page.evaluate("document.activeElement.id") == "knot-5"
    page.focus("#target-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    np.testing.assert_allclose(page.evaluate("targets[1]"), [-0.35, 0.25], atol=1e-12)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "target-2"


def touched(browser, folder=FOLDER):
    """Drag a coefficient with a finger, and return how far it moved, and how far the page."""
    size = {"width": 390, "height": 700}
    with opened(browser, folder, viewport=size, has_touch=True, is_mobile=True) as page:
        before = state(page)[2]
        x, y = middle(page, "coefficient-5")
        finger = page.context.new_cdp_session(page)
        for kind, down in [
            ("Start", 0),
            *[("Move", -step) for step in range(5, 80, 5)],
            ("End", 0),
        ]:
            points = [] if kind == "End" else [{"x": x, "y": y + down}]
            finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        page.wait_for_timeout(200)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        return (state(page)[2] - before)[5], page.evaluate("scrollY")


def test_a_finger_moves_a_coefficient_and_not_the_page(browser, tmp_path):
    moved, scrolled = touched(browser)
    np.testing.assert_allclose(moved, 75 * 5.2 / 366, atol=0.05)
    assert scrolled == 0
    folder = shutil.copytree(FOLDER, tmp_path / "explorer")
    text = (folder / "explorer.js").read_text(encoding="utf-8")
    assert text.count("layer.ontouchstart") == 1
    (folder / "explorer.js").write_text(
        text.replace("layer.ontouchstart", "layer.onnothing"), "utf-8"
    )
    moved, scrolled = touched(browser, folder)
    assert moved < 0.9
    assert scrolled > 0


def arrows(page):
    """Return the height of every arrow in the units of the vertical axis, over the factor."""
    paths = page.locator("#curves .arrow")
    found = []
    for i in range(paths.count()):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", paths.nth(i).get_attribute("d"))]
        found.append((numbers[1] - numbers[3]) * 5.2 / 366)
    return np.array(found) / page.evaluate("LONGER")


def test_steps_are_those_of_the_library(page):
    t, k, c, _ = state(page)
    x, y = np.array(page.evaluate("targets")).T
    B = kn.bspline_basis(x, t, k)
    gradient = 2 / len(x) * B.T @ (B @ c - y)
    np.testing.assert_allclose(arrows(page), -gradient, atol=0.005)
    page.click("#gradient")
    same(state(page)[2], c - gradient)
    page.click("#newton")
    same(state(page)[2], c - gradient + np.linalg.lstsq(B, y - B @ (c - gradient))[0])
    assert re.match(r"L was 0\.\d+, and is \d\.\d+e-3\d\.", state(page)[3])


def test_more_knots_and_a_higher_degree_leave_the_curve(page):
    for button, size in (("insert", 9), ("halve", 15), ("raise", 27)):
        page.click(f"#{button}")
        _, k, c, message = state(page)
        assert len(c) == size
        assert k == 3 + (button == "raise")
        assert float(re.search(r"largest change (\S+)\.$", message)[1]) < 1e-14
        assert page.locator("#curves .old").count() > 0
    page.click("#reset")
    for G, least, most in ((10, 0, 1e-14), (7, 1e-3, 1)):
        page.fill("#G", str(G))
        page.keyboard.press("Enter")
        _, _, c, message = state(page)
        assert len(c) == G + 3
        assert least <= float(re.search(r"largest change (\S+)\.$", message)[1]) < most


def network_on_show(page):
    """Return the network as the library's."""
    curves = page.evaluate("curves.slice(1)")
    layers = [
        {
            "knots": [e["grid"]["t"] for e in edges[:2]],
            "coef": np.reshape([e["c"] for e in edges], (n, 2, -1)),
        }
        for n, edges in ((2, curves[:4]), (1, curves[4:]))
    ]
    net = kn.KAN.from_arrays(
        [layer | {"w_base": np.zeros(layer["coef"].shape[:2])} for layer in layers], degree=3
    )
    return kn.KAN.from_layers([replace(layer, outside="linear") for layer in net.layers])


def picture(page):
    """Return the output of the network as the colors of the square tell it, (21, 21)."""
    colors = page.evaluate(
        """() => {
            const copy = new OffscreenCanvas(21, 21).getContext("2d");
            copy.drawImage(find("square"), 0, 0);
            return [...copy.getImageData(0, 0, 21, 21).data];
        }"""
    )
    return np.reshape(colors, (21, 21, 4))[::-1, :, 1] / (232 - 34) * 2 - 2 * 34 / (232 - 34) - 1


def test_an_edge_changes_the_output_and_steps_repair_it(page):
    line = np.linspace(-1, 1, 21)
    inputs = np.stack([np.tile(line, 21), np.repeat(line, 21)], axis=1)
    product = np.outer(line, line)
    np.testing.assert_allclose(picture(page), product, atol=0.01)
    page.locator(".edge").nth(4).click()
    assert page.locator("#title").text_content() == "The edge from h₁ to y"
    drag(page, "coefficient-3", 0, -100)
    shown = np.clip(network_on_show(page)(inputs).reshape(21, 21), -1, 1)
    assert np.abs(shown - product).max() > 0.5
    np.testing.assert_allclose(picture(page), shown, atol=0.01)
    net, x = network_on_show(page), np.array(page.evaluate("SAMPLES"))
    loss, gradient = kn.Objective(net, x, x[:, :1] * x[:, 1:]).fun(net.theta)
    own = gradient[net.layers[0].size : net.layers[0].size + 8]
    np.testing.assert_allclose(arrows(page), -own, atol=0.005)
    assert f"{loss:.3g}" in page.locator("#facts").text_content()
    for _ in range(4):
        page.click("#newton")
    assert (
        kn.Objective(network_on_show(page), x, x[:, :1] * x[:, 1:]).fun(
            network_on_show(page).theta
        )[0]
        < 1e-4 * loss
    )


def test_beyond_the_grid_it_goes_on_or_fades(page):
    t, k, c, _ = state(page)
    last = "+find('facts').textContent.split(' = ').at(-1)"
    page.focus("#x-0")
    for _ in range(22):
        page.keyboard.press("ArrowRight")
    x = page.evaluate("here")
    assert x > 1.3
    ends, slopes = (kn.bspline_basis([1.0], t, k, derivative=d) @ c for d in (0, 1))
    np.testing.assert_allclose(page.evaluate(last), ends + slopes * (x - 1), atol=6e-4)
    page.check("#fade")
    np.testing.assert_allclose(page.evaluate(last), kn.bspline_basis([x], t, k) @ c, atol=6e-4)


def drawn(page, kind, down):
    """Return the points (x, y) of a curve, from its pixels and the scale that is upright."""
    paths = page.evaluate(
        f"[...document.querySelectorAll('#curves path.{kind}')].map((path) => path.outerHTML)"
    )
    pixels = [pair.split(",") for path in paths for pair in re.findall(r"[\d.]+,[\d.-]+", path)]
    return np.array(
        page.evaluate(f"(pixels) => pixels.map(([x, y]) => [X.back(+x), {down}.back(+y)])", pixels)
    ).T


def test_the_picture_shows_the_spline_its_slope_and_its_bumps(page):
    t, k, c, _ = state(page)
    x, y = drawn(page, "spline", "Y")
    inside = np.abs(x) < 1
    B, slopes = (kn.bspline_basis(x[inside], t, k, derivative=d) for d in (0, 1))
    assert len(B) > 50
    np.testing.assert_allclose(y[inside], B @ c, atol=0.01)
    assert not page.locator("#curves text.slope").is_visible()
    page.check("#slope")
    words = page.locator("#curves text.slope").text_content()
    steepest = int(re.fullmatch(r"slope, from -(\d+) to \1", words)[1])
    _, y = drawn(page, "slope", f"scale([-{steepest}, {steepest}], 570, 450)")
    np.testing.assert_allclose(y[-len(x) :][inside], slopes @ c, atol=0.05)
    for number, weights in enumerate((np.ones(8), c)):
        page.locator("[name=bumps]").nth(number).check()
        _, y = drawn(page, "total", "Y")
        np.testing.assert_allclose(y[inside], B @ weights, atol=0.01)


def test_whatever_is_done_the_splines_stay_splines(page):
    """Drag, press and choose at random: every curve has finite numbers, and knots in order."""
    rng, done = np.random.default_rng(11), []
    buttons = ["insert", "halve", "raise", "gradient", "newton", "around", "alone", "reset"]
    for _ in range(50):
        places = rng.uniform(-4, 4, (4, 2)).tolist()
        kinds = [
            f"active = handles()[{rng.integers(99)} % handles().length];"
            f"for (const place of {places}) move(...place);",
            f"find('{rng.choice(buttons)}').dispatchEvent(new Event('click'))",
            f"choose({rng.integers(7)})",
            f"find('k').value = {rng.integers(-1, 7)}; layEvenly(endsOf(chosen.grid))",
            "find('fade').click()",
        ]
        done.append(kinds[rng.choice(5, p=[0.5, 0.3, 0.1, 0.05, 0.05])])
    broken = page.evaluate(
        """(done) => done.flatMap((action) => {
            (0, eval)(action);
            const whole = ({ grid: { t, k }, c }) => c.length === t.length - k - 1 &&
                c.every(Number.isFinite) && t[k] < t.at(-k - 1) &&
                t.every((knot, j) => Number.isFinite(knot) && !(knot < t[j - 1]));
            return curves.every(whole) ? [] : [action];
        })""",
        done,
    )
    assert not broken


def test_the_triangle_is_shown(page):
    rows = page.locator("#triangle").text_content().split("\n")
    numbers = [[float(number) for number in row.split()] for row in rows]
    assert [len(row) for row in numbers] == [1, 2, 3, 4]
    t, k, _, _ = state(page)
    B = kn.bspline_basis([page.evaluate("here")], t, k)[0]
    np.testing.assert_allclose(numbers[-1], B[B > 0], atol=6e-4)


def test_texts_and_lines_stand_out_in_light_and_dark():
    style = (FOLDER / "explorer.css").read_text(encoding="utf-8")
    themes = [
        dict(re.findall(r"--(\w+): #(\w+);", part))
        for part in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(themes) == 2

    def luminance(code):
        code = code if len(code) == 6 else "".join(2 * digit for digit in code)
        parts = np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for colors in themes:
        for back in ("page", "grid"):
            for front in ("text", "soft", "blue", "orange", "green", "pink"):
                pair = sorted(luminance(colors[name]) for name in (front, back))
                assert (pair[1] + 0.05) / (pair[0] + 0.05) > 4.5, (front, back)


def test_it_is_short_and_loads_nothing():
    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert set(texts) == {"explorer.html", "explorer.css", "explorer.js", "splines.js"}
    lines = [
        line for name, text in texts.items() if name.endswith(".js") for line in text.splitlines()
    ]
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 100
    assert not re.search(r"https?:|@import|\bimport\b", "\n".join(texts.values()))


def test_it_and_the_lessons_point_to_each_other():
    links = re.findall(
        r'href="(\w+)\.html"', (FOLDER / "explorer.html").read_text(encoding="utf-8")
    )
    assert {"02a_bumps", "02b_ends", "03a_slopes", "03b_fits", "03c_more_knots", "04a_layer",
            "05a_backward", "05b_chain", "08a_grids"} <= set(links)  # fmt: skip
    for name in set(links) - {"index"}:
        assert (LESSONS / f"{name}.py").exists()
        if name[:2] != "07":
            assert "explorer.html" in (LESSONS / f"{name}.py").read_text(encoding="utf-8"), name
