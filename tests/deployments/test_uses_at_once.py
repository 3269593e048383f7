"""Somebody takes away what somebody else begins to use: one of them is refused, and nothing is left without its value."""

import pytest

from catalogweb.configuration.models import Secret
from catalogweb.configuration.secrets import delete_secret
from catalogweb.core.errors import Refusal
from catalogweb.core.storing import collision
from catalogweb.deployments.container import Container, Source
from catalogweb.deployments.desired import wanted_on
from catalogweb.deployments.models import Microservice
from catalogweb.deployments.services import deploy
from catalogweb.deployments.sources import edit_secret
from tests.factories import AgentFactory, ApplicationFactory, RevisionFactory, SecretFactory, UserFactory

ENV = {"PASSWORD": Source("secret", "db", "password")}


@pytest.fixture
def by(transactional_db):
    return UserFactory()


@pytest.fixture
def secret(transactional_db):
    return SecretFactory(name="db", data={"password": "old", "user": "ann"})


def deploying(by, agent):
    application, revision = ApplicationFactory(), RevisionFactory()
    given = {"application": application, "agents": [agent], "revision": revision, "name": "web"}
    return lambda: deploy(by=by, container=Container(env=ENV), **given)


def went_through(answers):
    """Which did; whatever did not was refused with a sentence."""
    failed = [(isinstance(answer, Exception) and (collision(answer) or answer)) or None for answer in answers]
    assert all(failure is None or isinstance(failure, Refusal) for failure in failed), failed
    return [failure is None for failure in failed]


@pytest.mark.parametrize(
    "take",
    [
        lambda by, secret: lambda: delete_secret(by=by, secret=secret),
        lambda by, secret: lambda: edit_secret(by=by, secret=secret, data={"user": ""}),
    ],
    ids=["the secret", "its key"],
)
def test_what_somebody_begins_to_use_is_not_taken_away(by, secret, together, take):
    agent = AgentFactory()

    deployed, taken = went_through(together(deploying(by, agent), take(by, secret)))

    assert deployed != taken
    assert Microservice.objects.exists() == deployed
    assert [wanted.env for wanted in wanted_on(agent.pk)] == ([[("PASSWORD", "old")]] if deployed else [])


def test_two_edits_of_a_secret_both_count(by, secret, together):
    user, password = {"user": "bob", "password": ""}, {"user": "", "password": "new"}
    calls = [lambda data=data: edit_secret(by=by, secret=secret, data=data) for data in (user, password)]

    assert went_through(together(*calls)) == [True, True]
    assert Secret.objects.get().data == {"user": "bob", "password": "new"}
