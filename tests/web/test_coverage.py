"""Which item runs on which part of the fleet, and what differs between two revisions."""

import pytest
from django.urls import reverse

from tests.factories import AgentFactory, CatalogItemFactory, RegistryFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    AgentFactory(architecture="x86")
    AgentFactory.create_batch(2, architecture="arm")
    return CatalogItemFactory(name="heart-rate", images={"x86": "team/web:1"})


def test_the_matrix_says_which_agents_cannot_run_an_item(viewer, item):
    AgentFactory(architecture="")

    page = " ".join(viewer.get(reverse("web:catalog-matrix")).text.split())

    row = page.partition(">heart-rate</a>")[2].partition("</tr>")[0]
    assert "team/web:1" in row
    assert "No image: 2 agents cannot run it" in row
    assert "1 agent has not said yet what it is." in page


def test_the_matrix_takes_the_same_statements_for_more_rows(viewer, item, django_assert_num_queries):
    path = reverse("web:catalog-matrix")
    viewer.get(path)
    with django_assert_num_queries(6):
        viewer.get(path, headers={"HX-Request": "true"})
    CatalogItemFactory.create_batch(10)
    with django_assert_num_queries(6):
        viewer.get(path, headers={"HX-Request": "true"})


def test_an_item_with_one_revision_has_nothing_to_compare(viewer, item):
    assert "Compare" not in viewer.get(reverse("web:catalog-item", args=[item.pk])).text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [("", (2, 3)), ("?one=1&other=3", (1, 3)), ("?one=3&other=1", (1, 3)), ("?one=2&other=2", (2, 3)),
     ("?one=9&other=x", (2, 3))],
)  # fmt: skip
def test_any_two_revisions_are_compared_and_the_newest_two_unless_asked(viewer, item, query, numbers):
    RevisionFactory(item=item, number=2, images={"x86": "team/web:2"})
    RevisionFactory(item=item, number=3, images={"x86": "team/web:2", "arm": "team/web-arm:2"})

    compared = viewer.get(reverse("web:catalog-item", args=[item.pk]) + query).context["compared"]

    assert (compared.older.number, compared.newer.number) == numbers


def test_a_comparison_shows_images_and_registry_before_and_after(viewer, item):
    registry = RegistryFactory(url="mirror.example.org")
    RevisionFactory(item=item, number=2, images={"x86": "team/web:2"}, registry=registry)

    response = viewer.get(reverse("web:catalog-item", args=[item.pk]))

    assert [what for what, _, _ in response.context["compared"].changes] == ["x86 image", "registry"]
    assert "<del>team/web:1</del><ins>team/web:2</ins>" in response.text
