"""Secrets, config maps and volume mounts at the admin go through the services that every door uses."""

import pytest

from catalogweb.agents.models import ChangeFlags
from catalogweb.configuration.models import ConfigMap, Secret, VolumeMount
from tests.factories import AgentFactory, ConfigMapFactory, SecretFactory, VolumeMountFactory

MARKER = "q1u45ic9kst563art"


def test_admin_adds_a_secret_and_never_shows_its_values(add, admin_client):
    answer = add(Secret, name="db", type="Opaque", values=f'{{"password": "{MARKER}"}}')

    secret = Secret.objects.get()
    assert (answer.status_code, secret.data) == (302, {"password": MARKER})
    page = admin_client.get(f"/admin/configuration/secret/{secret.pk}/change/").text
    assert "{&quot;password&quot;: &quot;&quot;}" in page
    assert MARKER not in page
    assert secret.data_sealed not in page


@pytest.mark.parametrize("data", [f'{{"/": "{MARKER}"}}', f'["{MARKER}"]', f'{{"{MARKER}'])
def test_admin_drops_the_values_that_were_typed_when_it_refuses(add, errors, data):
    answer = add(Secret, name="db", type="Opaque", values=data)

    assert errors(answer).keys() == {"values"}
    assert f"{MARKER}&quot;" not in answer.text.replace(f"&quot;{MARKER}&quot;: &quot;&quot;", "")
    assert not Secret.objects.exists()


def test_admin_edit_of_a_secret_keeps_what_is_empty(edit):
    secret = SecretFactory(data={"user": "ann", "password": "old"})

    edit(secret, values='{"user": "", "password": "new"}')

    assert Secret.objects.get().data == {"user": "ann", "password": "new"}


def test_admin_edits_and_deletes_a_config_map(edit, delete):
    config_map = ConfigMapFactory(data={"level": 3})

    edit(config_map, values='{"level": 4}', immutable="on")
    config_map.refresh_from_db()
    assert (config_map.data, config_map.immutable) == ({"level": 4}, True)

    delete(config_map)
    assert not ConfigMap.objects.exists()


def test_admin_shows_why_an_immutable_config_map_stays(edit, errors):
    config_map = ConfigMapFactory(data={"level": 3}, immutable=True)

    assert "is immutable" in errors(edit(config_map, values="{}"))["immutable"][0]


def test_admin_links_agents_to_a_mount(add, edit):
    north, south = AgentFactory(name="north"), AgentFactory(name="south")
    add(VolumeMount, name="certs", secret=SecretFactory().pk, agents=[north.pk])
    mount = VolumeMount.objects.get()
    assert mount.agent_names == ["north"]

    edit(mount, agents=[south.pk])

    mount.refresh_from_db()
    assert (mount.agent_names, mount.version) == (["south"], 1)
    assert ChangeFlags.objects.get(agent=north).raised == {"volume_mounts"}


def test_admin_gives_a_mount_another_source(edit, errors):
    mount, config_map = VolumeMountFactory(), ConfigMapFactory()

    assert "either a secret or a config map" in errors(edit(mount, config_map=config_map.pk))["secret"][0]
    edit(mount, secret="", config_map=config_map.pk)

    mount.refresh_from_db()
    assert (mount.source, mount.version) == (config_map, 2)


def test_admin_says_what_goes_along_with_a_secret(admin_client):
    mount = VolumeMountFactory(name="certs")

    assert "certs" in admin_client.get(f"/admin/configuration/secret/{mount.secret.pk}/delete/").text
