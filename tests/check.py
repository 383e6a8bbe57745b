"""Everything that must hold before a change lands: lint, format, types, tests. Arguments go to pytest."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", *sys.argv[1:]),
)


def main() -> int:
    """Run the checks in order and stop at the first that fails."""
    for name, *arguments in CHECKS:
        print(f"== {name} {' '.join(arguments)}", flush=True)
        started = time.monotonic()
        code = subprocess.run([sys.executable, "-m", name, *arguments], cwd=ROOT, check=False).returncode
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
