import pytest

from catalogweb.catalog.models import Registry
from catalogweb.catalog.registries import (
    create_registry,
    delete_registry,
    edit_registry_row,
    find_registry,
    same_registry,
    warnings_of,
)
from catalogweb.changelog.models import Entry
from catalogweb.core.errors import InUse, Invalid, NotFound, Protected
from tests.factories import (
    CatalogItemFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RegistryFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db
JOHN = {"username": "john", "password": "q1u45ic9kst563art"}


def edit(by, registry, **changes):
    return edit_registry_row(by=by, registry=registry, **changes)[0]


@pytest.mark.parametrize("name", ["remote", "REMOTE", " 1 ", 1, "registry.hub.docker.com"])
def test_built_in_registry_is_found_by_alias_id_and_url(name):
    assert find_registry(name).pk == 1


@pytest.mark.parametrize("name", ["local", 2, "from_cache"])
def test_local_cache_is_found_by_alias_id_and_url(name):
    assert find_registry(name).is_local_cache


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("remotee", "remote"),
        ("lokal", "local"),
        ("from-cache", "from_cache"),
        ("registry.hub.docker.co", "registry.hub.docker.com"),
    ],
)
def test_near_miss_of_a_registry_gets_a_suggestion(name, near):
    with pytest.raises(NotFound, match=f"Did you mean “{near}”"):
        find_registry(name)


@pytest.mark.parametrize("name", ["", "0", "-1", "99", "9" * 30, "9" * 5000, "1.0", "²", "zzz"])
def test_unknown_registry_is_a_sentence(name):
    with pytest.raises(NotFound, match="there is no such registry"):
        find_registry(name)


def test_several_registries_of_one_url_are_told_apart_by_user_name():
    ann, john = PrivateRegistryFactory(url="r.io", username="ann"), PrivateRegistryFactory(url="r.io", username="john")

    assert [find_registry("r.io (ann)"), find_registry("R.io (John)")] == [ann, john]
    with pytest.raises(Invalid, match=rf"name one by its id \({ann.pk} and {john.pk}\)"):
        find_registry("r.io")


def test_registry_with_a_path_in_capitals_is_found():
    registry = PrivateRegistryFactory(url="r.io/Team")

    assert find_registry("r.io/Team") == find_registry("R.io/team") == registry


@pytest.mark.parametrize("is_private", [None, True, False])
def test_user_name_and_password_make_a_registry_private_whatever_is_said(operator, is_private):
    said = {} if is_private is None else {"is_private": is_private}

    registry = create_registry(by=operator, url="https://reg.example.org/v2/", **JOHN, **said)

    registry.refresh_from_db()
    assert (registry.url, registry.is_private) == ("reg.example.org", True)
    assert {"username": registry.username, "password": registry.password} == JOHN


def test_saying_public_does_not_drop_credentials(operator):
    registry = edit(operator, PrivateRegistryFactory(), is_private=False)

    assert (registry.is_private, registry.has_password) == (True, True)


def test_only_removing_credentials_makes_a_registry_public_again(operator):
    registry = edit(operator, PrivateRegistryFactory(), remove_credentials=True)

    registry.refresh_from_db()
    assert (registry.is_private, registry.username, registry.password_sealed) == (False, "", "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "from_cache"}, "url"),
        ({"url": "john:secret@reg.example.org"}, "url"),
        ({"url": "a" * 501}, "url"),
        ({"password": "x"}, "username"),
        ({"email": "john"}, "email"),
        ({"username": "a" * 201}, "username"),
        ({"certificate": "\x00"}, "certificate"),
    ],
)
def test_registry_is_refused_with_the_field_at_fault(operator, fields, field):
    with pytest.raises(Invalid) as refused:
        create_registry(by=operator, **{"url": "reg.example.org"} | fields)

    assert refused.value.field == field
    assert Registry.objects.count() == 2


@pytest.mark.parametrize(
    "change", [{"email": "new@example.org"}, {"password": ""}, {"url": "https://reg.example.org/v2/"}]
)
def test_blank_password_keeps_the_stored_one(operator, change):
    registry = create_registry(by=operator, url="reg.example.org", **JOHN)

    assert edit(operator, registry, **change).password == JOHN["password"]


def test_new_host_needs_the_secret_again(operator):
    registry = create_registry(by=operator, url="reg.example.org", **JOHN)

    with pytest.raises(Invalid, match="enter the password for the new one") as refused:
        edit(operator, registry, url="evil.example.org")
    assert refused.value.field == "password"
    assert Registry.objects.get(pk=registry.pk).url == "reg.example.org"


@pytest.mark.parametrize("port", ["reg.example.org:5000", "reg.example.org.evil.org"])
def test_new_port_and_longer_host_are_new_hosts(operator, port):
    registry = create_registry(by=operator, url="reg.example.org", **JOHN)

    with pytest.raises(Invalid):
        edit(operator, registry, url=port)


@pytest.mark.parametrize("password", ["another", JOHN["password"]])
def test_new_host_with_the_secret_is_taken(operator, password):
    registry = create_registry(by=operator, url="reg.example.org", **JOHN)

    assert edit(operator, registry, url="new.example.org", password=password).password == password


@pytest.mark.parametrize("url", ["reg.example.org/team", "REG.example.org:443"])
def test_same_host_in_another_spelling_keeps_the_secret(operator, url):
    registry = create_registry(by=operator, url="reg.example.org", **JOHN)

    assert edit(operator, registry, url=url).password == JOHN["password"]


def test_names_of_docker_hub_are_one_host_for_the_secret(operator):
    registry = create_registry(by=operator, url="docker.io", **JOHN)

    assert edit(operator, registry, url="registry.hub.docker.com").has_password


def test_user_name_cannot_go_while_the_password_stays(operator):
    with pytest.raises(Invalid, match="needs a user name"):
        edit(operator, PrivateRegistryFactory(), username="")


@pytest.mark.parametrize("pk", [1, 2])
def test_built_in_registry_is_neither_edited_nor_deleted(superuser, pk):
    registry = Registry.objects.get(pk=pk)

    with pytest.raises(Protected):
        edit(superuser, registry, username="john")
    with pytest.raises(Protected):
        delete_registry(by=superuser, registry=registry)


def test_registry_of_an_item_is_not_deleted_and_says_where_it_is_used(operator):
    registry = RegistryFactory()
    CatalogItemFactory(name="web", images__registry=registry)

    with pytest.raises(InUse, match="can't be deleted: catalog item web"):
        delete_registry(by=operator, registry=registry)


def test_registry_of_own_images_is_not_deleted_and_says_where_it_is_used(operator):
    registry = RegistryFactory()
    MicroserviceFactory(name="web", application__name="heart", agent__name="horse-1", revision__registry=registry)

    with pytest.raises(InUse, match="microservice heart/web on horse-1"):
        delete_registry(by=operator, registry=registry)


def test_unused_registry_is_deleted(operator):
    delete_registry(by=operator, registry=RegistryFactory())

    assert Registry.objects.count() == 2


def test_same_registry_has_the_same_normalised_url_and_user_and_is_no_built_in():
    registry = PrivateRegistryFactory(url="reg.example.org", username="john")

    assert same_registry("https://REG.example.org/v2/", "john") == registry
    assert same_registry("reg.example.org", "") is None
    assert same_registry("registry.hub.docker.com", "") is None


NEW_HOST = {"url": "new.example.org", "password": "another"}
# How each kind of user of a registry is made, and how a refusal names it.
USERS = {
    "an item": (
        lambda registry, images: CatalogItemFactory(name="web", images=images, images__registry=registry),
        "Catalog item web",
    ),
    "own images": (
        lambda registry, images: MicroserviceFactory(
            name="web", application__name="heart", agent__name="horse-1",
            revision=RevisionFactory(images=images, registry=registry),
        ),
        "Microservice heart/web on horse-1",
    ),
    "an old revision": (
        lambda registry, images: MicroserviceFactory(
            revision=RevisionFactory(item=CatalogItemFactory(name="web"), number=7, images=images, registry=registry)
        ),
        "Catalog item web",
    ),
}  # fmt: skip


@pytest.mark.parametrize("user", USERS)
def test_new_host_is_refused_while_images_name_the_old_one(operator, user):
    registry = PrivateRegistryFactory(url="old.example.org")
    make, name = USERS[user]
    make(registry, {"x86": "old.example.org/web:1"})

    with pytest.raises(Invalid, match=f"{name} would be pulled without these credentials") as refused:
        edit(operator, registry, **NEW_HOST)
    assert refused.value.field == "url"
    registry.refresh_from_db()
    assert registry.url == "old.example.org"


@pytest.mark.parametrize("change", [{"is_private": True}, {"username": "john", "password": "secret"}])
@pytest.mark.parametrize("user", USERS)
def test_registry_is_not_made_private_while_images_lie_elsewhere(operator, user, change):
    registry = RegistryFactory(url="reg.example.org")
    make, name = USERS[user]
    make(registry, {"x86": "reg.example.org/web:1", "arm": "ghcr.io/web:1"})

    with pytest.raises(Invalid, match=name) as refused:
        edit(operator, registry, **change)
    assert refused.value.field == "is_private"


@pytest.mark.parametrize("user", USERS)
def test_host_is_changed_over_the_wire_with_a_warning(operator, user):
    registry = PrivateRegistryFactory(url="old.example.org")
    make, name = USERS[user]
    make(registry, {"x86": "old.example.org/web:1"})
    assert warnings_of(registry) == []

    registry = edit(operator, registry, as_sent=True, **NEW_HOST)

    assert registry.url == "new.example.org"
    assert warnings_of(registry) == [
        f"{name} has images that are not on new.example.org: they are pulled without these credentials."
    ]


def test_registry_may_change_as_long_as_its_images_are_served(operator):
    registry = RegistryFactory(url="reg.example.org:443")
    CatalogItemFactory(images={"x86": "reg.example.org/web:1"}, images__registry=registry)

    assert edit(operator, registry, url="reg.example.org", is_private=True).is_private


def test_what_nothing_uses_any_more_is_no_hindrance(operator):
    registry = PrivateRegistryFactory(url="old.example.org")
    RevisionFactory(item=CatalogItemFactory(), number=7, images={"x86": "old.example.org/a"}, registry=registry)

    assert edit(operator, registry, **NEW_HOST).url == "new.example.org"


def test_new_host_is_checked_in_the_same_statements_for_any_number_of_users(operator, django_assert_num_queries):
    registry = PrivateRegistryFactory(url="old.example.org")
    for size in (1, 10):
        for _ in range(size):
            MicroserviceFactory(revision=RevisionFactory(images={"x86": "old.example.org/a"}, registry=registry))
        with django_assert_num_queries(5):
            warnings_of(Registry(pk=registry.pk, url="new.example.org", is_private=True))


def test_secure_stands_in_the_log(operator):
    edit(operator, RegistryFactory(), is_secure=False)

    assert Entry.objects.get().changes == [("is_secure", True, False)]
