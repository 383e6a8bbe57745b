"""The way in: `python -m chatdesk`, the `chatdesk` command and the frozen app.

Arguments are parsed first and the rest is imported last, so that `--version` and the probe's child process pay for
nothing that they do not use.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys

from chatdesk import __version__


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask for. Exit codes: 0 done, 1 a problem (on stderr), 2 wrong usage, 130 Ctrl+C."""
    # GNU OpenMP spins at its barriers and starves other programs of a busy machine; this bounds it at no cost.
    # It is read when llama.cpp is loaded, so it is set before anything else, for this process and its children.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) == 1 and _is_model_file(given[0]):
        return _run_window(os.path.abspath(given[0]))  # noqa: PTH100 - for a window that may run in another folder
    parser = _parser()
    options = parser.parse_args(given)
    _check_ask(parser, options)
    if (code := _work_as_child(options)) is not None:
        return code
    if options.self_test:
        from chatdesk.self_test import self_test

        return self_test()
    if options.command is not None:
        from chatdesk import cli

        return cli.run(options)
    return _run_window()


def _run_window(file: str | None = None) -> int:
    # Hardly anything that a start makes is garbage. Looking for it took a tenth of the time until the window was there;
    # it is looked for again from when that is at rest.
    gc.disable()
    from chatdesk.app import run_window

    return run_window(file)


def _work_as_child(options: argparse.Namespace) -> int | None:
    """Do what the app has a process of its own do; None when this is no such process."""
    if options.probe is not None:
        from chatdesk.engine.probe import run_probe

        return run_probe(*options.probe)
    if options.typeset:
        from chatdesk.ui.transcript.typesetter import run_typesetter

        return run_typesetter()
    if options.try_variant is not None:
        from chatdesk.engine.cpu.trial_child import run_trial

        return run_trial(*options.try_variant, is_timed=options.timed)
    return None


def _is_model_file(argument: str) -> bool:
    """Whether it is what a desktop passes for a file that was double-clicked; no command ends so."""
    return argument.lower().endswith(".gguf") and not argument.startswith("-")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatdesk", description="Talk with a language model on this computer. Without a command: open the window."
    )
    parser.add_argument("--version", action="version", version=f"ChatDesk {__version__}")
    parser.add_argument("--self-test", action="store_true", help="try the whole app once, without a screen")
    parser.add_argument("--probe", nargs=2, metavar=("MODEL", "RESULT"), help=argparse.SUPPRESS)
    parser.add_argument("--typeset", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--try-variant", nargs=2, metavar=("MODEL", "RESULT"), help=argparse.SUPPRESS)
    parser.add_argument("--timed", action="store_true", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    ask = commands.add_parser("ask", help="answer one message; saved only with --conversation or --new")
    ask.add_argument("message", help="the message, or - to read it from standard input")
    ask.add_argument(
        "--model", metavar="NAME_OR_PATH", help="a model of the library, or a GGUF file (default: starter)"
    )
    ask.add_argument("--system", metavar="TEXT", help="the system prompt")
    ask.add_argument("--max-tokens", type=int, metavar="N", help="end the reply after N tokens at the latest")
    ask.add_argument("--reasoning", choices=["on", "off"], help="whether to reason first, where that can be switched")
    ask.add_argument(
        "--reasoning-budget", type=int, metavar="N", help="begin the reply after N tokens of reasoning at the latest"
    )
    ask.add_argument("--temperature", type=float, metavar="T", help="0 always takes the most likely token")
    ask.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same reply")
    ask.add_argument("--json", action="store_true", help="print one JSON object when the reply is complete")
    saved = ask.add_mutually_exclusive_group()
    saved.add_argument(
        "--conversation", metavar="ID", help="go on with a chat, and save both messages: an id, its beginning, or last"
    )
    saved.add_argument("--new", action="store_true", help="begin a chat, and save both messages")
    conversations = commands.add_parser("conversations", help="list chats with their ids, the last used first")
    conversations.add_argument("--limit", type=_count, default=20, metavar="N", help="how many (default: 20)")
    conversations.add_argument("--json", action="store_true", help="print JSON")
    _add_models(commands.add_parser("models", help="list the models that can be chosen; find, fetch and check others"))
    export = commands.add_parser("export", help="write chats to a file")
    export.add_argument("file", metavar="FILE", help="where to; several pages become one zip")
    export.add_argument("--chat", metavar="TITLE_OR_ID", help="only this one (default: all)")
    export.add_argument("--format", choices=["json", "md", "html"], default="json", help="json (complete), md or html")
    imported = commands.add_parser("import", help="add the chats of a file: ChatDesk's, ChatGPT's and others'")
    imported.add_argument("file", metavar="FILE")
    doctor = commands.add_parser("doctor", help="look for faults in this installation")
    shapes = doctor.add_mutually_exclusive_group()
    shapes.add_argument("--json", action="store_true", help="print JSON")
    shapes.add_argument("--diagnostics", action="store_true", help="print what belongs in a report about a fault")
    return parser


def _count(text: str) -> int:
    """How many, in an argument: at least one."""
    if not text.isdecimal() or (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return number


def _check_ask(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse what a chat that is kept sets for itself."""
    if options.command != "ask" or not (options.new or options.conversation is not None):
        return
    for name in ("system", "max_tokens", "temperature", "seed", "reasoning", "reasoning_budget"):
        if getattr(options, name) is not None:
            parser.error(f"--{name.replace('_', '-')} is for a message that is not saved; a chat has its own settings")


def _add_models(models: argparse.ArgumentParser) -> None:
    models.add_argument("--json", action="store_true", help="print JSON")
    # A flag given before the command is not undone by the command's own default.
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    commands = models.add_subparsers(dest="models_command", metavar="COMMAND")
    search = commands.add_parser("search", parents=[as_json], help="search the Hugging Face Hub for GGUF models")
    search.add_argument("words", nargs="+", metavar="WORD")
    search.add_argument("--sort", choices=["downloads", "likes", "recent"], default="downloads")
    search.add_argument("--limit", type=_count, default=20, metavar="N")
    show = commands.add_parser("show", parents=[as_json], help="list the files of a repo, and which fit this machine")
    show.add_argument("repo", metavar="REPO", help="owner/name, or an address")
    pull = commands.add_parser("pull", help="download a model; Ctrl+C pauses, the same command goes on")
    pull.add_argument("repo", metavar="REPO", help="owner/name, or an address of a repo or a file")
    pull.add_argument("file", nargs="?", metavar="FILE_OR_QUANT", help="default: what suits most people")
    remove = commands.add_parser("remove", help="move a model to the trash")
    remove.add_argument("model", metavar="NAME_OR_PATH")
    remove.add_argument("--for-good", action="store_true", help="do not keep it in the trash")
    verify = commands.add_parser("verify", help="compare a model with what was downloaded")
    verify.add_argument("model", metavar="NAME_OR_PATH")
    fit = commands.add_parser("fit", parents=[as_json], help="tell how much memory a model needs, and whether it fits")
    fit.add_argument("model", metavar="PATH_OR_REPO_FILE", help="a file, owner/name:QUANT, or the address of a file")
    fit.add_argument("--n-ctx", type=int, metavar="N", help="for a context of N tokens")
    found = commands.add_parser(
        "import", parents=[as_json], help="list models of other apps, and use them where they lie"
    )
    found.add_argument("names", nargs="*", metavar="NAME", help="the ones to use")
    found.add_argument("--all", action="store_true", help="use all")


if __name__ == "__main__":
    sys.exit(main())
