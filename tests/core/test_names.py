import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.core.names import camel, is_name, slug, suggestion


@pytest.mark.parametrize("name", ["a", "heart-rate-2", "0", "a.b-c.d", "a--b"])
def test_name_takes_what_dns_and_container_engines_take(name):
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a.", ".a", "a..b", "a_b", "a b", "a\n", "ä", "a/b"])
def test_name_refuses_everything_else(name):
    assert not is_name(name)


@given(st.text())
def test_slug_is_a_valid_name_whatever_the_text(text):
    assert is_name(slug(text))


@given(st.text())
def test_slug_of_a_slug_is_the_same(text):
    assert slug(slug(text)) == slug(text)


def test_slug_keeps_words_apart():
    assert slug("North Hall_2 (old)") == "north-hall-2-old"


def test_suggestion_finds_the_near_miss():
    assert suggestion("Microservce", ["Application", "Microservice"]) == " Did you mean “Microservice”?"


def test_suggestion_says_nothing_without_one():
    assert suggestion("zebra", ["Application", "Microservice"]) == ""


def test_camel_is_the_spelling_of_the_wire():
    assert camel("status_frequency") == "statusFrequency"
