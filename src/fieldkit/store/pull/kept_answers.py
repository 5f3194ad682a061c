"""Answers of the server about devices and late changes, kept to be read offline."""

from __future__ import annotations

from typing import Generic, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select

from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.store import tables

_kept = tables.kept_answer


class Kept(NamedTuple, Generic[M]):
    """An answer, and when it came."""

    at: int
    """By the laptop's clock, seconds since 1970 UTC."""
    answer: M


def keep(connection: Connection, answer: Message, at: int) -> None:
    """Keep an answer in place of the one of its sort before."""
    name = type(answer).__name__
    connection.execute(delete(_kept).where(_kept.c.name == name))
    row = {"name": name, "at": at, "body": answer.model_dump_json(exclude_defaults=True)}
    connection.execute(insert(_kept).values(row))


def kept(connection: Connection, sort: type[M]) -> Kept[M] | None:
    """Return the last answer of a sort; None: there is none, or an older version wrote it."""
    row = connection.execute(select(_kept).where(_kept.c.name == sort.__name__)).one_or_none()
    if row is None:
        return None
    try:
        return Kept(row.at, sort.model_validate_json(row.body))
    except ValidationError:
        return None


def forget(connection: Connection) -> None:
    """Drop every answer: they were given for another role or area."""
    connection.execute(delete(_kept))
