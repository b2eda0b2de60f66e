"""Commands in processes of their own; what they say is shown if they fail."""

import subprocess


def run(*command, cwd, **options):
    """Run a command without an input, and return what it says on both streams."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
