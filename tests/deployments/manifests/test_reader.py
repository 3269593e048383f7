"""YAML as people write it and as attackers do: an answer or a refusal with its line, never anything else."""

import pytest

from catalogweb.deployments.manifests import ManifestRefused
from catalogweb.deployments.manifests.fields import plain
from catalogweb.deployments.manifests.reader import DEEPEST, MOST_ALIASES, MOST_VALUES, read


def refused(text):
    with pytest.raises(ManifestRefused) as found:
        read(text)
    [fault] = found.value.faults
    return fault


def values(text):
    return [plain(document.root) for document in read(text)]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "   ", "# only a comment\n", "---\n", "---\n---\n...\n", "\ufeff", "--- # x\n"]
)
def test_text_without_a_document_is_read_as_none(text):
    assert read(text) == []


@pytest.mark.parametrize(
    "text", ["a: 1\nb: x\n", "a: 1\r\nb: x\r\n", "\ufeffa: 1\nb: x", "---\na: 1\nb: x\n...\n", '{"a": 1, "b": "x"}']
)
def test_line_ends_marks_and_json_make_no_difference(text):
    assert values(text) == [{"a": 1, "b": "x"}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-7", -7), ("0x1F", 31), ("0o17", 15), ("1_000", 1000), ("1.5", 1.5), ("1e3", 1000.0), ("true", True),
        ("False", False), ("~", None), ("null", None), ("", None), ("yes", "yes"), ("on", "on"), ("010", 10),
        ("2026-01-01", "2026-01-01"), ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"), ("'1'", "1"), (".nan", ".nan"),
        (".inf", ".inf"), ("1e999", "1e999"), ("!!int x", "x"), ("!!bool x", "x"), ("!!float x", "x"), ("!!str 1", "1"),
        ("!!binary aGk=", "aGk="), ("=", "="), ("12:30", "12:30"), ("0xZZ", "0xZZ"), ("!mine x", "x"),
        ("!mine:int 7", "7"), ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)  # fmt: skip
def test_scalar_is_what_it_looks_like(text, value):
    assert values(f"a: {text}") == [{"a": value}]


def test_very_long_number_is_text():
    assert values("a: " + "9" * 5000) == [{"a": "9" * 5000}]


@pytest.mark.parametrize("key", ["1", "true", "~", "2026-01-01", "1.5", "'x y'", "é"])
def test_key_that_is_no_text_is_read_as_written(key):
    assert list(values(f"{key}: 1")[0]) == [key.strip("'").replace("~", "~")]


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/object:os.system", "!!python/name:os.system", "!!js/function"]
)
def test_tag_of_another_language_is_never_carried_out(tag):
    assert values(f"a: {tag} 'touch /tmp/owned'") == [{"a": "touch /tmp/owned"}]
    assert values(f"a: {tag} [1]") == [{"a": [1]}]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("a: [1", 1, "not YAML"),
        ("a: 'open\n\n", 3, "not YAML"),
        ("a: 1\n b: 2", 2, "not YAML"),
        ("a: @x", 1, "not YAML"),
        ("a: *nowhere", 1, "not YAML"),
        ("a: 1\nb: 2\na: 3", 3, "“a” stands twice, first on line 1"),
        ("x:\n  a: 1\n  a: 2", 3, "“a” stands twice, first on line 2"),
        ("? [a]\n: b", 1, "is text, not a list"),
        ("x:\n  ? {a: b}\n  : c", 2, "is text, not a list"),
        ("base: &b {a: 1}\nx:\n  <<: *b", 3, "write the fields out"),
        ('a: "\\0"', 1, "cannot be stored"),
        ('a: 1\nb: "\\ud800"', 2, "cannot be stored"),
        ('"\\0": 1', 1, "cannot be stored"),
        ('a: "\\UFFFFFFFF"', 1, "not YAML"),
        ('a: "\\xZZ"', 1, "not YAML"),
        ("a: \x07", 1, "not YAML"),
        ("a: \x00", 1, "cannot be stored"),
        ("a: \ud800", 1, "cannot be stored"),
        ("%YAML 9.9\n---\na: 1", 1, "not YAML"),
        ("%NONSENSE\na: 1", 2, "not YAML"),
        ("&a [*a]", 1, "nested deeper"),
        ("a: &a\n  b: *a", 1, "nested deeper"),
    ],
)
def test_refusal_names_the_line(text, line, said):
    fault = refused(text)

    assert said in fault.message
    assert fault.line <= line + 1
    assert fault.document == 1


def test_refusal_names_the_document():
    assert refused("a: 1\n---\nb: 2\n---\nc: [\n").document == 3


@pytest.mark.parametrize(
    "text", ["a: *s3cret-password", "a: &s3cret x\nb: *s3cret-password", "a: !s3cret!x y", "a: *it's-s3cret"]
)
def test_refusal_of_the_parser_never_repeats_what_was_written(text):
    assert "s3cret" not in str(refused(text).as_json())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foo: [bar", "This is not YAML: expected ',' or ']', but got '<stream end>'."),
        ("foo: {a: b", "expected ',' or '}'"),
        ("- a\nb: c", "expected <block end>, but found '?'"),
        ("a:\n\t- b", "found character <tab> that cannot start any token"),
        ("%YAML 1.9\n---\na: b", "version minor part"),
    ],
)
def test_refusal_of_the_parser_says_what_it_expected(text, said):
    assert said in refused(text).message


def test_anchor_twice_is_no_warning():
    assert values("a: &x 1\nb: &x 2\nc: *x") == [{"a": 1, "b": 2, "c": 2}]


def test_alias_is_read_as_what_it_stands_for():
    assert values("a: &x {b: [1]}\nc: *x") == [{"a": {"b": [1]}, "c": {"b": [1]}}]


def test_text_of_more_than_a_mebibyte_is_refused():
    assert read("a: " + "x" * (1024 * 1024 - 3))
    assert "at most 1 MiB" in refused("a: " + "x" * (1024 * 1024 - 2)).message
    assert "at most 1 MiB" in refused("a: " + "é" * (512 * 1024)).message


def test_depth_is_bounded():
    assert read("[" * DEEPEST + "]" * DEEPEST)
    assert "nested deeper" in refused("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)).message
    assert "nested deeper" in refused("[" * 100_000).message


def test_aliases_are_bounded():
    assert read("a: &x 1\nb: [" + "*x, " * MOST_ALIASES + "]")
    assert f"More than {MOST_ALIASES} aliases" in refused("a: &x 1\nb: [" + "*x, " * (MOST_ALIASES + 1) + "]").message


def test_number_of_values_is_bounded():
    assert f"More than {MOST_VALUES:,} values" in refused("[" + "1, " * MOST_VALUES + "]").message
    assert f"More than {MOST_VALUES:,} values" in refused("".join(f"k{n}: 1\n" for n in range(MOST_VALUES))).message


def test_what_lies_beyond_a_bound_is_not_even_read():
    """The text goes wrong after the bound: whoever had read on would have said so."""
    assert f"More than {MOST_VALUES:,} values" in refused("[" + "1, " * MOST_VALUES + "}").message


def test_key_in_quotes_is_no_merge():
    assert values('a: {"<<": 1}') == [{"a": {"<<": 1}}]


def test_billion_laughs_are_refused_quickly():
    laughs = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 11))

    assert "More than" in refused("l0: &l0 lol\n" + laughs).message


def test_line_of_a_value_is_where_it_stands():
    [document] = read("# first\n\na:\n  b: [1,\n    2]\n  c:\n")

    inner = document.root.raw["a"]
    assert (document.line, inner.keys, inner.raw["b"].raw[1].line) == (3, {"b": 4, "c": 6}, 5)
    assert inner.raw["c"].line == 6


def test_documents_are_counted_as_people_count_them():
    assert [(d.number, d.line) for d in read("a: 1\n---\n---\nb: 1\n")] == [(1, 1), (3, 4)]


def test_a_number_without_end_is_a_text():
    assert values("a: 0x" + "f" * 5000) == [{"a": "0x" + "f" * 5000}]
