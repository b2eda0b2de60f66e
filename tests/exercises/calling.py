"""How functions are called while grading: warnings are no failure, nothing is left to chance."""

import warnings

import numpy as np


def plain(value):
    """Return what a change in place would change: arrays and numbers of nested lists."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return [(key, plain(part)) for key, part in value.items()]
    return repr(value) if isinstance(value, int | float | str) else None


def careful(function):
    """Return the function, which raises if it changes an argument in place."""

    def call(*arguments):
        before = [plain(argument) for argument in arguments]
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = ungrouped(function, arguments)
        for number, (argument, old) in enumerate(zip(arguments, before, strict=True), 1):
            if plain(argument) != old:
                raise AssertionError(f"it changes its argument {number} in place")
        return result

    return call


def ungrouped(function, arguments):
    """Call a function; of several AssertionErrors in a group, as hypothesis raises, raise one."""
    try:
        return function(*arguments)
    except Exception as error:
        inner = getattr(error, "exceptions", ())
        if inner and all(isinstance(part, AssertionError) for part in inner):
            raise inner[0] from None
        raise


def derandomize():
    """Let hypothesis draw the same examples every time, and look for no simpler ones."""
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "grading", derandomize=True, database=None, deadline=None, phases=phases
    )
    settings.load_profile("grading")
