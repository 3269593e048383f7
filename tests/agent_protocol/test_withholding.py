"""One microservice that cannot be sent spoils no list: what was delivered last goes instead, and the operator sees why."""

from typing import Any

import pytest
from cryptography.fernet import Fernet

from catalogweb.agents.models import Agent
from catalogweb.catalog.models import LOCAL
from catalogweb.core.rights import System
from catalogweb.deployments.delivered import Delivered
from catalogweb.deployments.models import Microservice, MicroserviceStatus
from catalogweb.deployments.services import edit_microservice, set_activated
from tests.agent_protocol.conftest import Older
from tests.api.conftest import WireClient
from tests.factories import MicroserviceFactory, PrivateRegistryFactory, RevisionFactory, SecretFactory

DIGEST = "team/web@sha256:" + "a" * 64
UNPULLABLE = ["registry.example.org:5000/team/web:2", DIGEST, "localhost:5000/web"]


def revision(image: str, **more: Any) -> Any:
    return RevisionFactory(images={"x86": image, "arm": image}, **more)


def items_of(program: Older) -> dict[str, dict[str, Any]]:
    reply = program.call("GET", "microservices")
    assert reply.status_code == 200, reply.content
    return {item["name"]: item for item in reply.json()["microservices"]}


def status_in(operator: WireClient, microservice: Microservice) -> dict[str, Any]:
    answer: dict[str, Any] = operator.call("GET", f"/microservices/{microservice.uuid}").json()
    return answer


@pytest.fixture
def web(agent: Agent) -> Microservice:
    return MicroserviceFactory(agent=agent, name="web", revision=revision("team/web:1"))


@pytest.fixture
def neighbour(agent: Agent) -> Microservice:
    return MicroserviceFactory(agent=agent, name="neighbour")


@pytest.mark.parametrize("image", UNPULLABLE)
def test_an_image_that_the_program_cannot_pull_leaves_what_was_delivered(
    program: Older, web: Microservice, neighbour: Microservice, image: str
) -> None:
    """Trap 10: the name is taken apart at its first colon."""
    before = items_of(program)
    edit_microservice(by=System(), microservice=web, revision=revision(image))

    assert items_of(program) == before
    web.status.refresh_from_db()
    assert web.status.served_generation == 1


@pytest.mark.parametrize("image", UNPULLABLE)
def test_what_was_never_delivered_is_left_out(
    program: Older, agent: Agent, neighbour: Microservice, image: str
) -> None:
    MicroserviceFactory(agent=agent, revision=revision(image))

    assert items_of(program).keys() == {"neighbour"}


@pytest.mark.parametrize("image", UNPULLABLE)
def test_a_program_that_says_so_gets_any_image(program: Older, agent: Agent, image: str) -> None:
    program.call("PUT", "status", {"pullsAnyReference": True})
    MicroserviceFactory(agent=agent, name="web", revision=revision(image))

    assert items_of(program)["web"]["imageId"] == image


def test_a_program_may_say_so_when_it_is_provisioned(stranger: WireClient, agent: Agent) -> None:
    from catalogweb.agents.services import issue_provisioning_key

    MicroserviceFactory(agent=agent, name="web", revision=revision(DIGEST))
    key, _ = issue_provisioning_key(by=System(), agent=agent)
    reply = stranger.call("POST", "/agent/provision", {"key": key, "type": 1, "pullsAnyReference": True})

    assert items_of(Older(reply.json()))["web"]["imageId"] == DIGEST


def test_another_program_has_to_say_so_itself(program: Older, provisioned: Any, agent: Agent) -> None:
    program.call("PUT", "status", {"pullsAnyReference": True})
    again = provisioned(agent, type(program))
    MicroserviceFactory(agent=agent, name="web", revision=revision(DIGEST))

    assert items_of(again) == {}


def test_what_is_never_pulled_may_have_any_name(program: Older, agent: Agent) -> None:
    MicroserviceFactory(agent=agent, name="web", revision=revision(UNPULLABLE[0], registry_id=LOCAL))

    assert items_of(program)["web"]["imageId"] == UNPULLABLE[0]


def test_the_operator_sees_why(
    program: Older, web: Microservice, operator: WireClient, client: Any, django_user_model: Any
) -> None:
    items_of(program)
    edit_microservice(by=System(), microservice=web, revision=revision(DIGEST))
    program.call("PUT", "status", {"daemonStatus": "RUNNING"})
    items_of(program)

    answer = status_in(operator, web)
    assert "cannot pull" in answer["status"]["errorMessage"]
    assert answer["status"]["status"] == "QUEUED"
    assert answer["statusText"].startswith("Held back The agent's program cannot pull")
    client.force_login(django_user_model.objects.get())
    page = client.get(f"/microservices/{web.uuid}/").content.decode()
    assert "does not get it as it is wanted" in page
    assert "Generation 1, which was delivered before" in page


def test_what_is_put_right_is_sent_and_the_reason_goes(program: Older, web: Microservice, operator: WireClient) -> None:
    edit_microservice(by=System(), microservice=web, revision=revision(DIGEST))
    items_of(program)
    edit_microservice(by=System(), microservice=web, revision=revision("team/web:3"))

    assert items_of(program)["web"]["imageId"] == "team/web:3"
    assert status_in(operator, web)["status"]["errorMessage"] == ""


def test_what_is_no_matter_of_the_container_changes_all_the_same(program: Older, web: Microservice) -> None:
    items_of(program)
    edit_microservice(by=System(), microservice=web, revision=revision(DIGEST))
    web.refresh_from_db()
    edit_microservice(by=System(), microservice=web, container=web.container.with_changes({"config": {"a": 1}}))

    item = items_of(program)["web"]
    assert (item["config"], item["imageId"], item["rebuild"]) == ('{"a": 1}', "team/web:1", False)


def test_the_registry_of_what_was_delivered_is_sent_too(program: Older, agent: Agent) -> None:
    old = PrivateRegistryFactory()
    web = MicroserviceFactory(agent=agent, name="web", revision=revision("team/web:1", registry_id=old.pk))
    items_of(program)
    edit_microservice(by=System(), microservice=web, revision=revision(DIGEST))
    items_of(program)

    ids = [registry["id"] for registry in program.call("GET", "registries").json()["registries"]]
    assert items_of(program)["web"]["registryId"] in ids


def test_a_former_life_is_no_delivery(program: Older, web: Microservice) -> None:
    items_of(program)
    set_activated(by=System(), microservices=[web], is_activated=False)
    set_activated(by=System(), microservices=[web], is_activated=True)
    web.refresh_from_db()
    edit_microservice(by=System(), microservice=web, revision=revision(DIGEST))

    assert items_of(program) == {}


# --- values -----------------------------------------------------------------------------------------------


def test_a_secret_that_cannot_be_read_leaves_what_was_delivered(
    program: Older, agent: Agent, neighbour: Microservice, operator: WireClient
) -> None:
    secret = SecretFactory(name="db", data={"password": "hunter2"})
    web = MicroserviceFactory(agent=agent, name="web", env=[["PASSWORD", {"secret": "db/password"}]])
    before = items_of(program)
    Microservice.objects.filter(pk=web.pk).update(generation=2)
    secret.__class__.objects.update(data_sealed="rubbish")

    assert items_of(program) == before
    assert before["web"]["env"] == [{"key": "PASSWORD", "value": "hunter2"}]
    assert "cannot be read" in status_in(operator, web)["status"]["errorMessage"]
    assert "hunter2" not in Delivered.objects.get(microservice=web).item_sealed


def test_with_the_key_lost_an_agent_keeps_what_runs(
    program: Older, agent: Agent, neighbour: Microservice, settings: Any
) -> None:
    """Trap 5: left out, it would be removed."""
    SecretFactory(name="db", data={"password": "hunter2"})
    web = MicroserviceFactory(agent=agent, name="web", env=[["PASSWORD", {"secret": "db/password"}]])
    items_of(program)
    MicroserviceStatus.objects.filter(pk=web.pk).update(container_id="c1")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert program.call("GET", "microservices").status_code >= 400
    assert program.call("GET", "microservices").status_code not in (401, 403)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("commands", ["run", 1], "commands"),
        ("commands", [None], "commands"),
        ("extra_hosts", [["db", None]], "hosts"),
        ("volumes", [{"host": "/a", "container": None, "access": "rw", "type": "bind", "id": 1}], "volumes"),
        ("config", ["a"], "config"),
        ("options", {"memory_limit": "64"}, "memory limit"),
        ("options", {"memory_limit": True}, "memory limit"),
        ("options", {"health_check": {"retries": "3"}}, "health check"),
        ("options", {"health_check": {"retries": None}}, "health check"),
        ("options", {"health_check": {"test": ["a", 1]}}, "health check"),
        ("options", {"run_as_user": 1000}, "run as user"),
        ("options", {"cap_add": ["NET_ADMIN", None]}, "cap add"),
    ],
)  # fmt: skip
def test_a_value_that_breaks_a_reader_breaks_no_list(
    program: Older, agent: Agent, neighbour: Microservice, operator: WireClient, column: str, value: Any, said: str
) -> None:
    """Trap 4: one bad item makes an agent throw the whole list away, and acknowledge it."""
    web = MicroserviceFactory(agent=agent, name="web", **{column: value})
    program.call("PUT", "status", {})

    assert items_of(program).keys() == {"neighbour"}
    assert said in status_in(operator, web)["status"]["errorMessage"]
    assert said in MicroserviceStatus.objects.get(pk=web.pk).withheld


def test_variables_are_sent_as_texts(program: Older, agent: Agent) -> None:
    MicroserviceFactory(agent=agent, name="web", env=[["LEVEL", 3], ["ON", True]])

    assert [variable["value"] for variable in items_of(program)["web"]["env"]] == ["3", "true"]


def test_annotations_are_sent_as_texts(program: Older, agent: Agent) -> None:
    MicroserviceFactory(agent=agent, name="web", options={"annotations": {"a": 1, "b": "two", "c": True}})

    assert items_of(program)["web"]["annotations"] == '{"a": "1", "b": "two", "c": "true"}'


def test_a_password_that_cannot_be_read_keeps_no_registry_from_an_agent(program: Older, agent: Agent) -> None:
    """Trap 4, of registries: one without a text voids them all."""
    registry = PrivateRegistryFactory(password_sealed="rubbish")
    MicroserviceFactory(agent=agent, revision__registry_id=registry.pk)

    [*_, last] = program.call("GET", "registries").json()["registries"]
    assert (last["id"], last["isPublic"], last["password"]) == (registry.pk, False, "")


# --- cost -------------------------------------------------------------------------------------------------


def test_what_is_known_costs_no_statement(program: Older, agent: Agent, django_assert_num_queries: Any) -> None:
    MicroserviceFactory.create_batch(20, agent=agent)
    items_of(program)
    with django_assert_num_queries(5):
        items_of(program)
    for row in Microservice.objects.all()[:10]:
        edit_microservice(by=System(), microservice=row, revision=revision(DIGEST))
    items_of(program)

    with django_assert_num_queries(6):
        items_of(program)


def test_withholding_many_takes_the_statements_of_one(
    program: Older, agent: Agent, django_assert_num_queries: Any
) -> None:
    for count in (1, 30):
        MicroserviceFactory.create_batch(count, agent=agent, revision=revision(DIGEST))
        with django_assert_num_queries(6 + (count == 1)):
            items_of(program)


def test_delivering_many_takes_the_statements_of_one(agent: Agent, program: Older) -> None:
    MicroserviceFactory.create_batch(3, agent=agent)
    items_of(program)

    assert Delivered.objects.count() == 3
