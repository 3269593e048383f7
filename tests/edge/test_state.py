import pytest

from catalogweb.edge.state import StateFolder


@pytest.fixture
def folder(tmp_path):
    return StateFolder(tmp_path / "state")


def test_files_and_folder_are_for_their_owner_only(folder):
    folder.save("credentials", {"token": "t"})

    assert (folder.folder / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert folder.folder.stat().st_mode & 0o777 == 0o700


def test_a_failed_write_keeps_the_old_content_and_leaves_no_file(folder):
    folder.save("lists", [1])

    with pytest.raises(TypeError):
        folder.save("lists", [object()])

    assert folder.load("lists") == [1]
    assert [path.name for path in folder.folder.iterdir()] == ["lists.json"]


@pytest.mark.parametrize("content", ["", "{", "\x00"])
def test_a_damaged_file_counts_as_absent(folder, content):
    folder.prepare()
    (folder.folder / "lists.json").write_text(content)

    assert folder.load("lists", "nothing") == "nothing"


def test_forget_removes_everything(folder):
    folder.save("credentials", {})
    folder.save("lists", [])

    folder.forget()

    assert list(folder.folder.iterdir()) == []


def test_a_folder_serves_one_agent_at_a_time(folder):
    folder.prepare()
    with folder.lock(), pytest.raises(BlockingIOError, match="Another agent already runs"):
        folder.lock()

    folder.lock().close()
