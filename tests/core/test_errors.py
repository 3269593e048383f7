import pytest

from catalogweb.core.errors import Duplicate, Invalid, Refusals, refuse_all
from catalogweb.core.text import counted, listed, typed


def test_nothing_to_refuse_passes():
    refuse_all([])


def test_one_refusal_keeps_its_kind_and_field():
    with pytest.raises(Duplicate, match="taken") as refused:
        refuse_all([Duplicate("The name is taken.", field="name")])

    assert (refused.value.field, refused.value.messages) == ("name", ["The name is taken."])


def test_several_refusals_are_all_named():
    with pytest.raises(Refusals) as refused:
        refuse_all([Invalid("One.", field="a"), Refusals([Invalid("Two."), Duplicate("Three.")])])

    assert refused.value.messages == ["One.", "Two.", "Three."]
    assert refused.value.field == "a"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcdefg"), "a, b, c, d, e and 2 more"),
    ],
)
def test_listed_words_read_as_a_sentence(words, sentence):
    assert listed(words) == sentence


def test_counted_uses_the_right_number():
    assert [counted(n, "agent") for n in (0, 1, 1200)] == ["0 agents", "1 agent", "1,200 agents"]
    assert counted(2, "entry", "entries") == "2 entries"


def test_typed_text_that_no_database_could_hold_finds_nothing():
    assert typed(" a\x00b\ud800 ") == "a\ufffdb\ufffd"
    assert typed(17) == "17"
    assert len(typed("a" * 100_000)) == 1000
