"""The words on screen as the source marks them for translation, and what it shows without a mark.

Qt's own extractor cannot follow a module's shorthand for `QCoreApplication.translate("Context", …)`, which is what
functions outside of a class use here; so this reads the syntax tree instead.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# What shows its first argument (or its last, for actions and tabs) to a person.
_SHOWING = {
    *("setText", "setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle", "setTitle", "setPlaceholderText"),
    *("setAccessibleName", "setAccessibleDescription", "setSpecialValueText", "setLabelText", "setInformativeText"),
    *("setPrefix", "setSuffix", "addAction", "addMenu", "addButton", "addItem", "addTab", "addRow", "setHeaderLabels"),
    *("QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QAction", "QGroupBox", "QMenu"),
}
# The same in every language.
_NAMES = {"ChatDesk", "GGUF", "Markdown", "JSON", "HTML", "PDF"}
_CONTEXT = 0
_TEXT = 1


@dataclass(frozen=True, slots=True, order=True)
class Marked:
    """One string to translate. `is_plural`: it has a form for each kind of number, chosen by `%n`."""

    context: str
    text: str
    is_plural: bool = False


@dataclass(slots=True)
class Found:
    """What the source holds: strings by context, and places that break the rules, each as `file:line: why`."""

    marked: set[Marked] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def read_sources(package: Path) -> Found:
    """Everything marked in the modules of `package`."""
    found = Found()
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _Reader(found, str(path.relative_to(package.parent)), _shorthands(tree)).visit(tree)
    return found


def _shorthands(tree: ast.Module) -> dict[str, str]:
    """Functions of a module that do nothing but translate in one context: name -> context."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            parameters = {argument.arg for argument in node.args.args[:1]}
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and _called(call) == "translate" and len(call.args) > _TEXT:
                    context, text = _literal(call.args[_CONTEXT]), call.args[_TEXT]
                    if context and isinstance(text, ast.Name) and text.id in parameters:
                        found[node.name] = context
    return found


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


class _Reader(ast.NodeVisitor):
    """Walks one module, knowing in which class it is."""

    def __init__(self, found: Found, path: str, shorthands: dict[str, str]) -> None:
        self._found = found
        self._path = path
        self._shorthands = shorthands
        self._classes: list[str] = []
        self._functions: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions.append(node.name)
        self.generic_visit(node)
        self._functions.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        if name == "tr" and isinstance(node.func, ast.Attribute):
            self._mark(node, self._classes[-1] if self._classes else "", node.args)
        elif name in self._shorthands and isinstance(node.func, ast.Name):
            self._mark(node, self._shorthands[name], node.args)
        elif name in ("translate", "QT_TRANSLATE_NOOP") and len(node.args) > _TEXT:
            # A text that is looked up in a table, or handed through by a shorthand, is marked where it is written.
            if _literal(node.args[_TEXT]) is not None:
                self._mark(node, _literal(node.args[_CONTEXT]) or "", node.args[_TEXT:])
        elif name in _SHOWING and self._path.startswith("chatdesk/ui/"):
            for shown in node.args:
                if any(map(_is_words, _literals(shown))):
                    self._fault(node, f"{name} shows words that are not marked for translation")
        self.generic_visit(node)

    def _mark(self, node: ast.Call, context: str, arguments: list[ast.expr]) -> None:
        text = _literal(arguments[0]) if arguments else None
        if not context or text is None:
            self._fault(node, "what is to be translated must be a literal, in a class or with a context")
            return
        is_plural = "%n" in text
        has_number = len(arguments) > 2 or any(keyword.arg == "n" for keyword in node.keywords)  # text, comment, number
        is_shorthand = _called(node) in self._shorthands or _called(node) == "QT_TRANSLATE_NOOP"
        if is_plural and not has_number and not is_shorthand:
            self._fault(node, "“%n” without its number")
        self._found.marked.add(Marked(context, text, is_plural))

    def _fault(self, node: ast.Call, why: str) -> None:
        self._found.faults.append(f"{self._path}:{node.lineno}: {why}")


def _literals(node: ast.expr) -> Iterator[str]:
    """The literals that `node` shows: itself, or the parts of a formatted or joined one."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _literals(part)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_literals(body), *_literals(orelse))
        case ast.BinOp(left=left, right=right):
            yield from (*_literals(left), *_literals(right))


def _is_words(text: str) -> bool:
    return any(len(word) > 1 and word.isalpha() and word not in _NAMES for word in text.split())
