"""A name never hides behind an address: every word that stands where a name would stand is kept from names."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from catalogweb.accounts.models import User
from catalogweb.application_templates.services import create_template, edit_template
from catalogweb.configuration.config_maps import create_config_map
from catalogweb.configuration.secrets import create_secret
from catalogweb.configuration.volume_mounts import create_volume_mount
from catalogweb.core.errors import Invalid
from catalogweb.core.names import RESERVED
from catalogweb.deployments.applications import create_application
from tests.factories import ApplicationTemplateFactory, ConfigMapFactory, UserFactory

# The product's families that some address names by a name; the others show rows of fixed or of numbered things.
FAMILIES = (
    "applications/", "api/v3/application/", "api/v3/applicationTemplate/", "api/v3/secrets/", "api/v3/configmaps/",
    "api/v3/volumeMounts/",
)  # fmt: skip
MAKERS = {
    "application": lambda by, name: create_application(by=by, name=name),
    "template": lambda by, name: create_template(by=by, name=name, application={}),
    "secret": lambda by, name: create_secret(by=by, name=name, data={"a": "b"}),
    "config map": lambda by, name: create_config_map(by=by, name=name, data={"a": "b"}),
    "volume mount": lambda by, name: create_volume_mount(by=by, name=name, config_map=ConfigMapFactory()),
}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found: list[str] = []
    for one in patterns:
        route = prefix + str(one.pattern)
        found += routes(one.url_patterns, route) if isinstance(one, URLResolver) else [route]
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_an_address_beside_a_name_is_reserved(family: str) -> None:
    below = {re.split("/", route.removeprefix(family))[0] for route in routes(get_resolver().url_patterns)
             if route.startswith(family)}  # fmt: skip

    assert "<str:name>" in below
    assert below - {"", "<str:name>"} <= RESERVED


@pytest.fixture
def by(db: None) -> User:
    return UserFactory()


@pytest.mark.parametrize("name", sorted(RESERVED))
@pytest.mark.parametrize("kind", MAKERS)
def test_reserved_word_is_no_name(by: User, kind: str, name: str) -> None:
    with pytest.raises(Invalid, match="an address of ours has it") as refused:
        MAKERS[kind](by, name)

    assert refused.value.field == "name"


@pytest.mark.parametrize("kind", ["secret", "config map"])
def test_reserved_word_is_no_name_in_capitals_either(by: User, kind: str) -> None:
    with pytest.raises(Invalid, match="an address of ours has it"):
        MAKERS[kind](by, "YAML")


def test_template_is_not_renamed_to_a_reserved_word_but_may_have_it_from_before(by: User) -> None:
    with pytest.raises(Invalid, match="an address of ours has it"):
        edit_template(by=by, template=ApplicationTemplateFactory(), name="yaml")

    older = ApplicationTemplateFactory(name="yaml")
    assert edit_template(by=by, template=older, name="yaml", description="x").description == "x"
