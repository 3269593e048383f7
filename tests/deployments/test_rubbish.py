"""Names and words that no database could hold are not found; they are no failure."""

import pytest

from catalogweb.accounts.models import AccessToken, User
from catalogweb.accounts.services import check_credentials, create_user, refresh_client, user_named, user_of_token
from catalogweb.agents.models import Agent
from catalogweb.agents.services import agent_named, use_provisioning_key
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.catalog.registries import create_registry, find_registry
from catalogweb.catalog.services import find_item
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Forbidden, Invalid, NotFound
from catalogweb.deployments.applications import find_application
from catalogweb.deployments.models import Application, Deployment, Microservice
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RUBBISH = ["\x00", "a\x00b", "\ud800", "9" * 5000, "%_\\'\";--", "x" * 100_000, "zq " * 40_000]


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
@pytest.mark.parametrize(
    "find", [find_item, find_registry, find_application, agent_named, user_named, use_provisioning_key]
)
def test_rubbish_finds_nothing(find, text):
    with pytest.raises(NotFound) as refused:
        find(text)

    assert "\x00" not in refused.value.message


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
@pytest.mark.parametrize("model", [Agent, Application, CatalogItem, Deployment, Entry, Microservice, Registry, User])
def test_search_for_rubbish_lists_nothing(model, text):
    assert model.objects.matching(text).count() == 0


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_signs_nobody_in(text):
    UserFactory(email="ann@example.org", password="correct horse")
    for email, password in ((text, "x"), ("ann@example.org", text)):
        with pytest.raises(Forbidden):
            check_credentials(email=email, password=password, address="192.0.2.1")


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_no_token(text):
    assert user_of_token(text) is None
    with pytest.raises(Forbidden):
        refresh_client(refresh_token=text)
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("text", ["\x00" * 12, "half a pair \ud800"])
def test_rubbish_is_no_password(superuser, text):
    with pytest.raises(Invalid) as refused:
        create_user(by=superuser, email="new@example.org", password=text)
    assert refused.value.field == "password"

    with pytest.raises(Invalid) as refused:
        create_registry(by=superuser, url="reg.example.org", username="john", password=text)
    assert refused.value.field == "password"
