"""Two people edit one object: the second is told field by field what the first changed, and loses nothing."""

import re

import pytest
from django.test import Client

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent
from catalogweb.application_templates.models import ApplicationTemplate
from catalogweb.catalog.models import CatalogItem, Registry
from catalogweb.deployments.models import Application, Microservice
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    ApplicationTemplateFactory,
    CatalogItemFactory,
    ConfigMapFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    SecretFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


class Tab:
    """One open form: what it showed, and what is typed into it."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url
        self.page = browser.get(url)
        self.fields = fields_of(self.page)

    def save(self, **typed):
        self.page = self.browser.post(self.url, self.fields | typed)
        if self.page.status_code != 302:
            self.fields = fields_of(self.page)
        return self.page

    @property
    def clash(self):
        return {one.label: (one.now, one.yours) for one in self.page.context["form"].clash.differences}


def fields_of(page):
    """What a browser would send of the form as it stands."""
    form = page.context["form"]
    values = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    for name, value in sent.items():
        sent[name] = "on" if value is True else getattr(value, "pk", value)
    return sent | {"seen": form.seen}


def test_the_second_sees_the_difference_and_loses_nothing(operator):
    url = f"/applications/{ApplicationFactory(name='clinic', description='Old').name}/edit/"
    first, second = Tab(operator, url), Tab(operator, url)
    first.save(description="Hall A")

    refused = second.save(description="Hall B")

    assert refused.status_code == 409
    assert second.clash == {"Description": ("Hall A", "Hall B")}
    assert "olga@example.org" in refused.text
    assert Application.objects.get().description == "Hall A"
    second.save()
    assert Application.objects.get().description == "Hall B"


def test_what_was_left_alone_follows_the_other_and_both_changes_last(operator):
    agent = AgentFactory(name="north", location="Hall A", description="One")
    url = f"/agents/{agent.uuid}/edit/"
    first, second = Tab(operator, url), Tab(operator, url)
    first.save(location="Hall B", tags="cold, wet")

    second.save(description="Two")

    assert second.clash == {"Location": ("Hall B", ""), "Tags": ("cold, wet", "")}
    second.save()
    agent = Agent.objects.get()
    assert (agent.location, agent.description, agent.tag_names) == ("Hall B", "Two", ["cold", "wet"])


def test_the_same_change_by_both_is_no_clash_worth_a_word_of_ones_own(operator):
    url = f"/applications/{ApplicationFactory(name='clinic').name}/edit/"
    first, second = Tab(operator, url), Tab(operator, url)
    first.save(description="Same")

    second.save(description="Same")

    assert second.clash == {"Description": ("Same", "")}


def test_nobody_else_means_no_clash_whatever_the_form_shows(operator):
    """Nothing that a browser sends back unchanged may look changed."""
    item = CatalogItemFactory(name="hr", config_example='{"a": 1}')
    microservice = MicroserviceFactory(revision=item.current, env=[["A", "1"]], privileged=True, commands=["--x"])
    urls = [
        f"/catalog/{item.pk}/edit/",
        f"/registries/{PrivateRegistryFactory().pk}/edit/",
        f"/agents/{microservice.agent.uuid}/edit/",
        f"/microservices/{microservice.uuid}/edit/",
        f"/secrets/{SecretFactory().pk}/edit/",
        f"/config-maps/{ConfigMapFactory().pk}/edit/",
    ]
    for url in urls:
        tab = Tab(operator, url)
        form = tab.browser.post(url, tab.fields | {"name": "", "url": "", "key_0": "", "value_0": "x"}).context
        assert form is None or form["form"].clash is None, url


def test_a_refused_save_still_remembers_what_its_page_showed_first(operator):
    url = f"/applications/{ApplicationFactory(name='clinic').name}/edit/"
    first, second = Tab(operator, url), Tab(operator, url)
    second.save(name="Bad Name")
    first.save(description="Hall A")

    assert second.save(name="good").status_code == 409


def test_a_catalog_items_images_are_compared_too(operator):
    item = CatalogItemFactory(name="hr", images={"x86": "a:1", "arm": "b:1"})
    first, second = (Tab(operator, f"/catalog/{item.pk}/edit/") for _ in range(2))
    first.save(x86="a:2")

    second.save(arm="b:3")
    assert second.clash == {"Image for x86": ("a:2", "")}
    second.save()

    assert CatalogItem.objects.get(name="hr").images == {"x86": "a:2", "arm": "b:3"}


def test_a_microservices_settings_are_compared_line_by_line(operator):
    microservice = MicroserviceFactory(name="web", env=[["A", "1"]])
    first, second = (Tab(operator, f"/microservices/{microservice.uuid}/edit/") for _ in range(2))
    first.save(env="A=1\nB=2", privileged="on")

    refused = second.save(env="A=1\nC=3")

    assert "<del>- B=2</del>" in refused.text
    assert "<ins>+ C=3</ins>" in refused.text
    second.save()
    container = Microservice.objects.get().container
    assert (container.env, container.privileged) == ({"A": "1", "C": "3"}, True)


def test_another_password_is_told_without_a_word_of_it(operator):
    registry = PrivateRegistryFactory(url="reg.example", username="ann")
    first, second = (Tab(operator, f"/registries/{registry.pk}/edit/") for _ in range(2))
    first.save(password="theirs")

    refused = second.save(password="mine-it-is")

    assert second.clash == {"Password or access token": ("another one", "another one")}
    assert "type yours once more" in refused.text
    for secret in ("theirs", "mine-it-is", Registry.objects.get(pk=registry.pk).password_sealed):
        assert secret not in refused.text


def test_a_key_that_somebody_added_to_a_config_map_is_kept(operator):
    config_map = ConfigMapFactory(data={"a": "1", "b": "2"})
    first, second = (Tab(operator, f"/config-maps/{config_map.pk}/edit/") for _ in range(2))
    first.save(key_2="new", value_2="3", value_1="22")

    second.save(value_0="11")

    assert second.clash == {"new": ("3", ""), "b": ("22", "")}
    second.save()
    config_map.refresh_from_db()
    assert config_map.data == {"a": "11", "b": "22", "new": "3"}


def test_a_key_that_somebody_added_to_a_secret_is_kept_and_no_value_shown(operator):
    secret = SecretFactory(data={"user": "ann"})
    first, second = (Tab(operator, f"/secrets/{secret.pk}/edit/") for _ in range(2))
    first.save(key_1="token", value_1="t0ken-value")

    refused = second.save(key_1="own", value_1="own-value")

    assert second.clash == {"token": ("added", "")}
    assert "t0ken-value" not in refused.text
    assert "own-value" not in refused.text
    [number] = [name.removeprefix("key_") for name, key in second.fields.items() if key == "own"]
    second.save(**{f"value_{number}": "own-value"})
    secret.refresh_from_db()
    assert secret.key_names == ["own", "token", "user"]


def test_an_account_is_compared_too(superuser):
    person = UserFactory(email="vera@example.org", first_name="Vera")
    first, second = (Tab(superuser, f"/users/{person.pk}/") for _ in range(2))
    first.save(role="operator")

    second.save(first_name="Vero")
    second.save()

    person = User.objects.get(pk=person.pk)
    assert (person.first_name, person.role) == ("Vero", "operator")


def test_a_template_is_compared_line_by_line(operator):
    template = ApplicationTemplateFactory(name="shop", description="Old")
    url = f"/templates/{template.pk}/edit/"
    text, seen = (operator.get(url).context[name] for name in ("text", "form"))
    sent = {"text": text.replace("Old", "Mine"), "seen": seen.seen}
    operator.post(url, {"text": text.replace("Old", "Theirs")})

    refused = operator.post(url, sent)

    assert refused.status_code == 409
    assert "Theirs" in "".join(line for sign, line in refused.context["form"].clash.differences[0].lines if sign == "-")
    operator.post(url, sent | {"seen": refused.context["form"].seen})
    assert ApplicationTemplate.objects.get().description == "Mine"


@pytest.mark.parametrize("seen", ["", "nonsense", "[1]", '{"name": 1}'])
def test_a_page_that_says_nothing_of_what_it_showed_is_taken_at_its_word(operator, seen):
    ApplicationFactory(name="clinic")

    operator.post("/applications/clinic/edit/", {"name": "clinic", "description": "Hall", "seen": seen})

    assert Application.objects.get().description == "Hall"


def test_a_page_shows_nothing_of_what_it_remembers(operator):
    microservice = MicroserviceFactory(env=[["PIN", "4711-long-value"]])
    page = operator.get(f"/microservices/{microservice.uuid}/edit/").text

    [seen] = re.findall(r'name="seen" value="([^"]*)"', page)
    assert "4711" not in seen
    assert isinstance(operator, Client)
