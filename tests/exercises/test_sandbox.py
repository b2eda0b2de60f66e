"""Nothing that a submission does gets it points, or stops the grader."""

from pathlib import Path

import numpy as np
import pytest
from exercises.catalog import Task
from exercises.sandbox import Sandbox
from exercises.wire import RemoteError

PROJECT = Path(__file__).resolve().parents[2]
ALONE = Task("2.1", "answer", alone=True, library=False, checks=(), points=())
WITH_LIBRARY = Task("2.1", "answer", alone=False, library=True, checks=(), points=())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    made = Sandbox(tmp_path_factory.mktemp("submission"), PROJECT, seconds=20.0)
    yield made
    made.end()


@pytest.fixture
def submit(sandbox):
    """Return what makes a file a submission, and its function callable."""

    def function(text, task=ALONE, seconds=20.0):
        (sandbox.folder / task.file).write_text(text, encoding="utf-8")
        sandbox.close()
        sandbox.seconds = seconds

        def answer(*arguments):
            return sandbox.function(task)(*arguments)

        return answer

    return function


def complaint(call, *arguments):
    with pytest.raises((AssertionError, RemoteError)) as caught:
        call(*arguments)
    return str(caught.value)


def test_values_and_functions_go_to_and_fro(submit):
    answer = submit(
        "from fractions import Fraction\n"
        "def answer(f, x): return {'y': [f(x), (x, None)], 'g': lambda z: z + Fraction(1, 3)}"
    )
    x = np.arange(3.0)
    found = answer(np.sin, x)
    np.testing.assert_array_equal(found["y"][0], np.sin(x))
    np.testing.assert_array_equal(found["y"][1][0], x)
    assert found["y"][1][1] is None
    assert found["g"](1) == pytest.approx(4 / 3)


def test_assertions_of_a_submission_are_told_from_errors(submit):
    answer = submit("def answer(x):\n    assert x < 1, 'too large'\n    return 1 // x")
    with pytest.raises(AssertionError, match=r"too large \(line 2, in answer\)"):
        answer(2)
    with pytest.raises(RemoteError, match=r"ZeroDivisionError: .* \(line 3, in answer\)"):
        answer(0)


def test_an_error_in_a_function_of_the_grader_comes_back(submit):
    answer = submit("def answer(f): return f(1)")
    assert "ZeroDivisionError" in complaint(answer, lambda x: x / 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def answer(x: return x", "ex02.py cannot be read: SyntaxError"),
        ("import nothing_like_this", "ex02.py cannot be imported: ModuleNotFoundError"),
        ("raise SystemExit", "ex02.py cannot be imported: SystemExit"),
        ("import os\nos._exit(0)", "the submission ended the process"),
        ("answers = 3", "ex02.py has no function answer"),
        ("answer = 3", "ex02.py has no function answer"),
        ("def answer(x): raise SystemExit(0)", "SystemExit"),
        ("def answer(x): raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def answer(x): return answer(x)", "RecursionError"),
        ("import os\ndef answer(x): os._exit(0)", "the submission ended the process"),
        ("class A: pass\ndef answer(x): return A()", "returned a value of type ex02.A"),
        (
            "import numpy as np\nclass A(np.ndarray): pass\ndef answer(x): return x.view(A)",
            "ex02.A",
        ),
        ("def answer(x): return (i for i in x)", "returned what cannot be sent, a generator"),
        ("def answer(x): return bytes(10**8)", "the submission ended the process"),
        ("def answer(x):\n    x[0] = 7.0\n    return x", "it changes its argument 1 in place"),
    ],
)
def test_whatever_goes_wrong_has_a_reason(submit, text, words):
    assert words in complaint(submit(text), np.ones(2))


@pytest.mark.parametrize("text", ["while True: pass", "def answer(x):\n    while True: pass"])
def test_endless_loops_end(submit, text):
    answer = submit(text, seconds=0.5)
    assert "no answer within 0.5 s" in complaint(answer, 1)
    assert "no answer within 0.5 s" in complaint(answer, 1)


def test_megabytes_of_print_are_swallowed(submit):
    assert submit("def answer(x):\n    print('x' * 10**7)\n    return x")(1) == 1


def test_after_a_death_the_next_task_lives(submit):
    complaint(submit("import os\ndef answer(x): os._exit(0)"), 1)
    assert submit("def answer(x): return x")(1) == 1


@pytest.mark.parametrize(
    "deed",
    [
        "open(PROJECT + '/tests/exercises/solutions/sol_02.py').read()",
        "os.listdir(PROJECT + '/tests/exercises')",
        "open(PROJECT + '/no/such/folder/ex02.py', 'a')",
        "os.open(PROJECT + '/no/such/folder/ex02.py', os.O_WRONLY | os.O_CREAT)",
        "os.remove(PROJECT + '/no-such-file')",
        "os.rename('ex02.py', PROJECT + '/no/such/folder/ex02.py')",
        "open('/proc/%d/environ' % os.getppid())",
        "os.kill(os.getppid(), 9)",
        "os.fork()",
        "os.system('true')",
        "__import__('subprocess').run(['true'])",
        "__import__('socket').socket()",
        "__import__('ctypes').CDLL(None)",
        "__import__('exercises.checks.check_02')",
    ],
)
def test_a_submission_has_no_rights(submit, deed):
    text = f"import os\nPROJECT = {str(PROJECT)!r}\ndef answer(x):\n    {deed}\n    return x"
    said = complaint(submit(text, WITH_LIBRARY), 1)
    assert "a submission may not" in said or "ModuleNotFoundError" in said


def test_a_submission_may_write_in_its_folder_and_read_its_neighbors(submit, sandbox):
    (sandbox.folder / "ex01.py").write_text("def half(x): return x / 2", encoding="utf-8")
    text = "from ex01 import half\ndef answer(x):\n    open('notes.txt', 'w')\n    return half(x)"
    assert submit(text, WITH_LIBRARY)(3) == 1.5


def test_hypothesis_draws_the_same_examples_every_time(submit):
    text = (
        "from hypothesis import given, strategies as st\n"
        "def answer():\n"
        "    seen = []\n"
        "    given(st.floats())(lambda x: seen.append(repr(x)))()\n"
        "    return seen\n"
    )
    first = submit(text)()
    assert len(first) > 50
    assert submit(text)() == first


@pytest.mark.parametrize(
    "text",
    [
        "import kan_numpy as kn\ndef answer(x): return kn.silu(x)",
        "import scipy.special as s\ndef answer(x): return s.expit(x)",
        "from scipy.special import expit as e\ndef answer(x): return e(x)",
        "def answer(x):\n    from kan_numpy import silu\n    return silu(x)",
        "import scipy\nhelper = scipy.special.expit\ndef answer(x): return helper(x)",
        "import scipy\ndef f(x): return scipy.special.expit(x)\ndef answer(x): return f(x)",
        "import scipy\nclass A:\n    f = scipy.special.expit\ndef answer(x): return A.f(x)",
        "import scipy\ndef answer(x, f=scipy.special.expit): return f(x)",
        "from kan_numpy import *\ndef answer(x): return silu(x)",
        "try:\n    import scipy.special as s\nexcept ImportError:\n    s = None\n"
        "def answer(x): return s.expit(x)",
        "import scipy\ndef answer(x): return getattr(scipy, 'special').expit(x)",
        "import importlib\ndef answer(x): return importlib.import_module('scipy.special').expit(x)",
        "def answer(x): return __import__('scipy.special').special.expit(x)",
        "def answer(x): return eval('__imp' + 'ort__')('scipy.special').special.expit(x)",
        "import scipy\ndef answer(x): return globals()['scipy'].special.expit(x)",
        "import sys\ndef answer(x): return sys.modules['scipy'].special.expit(x)",
        "import numpy as np, scipy\nnp.helper = scipy.special.expit\n"
        "def answer(x): return np.helper(x)",
        "import scipy\nhelpers = {}\nhelpers['e'] = scipy.special.expit\n"
        "def answer(x): return helpers['e'](x)",
        "import numpy as np\nb = np.__builtins__\ndef answer(x): return b['__import__']('scipy')",
    ],
)
def test_a_forbidden_library_is_found(submit, text):
    said = complaint(submit(text), 1.0)
    assert "may not use" in said


@pytest.mark.parametrize(
    "text",
    [
        "import kan_numpy as kn\nfrom scipy import special\ndef answer(x): return x",
        "import kan_numpy as kn\ndef answer(x): return kn.silu(x)\ndef answer(x): return x",
        "import scipy\ndef f(x): return scipy.f(x)\ndef f(x): return x\ndef answer(x): return f(x)",
        "import kan_numpy as kn\nt = kn.uniform_knots(0, 1, 2, 3)\ndef answer(x): return x",
        "import kan_numpy as kn\ndef answer(x):\n    kn = 0\n    return x + kn",
        "def answer(x): raise NotImplementedError\n\nimport numpy as np\ndef answer(x): return x",
        "import sys\ndef answer(x): return x if sys.float_info.epsilon < 1 else 0",
    ],
)
def test_a_library_that_is_not_used_does_no_harm(submit, text):
    assert submit(text)(1) == 1
