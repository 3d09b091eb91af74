"""How every tool of this folder ends: 0 when done, 1 when it refuses, 2 when it was used wrongly or cannot ask."""

import os
import sys
import unicodedata


class Refused(Exception):
    """What was asked for is not done, for a reason that lies in what was given or found."""


class Unable(Exception):
    """The tool could not be used, or could not read what it needs."""


def for_a_terminal(text):
    """A text in which a terminal obeys nothing but the ends of lines, and of which a person sees all."""
    return "".join("·" if unicodedata.category(c)[0] == "C" and c != "\n" else c for c in text)


def missing_package(package):
    """Ends the process for want of a package that `make venv` installs."""
    advice = "call the tool through make, or first: source .venv/bin/activate"
    print(f"the Python package {package} is missing: {advice}", file=sys.stderr)
    sys.exit(2)


def finish(name, work):
    """Does the work and ends the process with its status. What went wrong is said in one line."""
    try:
        status = work() or 0
        sys.stdout.flush()
    except Refused as fault:
        print(f"{name}: {for_a_terminal(str(fault))}", file=sys.stderr)
        status = 1
    except Unable as fault:
        print(f"{name}: {for_a_terminal(str(fault))}", file=sys.stderr)
        status = 2
    except BrokenPipeError:
        # The reader has gone, such as `head`. Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)
