"""Chat templates are strangers' programs: what they do wrong ends in a reason, in time and within memory."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import pytest

from chatdesk.engine.templates import CHATML, GENERAL, ChatTemplate, TemplateError, usable_template

NOW = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
CONVERSATION = [("user", "Hi"), ("assistant", "Hello"), ("user", "<b>“你好”</b>")]


def rendered(source: str) -> str:
    return ChatTemplate(source, bos_token="<s>", eos_token="</s>").render(CONVERSATION, NOW)


def test_a_template_sees_messages_special_tokens_and_the_time_it_is_told() -> None:
    source = (
        "{{ bos_token }}{% for m in messages %}\n  {%- if m['role'] == 'user' %}[{{ m.content }}]{% endif %}\n"
        "{% endfor %}{{ strftime_now('%d %b %Y') }}{% if add_generation_prompt %}:{% endif %}"
    )
    assert rendered(source) == "<s>[Hi][<b>“你好”</b>]23 Nov 2026:"


def test_json_is_written_without_the_escapes_of_html() -> None:
    assert rendered("{{ messages[2] | tojson }}") == '{"role": "user", "content": "<b>“你好”</b>"}'
    assert rendered("{{ {'a': 1} | tojson(indent=2) }}") == '{\n  "a": 1\n}'


def test_loop_controls_and_generation_tags_work() -> None:
    source = "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% break %}{% endfor %}"
    assert rendered(source) == "Hi"


def test_templates_that_want_typed_contents_get_them() -> None:
    source = "{% for m in messages %}{% for part in m.content %}{{ part.text }};{% endfor %}{% endfor %}"
    template, problem = usable_template(source, bos_token="", eos_token="", now=NOW)
    assert problem is None
    assert template is not None
    assert template.render([("user", "Hi")], NOW) == "Hi;"


def test_templates_that_iterate_over_absent_tools_work() -> None:
    source = "{% for tool in tools %}{{ tool }}{% endfor %}{% for m in messages %}{{ m.content }}{% endfor %}"
    template, problem = usable_template(source, bos_token="", eos_token="", now=NOW)
    assert (template is not None, problem) == (True, None)


DOUBLED = "{% set l = [1] %}{% set m = [1] %}" + "{% set l = [l, l] %}{% set m = [m, m] %}" * 45
GREAT = "{% set x = 'ab' * 1500000 %}"
IN_A_LOOP = "{% set n = namespace(x=(1,)) %}{% for a in range(60) %}{% set n.x = BUILT %}{% endfor %}{{ n.x | string }}"

HOSTILE = {
    "endless loop": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "endless output": "{% for a in range(100000) %}{% for b in range(100000) %}xxxxxxxx{% endfor %}{% endfor %}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "great range": "{% for a in range(10 ** 9) %}{% endfor %}",
    "great power": "{{ 10 ** 10 ** 10 }}",
    "great product": "{{ (2 ** 9000) * (2 ** 9000) }}",
    "great string": "{{ 'x' * 10 ** 10 }}",
    "great list": "{{ [messages] * 10 ** 9 }}",
    "doubling": "{% set n = namespace(x='xxxxxxxx') %}{% for a in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "doubling a list": "{% set n = namespace(x=[1]) %}{% for a in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "doubled, compared": DOUBLED + "{% if l == m %}{% endif %}",
    "doubled, as json": DOUBLED + "{{ l | tojson }}",
    "doubled, as a string": DOUBLED + "{{ l | string }}",
    "doubled by a dictionary": IN_A_LOOP.replace("BUILT", "{'a': n.x, 'b': n.x}"),
    "doubled by a call": IN_A_LOOP.replace("BUILT", "dict(a=n.x, b=n.x)"),
    "doubled by a cycler": IN_A_LOOP.replace("BUILT", "cycler(n.x, n.x).items"),
    "doubled by a macro": "{% macro m() %}{% set n.x = varargs %}{% endmacro %}"
    "{% set n = namespace(x=1) %}{% for a in range(60) %}{{ m(n.x, n.x) }}{% endfor %}{{ n.x | string }}",
    "hundredfold": "{% set l = [1] * 100 %}" + "{% set l = [l] * 100 %}" * 9 + "{{ l | string }}",
    "deep hash": "{% set n = namespace(x=()) %}"
    "{% for a in range(99999) %}{% set n.x = (n.x,) %}{% endfor %}{{ {n.x: 1} }}",
    "namespaces": "{% set n = namespace(x=1) %}"
    "{% for a in range(60) %}{% set n.x = namespace(a=n.x, b=n.x) %}{% endfor %}{{ n.x | string }}",
    "tilde": GREAT + "{{ " + " ~ ".join(["x"] * 2000) + " }}",
    "join of a long text": GREAT + "{{ ([x] * 1000000) | join }}",
    "method join of a long text": GREAT + "{{ ''.join([x] * 1000000) }}",
    "set block": GREAT + "{% set y %}" + "{{ x }}" * 5000 + "{% endset %}",
    "macro": GREAT + "{% macro m() %}" + "{{ x }}" * 5000 + "{% endmacro %}{% set y = m() %}",
    "many fields": GREAT + "{{ '" + "{0}" * 5000 + "'.format(x) }}",
    "many percents": GREAT + "{{ '" + "%(a)s" * 5000 + "' % {'a': x} }}",
    "attribute in a field": "{{ '{0.a}'.format(namespace(a=1)) }}",
    "sum": "{{ ([[1]] * 1000000) | sum(start=[]) }}",
    "search from the right": "{{ ('a' * 4000000).rfind('b' ~ 'a' * 1900000) }}",
    "strip": "{{ ('a' * 2000000).strip('b' * 1900000 ~ 'a') }}",
    "trim": "{{ ('a' * 2000000) | trim('b' * 1900000 ~ 'a') }}",
    "bytes": "{{ 'x'.encode().ljust(10 ** 10) }}",
    "bytes of a number": "{{ (1).to_bytes(10 ** 10, 'big') }}",
    "long number": "{% set n = ('f' * 3000000) | int(0, 16) %}{{ (n // 12345678901234567890) is odd }}",
    "translate": "{{ ('a' * 3000000).translate({97: 'b' * 1000000}) }}",
    "colliding keys": "{{ {}.fromkeys(range(0, (2 ** 61 - 1) * 100000, 2 ** 61 - 1)) }}",
    "wide time": "{{ strftime_now('%999999999Y') }}",
    "wide separators": "{{ ([1] * 1000000) | tojson(separators=('x' * 1000000, ':')) }}",
    "padding": "{{ 'x'.ljust(10 ** 10) }}",
    "centred": "{{ 'x' | center(10 ** 10) }}",
    "format": "{{ '{:>9999999999}'.format('x') }}",
    "nested format": "{{ '{:>{}}'.format('x', 10 ** 10) }}",
    "percent": "{{ '%9999999999d' % 1 }}",
    "percent star": "{{ '%*d' % (10 ** 10, 1) }}",
    "indent": "{{ 'x' | indent(10 ** 10, true) }}",
    "replace": "{% set a = 'a' * 1000000 %}{{ a.replace('a', a) }}",
    "replace filter": "{% set a = 'a' * 1000000 %}{{ a | replace('a', a) }}",
    "join": "{% set a = 'a' * 1000000 %}{{ a.join(range(100000)) }}",
    "join filter": "{% set a = 'a' * 1000000 %}{{ range(100000) | join(a) }}",
    "json": "{{ messages | tojson(indent=10 ** 9) }}",
    "batch": "{{ [1] | batch(10 ** 9, 0) | list }}",
    "escape": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ raise_exception.__globals__ }}",
    "changing messages": "{{ messages.append(1) }}",
    "syntax": "{% for m in messages %}",
    "unknown filter": "{{ messages | nonsense }}",
    "missing key": "{{ messages[99].content }}",
    "division": "{{ 1 / 0 }}",
    "refusal": "{{ raise_exception('not\n like this.') }}",
    "include": "{% include '/etc/passwd' %}",
    "deep": "{{ " + "(" * 5000 + ")" * 5000 + " }}",
    "too long": "x" * 600_000,
    "says nothing": "Hello",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_or_broken_template_ends_in_a_reason_and_in_time(source: str) -> None:
    began = time.thread_time()
    template, problem = usable_template(source, bos_token="", eos_token="", now=NOW)
    assert template is None
    assert problem
    assert len(problem) <= 120
    assert "\n" not in problem
    assert time.thread_time() - began < 5
    assert sys.gettrace() is None or "Limits" not in repr(sys.gettrace())


@pytest.mark.parametrize(("source", "expected"), [
    ("{{ 'a' ~ 1 ~ ['b', ('c',)] }}", "a1['b', ('c',)]"),
    ("{% set a, b = (1, {'k': [2]}) %}{{ a + b.k[0] }}{{ [1] + [2] }}{{ [0] * 2 }}", "3[1, 2][0, 0]"),
    ("{{ ['a', 'b'] | join(', ') }}{{ '-'.join(['a', 'b']) }}{{ messages | join('|', 'role') }}",
     "a, ba-buser|assistant|user"),
    ("{{ '{} {a:.2f} {{x}}'.format(1, a=2.5) }}{{ '%s %5d%%' % ('x', 3) }}", "1 2.50 {x}x     3%"),
    ("{{ [1, 2] | sum }}{{ messages | map(attribute='content') | map('length') | sum }}{{ '12' | int + 1 }}", "31813"),
    ("{{ '  a ' | trim }}{{ 'xax' | trim('x') }}{{ 'a</t>b'.rsplit('</t>')[-1].strip('\n') }}", "aab"),
    ("{% macro m(context) %}{{ context }}{{ kwargs.a }}{% endmacro %}{{ m(context=1, a=2) }}", "12"),
    ("{% set x %}{{ 1 }}{{ 2 }}{% endset %}{{ x }}{% filter upper %}a{{ x }}{% endfilter %}", "12A12"),
    ("{{ {'a': 1} | items | list }}{{ {'b': 1, 'a': 2} | dictsort }}", "[('a', 1)][('a', 2), ('b', 1)]"),
])  # fmt: skip
def test_what_templates_commonly_do_works_as_ever(source: str, expected: str) -> None:
    assert rendered(source) == expected


def test_a_long_conversation_may_be_put_together_list_by_list() -> None:
    source = (
        "{% set n = namespace(l=[]) %}{% for m in messages %}{% set n.l = n.l + [{'r': m.role, 'c': m.content}] %}"
        "{% endfor %}{% for m in n.l %}{{ m.c }}{% endfor %}"
    )
    assert ChatTemplate(source).render([("user", "x" * 100)] * 2000, NOW) == "x" * 200_000


def test_a_conversation_of_many_characters_is_no_hostile_one() -> None:
    source = "{% set n = namespace(t='') %}{% for m in messages %}{% set n.t = n.t ~ m.content %}{% endfor %}{{ n.t }}"
    assert len(ChatTemplate(source).render([("user", "x" * 2_000_000)] * 5, NOW)) == 10_000_000


def test_a_reason_says_what_is_wrong() -> None:
    assert usable_template(HOSTILE["endless loop"], bos_token="", eos_token="", now=NOW)[1] == (
        "it did not finish within 2 seconds"
    )
    assert usable_template(HOSTILE["refusal"], bos_token="", eos_token="", now=NOW)[1] == "not like this"
    assert usable_template(None, bos_token="", eos_token="", now=NOW)[1] == "the file has none"
    assert usable_template(HOSTILE["says nothing"], bos_token="", eos_token="", now=NOW)[1] == "it leaves messages out"


def test_a_tracer_that_was_there_is_put_back() -> None:
    before = sys.gettrace()
    seen = []

    def tracer(frame: object, event: str, argument: object) -> None:
        seen.append(event)

    sys.settrace(tracer)
    try:
        rendered("{{ messages[0].content }}")
        with pytest.raises(TemplateError):
            rendered("{{ 1 / 0 }}")
        after = sys.gettrace()
    finally:
        sys.settrace(before)
    assert after is tracer


def test_long_conversations_are_rendered_within_the_limits() -> None:
    template = ChatTemplate(CHATML)
    text = template.render([("user", "x" * 1000), ("assistant", "y" * 1000)] * 2000, NOW)
    assert text.count("<|im_start|>") == 4001


def test_the_general_template_names_the_roles() -> None:
    assert ChatTemplate(GENERAL).render([("system", "S"), ("user", "U")], NOW) == "System: S\n\nUser: U\n\nAssistant:"
