"""Jinja's sandbox, and bounds on the single operations of it that could take all time or memory by themselves.

Imported late, by `templates`: it brings Jinja.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Any

from jinja2 import nodes, pass_environment
from jinja2.compiler import CodeGenerator
from jinja2.ext import Extension, loopcontrols
from jinja2.filters import do_indent, do_int, make_attrgetter
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from chatdesk.engine.template_limits import LimitExceededError
from chatdesk.engine.template_weights import MAX_WEIGHT, Weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.compiler import Frame
    from jinja2.parser import Parser

MAX_BITS = 10_000  # of one number
MAX_NUMBER_CHARS = 2000  # of the spelling of one, in any base
MAX_COMPARISONS = 10**9  # of characters, by a method of strings that takes length times length
# In what is to be formatted: a great width, one that comes from elsewhere, and an attribute or item of a value.
_WIDE = re.compile(r"\d{4,}|\{")
_WIDE_PERCENT = re.compile(r"%[^%a-zA-Z]*(?:\d{4,}|\*)")
_PART = re.compile(r"[.\[]")
_REFUSED = frozenset({"center", "encode", "expandtabs", "fromkeys", "ljust", "rjust", "to_bytes", "translate", "zfill"})
_QUADRATIC = frozenset({"lstrip", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "strip"})


class GenerationTag(Extension):
    """`{% generation %}…{% endgeneration %}`: marks replies for training; here its content is simply written."""

    tags = {"generation"}  # noqa: RUF012 - how Jinja declares it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """The nodes between the tags."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class WeighingGenerator(CodeGenerator):
    """Has whatever an expression builds weighed: written lists and dictionaries, and what filters make."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """`a ~ b`: joined by the environment, which bounds it."""
        self.write("environment.concat((")
        for operand in node.nodes:
            self.visit(operand, frame)
            self.write(", ")
        self.write("))")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        """`[…]`, weighed."""
        self.write("environment.weighed(")
        super().visit_List(node, frame)
        self.write(")")

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        """`(…)`, weighed, unless it is what is assigned to."""
        if node.ctx != "load":
            super().visit_Tuple(node, frame)
            return
        self.write("environment.weighed(")
        super().visit_Tuple(node, frame)
        self.write(")")

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        """`{…}`, weighed."""
        self.write("environment.weighed(")
        super().visit_Dict(node, frame)
        self.write(")")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """`value | filter`, weighed."""
        self.write("environment.weighed(")
        super().visit_Filter(node, frame)
        self.write(")")


class OpaqueNamespace(Namespace):
    """`namespace(…)`: can hold itself and is not weighed, so it does not show what is in it."""

    def __repr__(self) -> str:
        return "<Namespace>"


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox for chat templates, to be used under `Limits`."""

    code_generator_class = WeighingGenerator
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, GenerationTag], cache_size=0)
        self.weights = Weights()
        for name in ("batch", "center", "filesizeformat", "format", "round", "slice", "urlize", "wordwrap", "xmlattr"):
            self.filters.pop(name)  # nothing that a prompt needs, and most take a width
        self.filters |= {
            "indent": bounded_indent,
            "int": bounded_int,
            "join": bounded_join,
            "replace": bounded_replace,
            "sum": bounded_sum,
            "trim": bounded_trim,
        }
        self.globals["namespace"] = OpaqueNamespace
        del self.globals["lipsum"]

    def weighed(self, value: Any) -> Any:
        """`value`, refused when it is too large or nested too deep."""
        self.weights.of(value)
        return value

    def concat(self, values: Iterable[Any]) -> str:
        """All `values` as one text, refused where it would be huge. Also what blocks and macros write."""
        pieces: list[str] = []
        length = 0
        for value in values:
            pieces.append(str(value))
            length += len(pieces[-1])
            _refuse_if(length > self.weights.most)
        return "".join(pieces)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Addition, multiplication, power and formatting, refused where the result would be huge."""
        if operator == "+":
            if isinstance(left, str | list | tuple):
                self.weights.of(left, right)
                total = super().call_binop(context, operator, left, right)
                self.weights.of_sum(total, left, right)
                return total
        elif operator == "*":
            _refuse_if(
                self._repeated(left, right) > self.weights.most or self._repeated(right, left) > self.weights.most
            )
            _refuse_if(_bits(left) + _bits(right) > MAX_BITS)
        elif operator == "**":
            _refuse_if(_bits(left) * max(_count(right), 1) > MAX_BITS)
        elif isinstance(left, str):
            _refuse_if(bool(_WIDE_PERCENT.search(left)))
            _refuse_if(left.count("%") * self.weights.of(right) > self.weights.most)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, untrusted_callable: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A call, refused where it would take or make something huge."""
        owner = getattr(untrusted_callable, "__self__", None)
        name = getattr(untrusted_callable, "__name__", "")
        self.weights.of(*args, *kwargs.values())
        if isinstance(owner, str | int | dict | type):
            _refuse_if(name in _REFUSED)
        if isinstance(owner, str):
            if name == "replace" and len(args) > 1:
                self.bound_replacement(owner, str(args[0]), str(args[1]))
            if name == "join" and args:
                return self.joined(owner, args[0])
            if name in _QUADRATIC:
                bound_search(owner, *args, *kwargs.values())
        return self.weighed(super().call(context, untrusted_callable, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Any:
        """`str.format` as the sandbox has it, refused where the format asks for a great width or much."""
        formatted = super().wrap_str_format(value)
        if formatted is None:
            return None
        template: str = value.__self__

        def bounded(*args: Any, **kwargs: Any) -> Any:
            fields = [field for field in Formatter().parse(template) if field[1] is not None]
            _refuse_if(any(_PART.search(field[1] or "") or _WIDE.search(field[2] or "") for field in fields))
            _refuse_if(len(fields) * self.weights.of(*args, *kwargs.values()) > self.weights.most)
            return formatted(*args, **kwargs)

        return bounded

    def bound_replacement(self, text: str, old: str, new: str) -> None:
        """Refuse a replacement whose result would be huge."""
        _refuse_if(len(text) + text.count(old) * len(new) > self.weights.most)

    def joined(self, separator: str, values: Iterable[Any]) -> str:
        """`separator.join(values)`, refused where the result would be huge."""
        pieces: list[Any] = []
        for value in values:
            pieces += (separator, value) if pieces else (value,)
        return self.concat(pieces)

    def _repeated(self, value: object, times: object) -> int:
        """What a string or list weighs when it is repeated; 0 for anything that multiplication does not repeat."""
        return self.weights.of(value) * _count(times) if isinstance(value, str | bytes | list | tuple) else 0


def bounded_indent(value: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:  # noqa: FBT001, FBT002 - Jinja's signature
    """The filter `indent`, refused where the result would be huge."""
    text = str(value)
    _refuse_if((text.count("\n") + 1) * (width if isinstance(width, int) else len(width)) > MAX_WEIGHT)
    return do_indent(text, width, first, blank)


def bounded_int(value: Any, default: int = 0, base: int = 10) -> int:
    """The filter `int`, refused where the number would be huge."""
    _refuse_if(isinstance(value, str) and len(value) > MAX_NUMBER_CHARS)
    return do_int(value, default, base)


@pass_environment
def bounded_join(
    environment: BoundedEnvironment, values: Iterable[Any], separator: str = "", attribute: str | int | None = None
) -> str:
    """The filter `join`, refused where the result would be huge."""
    items = values if attribute is None else map(make_attrgetter(environment, attribute), values)
    return environment.joined(str(separator), items)


@pass_environment
def bounded_replace(
    environment: BoundedEnvironment, value: object, old: str, new: str, count: int | None = None
) -> str:
    """The filter `replace`, refused where the result would be huge."""
    text = str(value)
    environment.bound_replacement(text, old, new)
    return text.replace(old, new, -1 if count is None else count)


@pass_environment
def bounded_sum(
    environment: BoundedEnvironment, values: Iterable[Any], attribute: str | int | None = None, start: Any = 0
) -> Any:
    """The filter `sum`, step by step: Python's own adds up lists in one step, each time copying all before."""
    items = values if attribute is None else map(make_attrgetter(environment, attribute), values)
    total = start
    for item in items:  # a loop of lines, which `Limits` sees
        total = total + item
    return total


def bounded_trim(value: object, chars: str | None = None) -> str:
    """The filter `trim`, refused where it would take long."""
    text = str(value)
    if chars is not None:
        bound_search(text, chars)
    return text.strip(chars)


def bound_search(text: str, *arguments: object) -> None:
    """Refuse a search for one of `arguments` that compares every character with every other, and that many."""
    _refuse_if(any(isinstance(wanted, str) and len(text) * len(wanted) > MAX_COMPARISONS for wanted in arguments))


def _refuse_if(huge: bool) -> None:  # noqa: FBT001 - reads as the sentence it is
    if huge:
        raise LimitExceededError("it takes too much memory")


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bits(value: object) -> int:
    return value.bit_length() if isinstance(value, int) else 0
