"""The way in: `python -m chatdesk`, the `chatdesk` command and the frozen app.

Arguments are parsed first and the rest is imported last, so that `--version` and the probe's child process pay for
nothing that they do not use.
"""

from __future__ import annotations

import argparse
import os
import sys

from chatdesk import __version__


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask for. Exit codes: 0 done, 1 a problem (on stderr), 2 wrong usage, 130 Ctrl+C."""
    # GNU OpenMP spins at its barriers and starves other programs of a busy machine; this bounds it at no cost.
    # It is read when llama.cpp is loaded, so it is set before anything else, for this process and its children.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    options = _parser().parse_args(arguments)
    if options.probe is not None:
        from chatdesk.engine.probe import run_probe

        return run_probe(*options.probe)
    if options.self_test:
        from chatdesk.self_test import self_test

        return self_test()
    if options.command is not None:
        from chatdesk import cli

        return cli.run(options)
    from chatdesk.app import run_window

    return run_window()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatdesk", description="Talk with a language model on this computer. Without a command: open the window."
    )
    parser.add_argument("--version", action="version", version=f"ChatDesk {__version__}")
    parser.add_argument("--self-test", action="store_true", help="try the whole app once, without a screen")
    parser.add_argument("--probe", nargs=2, metavar=("MODEL", "RESULT"), help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    ask = commands.add_parser("ask", help="answer one message; nothing is saved")
    ask.add_argument("message", help="the message, or - to read it from standard input")
    ask.add_argument(
        "--model", metavar="NAME_OR_PATH", help="a model of the library, or a GGUF file (default: starter)"
    )
    ask.add_argument("--system", metavar="TEXT", help="the system prompt")
    ask.add_argument("--max-tokens", type=int, metavar="N", help="end the reply after N tokens at the latest")
    ask.add_argument("--temperature", type=float, metavar="T", help="0 always takes the most likely token")
    ask.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same reply")
    ask.add_argument("--json", action="store_true", help="print one JSON object when the reply is complete")
    models = commands.add_parser("models", help="list the models that can be chosen")
    models.add_argument("--json", action="store_true", help="print JSON")
    doctor = commands.add_parser("doctor", help="look for faults in this installation")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
