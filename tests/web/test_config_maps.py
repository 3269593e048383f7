"""Config maps: list, page, add, edit, delete."""

import pytest

from catalogweb.configuration.models import ConfigMap, VolumeMount
from tests.factories import ConfigMapFactory, VolumeMountFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "shop", "key_0": "level", "value_0": "3", "key_1": "motd", "value_1": "<b>hello</b>\r\nthere"}


def test_add_stores_texts(operator):
    response = operator.post("/config-maps/add/", NEW, follow=True)

    assert ConfigMap.objects.get().data == {"level": "3", "motd": "<b>hello</b>\nthere"}
    assert "Config map shop is stored." in response.text
    assert "&lt;b&gt;hello&lt;/b&gt;" in response.text


def test_a_refusal_keeps_all_that_was_typed(operator):
    response = operator.post("/config-maps/add/", NEW | {"key_0": ""})

    assert "key_0" in response.context["form"].errors
    assert "&lt;b&gt;hello&lt;/b&gt;" in response.text


def test_edit_keeps_values_that_read_the_same(operator):
    config_map = ConfigMapFactory(data={"level": 3, "list": [1], "mode": "fast"})
    sent = {"key_0": "level", "value_0": "3", "key_1": "list", "value_1": "[1]", "key_2": "mode", "value_2": "slow"}

    operator.post(f"/config-maps/{config_map.pk}/edit/", sent)

    assert ConfigMap.objects.get().data == {"level": 3, "list": [1], "mode": "slow"}


def test_an_immutable_one_offers_no_edit_and_refuses_it(operator):
    config_map = ConfigMapFactory(data={"level": 3}, immutable=True)

    assert f"/config-maps/{config_map.pk}/edit/" not in operator.get(f"/config-maps/{config_map.pk}/").text
    page = operator.post(f"/config-maps/{config_map.pk}/edit/", {"key_0": "level", "value_0": "4"}).text
    assert "is immutable and cannot be updated" in page


def test_list_answers_htmx_with_the_table_only_in_the_same_queries(viewer, django_assert_num_queries):
    ConfigMapFactory(name="one")
    with django_assert_num_queries(4):
        viewer.get("/config-maps/?q=o", headers={"HX-Request": "true"})
    for _ in range(3):
        VolumeMountFactory(config_map=ConfigMapFactory())
    with django_assert_num_queries(4):
        fragment = viewer.get("/config-maps/?q=o", headers={"HX-Request": "true"}).text

    assert "one" in fragment
    assert "<html" not in fragment


def test_page_shows_values_and_mounts(viewer):
    config_map = ConfigMapFactory(data={"level": 3, "flag": True})
    VolumeMountFactory(name="files", config_map=config_map)

    page = viewer.get(f"/config-maps/{config_map.pk}/").text

    for text in ("level", ">3</pre>", ">true</pre>", "files", "kind: ConfigMap"):
        assert text in page


def test_delete_takes_its_mounts_along(operator):
    config_map = ConfigMapFactory()
    VolumeMountFactory(name="files", config_map=config_map)

    assert "volume mount files" in operator.get(f"/config-maps/{config_map.pk}/delete/").text
    assert operator.post(f"/config-maps/{config_map.pk}/delete/").headers["Location"] == "/config-maps/"
    assert not VolumeMount.objects.exists()


def test_a_viewer_cannot_change_anything(viewer):
    config_map = ConfigMapFactory()

    for path in ("add/", f"{config_map.pk}/edit/", f"{config_map.pk}/delete/"):
        assert viewer.get(f"/config-maps/{path}").status_code == viewer.post(f"/config-maps/{path}").status_code == 403
