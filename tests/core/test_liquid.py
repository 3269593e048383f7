"""Liquid in text values: what becomes of them, and how much they may ask."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogweb.core import liquid
from catalogweb.core.errors import Forbidden, Invalid, NotFound
from catalogweb.core.liquid import check_liquid, has_liquid, names_in, render
from catalogweb.core.liquid.engine import ENVIRONMENT
from catalogweb.core.rights import System
from catalogweb.core.storing import is_storable


def rendered(value, **names):
    return render(value, by=System(), names=names)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ port }}", 8080),
        ("{{ 5000 | toNumber }}", 5000),
        ("{{ '1.5' | toNumber }}", 1.5),
        ("{{ 'true' | toBoolean }}", True),
        ("{{ 'off' | toBoolean }}", False),
        ("{{ port | toString }}", "8080"),
        ("{{ tags | toString }}", '["a", "b"]'),
        ("{{ tags }}", ["a", "b"]),
        ("{{ nothing }}", None),
        ("{{ nothing | toNumber }}", None),
        ("{{ nothing | toBoolean }}", None),
        ("{{ self.name }}", "shop"),
        ("{{ ext-port }}", 9),
    ],
)
def test_a_whole_output_keeps_its_type(text, value):
    scope = {"port": 8080, "tags": ["a", "b"], "self": {"name": "shop"}, "ext-port": 9}

    assert rendered({"field": text}, **scope) == {"field": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("port {{ port }}", "port 8080"),
        (" {{ port }}", " 8080"),
        ("a{{ nothing }}b", "ab"),
        ("{% if port > 80 %}high{% else %}low{% endif %}", "high"),
        ("{% assign a = port %}{{ a }}", "8080"),
        ("{% for i in (1..3) %}{{ i }},{% endfor %}", "1,2,3,"),
        ("{% raw %}{{ .Names }}{% endraw %}", "{{ .Names }}"),
        ("{% case port %}{% when 8080 %}x{% endcase %}", "x"),
        ("{{- port -}} x", "8080x"),
        ("{{ 'a-b-a' | replace: 'a', 'c' | upcase }}", "C-B-C"),
        ("{{ words | uniq | join: '+' }}.", "a+b."),
    ],
)
def test_a_text_around_it_makes_text(text, value):
    assert rendered(text, port=8080, words=["a", "b", "a"]) == value


def test_texts_are_rendered_wherever_they_are_but_keys_are_not():
    body = {"{{ a }}": [{"b": "{{ a }}", "c": 5, "d": None}, "{{ a }}"]}

    assert rendered(body, a=1) == {"{{ a }}": [{"b": 1, "c": 5, "d": None}, 1]}


def test_a_value_without_liquid_is_the_same_object_and_the_library_stays_unused(monkeypatch):
    monkeypatch.setattr(liquid, "_each_text", None)
    body = {"a": ["text { with } braces", 1, {"b": "100 %"}]}

    assert rendered(body) is body


def test_a_field_that_is_left_verbatim_stays():
    body = {"password": "{{ a }}", "more": {"Password": "{% x"}, "url": "{{ a }}"}

    assert render(body, by=System(), names={"a": 1}, verbatim={"password"}) == body | {"url": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ a", "“{{” is not closed by “}}”"),
        ("{% if a", "“{%” is not closed by “%}”"),
        ("{% if a %}x", "end of file|endif"),
        ("{% raw %}x", "“raw” is not closed"),
        ("{{ a | upcas }}", "There is no filter “upcas”. Did you mean “upcase”?"),
        ("{% include 'a' %}", "unexpected tag 'include'"),
        ("{% render 'a' %}", "unexpected tag 'render'"),
        ("{% liquid echo 1 %}", "unexpected tag 'liquid'"),
        ("{{ 'abc' | toNumber }}", "“abc” is not a number"),
        ("{{ 'abc' | toBoolean }}", "“abc” is neither true nor false"),
        ("{{ 1 | divided_by: 0 }}", "can't divide by 0"),
        ("{{ '////' | base64_decode }}", "cannot be rendered"),
        ("{{ '%00' | url_decode }}", "cannot be stored"),
        ("{{ 'inf' | toNumber }}", "cannot be stored"),
        ("{{}}", "This is not Liquid"),
    ],
)
def test_a_fault_names_its_field(text, words):
    with pytest.raises(Invalid, match=words) as refused:
        rendered({"images": [{"name": text}]})

    assert refused.value.field == "images[0].name"
    assert refused.value.message.startswith("Field 'images[0].name': ")


LOTS = "x" * 500_000


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{% for i in (1..100) %}{% for j in (1..100) %}x{% endfor %}{% endfor %}",
        "{% assign r = (1..1000000000) %}{% for i in r reversed %}x{% endfor %}",
        "{{ (1..1000000000) }}",
        "{{ (1..1000000000) | join: ',' }}",
        "{{ (1..10000000000000000000000) | size }}",
        "{% assign a = 'xx' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}",
        "{{ lots | replace: 'x', lots }}",
        "{{ many | join: lots }}",
        "{% for i in many %}{{ lots }}{% endfor %}",
        "{{ 999999999999 | times: 999999999999 }}",
        "{{" + " " * 30_000,
        "{{" + " " * 30_000 + "}}",
        "{{ " + "(" * 490 + " }}",
        "{% raw %}" * 3000,
        "{% if a %}" * 1000,
        "{% if " + "a and " * 80 + "a %}" * 300,
        "x" * 40_000 + "{{ a }}",
        "{% for i in (1..1000) %}{% endfor %}" * 800,
    ],
)
def test_a_text_that_asks_too_much_is_refused_soon(text):
    started = time.thread_time()

    with pytest.raises(Invalid):
        rendered([text], lots=LOTS, many=list(range(1000)))

    assert time.thread_time() - started < 2.5


def test_many_texts_share_one_allowance_of_time(monkeypatch):
    monkeypatch.setattr("catalogweb.core.liquid.engine.SECONDS", 0.05)

    with pytest.raises(Invalid, match="longer than a second"):
        rendered(["{% for i in (1..1000) %}{% if i %}{% endif %}{% endfor %}"] * 1000)


def test_many_texts_share_one_allowance_of_size():
    with pytest.raises(Invalid, match="together becomes too large"):
        rendered(["{{ lots }}"] * 10, lots=LOTS)


def test_values_that_are_nested_too_deeply_are_refused():
    value = "{{ a }}"
    for _ in range(70):
        value = [value]

    with pytest.raises(Invalid, match="nested deeper than 64 levels"):
        rendered(value)


@pytest.fixture
def lookups(monkeypatch):
    """A filter `look` that notes what it was asked."""
    asked = []

    def look(name, *more, by):
        asked.append((name, *more))
        if name == "gone":
            raise NotFound("There is no “gone”.")
        return {"host": f"{name}.example.org"}

    monkeypatch.setitem(liquid.FINDERS, "look", look)
    return asked


def test_a_finder_is_asked_once_for_the_same_thing(lookups):
    texts = ["{{ 'a' | look | map: 'host' | first }}"] * 3 + ["{% assign b = 'a' | look: 2 %}{{ b.host }}"]

    assert rendered(texts) == ["a.example.org"] * 4
    assert lookups == [("a",), ("a", 2)]


def test_a_finders_refusal_names_the_field(lookups):
    with pytest.raises(Invalid, match="^Field 'env': There is no “gone”.$"):
        rendered({"env": "{{ 'gone' | look }}"})


def test_a_body_looks_up_a_bounded_number_of_things(lookups):
    with pytest.raises(Invalid, match="more than 100 lookups"):
        rendered([f"{{{{ '{number}' | look }}}}" for number in range(101)])


def test_nobody_renders_without_the_right_to_read():
    class Nobody(System):
        def may(self, right):
            return False

    with pytest.raises(Forbidden):
        render("{{ a }}", by=Nobody(), names={})


def test_checking_finds_what_can_never_be_rendered():
    check_liquid({"a": ["{{ x | upcase }}", 5]})

    with pytest.raises(Invalid, match="Field 'a\\[0\\]': There is no filter “upcas”"):
        check_liquid({"a": ["{{ x | upcas }}"]})


def test_names_are_those_that_no_text_makes_itself():
    texts = ["{{ port }}", "{% assign a = host %}{{ a }}", "{% for m in self.microservices %}{{ m.name }}{% endfor %}"]

    assert names_in(texts) == {"port", "host", "self"}


@pytest.mark.parametrize(
    ("value", "has"),
    [
        ("{{", True),
        ("{%", True),
        ("{ {", False),
        ([{}, {"a": {}}, [{"b": "}} %}"}]], False),
        ({"a": [{"b": "{%"}]}, True),
        ([["{{"]], True),
    ],
)
def test_liquid_is_looked_for_in_values_only(value, has):
    assert has_liquid(value) is has


def test_one_object_is_mapped_to_its_value_and_is_the_first_of_itself():
    agent = {"host": "10.0.0.7"}

    assert rendered("{{ agent | map: 'host' }}", agent=agent) == "10.0.0.7"
    assert rendered("{{ agent | first | map: 'host' | first | append: ':1' }}", agent=agent) == "10.0.0.7:1"
    assert rendered("{{ agents | map: 'host' }}", agents=[agent]) == ["10.0.0.7"]
    assert rendered("{{ nothing | map: 'host' }}") is None


FRAGMENTS = st.sampled_from([
    "{{", "}}", "{%", "%}", "{%-", "-%}", " ", "a", "self", ".b", "[0]", "|", " | ", ":", ",", "'x'", "5", "-1", "(1..3)", "if ", "endif",
    "for i in ", "endfor", "assign c = ", "raw", "endraw", "case a", "when 5", "upcase", "date: '%Y'", "split: ''", "sort", "first",
    "toNumber", "divided_by: 0", "slice: 9", "round: 3", "where: 'b'", "sum", "truncate: 'x'", "url_decode", "base64_decode", "==", "contains", "nil", "\n",
])  # fmt: skip
VALUES = st.sampled_from([None, True, 5, 1.5, "x", "", [], [1, "a", None, {"b": 2}], {"b": [1]}, "2024-01-01"])


@settings(max_examples=400, deadline=None)
@given(pieces=st.lists(FRAGMENTS, max_size=14), value=VALUES)
def test_whatever_is_written_is_rendered_or_refused(pieces, value):
    for text in ("".join(pieces), "{{ a | " + "".join(pieces) + " }}"):
        try:
            assert is_storable(rendered(text, a=value, self={"b": value}))
        except Invalid as refusal:
            assert refusal.message


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "x", [1, "a", {"b": 2}], {"b": 1}])
def test_every_filter_takes_every_value_or_refuses_it(value):
    for name in ENVIRONMENT.filters:
        for arguments in ("", ": 'b'", ": 1", ": nothing", ": 'b', 2", ": a, a"):
            with contextlib.suppress(Invalid):
                rendered(f"{{{{ a | {name}{arguments} }}}}", a=value)
