"""JupyterLite in build/lite: notebooks and wheel are inside, and Pyodide's Python accepts them.

NumPy, SciPy and Matplotlib for browsers come from the network when a notebook runs, so that their
versions are all that is checked of them here.
"""

import json
import re
import shutil
import subprocess
import zipfile
from email import message_from_string
from hashlib import sha256
from pathlib import Path

import pytest

import kan_numpy as kn

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]
LITE, NPM = ROOT / "build" / "lite", ROOT / "build" / "npm-pyodide"
KERNEL = "extensions/@jupyterlite/pyodide-kernel-extension/static"
ADDRESS = re.compile(r"https://cdn\.jsdelivr\.net/pyodide/v([\d.]+)/full/pyodide\.mjs")


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lite():
    """Return the folder of JupyterLite."""
    assert (LITE / "lab" / "index.html").exists(), "there is no build/lite: run make lite"
    return LITE


@pytest.fixture(scope="module")
def wheel(lite):
    """Return the wheel that notebooks install: the one in the index."""
    (file,) = read_json(lite / "pypi/all.json")["kan-numpy"]["releases"][kn.__version__]
    path = lite / "pypi" / file["url"]
    assert sha256(path.read_bytes()).hexdigest() == file["digests"]["sha256"]
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def pyodide(lite):
    """Install the Pyodide that the kernel loads, as a package for node; return its folder."""
    scripts = [path.read_text(encoding="utf-8") for path in (lite / KERNEL).glob("*.js")]
    (version,) = {version for text in scripts for version in ADDRESS.findall(text)}
    assert shutil.which("npm"), "npm is missing; on Debian: apt-get install nodejs npm"
    NPM.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(NPM)]
    patience = ["--fetch-timeout=90000", "--fetch-retries=5"]  # a download that stalls starts anew
    subprocess.run([*command, *patience, f"pyodide@{version}"], check=True)
    folder = NPM / "node_modules" / "pyodide"
    assert read_json(folder / "package.json")["version"] == version
    return folder


def test_every_lesson_is_there_without_results(lite):
    lessons = {path.stem for path in (ROOT / "lessons").glob("[0-9]*.py")}
    listed = {entry["name"] for entry in read_json(lite / "api/contents/all.json")["content"]}
    assert listed == {f"{name}.ipynb" for name in lessons}
    for name in listed:
        install, page, *cells = read_json(lite / "files" / name)["cells"]
        assert "".join(install["source"]) == "%pip install --quiet kan-numpy"
        assert "def show(" in "".join(page["source"])
        assert len(cells) > 5
        assert not any(cell.get("outputs") for cell in cells)


def test_the_kernel_finds_the_index(lite):
    settings = read_json(lite / "jupyter-lite.json")["jupyter-config-data"]["litePluginSettings"]
    urls = settings["@jupyterlite/pyodide-kernel-extension:kernel"]["pipliteUrls"]
    assert any(url.startswith("./pypi/all.json?") for url in urls)


def test_a_lesson_opens_and_only_the_kernel_comes_from_elsewhere(lite, browser):
    address, asked = "https://lite.example/", []

    def answer(route):
        url = route.request.url.partition("?")[0]
        path = lite / url.removeprefix(address)
        if not url.startswith(address):
            route.abort()
        elif path.is_file():
            route.fulfill(path=path)
        else:
            route.fulfill(status=404)

    context = browser.new_context(service_workers="block")
    context.route("**/*", answer)
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    with page.expect_request(ADDRESS, timeout=120_000):
        page.goto(f"{address}lab/index.html?path=02a_bumps.ipynb", timeout=120_000)
        page.wait_for_selector(".jp-MarkdownCell h1:has-text('Lesson 02a')", timeout=120_000)
    context.close()
    elsewhere = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert len(asked) > 10
    assert len(set(elsewhere)) == 1
    assert ADDRESS.fullmatch(elsewhere[0])


def test_the_wheel_is_that_of_these_files(wheel):
    packed = {name for name in wheel.namelist() if name.endswith(".py")}
    assert packed == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "kan_numpy").rglob("*.py")
    }
    assert all(wheel.read(name) == (ROOT / name).read_bytes() for name in packed)


def test_the_packages_of_pyodide_are_within_our_bounds(wheel, pyodide):
    def numbers(version):
        return tuple(map(int, version.split(".")))

    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    about = message_from_string(wheel.read(name).decode())
    lock = read_json(pyodide / "pyodide-lock.json")
    bounds = dict(
        re.fullmatch(r"(\w+)>=([\d.]+)", needed).groups()
        for needed in about.get_all("Requires-Dist")
        if "extra ==" not in needed
    )
    assert set(bounds) == {"numpy", "scipy", "matplotlib"}
    found = {name: lock["packages"][name]["version"] for name in bounds}
    assert all(numbers(found[name]) >= numbers(bounds[name]) for name in bounds), (found, bounds)
    python = about["Requires-Python"].removeprefix(">=")
    assert numbers(lock["info"]["python"]) >= numbers(python)


def test_every_module_compiles_in_the_python_of_pyodide(wheel, pyodide, tmp_path):
    wheel.extractall(tmp_path)
    script = Path(__file__).with_name("pyodide.mjs")
    done = subprocess.run(
        ["node", str(script), str(pyodide / "pyodide.mjs"), str(tmp_path), "kan_numpy"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told["modules"]) == {n for n in wheel.namelist() if n.endswith(".py")}
    assert told["version"] == kn.__version__
    assert tuple(told["python"]) >= (3, 10)


def test_what_is_no_python_is_refused(pyodide, tmp_path):
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    script = Path(__file__).with_name("pyodide.mjs")
    done = subprocess.run(
        ["node", str(script), str(pyodide / "pyodide.mjs"), str(tmp_path), "broken"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode
    assert "broken.py" in done.stderr
