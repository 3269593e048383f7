"""The style guide shows the real tokens and components, to superusers."""

from django.urls import reverse

from catalogweb.core.states import STATES
from catalogweb.web.views.styleguide import tokens


def test_the_style_guide_shows_every_token_and_every_state_in_both_schemes(superuser):
    page = superuser.get(reverse("web:styleguide")).content.decode()

    colours, sizes = tokens()
    assert len(colours) > 20
    assert ("text-s", "0.8125rem") in sizes
    for colour in colours:
        assert page.count(f'fill="var(--{colour["name"]})"') == 2
    for word in STATES:
        assert page.count(f'data-state="{word}"') >= 2, word
    assert "style=" not in page


def test_the_style_guide_is_for_superusers(operator, viewer):
    assert [client.get(reverse("web:styleguide")).status_code for client in (operator, viewer)] == [403, 403]
