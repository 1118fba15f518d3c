"""Opening and making a store: SQLite in a folder by default, PostgreSQL by its address."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, RootTransaction, event
from sqlalchemy.engine import make_url

from vigie.model.errors import BadSetting
from vigie.store.schema import SCHEMA_VERSION

BUSY_MS = 3_600_000
"""How long a writer waits for another one before it gives up: an hour, since a large file holds the store for minutes."""

JOURNAL_WAIT_MS = 5_000
"""How long the emptying of SQLite's journal waits for those who still read from it."""

JOURNAL_PAGES = 16_384
"""So many pages (64 MiB) SQLite's journal holds before they go into the file: a page of an index that many transactions touch is then written once."""

_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's state of a lock that was not given in time (its manual, appendix A)."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    f"wal_autocheckpoint={JOURNAL_PAGES}",
    f"busy_timeout={BUSY_MS}",
    "foreign_keys=ON",
    "secure_delete=ON",
    "cache_size=-262144",
    "temp_store=MEMORY",
)


@dataclass(frozen=True, slots=True)
class Store:
    """The records on disk. All reading and writing goes through the functions of this package."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is one file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store throughout."""
        states = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with _said(self), self.engine.connect().execution_options(**states) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all that is written in it is kept, or nothing is. Writers wait for one another."""
        with _said(self), self.engine.execution_options(vigie_writes=True).connect() as connection, connection.begin():
            _wait_for_writers(self, connection)
            yield connection

    @contextmanager
    def writing_soon(self, wait_ms: int) -> Iterator[Connection | None]:
        """As `writing`, or None where another writer does not let go within `wait_ms`: for what may be written later."""
        with _said(self), self.engine.execution_options(vigie_writes=True).connect() as connection:
            begun = _begun_soon(self, connection, wait_ms)
            if begun is None:
                yield None
                return
            with begun:
                yield connection

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


def _wait_for_writers(store: Store, connection: Connection) -> None:
    """Lets one transaction write at a time; on SQLite its begin does."""
    if not store.is_sqlite:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7081)")


def _begun_soon(store: Store, connection: Connection, wait_ms: int) -> RootTransaction | None:
    """A transaction that is alone in writing, or None where another writer holds on for too long."""
    try:
        if store.is_sqlite:
            return _begun_sqlite(connection, wait_ms)
        begun = connection.begin()
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(wait_ms, 1)}")
        _wait_for_writers(store, connection)
    except sqlalchemy.exc.OperationalError as fault:
        if not _is_busy(fault):
            raise
        return None
    return begun


def _begun_sqlite(connection: Connection, wait_ms: int) -> RootTransaction:
    driver: Any = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA busy_timeout={wait_ms}")
    try:
        return connection.begin()
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")


def _is_busy(fault: sqlalchemy.exc.OperationalError) -> bool:
    return getattr(fault.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY or getattr(fault.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


@contextmanager
def _said(store: Store) -> Iterator[None]:
    """A store that cannot be read or written is one sentence for the operator."""
    try:
        yield
    except sqlalchemy.exc.OperationalError as fault:
        source = store.engine.url.render_as_string(hide_password=True)
        raise BadSetting("The store cannot be used", source=source, got=str(fault.orig), todo="check the disk, the rights and that the server runs") from fault


def sqlite_url(path: Path) -> str:
    """The address of a SQLite store in a file."""
    return f"sqlite:///{path}"


def create_store(url: str) -> Store:
    """A store with all its tables, made new or brought up to this version. Raises `BadSetting` where it cannot be reached."""
    from alembic import command

    store = _connect(url)
    try:
        with store.engine.execution_options(vigie_writes=True).begin() as connection:
            _wait_for_writers(store, connection)
            command.upgrade(_alembic(connection), "head")
    except sqlalchemy.exc.OperationalError as fault:
        raise BadSetting("The store cannot be opened", source=_shown(url), got=str(fault.orig), todo="check the address and that the server runs") from fault
    return store


def upgrade_store(url: str) -> bool:
    """Whether the store was made by an older version of Vigie: then its tables are now of this one and what they hold is kept.

    All of it is done or nothing is. Raises `BadSetting` where there is no store.
    """
    with _opening(url) as store:
        version = _version_found(store, url)
    store.close()
    if not _is_older(version):
        return False
    create_store(url).close()
    return True


def open_store(url: str) -> Store:
    """An existing store. Raises `BadSetting` where there is none, or where it was made by another version."""
    with _opening(url) as store:
        version = _version_found(store, url)
        if version != SCHEMA_VERSION:
            todo = "bring it up to this version with `vigie init`" if _is_older(version) else "use the version of Vigie that made it"
            raise BadSetting("The store's tables are of another version", source=_shown(url), got=version, expected=SCHEMA_VERSION, todo=todo)
    return store


@contextmanager
def _opening(url: str) -> Iterator[Store]:
    """A store that is being looked at: closed where something is wrong with it, which is said in one sentence."""
    store = _connect(url)
    try:
        yield store
    except sqlalchemy.exc.DBAPIError as fault:
        store.close()
        raise BadSetting("The store cannot be opened", source=_shown(url), got=str(fault.orig), todo="run `vigie doctor`") from fault
    except BadSetting:
        store.close()
        raise


def _version_found(store: Store, url: str) -> str:
    """The revision of the tables, "none" where none is written down. Raises `BadSetting` where there are no tables."""
    with store.engine.connect() as connection:
        names = set(sqlalchemy.inspect(connection).get_table_names())
    if "reports" not in names:
        raise BadSetting("There is no Vigie store here", source=_shown(url), todo="make one with `vigie init`")
    return schema_version(store) if "alembic_version" in names else "none"


def _is_older(version: str) -> bool:
    """Revisions are numbers of four digits, so text puts them in order."""
    return version.isdecimal() and version < SCHEMA_VERSION


def schema_version(store: Store) -> str:
    """The revision of the tables, as alembic names it."""
    with store.reading() as connection:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "none")


def clear_journal(store: Store, wait_ms: int = JOURNAL_WAIT_MS) -> bool:
    """Whether SQLite's journal is empty now, so that it holds no older pages: False while another connection still reads from it. Else True."""
    if not store.is_sqlite:
        return True
    connection = store.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    finally:
        connection.close()
    return not is_busy


def _connect(url: str) -> Store:
    expected = "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = sqlalchemy.create_engine(parsed)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise BadSetting("The store's address cannot be understood", got=_shown(url), expected=expected) from None
    except ImportError as fault:
        raise BadSetting("The part for PostgreSQL is missing", got=str(fault), todo="install vigie[postgres]") from fault
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return Store(engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("vigie_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _alembic(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _shown(url: str) -> str:
    """The address without user, password and options, whether or not it can be understood.

    >>> _shown("postgresql//me:s@c@host/vigie?password=s")
    '…@host/vigie'
    """
    before, secret, rest = url.rpartition("@")
    scheme = re.match(r"[a-z0-9+]+://", url)
    place = rest.partition("?")[0] if "?" not in before else "…"
    return (scheme[0] if scheme and secret else "") + ("…@" if secret else "") + place
