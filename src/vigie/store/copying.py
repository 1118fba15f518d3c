"""The whole store as one file, copied while others write, and made a store again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import sqlalchemy
from sqlalchemy.engine import URL, make_url

from vigie.model.errors import BadReport, BadSetting
from vigie.store.database import _connect, _opening, _version_found
from vigie.store.epochs import store_epoch


class Standing(NamedTuple):
    """What a store is, of whichever version: its kind (`sqlite`, `postgresql`), its schema as alembic names it, its epoch."""

    kind: str
    schema: str
    epoch: int


def standing_of(url: str) -> Standing:
    """What the store at an address is, of this or another version. Raises `BadSetting` where there is none."""
    with _opening(url) as store:
        standing = Standing(store.engine.dialect.name, _version_found(store, url), store_epoch(store))
    store.close()
    return standing


def copy_store(url: str, target: Path) -> None:
    """Writes the store as it is at one instant into a new file, by SQLite's online backup or pg_dump; others go on writing meanwhile.

    Raises `BadSetting` where it cannot be read, or where pg_dump is missing.
    """
    target.touch(mode=0o600)
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        copy_sqlite(Path(address.database or ""), target)
    else:
        _run_postgres("pg_dump", address, ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def copy_sqlite(source: Path, target: Path) -> None:
    """Copies a SQLite file (a store, a keyring) as it is at one instant. Raises `BadSetting` where it is none."""
    try:
        with closing(sqlite3.connect(source, timeout=60)) as connection, closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as fault:
        raise BadSetting("The file cannot be copied", source=str(source), got=str(fault), todo="check the disk and run `vigie doctor`") from fault


def place_sqlite(source: Path, target: Path) -> None:
    """Moves a copy to where it is a store again. Raises `BadReport` where SQLite finds it broken."""
    try:
        with closing(sqlite3.connect(source)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as fault:
        found = str(fault)
    if found != "ok":
        raise BadReport("The store in the backup is broken", got=found, todo="take another backup")
    source.replace(target)


def place_postgres(source: Path, url: str) -> None:
    """Makes the copy a store again in an empty database, whole or not at all. Raises `BadSetting` where it cannot be, or is not empty."""
    check_empty(url)
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source)]
    _run_postgres("pg_restore", make_url(url), options)


def check_empty(url: str) -> None:
    """Raises `BadSetting` where the database holds anything, or cannot be reached."""
    with _opening(url) as store, store.reading() as connection:
        names = sqlalchemy.inspect(connection).get_table_names()
    store.close()
    if names:
        todo = "make an empty database and name it with --store"
        raise BadSetting("The database is not empty", source=make_url(url).render_as_string(hide_password=True), got=f"{len(names)} tables", todo=todo)


def empty_again(url: str) -> None:
    """Removes all tables of a database that was empty before and could not be filled rightly."""
    store = _connect(url)
    found = sqlalchemy.MetaData()
    with store.engine.begin() as connection:
        found.reflect(connection)
        found.drop_all(connection)
    store.close()


def _run_postgres(program: str, address: URL, options: Sequence[str]) -> None:
    """Runs one of PostgreSQL's programs; the password travels in the environment, where other users do not see it."""
    found = shutil.which(program)
    if found is None:
        raise BadSetting(f"PostgreSQL's program {program} is missing", todo="install PostgreSQL's client programs (Debian: postgresql-client)")
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(address.password)} if address.password else {}
    command = [found, "--no-password", f"--dbname={plain}", *options]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env={**os.environ, **secret})  # noqa: S603 - our own words
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line.lower()), done.stderr.strip())
        todo = f"use a {program} as new as the server"
        raise BadSetting(f"PostgreSQL's {program} stopped", source=address.render_as_string(hide_password=True), got=said, todo=todo)
