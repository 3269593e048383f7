"""The parts that pages are made of."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from catalogweb.core.errors import Conflict, Forbidden, InUse, Invalid, Refusals
from catalogweb.web.forms.base import ServiceForm
from catalogweb.web.templatetags.catalogweb import ago, plain
from tests.factories import UserFactory


def render(text, **context):
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (12, "12 s ago"), (190, "3 min ago"), (7300, "2 h ago"), (90000, "1 day ago"), (-7300, "in 2 h")],
)
def test_ago_says_the_largest_whole_unit(seconds, words):
    assert ago(timezone.now() - timedelta(seconds=seconds + (0.5 if seconds >= 0 else -0.5))) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "yes"), ({"x86": "a:1", "arm": "b:1"}, "x86: a:1\narm: b:1"), ([1, 2], "1\n2"), (7, "7")],
)
def test_logged_values_read_as_people_write_them(value, words):
    assert plain(value) == words


def test_a_bar_shares_its_width_and_leaves_out_nothing():
    bar = render("{% bar parts %}", parts=[("good", 3), ("bad", 0), ("late", 1)])

    assert 'class="bar--good" x="0.0" width="75.0"' in bar
    assert 'class="bar--late" x="75.0" width="25.0"' in bar
    assert "bar--bad" not in bar
    assert "style=" not in bar


def test_a_badge_has_its_tone_its_word_and_its_detail():
    badge = render('{% include "components/badge.html" with word="Pulling" tone="busy" detail="40 %" %}')

    assert "badge--busy" in badge
    assert "Pulling" in badge
    assert "40 %" in badge


@pytest.mark.parametrize(("role", "button"), [("viewer", False), ("operator", True)])
def test_an_empty_list_says_how_to_begin_to_those_who_may(rf, role, button):
    user = UserFactory.build(role=role)

    shown = render('{% empty_list "agents" "Devices." link="agent-create" label="Add agent" %}',
                   request=rf.get("/agents/?sort=name&q="), user=user)  # fmt: skip

    assert "No agents yet" in shown
    assert ('href="/agents/add/">Add agent' in shown) is button


def test_a_search_without_a_hit_can_be_cleared(rf):
    shown = render('{% empty_list "agents" link="agent-create" label="Add agent" %}',
                   request=rf.get("/agents/?presence=late"), user=UserFactory.build())  # fmt: skip

    assert "No agents match" in shown
    assert 'href="/agents/">Clear search' in shown
    assert "Add agent" not in shown


def test_changes_hide_nothing_but_show_secrets_as_dots():
    entry = SimpleNamespace(action="update", actor="ann", get_door_display="Pages", at=timezone.now(),
                            changes=[("password_sealed", "", "••••"), ("url", "a", "b")])  # fmt: skip

    shown = render('{% include "components/changes.html" %}', entries=[entry])

    assert "<ins>••••</ins>" in shown
    assert "<del>a</del><ins>b</ins>" in shown


class PairForm(ServiceForm):
    left = forms.CharField()
    right = forms.CharField(widget=forms.PasswordInput)
    places = {"other": "right"}


def submit(refusal, **data):
    def service(**kwargs):
        raise refusal

    form = PairForm(data or {"left": "kept", "right": "hidden"})
    assert form.submit(service) is False
    return form


def test_a_form_shows_several_refusals_each_at_its_field():
    inner = Refusals([Invalid("Bad left.", field="left"), Invalid("Bad other.", field="other")])

    form = submit(Refusals([inner, Conflict("Bad whole.", field="elsewhere")]))

    assert form.errors == {"left": ["Bad left."], "right": ["Bad other."], "__all__": ["Bad whole."]}


def test_a_field_ties_its_error_to_its_input_and_keeps_values_but_passwords():
    shown = render('{% for field in form %}{% include "components/field.html" %}{% endfor %}',
                   form=submit(Invalid("Bad left.", field="left")))  # fmt: skip

    assert 'aria-describedby="id_left_error"' in shown
    assert 'id="id_left_error"' in shown
    assert 'value="kept"' in shown
    assert "hidden" not in shown


def test_a_missing_right_is_not_shown_in_the_form():
    with pytest.raises(Forbidden):
        submit(Forbidden("No."))


def test_a_form_that_was_not_sent_calls_nothing():
    assert PairForm().submit(lambda **kwargs: pytest.fail("called")) is False


def test_a_refused_confirmation_lists_more_than_the_sentence_can():
    form = ServiceForm({})
    form.submit(
        lambda **kwargs: (_ for _ in ()).throw(InUse("In use.", users=[f"microservice web-{n}" for n in range(6)]))
    )

    assert "<li>microservice web-5</li>" in render('{% include "components/confirm.html" %}', form=form)
