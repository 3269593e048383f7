"""One word, one tone and one icon for every state, and no other word for it anywhere."""

import re
from pathlib import Path

from catalogweb.agents.presence import Presence
from catalogweb.core.states import AGENT_STATES, MICROSERVICE_STATES, STATES, TONES, icon_of, tone_of
from catalogweb.deployments.words import WORDS

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BADGE = re.compile(r'badge\.html" with word="([^"]+)" tone="(\w+)"')
# Other words that people use for these states.
SYNONYMS = re.compile(
    r"\b(out of reach|unreachable|disconnected|is down|crashed|errored|downloading|in progress)\b",
    re.IGNORECASE,
)


def test_each_state_differs_from_the_others_by_word_and_by_icon_among_its_kind():
    for states in (AGENT_STATES, MICROSERVICE_STATES):
        assert len({state.word for state in states}) == len({state.icon for state in states}) == len(states)
        assert {state.tone for state in states} <= set(TONES)
    assert len(STATES) == len(AGENT_STATES) + len(MICROSERVICE_STATES)


def test_agents_and_microservices_speak_in_these_words():
    assert [presence.label for presence in Presence] == [state.word for state in AGENT_STATES]
    assert set(WORDS.values()) <= {state.word for state in MICROSERVICE_STATES}


def test_a_word_that_is_no_state_has_the_icon_of_its_tone():
    assert (icon_of("Pulling", "busy"), icon_of("Locked", "late")) == ("download", TONES["late"])
    assert tone_of("Offline") == "bad"


def test_no_template_has_a_second_word_for_a_state():
    said = {path: SYNONYMS.findall(re.sub(r"\{#.*?#\}", "", path.read_text())) for path in TEMPLATES}

    assert {path: words for path, words in said.items() if words} == {}


def test_no_template_gives_a_state_another_tone():
    written = [found for path in TEMPLATES for found in BADGE.findall(path.read_text())]

    assert [(word, tone) for word, tone in written if word in STATES and tone_of(word) != tone] == []
