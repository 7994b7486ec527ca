"""The one file that a state is kept in: named documents and the large values in them, written all or not at all."""

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path

import moto

FORMAT = f"1, moto {moto.__version__}"
"""Changes with what is written, and with moto, whose objects are part of it."""
NAME = "state.sqlite"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE format (format TEXT NOT NULL);
CREATE TABLE documents (name TEXT PRIMARY KEY, content BLOB NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE blobs (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


class StateError(Exception):
    """The state cannot be used; the message is one sentence."""


class StateFile:
    """A state on disk, open for one process alone.

    Args:
        folder: Where it is, or shall be; made for its owner only, because a state holds secrets in the clear.

    Raises:
        StateError: Another process has it open, it is damaged or of another format, or nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        try:
            folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
            if not self.path.exists():
                self._create()
        except OSError as error:
            raise StateError(f"The state cannot be kept in {folder}: {error.strerror}.") from error
        self._database = _connect(self.path)
        try:
            self._open()
        except BaseException:
            self._database.close()
            raise

    def documents(self) -> dict[str, bytes]:
        """Return the documents by name.

        Raises:
            StateError: One is damaged.
        """
        with self._reading():
            rows: list[tuple[str, bytes, str]] = self._database.execute(
                "SELECT name, content, sha256 FROM documents ORDER BY rowid"
            ).fetchall()
        for name, content, sha256 in rows:
            if hashlib.sha256(content).hexdigest() != sha256:
                raise self._damaged(f"'{name}' is not what was written")
        return {name: content for name, content, _ in rows}

    def blob(self, sha256: str) -> bytes:
        """Return a large value.

        Raises:
            StateError: It is damaged or missing.
        """
        with self._reading():
            row: tuple[bytes] | None = self._database.execute(
                "SELECT content FROM blobs WHERE sha256 = ?", (sha256,)
            ).fetchone()
        if row is None or hashlib.sha256(row[0]).hexdigest() != sha256:
            raise self._damaged(f"value {sha256} is missing or is not what was written")
        return row[0]

    def write(self, documents: Mapping[str, bytes | None], blobs: Mapping[str, bytes]) -> None:
        """Write documents, or remove those that are None, with the large values in them; it is durable on return.

        Raises:
            sqlite3.Error: Nothing was written.
        """
        with self._transaction():
            self._database.executemany("INSERT OR IGNORE INTO blobs VALUES (?, ?)", blobs.items())
            for name, content in documents.items():
                if content is None:
                    self._database.execute("DELETE FROM documents WHERE name = ?", (name,))
                else:
                    self._database.execute(
                        "INSERT INTO documents VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET content = ?2, sha256 = ?3",
                        (name, content, hashlib.sha256(content).hexdigest()),
                    )

    def keep_only(self, blobs: Iterable[str]) -> None:
        """Remove the large values that no document needs any more."""
        kept = set(blobs)
        stored: list[tuple[str]] = self._database.execute("SELECT sha256 FROM blobs").fetchall()
        with self._transaction():
            self._database.executemany(
                "DELETE FROM blobs WHERE sha256 = ?", [row for row in stored if row[0] not in kept]
            )

    def close(self) -> None:
        """Let others open it."""
        self._database.close()

    def _create(self) -> None:
        """Make an empty state beside its place, then move it there: a kill leaves none, or a whole one."""
        beginning = self.path.with_suffix(".new")
        os.close(os.open(beginning, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, _FILE_MODE))
        with contextlib.closing(_connect(beginning)) as database:
            database.executescript(_SCHEMA)
            database.execute("INSERT INTO format VALUES (?)", (FORMAT,))
        beginning.replace(self.path)

    def _open(self) -> None:
        try:
            # Held until the connection closes, or the process ends in whatever way.
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("BEGIN EXCLUSIVE")
            self._database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise self._damaged(str(error)) from error
            raise StateError(
                f"The state in {self.path.parent} is in use by another process: stop that first, or name another folder."
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error
        with self._reading():
            formats: list[tuple[str]] = self._database.execute("SELECT format FROM format").fetchall()
            ((verdict,), *_) = self._database.execute("PRAGMA quick_check").fetchall()
        if verdict != "ok":
            raise self._damaged(verdict)
        if formats != [(FORMAT,)]:
            raise StateError(
                f"The state in {self.path.parent} has format '{formats[0][0]}', and this emulator reads '{FORMAT}': "
                "name another folder, or use the version that wrote it."
            )

    @contextlib.contextmanager
    def _reading(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _damaged(self, why: str) -> StateError:
        return damaged(self.path, why)


def damaged(path: Path, why: str) -> StateError:
    """Return the error that tells a person of a damaged state."""
    reason = why.partition("\n")[0].rstrip(".")
    return StateError(
        f"The state in {path} is damaged ({reason}): put a copy of it back, or delete the folder to begin anew."
    )


def _connect(path: Path) -> sqlite3.Connection:
    # Whoever calls takes turns; and nobody waits for a lock that lasts as long as the other process.
    return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
