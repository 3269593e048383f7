from catalogweb.core.keys import fingerprint, key_from


def test_key_file_is_made_once_readable_by_its_owner_only(tmp_path):
    file = tmp_path / "data" / "encryption.key"

    made = key_from("", file, create=True)

    assert made == key_from("", file, create=True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["encryption.key"]


def test_key_file_is_not_made_when_keys_come_from_the_environment(tmp_path):
    assert key_from("new, old", tmp_path / "x.key", create=True) == ["new", "old"]
    assert not list(tmp_path.iterdir())


def test_key_is_empty_where_none_may_be_made(tmp_path):
    assert key_from("", tmp_path / "x.key", create=False) == [""]
    assert fingerprint([""]) == ""


def test_key_folder_that_cannot_be_written_gives_no_key_instead_of_a_crash(tmp_path):
    (tmp_path / "data").write_text("a file in the place of the folder")

    assert len(key_from("", tmp_path / "data" / "x.key", create=True)) == 1


def test_fingerprint_stays_while_keys_are_added_and_tells_nothing_of_them():
    assert fingerprint(["new", "old"]) == fingerprint(["old"]) != fingerprint(["new"])
    assert "old" not in fingerprint(["old"])
