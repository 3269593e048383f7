"""Pictures of the last 24 hours: shapes, gaps, words, tables."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from catalogweb.history.models import AgentSample, FleetSample
from catalogweb.web.pictures import areas, line
from tests.factories import AgentFactory

KINDS = {"online": ("Online", "good"), "late": ("Late", "late"), "offline": ("Offline", "bad")}


def ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


def test_areas_stand_on_each_other_and_leave_out_what_never_was():
    picture = areas("fleet", "Agents", [(ago(10), {"online": 3}), (ago(5), {"online": 2, "offline": 2})], KINDS)

    online, offline = picture.layers
    assert (online.label, online.tone, offline.label, offline.tone) == ("Online", "good", "Offline", "bad")
    assert picture.top == "4"
    assert online.path.startswith("M286.0 26.5 L287.0 51.0 L287.0 100.0")
    assert offline.path.startswith("M286.0 26.5 L287.0 2.0 L287.0 51.0")
    assert picture.says == "Last: 2 online, 2 offline. From the bottom: online, offline."


def test_a_time_with_nothing_in_it_says_so():
    assert areas("fleet", "Agents", [(ago(10), {}), (ago(5), {"online": 0})], KINDS).says == "There were none."


def test_where_samples_are_missing_there_is_a_gap():
    picture = areas(
        "fleet", "Agents", [(ago(60), {"online": 1}), (ago(55), {"online": 1}), (ago(5), {"online": 1})], KINDS
    )

    assert picture.layers[0].path.count("M") == 2


def test_a_line_leaves_out_what_nobody_knows_and_says_its_bounds():
    picture = line("cpu", "CPU", [(ago(10), 20.0), (ago(8), None), (ago(5), 80.0)], "{:.0f} %".format, most=100)

    assert picture.layers[0].path == "M286.0 80.4 L287.0 21.6"
    assert (picture.says, picture.top) == ("Between 20 % and 80 %, 80 % last.", "100 %")


def test_a_table_has_one_row_an_hour_the_newest_first():
    noon = timezone.now().replace(hour=12, minute=0)
    samples = [(noon - timedelta(minutes=minutes), {"online": minutes}) for minutes in (130, 125, 65, 2)]
    rows = areas("fleet", "Agents", samples, KINDS).rows

    assert [at for at, _ in rows] == sorted((at for at, _ in rows), reverse=True)
    assert len({at.replace(minute=0, second=0, microsecond=0) for at, _ in rows}) == len(rows) < len(samples)
    assert rows[0][1] == [2]


@pytest.mark.parametrize("values", [[], [(ago(5), None)]], ids=["none", "unknown"])
def test_nothing_to_draw_says_when_there_will_be(values):
    shown = render_to_string("components/picture.html", {"picture": line("cpu", "CPU", values, str)})

    assert "every five minutes" in shown
    assert "<svg" not in shown


def test_a_picture_has_text_alternatives_and_no_inline_style():
    picture = areas("fleet", "Agents", [(ago(5), {"online": 1})], KINDS)
    shown = render_to_string("components/picture.html", {"picture": picture})

    assert 'aria-labelledby="fleet-title fleet-says"' in shown
    assert '<title id="fleet-title">Agents</title>' in shown
    assert "As a table" in shown
    assert "style=" not in shown


def test_the_overview_shows_the_fleet_over_time_and_its_fragment_does_not_ask(viewer):
    FleetSample.objects.create(at=ago(5), agents={"online": 2}, microservices={"running": 3})

    page = viewer.get(reverse("web:overview")).content.decode()
    assert "Last: 2 online." in page
    assert "Last: 3 running." in page
    assert b"picture" not in viewer.get(reverse("web:overview"), headers={"HX-Request": "true"}).content


def test_an_agent_shows_its_machine_over_time(viewer):
    agent = AgentFactory()
    AgentSample.objects.create(agent=agent, at=ago(5), cpu=12.5, memory_free=3 * 1024**3)

    page = viewer.get(reverse("web:agent-detail", args=[agent.uuid])).content.decode()

    assert "12.5 % last" in page
    assert "3.0 GB last" in page
    assert page.count("every five minutes") == 1
