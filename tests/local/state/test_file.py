"""The file of a state: whole or refused, for one process, and for its owner only."""

import sqlite3
from pathlib import Path

import pytest

from local.state.file import FORMAT, NAME, StateError, StateFile


def written(folder: Path) -> Path:
    """Write a state of one document and one large value; return its file."""
    file = StateFile(folder)
    file.write({"note/stack": b"{}" * 3000}, {"a" * 64: b"large"})
    file.close()
    return folder / NAME


def test_only_its_owner_can_read_a_state(tmp_path: Path) -> None:
    folder = written(tmp_path / "state").parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in folder.iterdir()] == [0o600]


def test_what_was_written_is_there_and_what_was_removed_is_not(tmp_path: Path) -> None:
    written(tmp_path)
    file = StateFile(tmp_path)
    file.write({"more": b"1", "note/stack": None}, {})
    file.close()
    again = StateFile(tmp_path)
    assert again.documents() == {"more": b"1"}
    again.close()


def test_a_failed_write_leaves_everything_as_it_was(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    file.write({"one": b"1"}, {})
    with pytest.raises(TypeError):
        file.write({"one": b"2", "two": [1]}, {})  # pyright: ignore[reportArgumentType] - it cannot be written
    assert file.documents() == {"one": b"1"}
    file.close()


def test_a_second_user_of_a_state_is_refused(tmp_path: Path) -> None:
    first = StateFile(tmp_path)
    with pytest.raises(StateError, match="in use by another process: stop that first"):
        StateFile(tmp_path)
    first.close()
    StateFile(tmp_path).close()


def test_a_beginning_that_was_cut_off_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "state.new").write_bytes(b"half of it")
    file = StateFile(tmp_path)
    assert file.documents() == {}
    file.close()


def test_a_state_of_another_format_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE format SET format = '0'")
    database.close()
    with pytest.raises(StateError, match="has format '0', and this emulator reads") as told:
        StateFile(tmp_path)
    assert FORMAT in str(told.value)


@pytest.mark.parametrize("length", [0, 10, 4096, 9000])
def test_a_state_that_was_cut_is_told_with_its_name(tmp_path: Path, length: int) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(StateError, match="is damaged") as told:
        StateFile(tmp_path)
    assert str(path) in str(told.value)
    assert "delete the folder to begin anew" in str(told.value)


def test_a_document_that_is_not_what_was_written_is_told_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"{}{}", b"{ }{"))
    file = StateFile(tmp_path)
    with pytest.raises(StateError, match="'note/stack' is not what was written"):
        file.documents()
    file.close()


@pytest.mark.parametrize("sha256", ["a" * 64, "b" * 64], ids=["other", "missing"])
def test_a_large_value_that_is_not_what_was_written_is_told(tmp_path: Path, sha256: str) -> None:
    written(tmp_path)
    file = StateFile(tmp_path)
    with pytest.raises(StateError, match="is missing or is not what was written"):
        file.blob(sha256)
    file.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StateError, match=r"cannot be kept in .*taken.*: File exists"):
        StateFile(tmp_path / "taken")
