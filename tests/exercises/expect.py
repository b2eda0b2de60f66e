"""How an answer is compared: the message names the case and the place, never the right value."""

import numbers

import numpy as np


def array(answer, shape, case, whole=False):
    """Return an answer as an array, after a look at its kind, its shape and its numbers."""
    if isinstance(answer, np.ndarray | np.generic):
        kind = answer.dtype.kind
        assert kind in "iu" if whole else answer.dtype == np.float64, (
            f"{case}: the numbers are {answer.dtype}, not {'whole' if whole else 'float64'}"
        )
    try:
        found = np.asarray(answer)
        if not whole:
            found = np.asarray(found, dtype=np.float64) if found.dtype.kind in "iuf" else found
    except (ValueError, TypeError):
        raise AssertionError(f"{case}: this is no array of numbers") from None
    assert found.dtype.kind in ("iu" if whole else "f"), (
        f"{case}: {named(answer)} is no array of {'whole' if whole else 'real'} numbers"
    )
    assert found.shape == tuple(shape), f"{case}: the shape is {found.shape}, not {tuple(shape)}"
    assert np.all(np.isfinite(found)), f"{case}: {count(~np.isfinite(found))} not finite"
    return found


def close(answer, wanted, case, rtol=1e-9, atol=0.0):
    """Compare numbers up to rounding, relative to the largest one."""
    wanted = np.asarray(wanted, dtype=np.float64)
    found = array(answer, wanted.shape, case)
    size = np.max(np.abs(wanted), initial=0.0)
    wrong = np.abs(found - wanted) > rtol * size + atol
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f"entry {list(place)} is {found[place]:.6g}" if place else f"{found:.6g}"
        more = f", {count(wrong)} wrong" if place else ""
        raise AssertionError(f"{case}: {where} and should not be{more}")
    return found


def number(answer, wanted, case, rtol=1e-9, atol=0.0):
    """Compare a single number, which may come as a float or as an array without axes."""
    assert np.ndim(answer) == 0, f"{case}: one number is wanted"
    assert not isinstance(answer, bool | str), f"{case}: {named(answer)} is no number"
    value = float(answer) if isinstance(answer, numbers.Real) else answer
    return float(close(value, wanted, case, rtol, atol))


def parts(answer, how_many, case):
    """Return the parts of an answer that has several."""
    assert isinstance(answer, list | tuple), f"{case}: {how_many} results are wanted, in a tuple"
    assert len(answer) == how_many, f"{case}: {how_many} results are wanted, not {len(answer)}"
    return list(answer)


def count(mask):
    """Return how many entries of a mask are set, in words."""
    return f"{int(np.sum(mask))} of {np.size(mask)} entries"


def named(answer):
    """Return the type of an answer with its article."""
    kind = type(answer).__name__
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def refused(call, *arguments):
    """Return the message of the AssertionError that a call raises, None if it raises none."""
    try:
        call(*arguments)
    except AssertionError as error:
        return str(error)
    return None
