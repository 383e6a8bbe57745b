"""Where the frozen app begins. Before anything else it gives its children the environment that it was given itself."""

import os
import sys


def restore_environment() -> None:
    """Undo what PyInstaller's launcher did for this process alone.

    On Linux it puts its own libraries first, which a browser or file manager must not inherit. The last variable tells
    the launcher of a child that is this app again to set itself up anew.
    """
    if sys.platform.startswith("linux"):
        original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        os.environ.pop("LD_LIBRARY_PATH", None)
        if original:
            os.environ["LD_LIBRARY_PATH"] = original
        # A python that is started by itself does this (PEP 538); without it Qt complains on stderr.
        if "LC_ALL" not in os.environ and os.environ.get("LC_CTYPE", os.environ.get("LANG", "C")) in ("C", "POSIX"):
            os.environ["LC_CTYPE"] = "C.UTF-8"
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


if __name__ == "__main__":
    restore_environment()
    from chatdesk.__main__ import main

    sys.exit(main())
