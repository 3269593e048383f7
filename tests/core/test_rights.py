import pytest

from catalogweb.accounts.models import User
from catalogweb.agents.models import Agent
from catalogweb.core.errors import Forbidden
from catalogweb.core.rights import Right, Role, System, require

TABLE = {
    (Role.VIEWER, Right.READ): True,
    (Role.VIEWER, Right.CHANGE): False,
    (Role.VIEWER, Right.ADMINISTER): False,
    (Role.OPERATOR, Right.READ): True,
    (Role.OPERATOR, Right.CHANGE): True,
    (Role.OPERATOR, Right.ADMINISTER): False,
    (Role.SUPERUSER, Right.READ): True,
    (Role.SUPERUSER, Right.CHANGE): True,
    (Role.SUPERUSER, Right.ADMINISTER): True,
}


@pytest.mark.parametrize(("role", "right"), [(role, right) for role in Role for right in Right])
def test_role_may_what_the_table_says(role, right):
    assert User(role=role).may(right) == TABLE[role, right]


@pytest.mark.parametrize("right", Right)
def test_locked_superuser_may_nothing(right):
    assert not User(role=Role.SUPERUSER, is_active=False).may(right)


@pytest.mark.parametrize("right", Right)
def test_agent_may_nothing_that_people_decide(right):
    with pytest.raises(Forbidden):
        require(Agent(name="horse-1"), right)


def test_refusal_names_who_and_what_is_missing():
    with pytest.raises(Forbidden, match="ann@example.org may not change and deploy: .*Ask a superuser"):
        require(User(email="ann@example.org"), Right.CHANGE)


def test_system_may_everything():
    for right in Right:
        require(System(), right)


@pytest.mark.parametrize("role", Role)
def test_admin_site_is_for_superusers_only(role):
    user = User(role=role)

    words = {user.is_staff, user.is_superuser, user.has_perm("x"), user.has_perms(["x"]), user.has_module_perms("x")}
    assert words == {role == Role.SUPERUSER}
