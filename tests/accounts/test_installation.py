import pytest
from cryptography.fernet import Fernet

from catalogweb.accounts.installation import claim_keys, first_admin
from catalogweb.accounts.models import User
from catalogweb.core.errors import Invalid
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_first_admin_is_a_superuser_with_a_long_random_password(settings):
    settings.ADMIN_EMAIL = "root@example.org"

    admin, password = first_admin()

    assert (admin.email, admin.may_administer) == ("root@example.org", True)
    assert len(password) >= 20
    assert User.objects.get().check_password(password)


def test_first_admin_differs_each_time():
    passwords = set()
    for _ in range(2):
        passwords.add(first_admin()[1])
        User.objects.all().delete()

    assert len(passwords) == 2


@pytest.mark.parametrize("user", [{}, {"is_active": False}, {"role": "viewer"}])
def test_first_admin_is_made_only_when_no_user_exists(user):
    UserFactory(**user)

    assert first_admin() is None
    assert User.objects.count() == 1


def test_first_admin_is_made_once_when_two_nodes_start_together(together):
    answers = together(*[lambda: (claim_keys(), first_admin())[1]] * 4)

    assert sum(isinstance(answer, tuple) for answer in answers) == 1, answers
    assert sorted(answer is None for answer in answers) == [False, True, True, True]


def test_password_of_the_first_admin_is_logged_nowhere(caplog, capfd):
    _, password = first_admin()

    assert password not in caplog.text + "".join(capfd.readouterr())


def test_password_may_come_from_a_file(settings, tmp_path):
    settings.ADMIN_PASSWORD_FILE = tmp_path / "password"
    settings.ADMIN_PASSWORD_FILE.write_text("from a file\n")

    assert first_admin()[0].check_password("from a file")


@pytest.mark.parametrize("content", [None, "short\n"])
def test_unusable_password_file_is_refused_without_saying_the_password(settings, tmp_path, content):
    settings.ADMIN_PASSWORD_FILE = tmp_path / "password"
    if content:
        settings.ADMIN_PASSWORD_FILE.write_text(content)

    with pytest.raises(Invalid, match="CATALOGWEB_ADMIN_PASSWORD_FILE") as refused:
        first_admin()
    assert "short" not in refused.value.message
    assert not User.objects.exists()


def test_keys_are_claimed_once_and_again():
    claim_keys()
    claim_keys()


def test_node_with_another_key_is_refused(settings):
    claim_keys()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(Invalid, match="not the one that this database's secrets were sealed with") as refused:
        claim_keys()
    assert settings.ENCRYPTION_KEYS[0] not in refused.value.message


def test_rotated_keys_are_accepted_as_long_as_the_old_one_is_among_them(settings):
    claim_keys()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]

    claim_keys()


def test_missing_key_is_refused(settings):
    settings.ENCRYPTION_KEYS = [""]

    with pytest.raises(Invalid, match="CATALOGWEB_ENCRYPTION_KEYS is not set"):
        claim_keys()
