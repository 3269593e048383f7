"""Applications and microservices as the YAML files that the CLIs upload."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogweb.agents.models import ChangeFlags, Flag
from catalogweb.catalog.models import Revision
from catalogweb.deployments.models import Application, Microservice, Route
from tests.api.conftest import API, WireClient, fault_of
from tests.factories import AgentFactory, CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory

APPLICATION = """\
apiVersion: iofog.org/v3
kind: Application
metadata:
  name: shop
  namespace: ""
spec:
  microservices:
  - name: web
    agent:
      name: north-1
      config: {bluetoothEnabled: true}
    images: {x86: "team/web:1", arm: "team/web-arm:1", registry: remote}
    config: {a: 1, nested: {b: text}}
    container:
      rootHostAccess: false
      commands: [-c, run]
      env:
      - {key: PORT, value: 80}
      - {key: YES, value: true}
      ports:
      - {internal: 80, external: 5080}
      volumes:
      - {hostDestination: /srv, containerDestination: /data, accessMode: rw}
      extraHosts:
      - {name: db, address: 10.0.0.5}
  - name: db
    agent: {name: north-1}
    images: {catalogId: 4}
    config: {}
    container: {ports: []}
  routes:
  - {name: web-to-db, from: web, to: db}
"""
MICROSERVICE = """\
apiVersion: iofog.org/v3
kind: Microservice
metadata:
  name: shop/web
  namespace: ""
spec:
  agent: {name: north-1}
  config: {}
  container:
    ports:
    - {internal: 8080, external: 5090, protocol: udp}
  images: {x86: "team/web:1", registry: local}
"""

Upload = Callable[..., Any]


@pytest.fixture
def application(operator: WireClient, agent: Any) -> Upload:
    def send(text: str = APPLICATION, name: str = "") -> Any:
        path = f"/application/yaml/{name}" if name else "/application/yaml"
        return operator.upload("PUT" if name else "POST", path, "application", text)

    return send


@pytest.fixture
def microservice(operator: WireClient, agent: Any) -> Upload:
    def send(text: str = MICROSERVICE, uuid: str = "") -> Any:
        path = f"/microservices/yaml/{uuid}" if uuid else "/microservices/yaml"
        return operator.upload("PATCH" if uuid else "POST", path, "microservice", text)

    return send


def stored(name: str = "web") -> Microservice:
    return Microservice.objects.detailed().get(name=name)


# --- applications ---------------------------------------------------------------------------------------


def test_an_uploaded_application_is_made_and_started(application: Upload) -> None:
    reply = application()

    shop = Application.objects.get()
    assert (reply.status_code, reply.json()) == (201, {"id": shop.pk, "name": "shop"})
    assert shop.is_activated
    web, db = stored(), stored("db")
    assert (web.env, web.commands, web.config) == (
        [["PORT", "80"], ["YES", "true"]], ["-c", "run"], {"a": 1, "nested": {"b": "text"}},
    )  # fmt: skip
    assert (web.port_list, web.extra_hosts, web.image) == (["5080:80/tcp"], [["db", "10.0.0.5"]], "team/web:1")
    assert (db.revision.item_id, db.port_list) == (4, [])
    assert web.receivers == [db.uuid]


def test_an_application_that_is_uploaded_again_stays_as_it_is(application: Upload) -> None:
    application()
    before = [*Microservice.objects.order_by("pk").values_list("uuid", "generation", "volumes")]
    ChangeFlags.objects.update(**dict.fromkeys(Flag.values, 0))

    assert application(name="shop").status_code == 204

    assert [*Microservice.objects.order_by("pk").values_list("uuid", "generation", "volumes")] == before
    assert Route.objects.count() == 1
    assert not ChangeFlags.objects.get().raised


def test_a_stopped_application_is_started_by_an_upload(application: Upload) -> None:
    application()
    Application.objects.update(is_activated=False)

    application(name="shop")

    assert Application.objects.get().is_activated


def test_an_upload_makes_the_lists_so(application: Upload) -> None:
    application()
    text = APPLICATION.replace("name: db\n    agent", "name: cache\n    agent").replace("to: db}", "to: cache}")

    assert application(text, "shop").status_code == 204

    assert sorted(Microservice.objects.values_list("name", flat=True)) == ["cache", "web"]
    assert Route.objects.get().destination_name == "cache"


@pytest.mark.parametrize("spec", ["spec:\n", "spec: {}\n", "spec: {microservices: null, routes: null}\n"])
def test_an_upload_without_lists_deletes_nothing(application: Upload, spec: str) -> None:
    application()

    assert application("kind: Application\nmetadata: {name: shop}\n" + spec, "shop").status_code == 204

    assert (Microservice.objects.count(), Route.objects.count()) == (2, 1)


def test_an_upload_with_empty_lists_empties_them(application: Upload) -> None:
    application()

    application("kind: Application\nmetadata: {name: shop}\nspec: {microservices: [], routes: []}\n", "shop")

    assert (Microservice.objects.count(), Route.objects.count()) == (0, 0)


@pytest.mark.parametrize("place", ["metadata: {name: store}\nspec: {}\n", "metadata: {name: x}\nspec: {name: store}\n"])
def test_another_name_in_the_file_renames_the_application(application: Upload, place: str) -> None:
    application()

    assert application("kind: Application\n" + place, "shop").status_code == 204
    assert Application.objects.get().name == "store"


def test_a_whole_body_of_yaml_is_as_good(operator: WireClient, agent: Any) -> None:
    reply = operator.generic("POST", f"{API}/application/yaml", APPLICATION, content_type="application/yaml")

    assert (reply.status_code, Microservice.objects.count()) == (201, 2)


def test_an_application_of_an_unknown_path_is_not_found(application: Upload) -> None:
    reply = application(name="none")

    assert (fault_of(reply), reply.json()["message"]) == ((404, "NotFoundError"), "Invalid application id 'none'")
    assert not Application.objects.exists()


def test_an_application_is_made_from_a_template_and_what_the_file_adds(operator: WireClient, agent: Any) -> None:
    part = {"name": "web", "agentName": "north-1", "images": [{"containerImage": "team/web:{{ tag }}", "fogTypeId": 1}]}
    body = {"name": "base", "variables": [{"key": "tag", "defaultValue": "1"}]}
    ends = {"name": "loop", "from": "web", "to": "web"}
    operator.call("POST", "/applicationTemplate", body | {"application": {"microservices": [part], "routes": [ends]}})
    text = "kind: Application\nmetadata: {name: shop}\nspec: {template: {name: base, variables: [{key: tag, value: '7'}]}}\n"

    assert operator.upload("POST", "/application/yaml", "application", text).status_code == 201

    assert (stored().image, Route.objects.get().name) == ("team/web:7", "loop")


# --- microservices --------------------------------------------------------------------------------------


@pytest.fixture
def shop(operator: WireClient) -> Application:
    operator.call("POST", "/application", {"name": "shop", "isActivated": True})
    return Application.objects.get()


def test_an_uploaded_microservice_is_placed(microservice: Upload, shop: Application) -> None:
    reply = microservice()

    web = stored()
    assert (reply.status_code, reply.json()) == (201, {"uuid": web.uuid, "name": "web"})
    assert (web.application, web.port_list, web.revision.registry_id) == (shop, ["5090:8080/udp"], 2)


@pytest.mark.parametrize(
    ("name", "spec"), [("shop/web", ""), ("web", "  application: shop\n"), ("x", "  name: shop/web\n"), ("shop/x", "  name: web\n")]
)  # fmt: skip
def test_the_application_stands_before_the_name_or_in_the_spec(
    microservice: Upload, shop: Application, name: str, spec: str
) -> None:
    assert microservice(MICROSERVICE.replace("shop/web", name) + spec).status_code == 201
    assert stored().application == shop


def test_an_upload_sets_back_what_the_file_does_not_say(microservice: Upload, shop: Application) -> None:
    rest = """\
    env: [{key: A, value: 1}]
    volumes: [{hostDestination: /srv, containerDestination: /data, accessMode: rw}]
    commands: [run]
    extraHosts: [{name: db, address: 10.0.0.5}]
    logSize: 7
    runAsUser: "1000"
    capAdd: [NET_ADMIN]
    annotations: {a: b}
    hostNetworkMode: true
"""
    microservice(MICROSERVICE.replace("  images", rest + "  images").replace("config: {}", "config: {a: 1}"))
    web = stored()
    assert (web.log_size, web.options["run_as_user"], web.host_network) == (7, "1000", True)

    without_ports = MICROSERVICE.replace(
        "    ports:\n    - {internal: 8080, external: 5090, protocol: udp}\n", "    {}\n"
    )
    assert microservice(without_ports, web.uuid).status_code == 204

    web = stored()
    assert (web.env, web.volumes, web.commands, web.extra_hosts, web.port_list, web.config) == ([], [], [], [], [], {})
    assert (web.log_size, web.options, web.host_network) == (1, {}, False)


@pytest.mark.parametrize("registry", ["", "0", '""', None])
def test_no_registry_keeps_the_one_there_is_and_is_docker_hub_in_a_new_one(
    microservice: Upload, shop: Application, registry: str | None
) -> None:
    own = PrivateRegistryFactory(url="reg.example.org")
    line = "" if registry is None else f", registry: {registry}"
    text = MICROSERVICE.replace(", registry: local", line)

    microservice(text)
    assert stored().revision.registry_id == 1

    microservice(MICROSERVICE.replace("registry: local", f"registry: {own.pk}"), stored().uuid)
    microservice(text.replace("team/web:1", "team/web:2"), stored().uuid)
    assert (stored().revision.registry_id, stored().image) == (own.pk, "team/web:2")


def test_an_upload_without_images_keeps_them(microservice: Upload, shop: Application) -> None:
    microservice()

    assert microservice(MICROSERVICE.split("  images")[0], stored().uuid).status_code == 204
    assert (stored().image, stored().generation, Revision.objects.filter(item=None).count()) == ("team/web:1", 1, 1)


def test_catalog_id_0_is_none_and_a_larger_one_wins(microservice: Upload, shop: Application) -> None:
    item = CatalogItemFactory(images={"x86": "team/item:1"})
    images = 'images: {x86: "team/web:1", registry: local}'

    microservice(MICROSERVICE.replace(images, f'images: {{catalogId: {item.pk}, x86: "own:1"}}'))
    assert (stored().image, stored().revision.item_id) == ("team/item:1", item.pk)

    microservice(MICROSERVICE.replace(images, 'images: {catalogId: 0, x86: "own:1"}'), stored().uuid)
    assert (stored().image, stored().revision.item_id) == ("own:1", None)


def test_images_are_kept_as_they_were_sent(microservice: Upload, shop: Application) -> None:
    own = PrivateRegistryFactory(url="reg.example.org")

    reply = microservice(MICROSERVICE.replace("registry: local", f"registry: {own.pk}"))

    assert stored().image == "team/web:1"
    assert "without the credentials of reg.example.org" in reply.json()["warnings"][0]


def test_a_described_microservice_that_is_uploaded_again_moves_and_is_renamed(
    microservice: Upload, shop: Application
) -> None:
    """As the CLI moves one: with all that it was told, and values that it adds."""
    microservice()
    other = AgentFactory(name="south-1")
    described = """\
kind: Microservice
metadata: {name: shop/front, namespace: ""}
spec:
  uuid: x
  name: front
  agent: {name: south-1}
  images: {catalogId: 0, x86: "team/web:1", arm: "", registry: ""}
  container:
    rootHostAccess: false
    ports: [{internal: 8080, external: 5090, protocol: udp, public: null}]
    volumes: []
    env: [{key: A, value: "1"}]
    commands: []
    extraHosts: [{name: db, address: 10.0.0.5, value: 10.0.0.5}]
  config: {}
  application: shop
  flow: 1
  created: ""
  rebuild: false
"""

    assert microservice(described, stored().uuid).status_code == 204

    front = stored("front")
    assert (front.agent, front.image, front.revision.registry_id) == (other, "team/web:1", 2)


def test_the_older_lines_one_word_takes_no_right_away_that_it_did_not_know(
    microservice: Upload, shop: Application
) -> None:
    rights = {"host": "hostNetworkMode: true", "both": "rootHostAccess: true", "none": "rootHostAccess: false"}
    text = {name: MICROSERVICE.replace("container:", f"container:\n    {right}") for name, right in rights.items()}
    seen = []
    microservice(text["host"])
    for name in ("none", "both", "none"):
        microservice(text[name], stored().uuid)
        seen.append((stored().host_network, stored().privileged))

    assert seen == [(True, False), (True, True), (False, False)]


def test_an_uploaded_microservice_is_rendered(microservice: Upload, shop: Application) -> None:
    text = MICROSERVICE.replace("external: 5090", "external: '{{ 5000 | plus: 95 }}'")

    assert microservice(text.replace("team/web:1", "team/{{ self.spec.agent.name }}:1")).status_code == 201
    assert (stored().port_list, stored().image) == (["5095:8080/udp"], "team/north-1:1")


@pytest.mark.parametrize("liquid", ["'{{ 5 | none }}'", "'{{ \"x\" | findAgent }}'"])
def test_what_cannot_be_rendered_is_refused_with_its_line(microservice: Upload, shop: Application, liquid: str) -> None:
    reply = microservice(MICROSERVICE.replace("external: 5090", f"external: {liquid}"))

    assert fault_of(reply) == (400, "ValidationError")
    [fault] = reply.json()["faults"]
    assert (fault["line"], fault["field"]) == (11, "spec.container.ports[0].external")


def test_unknown_fields_and_versions_are_passed_over(microservice: Upload, shop: Application) -> None:
    text = MICROSERVICE.replace("iofog.org/v3", "example.org/v9").replace("config: {}", "config: {}\n  colour: red")

    assert microservice(text).status_code == 201


def test_an_upload_to_an_unknown_microservice_is_not_found(microservice: Upload) -> None:
    reply = microservice(uuid="none")

    assert (fault_of(reply), reply.json()["message"]) == ((404, "NotFoundError"), "Invalid microservice user or UUID")


def test_a_system_microservice_is_uploaded_under_its_own_path(operator: WireClient) -> None:
    row = MicroserviceFactory(application__is_system=True, schedule=2, name="router")
    text = "kind: Microservice\nmetadata: {name: router}\nspec: {container: {env: [{key: A, value: 1}]}}\n"

    refused = operator.upload("PATCH", f"/microservices/yaml/{row.uuid}", "microservice", text)
    done = operator.upload("PATCH", f"/microservices/system/yaml/{row.uuid}", "microservice", text)

    assert fault_of(refused) == (400, "ValidationError")
    assert done.status_code == 204
    assert (stored("router").env, stored("router").schedule) == ([["A", "1"]], 2)


# --- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("kind: Application", "kind: Secret", 2, "kind", "Invalid kind Secret"),
        ("metadata:\n  name: shop\n  namespace: \"\"\n", "", 1, "metadata", "Invalid YAML format"),
        ("name: shop", "name: No good", 3, "metadata", "Invalid format for field 'name'"),
        ("name: shop", "name: ''", 3, "metadata", "metadata.name is missing"),
        ("external: 5080", "external: many", 21, "spec.microservices[0].container.ports[0].external", "many"),
        ("external: 5080", "external: 54321", 20, "ports", "Port '54321' is reserved for internal use"),
        ("rootHostAccess: false", "rootHostAccess: ture", 15, "spec.microservices[0].container.rootHostAccess", "boolean"),
        ("key: PORT, ", "", 18, "spec.microservices[0].container.env[0].key", "missing"),
        ("agent: {name: north-1}", "agent: {name: none}", 27, "agent", "Invalid ioFog UUID"),
        ("    agent: {name: north-1}\n", "", 26, "agent", "Name the agent"),
        ("catalogId: 4", "catalogId: 99", 28, "catalogId", "Invalid catalog item id '99'"),
        ("registry: remote", "registry: nowhere", 12, "registry", "Invalid registry id 'nowhere'"),
        ("x86: \"team/web:1\", ", "", 12, "images", "does not have a valid image for its Agent type"),
        ("- name: db", "- name: web", 26, "spec.microservices[1].name", "Duplicate name 'web': the microservice on line"),
        ("to: db}", "to: none}", 32, "to", "shop has no microservice “none”"),
        ("address: 10.0.0.5", "address: '${Agents.none}'", 24, "extraHosts", "Could not find agent host template"),
        ("env:", "env", 18, "", "not YAML"),
    ],
)  # fmt: skip
def test_a_faulty_application_is_refused_with_its_line(
    application: Upload, old: str, new: str, line: int, field: str, words: str
) -> None:
    assert old in APPLICATION

    reply = application(APPLICATION.replace(old, new, 1))

    assert reply.status_code in (400, 404, 409)
    assert words in reply.json()["message"]
    [fault] = reply.json()["faults"]
    assert (fault["line"], fault["field"]) == (line, field)
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "0 documents"), (f"{MICROSERVICE}---\n{MICROSERVICE}", "2 documents"), ("- a\n", "no fields"),
     (MICROSERVICE.replace("shop/web", "a/b/c"), "Invalid name a/b/c"),
     (MICROSERVICE.replace("shop/web", "web"), "Required field 'application' is missing"),
     (MICROSERVICE + "  agents: [south-1]\n", "a manifest may name several")],
)  # fmt: skip
def test_a_faulty_microservice_is_refused(microservice: Upload, shop: Application, text: str, words: str) -> None:
    AgentFactory(name="south-1")

    reply = microservice(text)

    assert fault_of(reply) == (400, "ValidationError")
    assert words in reply.json()["message"]
    assert not Microservice.objects.exists()


def test_a_microservice_of_an_unknown_application_says_so_in_the_words_clients_look_for(microservice: Upload) -> None:
    reply = microservice()

    assert fault_of(reply) == (404, "NotFoundError")
    assert "Invalid application id 'shop'" in reply.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "part"),
    [("POST", "/application/yaml", "microservice"), ("POST", "/microservices/yaml", "application")],
)
def test_a_file_under_another_name_is_missing(operator: WireClient, method: str, path: str, part: str) -> None:
    reply = operator.upload(method, path, part, "kind: x\n")

    assert fault_of(reply) == (400, "ValidationError")
    assert "file missing" in reply.json()["message"]


RUBBISH = st.sampled_from(
    [
        "~",
        "''",
        "7",
        "-1",
        "1.5",
        "[]",
        "{}",
        "[x]",
        "{a: b}",
        "9" * 30,
        '"\\0"',
        "'{{ a'",
        "'{{ self }}'",
        "${Agents.}",
    ]
)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=80)
@given(edits=st.lists(st.tuples(st.integers(0, 31), RUBBISH), min_size=1, max_size=3), kind=st.booleans())
def test_whatever_is_uploaded_is_taken_or_refused_with_a_place(
    operator: WireClient, agent: Any, edits: list[tuple[int, str]], kind: bool
) -> None:
    lines = (APPLICATION if kind else MICROSERVICE).splitlines()
    for place, text in edits:
        name, sign, _ = lines[place % len(lines)].partition(": ")
        lines[place % len(lines)] = f"{name}{sign or ': '}{text}"
    path, part = ("/application/yaml", "application") if kind else ("/microservices/yaml", "microservice")

    reply = operator.upload("POST", path, part, "\n".join(lines))

    assert reply.status_code in (201, 400, 404, 409), reply.content
    if reply.status_code != 201:
        assert all(fault["line"] >= 1 and fault["message"] for fault in reply.json()["faults"])
    Application.objects.all().delete()


def test_a_viewer_uploads_nothing(viewer: WireClient, agent: Any) -> None:
    reply = viewer.upload("POST", "/application/yaml", "application", APPLICATION)

    assert fault_of(reply) == (403, "ForbiddenError")
    assert not Application.objects.exists()
