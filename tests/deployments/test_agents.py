"""What happens to an agent together with its microservices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogweb.agents.models import Agent, Credential, ProvisioningKey, Tombstone
from catalogweb.agents.services import issue_provisioning_key
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import Invalid, NotFound
from catalogweb.core.secrets import digest
from catalogweb.deployments.agents import delete_agent, deprovision, edit_agent, provision
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from tests.factories import AgentFactory, MicroserviceFactory, RevisionFactory

pytestmark = pytest.mark.django_db
EVERYTHING = {"microservice_list", "microservice_config", "registries", "volume_mounts"}


@pytest.fixture
def key(operator):
    return lambda agent: issue_provisioning_key(by=operator, agent=agent)[0]


@pytest.fixture
def horse(db):
    return AgentFactory(name="horse-1", architecture="")


def test_provisioning_gives_a_token_kept_as_a_digest_and_the_architecture(horse, key, raised):
    agent, token = provision(key=key(horse), architecture="arm")

    assert Credential.objects.get().token_digest == digest(token)
    assert Agent.objects.get(pk=agent.pk).architecture == "arm"
    assert raised() == {"horse-1": EVERYTHING}


def test_provisioning_again_ends_the_earlier_token(horse, key):
    first = provision(key=key(horse), architecture="x86")[1]
    second = provision(key=key(horse), architecture="x86")[1]

    assert Credential.objects.get().token_digest == digest(second) != digest(first)


def test_provisioning_is_logged_by_the_agent_without_token_or_key(horse, key):
    text = key(horse)
    _, token = provision(key=text, architecture="x86")

    entry = Entry.objects.first()
    assert (entry.actor_kind, entry.actor, entry.action) == ("agent", "horse-1", "provision")
    assert not [s for s in (text, token, digest(text), digest(token)) if s in str(list(Entry.objects.values()))]


def test_provisioning_is_refused_when_what_waits_there_has_no_image_and_keeps_the_key(horse, key):
    MicroserviceFactory(name="web", agent=horse, revision=RevisionFactory(images={"x86": "a"}))
    text = key(horse)

    with pytest.raises(Invalid, match="horse-1 is ARM, and there are images for x86 only"):
        provision(key=text, architecture="arm")
    assert provision(key=text, architecture="x86")
    assert not ProvisioningKey.objects.exists()


def test_provisioning_forgets_what_an_earlier_program_reported(horse, key):
    MicroserviceFactory(agent=horse, status__state="RUNNING", status__container_id="c1")
    provision(key=key(horse), architecture="x86")

    assert MicroserviceStatus.objects.values_list("state", "container_id").get() == ("QUEUED", "")


def test_unknown_key_provisions_nobody(horse, key):
    key(horse)

    with pytest.raises(NotFound):
        provision(key="nonsense", architecture="x86")
    assert not Credential.objects.exists()


def test_deprovisioning_ends_the_credential_and_keeps_what_is_wanted(horse, key):
    microservice = MicroserviceFactory(agent=horse, status__state="RUNNING")
    agent, _ = provision(key=key(horse), architecture="x86")
    now = timezone.now() + timedelta(minutes=5)
    type(agent.status).objects.update(reported_at=now, late_at=now, offline_at=now)
    deprovision(agent=agent)

    agent = Agent.objects.get()
    assert (Credential.objects.exists(), agent.presence, agent.status.daemon_status) == (
        False,
        "offline",
        "DEPROVISIONED",
    )
    assert Microservice.objects.get(pk=microservice.pk).status.state == "QUEUED"


def test_deleting_an_agent_takes_its_microservices_along_and_says_how_many(operator, horse):
    stays = MicroserviceFactory()
    MicroserviceFactory.create_batch(2, agent=horse)

    assert delete_agent(by=operator, agent=horse) == 2
    assert Microservice.objects.get() == stays
    assert not Agent.objects.filter(name="horse-1").exists()


def test_deleted_agent_is_remembered_until_it_has_heard_of_it(operator, horse, key):
    _, token = provision(key=key(horse), architecture="x86")
    delete_agent(by=operator, agent=horse)

    row = Tombstone.objects.get()
    assert (row.uuid, row.name, row.token_digest) == (horse.uuid, "horse-1", digest(token))


def test_agent_that_never_connected_leaves_no_tombstone(operator, horse):
    delete_agent(by=operator, agent=horse)

    assert not Tombstone.objects.exists()


def test_name_of_a_deleted_agent_is_free_and_its_key_is_dead(operator, horse, key):
    text = key(horse)
    delete_agent(by=operator, agent=horse)

    AgentFactory(name="horse-1")
    with pytest.raises(NotFound):
        provision(key=text, architecture="x86")


def test_another_architecture_gives_its_microservices_the_other_image(operator, agents):
    microservice = MicroserviceFactory(agent=agents[0])
    edit_agent(by=operator, agent=agents[0], architecture="arm")

    microservice = Microservice.objects.detailed().get()
    assert (microservice.image, microservice.generation) == ("team/web-arm:1", 2)


@pytest.mark.parametrize("architecture", ["arm", ""])
def test_another_architecture_is_refused_while_a_microservice_has_no_image_for_it(operator, agents, architecture):
    MicroserviceFactory(agent=agents[0], revision=RevisionFactory(images={"x86": "a"}))

    with pytest.raises(Invalid, match="horse-1"):
        edit_agent(by=operator, agent=agents[0], architecture=architecture)
    assert Agent.objects.get(pk=agents[0].pk).architecture == "x86"


def test_other_edits_leave_microservices_alone(operator, agents):
    MicroserviceFactory(agent=agents[0])
    edit_agent(by=operator, agent=agents[0], description="x", architecture="x86")

    assert Microservice.objects.get().generation == 1
