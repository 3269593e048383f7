import pytest

from catalogweb.catalog.models import CatalogItem, Registry
from tests.factories import CatalogItemFactory, MicroserviceFactory, PrivateRegistryFactory, RegistryFactory

pytestmark = pytest.mark.django_db


def registry(spec):
    return f"apiVersion: iofog.org/v3\nkind: Registry\nspec: {spec}\n"


def item(spec, name="demo"):
    return f"apiVersion: iofog.org/v3\nkind: CatalogItem\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def test_registry_is_the_one_with_the_same_normalised_url_and_user(applying):
    known = PrivateRegistryFactory(url="reg.example.org", username="john")
    applying(registry("{url: 'https://REG.example.org/v2/', username: john, email: a@example.org}"))

    known.refresh_from_db()
    assert (Registry.objects.count(), known.email, known.has_password) == (3, "a@example.org", True)


def test_registry_of_another_user_is_another_registry(applying):
    PrivateRegistryFactory(url="reg.example.org", username="john")

    assert applying(registry("{url: reg.example.org, username: ann, password: x}")).counts["create"] == 1


@pytest.mark.parametrize("private", ["", ", private: false"])
def test_registry_with_user_and_password_is_private_whatever_is_written(applying, private):
    applying(registry(f"{{url: reg.example.org, username: john, password: x{private}}}"))

    assert Registry.objects.get(url="reg.example.org").is_private


def test_registry_with_an_id_is_that_one(applying):
    known = PrivateRegistryFactory(url="reg.example.org")
    done = applying(registry(f"{{id: {known.pk}, email: a@example.org}}"))

    assert (done.counts["update"], Registry.objects.get(pk=known.pk).url) == (1, "reg.example.org")


@pytest.mark.parametrize("identity", ["99", "-3", "99999999999999999999999", "1", "2"])
def test_registry_of_an_unknown_or_built_in_id_is_refused(faults, identity):
    [fault] = faults(registry(f"\n  url: evil.example.org\n  id: {identity}"))

    assert (fault.line, fault.field) == (5, "id")
    assert "there is no such registry" in fault.message or "is built in" in fault.message


def test_new_host_for_a_registry_needs_the_secret_again(faults):
    known = PrivateRegistryFactory(url="reg.example.org")
    [fault] = faults(registry(f"{{id: {known.pk}, url: evil.example.org, username: john, password: <keep>}}"))

    assert "enter the password for the new one" in fault.message


@pytest.mark.parametrize("keep", ["{url: reg.example.org, username: john, password: <keep>}"])
def test_keeping_a_password_that_there_is_not_is_refused(faults, keep):
    [fault] = faults(registry(keep))

    assert "There is no stored password to keep" in fault.message


@pytest.mark.parametrize("url", ["''", "from_cache", "a b", "john:s3cret@reg.example.org"])
def test_registry_url_is_refused_with_its_line(faults, url):
    [fault] = faults(registry(f"\n  url: {url}\n  username: john"))

    assert fault.line == 4 or url == "''"
    assert "s3cret" not in str(fault.as_json())


def test_item_is_found_by_name_in_any_spelling(applying):
    known = CatalogItemFactory(name="demo")
    done = applying(item("{description: x}", name="DEMO"))

    known.refresh_from_db()
    assert (done.counts["update"], CatalogItem.objects.count(), known.description) == (1, 6, "x")


def test_item_keeps_the_images_that_are_not_written(applying):
    known = CatalogItemFactory(name="demo")
    applying(item("{x86: 'team/web:2'}"))

    known = CatalogItem.objects.get(pk=known.pk)
    assert known.images == {"x86": "team/web:2", "arm": "team/web-arm:1"}


def test_item_drops_an_image_that_is_written_empty(applying):
    known = CatalogItemFactory(name="demo")
    applying(item("{arm: ''}"))

    assert CatalogItem.objects.get(pk=known.pk).images == {"x86": "team/web:1"}


def test_new_image_moves_what_runs_and_the_plan_says_so(agent, applying):
    known = CatalogItemFactory(name="demo")
    MicroserviceFactory(name="web", application__name="heart", agent=agent, revision=known.current)

    done = applying(item("{x86: 'team/web:2'}"))
    assert [(c.action, c.kind, c.name) for c in done.changes] == [
        ("update", "CatalogItem", "demo"),
        ("update", "Microservice", "heart/web on my-agent-name"),
    ]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{}", "at least one architecture"),
        ("{x86: 'Team/Web'}", "is not an image reference"),
        ("{x86: web, registry: remotee}", "Did you mean “remote”?"),
        ("{x86: web, registry: 99}", "there is no such registry"),
        ("{x86: web, category: SYSTEM}", "SYSTEM is kept"),
        ("{x86: web, configExample: '['}", "not a JSON object"),
        ("{x86: web, ramRequired: -1}", "greater than or equal to 0"),
        ("{x86: web, ramRequired: 99999999999999999999999}", "less than or equal to"),
        ("{x86: web, ramRequired: much}", "“much” is not a whole number"),
        ("{x68: web}", "Did you mean “x86”?"),
        ("{id: 99, x86: web}", "there is no such catalog item"),
        ("{id: 4, x86: web}", "is built in"),
        ("[x86]", "spec holds fields, not a list"),
        ("web", "spec holds fields, not a text"),
        ("password:hunter2", "spec holds fields, not a text"),
    ],
)
def test_item_faults_are_sentences(faults, spec, said):
    assert said in " ".join(fault.message for fault in faults(item(spec)))


@pytest.mark.parametrize("length", [201, 5000])
def test_item_name_has_to_fit(faults, length):
    [fault] = faults(item("{x86: web}", name="a" * length))

    assert "at most 200 characters" in fault.message


def test_built_in_item_is_not_changed_by_its_name(faults):
    [fault] = faults(item("{description: Ours}", name="Debug"))

    assert "built in" in fault.message


def test_documents_may_come_in_any_order(agent, applying):
    text = "---\n".join(
        [
            "apiVersion: iofog.org/v3\nkind: Microservice\nmetadata: {name: heart/web}\n"
            "spec: {agent: {name: my-agent-name}, images: {catalogId: demo}}\n",
            "apiVersion: iofog.org/v3\nkind: Application\nmetadata: {name: heart}\n",
            item("{x86: web, registry: 'reg.example.org (john)'}"),
            registry("{url: reg.example.org, username: john, password: x}"),
        ]
    )

    assert [change.document for change in applying(text).changes] == [1, 2, 3, 4]


def test_registry_of_another_host_warns_which_items_name_the_old_one(applying):
    registry = RegistryFactory(url="old.example")
    CatalogItemFactory(name="demo", images={"x86": "old.example/web:1"}, images__registry=registry)
    head = f"apiVersion: iofog.org/v3\nkind: Registry\nspec: {{id: {registry.pk}, url: "

    [kept], [moved] = (applying(f"{head}{url}}}\n").changes for url in ("old.example", "new.example"))

    assert kept.warnings == []
    assert moved.warnings == [
        "Catalog item demo has images that are not on new.example: they are still pulled from where their names say."
    ]
