"""What keeps `up` from starting: found before anything runs, one sentence each."""

import os
import socket
import subprocess
import sys

import pytest
from django.db import connection

from catalogweb.commands import preflight, server
from catalogweb.core.errors import Invalid
from catalogweb.core.keys import key_from
from tests.commands.running import NOT_INHERITED, ROOT
from tests.testbed.processes import free_port


def test_port_in_use_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Invalid, match=f"Port {port} of 127.0.0.1 is in use: .* with --port."):
            preflight.check_port("127.0.0.1", port)


def test_free_port_is_accepted_and_left_free():
    port = free_port()
    preflight.check_port("127.0.0.1", port)
    preflight.check_port("127.0.0.1", port)


def test_address_of_another_machine_is_refused():
    with pytest.raises(Invalid, match="198.51.100.7 is not an address of this machine"):
        preflight.check_port("198.51.100.7", free_port())


def test_folder_is_made_for_its_owner_only(tmp_path):
    preflight.check_folder(tmp_path / "data")

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(
        Invalid, match=r"The data folder .*/file/data cannot be used \(Not a directory\): .*CATALOGWEB_DATA"
    ):
        preflight.check_folder(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ENCRYPTION_KEYS", [""], "There is no encryption key. Set CATALOGWEB_ENCRYPTION_KEYS"),
        ("ENCRYPTION_KEYS", ["rubbish"], "An encryption key is not 32 bytes"),
        ("SECRET_KEY", "", "There is no signing key: set CATALOGWEB_SECRET_KEY"),
    ],
)
def test_missing_or_unusable_key_is_refused_without_being_shown(settings, name, value, sentence):
    setattr(settings, name, value)

    with pytest.raises(Invalid, match=sentence) as refused:
        preflight.check_keys()

    assert "rubbish" not in refused.value.message


def test_unreachable_database_is_named_without_its_password(settings, monkeypatch):
    settings.SQLITE = False
    known = {"NAME": "shop", "USER": "ann", "PASSWORD": "hush-hush", "HOST": "127.0.0.1", "PORT": free_port()}
    monkeypatch.setattr(connection, "settings_dict", connection.settings_dict | known)
    parameters = {"host": "127.0.0.1", "port": known["PORT"], "user": "ann", "password": "hush-hush"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: parameters)

    with pytest.raises(Invalid, match="cannot be reached .*Start it, or correct DATABASE_URL.") as refused:
        preflight.check_database()

    assert f"postgres://ann:••••@127.0.0.1:{known['PORT']}/shop" in refused.value.message
    assert "hush-hush" not in refused.value.message


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:51121"),
        ("0.0.0.0", "http://127.0.0.1:51121"),
        ("::", "http://[::1]:51121"),
        ("localhost", "http://localhost:51121"),
    ],
)
def test_server_is_reached_from_this_machine_at(host, url):
    assert server.local_url(host, 51121) == url


def test_server_beyond_this_machine_without_a_public_address_says_who_is_answered(settings):
    settings.PUBLIC_URL = ""
    assert "answers only requests for localhost and 127.0.0.1" in server.reach_warning("192.0.2.1", 80)
    assert server.reach_warning("127.0.0.1", 80) == ""

    settings.PUBLIC_URL = "https://catalog.example.org"
    assert server.reach_warning("192.0.2.1", 80) == ""


def test_folder_that_another_start_holds_is_refused_until_that_ends(tmp_path, settings):
    settings.SQLITE = True
    held = preflight.hold_folder(tmp_path)

    with pytest.raises(Invalid, match="catalogweb already runs on the data folder"):
        preflight.hold_folder(tmp_path)

    held.close()
    preflight.hold_folder(tmp_path).close()


def test_damaged_key_file_is_to_be_restored_not_replaced(tmp_path, settings, monkeypatch):
    monkeypatch.delenv("CATALOGWEB_ENCRYPTION_KEYS", raising=False)
    (tmp_path / "encryption.key").write_bytes(bytes(range(256)))
    settings.DATA_DIR = tmp_path
    settings.ENCRYPTION_KEYS = key_from("", tmp_path / "encryption.key", create=True)

    with pytest.raises(Invalid, match=r"encryption.key cannot be read: restore that file from the backup"):
        preflight.check_keys()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "zzz", "DATABASE_URL is not an address"),
        ("DATABASE_URL", "mysql://u:secret@db/name", "DATABASE_URL is not an address"),
        ("DATABASE_URL", "postgresql://u:se#cr[et@db/name", "DATABASE_URL is not an address"),
        ("DATABASE_URL", "postgresql://u:secret@db:port/name", "DATABASE_URL is not an address"),
        ("CATALOGWEB_ACCESS_TOKEN_SECONDS", "abc", "CATALOGWEB_ACCESS_TOKEN_SECONDS"),
        ("CATALOGWEB_TRUSTED_PROXIES", "zz", "CATALOGWEB_TRUSTED_PROXIES"),
    ],
)
def test_unusable_value_of_the_environment_is_one_sentence(tmp_path, name, value, sentence):
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        env=os.environ
        | {"CATALOGWEB_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "catalogweb.settings", name: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_damaged_database_is_one_sentence(tmp_path):
    (tmp_path / "catalogweb.sqlite3").write_bytes(b"rubbish" * 1000)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(free_port())],
        env=kept | {"CATALOGWEB_DATA": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "Restore it from the backup" in done.stderr
    assert "Traceback" not in done.stderr
