"""Roles, role bindings and service accounts: a view on our roles, and nothing that could be stored."""

from typing import Any

import pytest

from catalogweb.core.rights import GRANTS, Right
from tests.api.conftest import WireClient, fault_of
from tests.factories import ApplicationFactory, MicroserviceFactory, UserFactory


def test_roles_are_ours_with_what_each_may_do(viewer: WireClient) -> None:
    roles = {role["name"]: role for role in viewer.call("GET", "/roles").json()["roles"]}

    assert list(roles) == ["admin", "sre", "viewer", "microservice"]
    assert roles["admin"]["rules"] == [{"apiGroups": [""], "resources": ["*"], "verbs": ["*"], "resourceNames": []}]
    assert roles["sre"]["rules"][0]["verbs"] == ["*"]
    assert {verb for rule in roles["viewer"]["rules"] for verb in rule["verbs"]} == {"get", "list"}
    assert roles["microservice"]["rules"] == []


def test_rules_tell_of_every_right_that_a_role_has(viewer: WireClient) -> None:
    told = {role["name"]: role["rules"] for role in viewer.call("GET", "/roles").json()["roles"]}

    for name, ours in (("admin", "superuser"), ("sre", "operator"), ("viewer", "viewer")):
        changes = any("*" in rule["verbs"] for rule in told[name])
        assert changes == (Right.CHANGE in GRANTS[ours])
        assert (told[name][0]["resources"] == ["*"]) == (Right.ADMINISTER in GRANTS[ours])


def test_one_role_is_wrapped(viewer: WireClient) -> None:
    reply = viewer.call("GET", "/roles/viewer").json()

    assert (reply["role"]["name"], reply["role"]["kind"]) == ("viewer", "Role")


def test_bindings_are_the_users_who_can_sign_in(superuser: WireClient) -> None:
    UserFactory(email="ann@example.org", role="operator")
    UserFactory(is_active=False)
    UserFactory(is_activated=False)

    bindings = superuser.call("GET", "/rolebindings").json()["bindings"]

    assert [(row["name"], row["roleRef"]["name"]) for row in bindings] == [
        ("root@example.org", "admin"),
        ("ann@example.org", "sre"),
    ]
    one = superuser.call("GET", "/rolebindings/ANN@example.org").json()["binding"]
    assert one == bindings[1]
    assert one["subjects"] == [{"kind": "User", "name": "ann@example.org"}]


def test_who_does_not_manage_users_learns_of_none(operator: WireClient) -> None:
    assert fault_of(operator.call("GET", "/rolebindings")) == (403, "ForbiddenError")
    assert fault_of(operator.call("GET", "/rolebindings/root@example.org")) == (403, "ForbiddenError")


def test_service_accounts_are_those_of_microservices(viewer: WireClient) -> None:
    web = MicroserviceFactory(name="web", application=ApplicationFactory(name="shop"))
    MicroserviceFactory(name="other")

    [account] = viewer.call("GET", "/serviceaccounts?applicationName=shop").json()["serviceAccounts"]

    assert len(viewer.call("GET", "/serviceaccounts").json()["serviceAccounts"]) == 2
    assert viewer.call("GET", "/serviceaccounts/shop/web").json() == {"serviceAccount": account}
    expected = {"id": web.pk, "name": "web", "applicationName": "shop", "application": {"name": "shop"},
                "microserviceUuid": web.uuid, "roleRef": {"kind": "Role", "name": "microservice"}}  # fmt: skip
    assert {name: account[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/roles/none", "Role 'none' not found"),
        ("/rolebindings/none", "RoleBinding 'none' not found"),
        ("/serviceaccounts/none/web", "Application 'none' not found"),
        ("/serviceaccounts?applicationName=none", "Application 'none' not found"),
        ("/serviceaccounts/shop/none", "ServiceAccount 'none' not found in application 'shop'"),
    ],
)
def test_what_is_unknown_is_named(superuser: WireClient, path: str, message: str) -> None:
    ApplicationFactory(name="shop")

    reply = superuser.call("GET", path)

    assert (fault_of(reply), reply.json()["message"]) == ((404, "NotFoundError"), message)


RULES = [{"apiGroups": [""], "resources": ["microservices"], "verbs": ["get"]}]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/roles"),
        ("POST", "/roles/yaml"),
        ("PATCH", "/roles/sre"),
        ("PATCH", "/roles/yaml/sre"),
        ("DELETE", "/roles/sre"),
        ("POST", "/rolebindings"),
        ("POST", "/rolebindings/yaml"),
        ("PATCH", "/rolebindings/root@example.org"),
        ("DELETE", "/rolebindings/root@example.org"),
        ("POST", "/serviceaccounts"),
        ("POST", "/serviceaccounts/yaml"),
        ("PATCH", "/serviceaccounts/shop/web"),
        ("DELETE", "/serviceaccounts/shop/web"),
    ],
)
@pytest.mark.parametrize("body", [None, {"name": "mine", "rules": RULES}])
def test_a_rule_that_nothing_enforces_is_refused(superuser: WireClient, method: str, path: str, body: Any) -> None:
    MicroserviceFactory(name="web", application=ApplicationFactory(name="shop"))

    reply = superuser.call(method, path, body)

    assert fault_of(reply) == (400, "ValidationError")
    assert "no rule is stored that would not be enforced" in reply.json()["message"]


def test_changing_what_is_unknown_is_not_found(superuser: WireClient) -> None:
    assert fault_of(superuser.call("DELETE", "/roles/none")) == (404, "NotFoundError")


@pytest.mark.parametrize("path", ["/roles", "/rolebindings", "/serviceaccounts"])
def test_lists_take_the_same_queries_for_more_rows(
    superuser: WireClient, path: str, django_assert_num_queries: Any
) -> None:
    superuser.call("GET", path)
    statements = 1 if path == "/roles" else 2
    for rows in (1, 9):
        MicroserviceFactory.create_batch(rows)
        UserFactory.create_batch(rows)
        with django_assert_num_queries(statements):
            superuser.call("GET", path)
