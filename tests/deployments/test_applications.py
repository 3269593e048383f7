import pytest

from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Duplicate, Invalid, NotFound, Protected, Refusal
from catalogweb.deployments.applications import (
    create_application,
    delete_application,
    edit_application,
    find_application,
)
from catalogweb.deployments.models import Application, Microservice
from tests.factories import ApplicationFactory, MicroserviceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Heart"}, "name"),
        ({"name": "a_b"}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": "add"}, "name"),
        ({"description": "\x00"}, "description"),
    ],
)
def test_application_is_refused_with_the_field_at_fault(operator, fields, field):
    with pytest.raises(Invalid) as refused:
        create_application(by=operator, **{"name": "lung"} | fields)

    assert refused.value.field == field


def test_application_name_is_taken_once(operator, application):
    lung = create_application(by=operator, name="lung")

    with pytest.raises(Duplicate):
        create_application(by=operator, name="heart")
    with pytest.raises(Duplicate):
        edit_application(by=operator, application=lung, name="heart")


def test_application_is_not_renamed_to_a_reserved_word_but_may_have_it_from_before(operator, application):
    with pytest.raises(Invalid, match="an address of ours has it"):
        edit_application(by=operator, application=application, name="add")
    older = ApplicationFactory(name="add")
    assert not edit_application(by=operator, application=older, is_activated=False).is_activated


def test_applications_of_one_name_at_once_make_one(together):
    by = UserFactory()

    answers = together(*[lambda: create_application(by=by, name="heart")] * 3)

    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True, True], answers


def test_application_is_found_by_name_before_id(application):
    named = ApplicationFactory(name=str(application.pk))

    assert find_application("heart") == application
    assert find_application(application.pk) == named


@pytest.mark.parametrize("name", ["", "0", "9" * 5000, "Heart", "²"])
def test_unknown_application_is_a_sentence(application, name):
    with pytest.raises(NotFound, match="there is no such application"):
        find_application(name)


def test_near_miss_of_an_application_gets_a_suggestion(application):
    with pytest.raises(NotFound, match="Did you mean “heart”"):
        find_application("haert")


def test_deleting_takes_its_microservices_along_and_says_how_many(operator, application):
    MicroserviceFactory.create_batch(2, application=application)
    stays = MicroserviceFactory()

    assert delete_application(by=operator, application=application) == 2
    assert Microservice.objects.get() == stays


def test_system_application_is_not_deleted(superuser):
    system = ApplicationFactory(is_system=True)

    with pytest.raises(Protected):
        delete_application(by=superuser, application=system)
    assert Application.objects.exists()


def test_each_change_leaves_an_entry_and_an_unchanged_edit_none(operator, application):
    edit_application(by=operator, application=application, description="x")
    edit_application(by=operator, application=application, description="x")
    delete_application(by=operator, application=application)

    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["update", "delete"]
