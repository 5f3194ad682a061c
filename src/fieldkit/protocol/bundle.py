"""The files by which a laptop without a connection syncs: bundles, and the answers to them.

A bundle holds the very requests of ``POST /v1/sync``, in order, for all logs of a laptop (rule 44).
It is sealed to the server and signed by the device; its answer is sealed to a key that the laptop
drew for this bundle, and signed by the server. Both are a line of text, the signature of all the
rest, and the sealed part, which repeats the line and holds messages, each after its length:

    fieldkit bundle {"number": ...}
    signature (64 bytes), sealed(line, messages)

The line holds keys and numbers only, so that a person who finds a file learns nothing of anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from fieldkit.keys import sealing
from fieldkit.keys.sealing import KeyPair, from_text
from fieldkit.protocol.limits import LARGEST_EXACT_INTEGER
from fieldkit.protocol.messages.shapes import Head, M, Message, Seq
from fieldkit.protocol.messages.sync import Problem, SyncAnswer, SyncRequest, Word
from fieldkit.protocol.wire.codec import CODINGS, decode, encode
from fieldkit.protocol.wire.errors import OtherVersion, Unreadable

LARGEST_FILE = 4 << 20
"""Most bytes of a bundle or an answer; what is left comes with the next ones."""
MOST_PARTS = 2000
"""Most requests of a bundle, and answers to them."""
_BUNDLE, _ANSWER = b"fieldkit bundle ", b"fieldkit answer "
_LONGEST_LINE = 2000
_SIGNATURE, _LENGTH = 64, 4
_SEALED = 48
"""By how many bytes sealing makes a text longer."""

PublicKey = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{43}\z")]


class NotThisFile(Unreadable):
    """The file is something else than a bundle, or an answer."""


class BundleHeader(Message):
    """What everybody may read of a bundle."""

    v: Literal[1] = 1
    number: Annotated[int, Field(ge=1, le=LARGEST_EXACT_INTEGER)]
    """Bundles of one laptop are numbered from 1."""
    device: PublicKey
    """The key by which the device signs."""
    server: PublicKey
    """The key of the server to which the bundle is sealed."""
    answer: PublicKey
    """The key to which the answer is sealed."""
    heard: Seq | None = None
    """The epoch of the scope that the laptop was given last; None: none yet."""
    coding: Word = CODINGS[0]
    """The coding of each message, in the answer too."""


class AnswerHeader(Message):
    """What everybody may read of an answer."""

    v: Literal[1] = 1
    bundle: Head
    """The digest of the bundle that it answers."""
    number: Seq
    """The number of that bundle."""
    coding: Word = CODINGS[0]


class _Part(Message):
    """What the answer to a request is about: the changes that were sent, or why it was refused."""

    first: Seq = 0
    changes: Annotated[int, Field(ge=0, le=1000)] = 0
    refused: Problem | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was opened; its device signed it."""

    header: BundleHeader
    digest: str
    requests: Sequence[SyncRequest]


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A request as the server worked on it, and its answer."""

    asked: SyncRequest
    """Without its batch; with the cursors and the mark of the answer before."""
    answer: SyncAnswer | Problem
    first: int = 0
    """The seq of the first change of the batch; 0: there was none."""
    changes: int = 0


@dataclass(frozen=True, slots=True)
class BundleAnswer:
    """An answer that was opened; the server signed it."""

    header: AnswerHeader
    parts: Sequence[AnsweredRequest]


def digest_of(data: bytes) -> str:
    """Return the SHA-256 by which a bundle is known."""
    return hashlib.sha256(data).hexdigest()


def write_bundle(header: BundleHeader, requests: Sequence[bytes], signing: KeyPair) -> bytes:
    """Return a bundle of requests, each encoded in the coding that the header names."""
    return _write(_BUNDLE, header, requests, from_text(header.server), signing)


def read_header(data: bytes) -> BundleHeader:
    """Read what everybody may of a bundle; nobody has checked yet who wrote it.

    Raises:
        NotThisFile: it is no bundle.
        OtherVersion: it is one of a later version.
    """
    return _split(_BUNDLE, data, BundleHeader)[0]


def open_bundle(data: bytes, private: bytes) -> Bundle:
    """Check that its device signed a bundle, and open it with the server's private key.

    Raises:
        NotThisFile: it is no bundle.
        UnknownCoding: its messages are compressed in a way not known here.
        Unreadable: it was altered, or sealed to another server.
    """
    header, opened = _open(_BUNDLE, data, BundleHeader, None, private)
    requests = [decode(one, SyncRequest, header.coding) for one in opened]
    return Bundle(header, digest_of(data), requests)


def write_answer(bundle: Bundle, parts: Sequence[AnsweredRequest], signing: KeyPair) -> bytes:
    """Return the answer to a bundle, which only the laptop that wrote the bundle can open."""
    header = AnswerHeader(
        bundle=bundle.digest, number=bundle.header.number, coding=bundle.header.coding
    )
    messages = [message for part in parts for message in encoded_part(part, header.coding)]
    return _write(_ANSWER, header, messages, from_text(bundle.header.answer), signing)


def encoded_part(part: AnsweredRequest, coding: str) -> list[bytes]:
    """Return the messages of a part of an answer."""
    refused = part.answer if isinstance(part.answer, Problem) else None
    about = _Part(first=part.first, changes=part.changes, refused=refused)
    answers = [] if isinstance(part.answer, Problem) else [part.answer]
    return [encode(message, coding) for message in (about, part.asked, *answers)]


def read_answer_header(data: bytes) -> AnswerHeader:
    """Read what everybody may of an answer.

    Raises:
        NotThisFile: it is no answer.
        OtherVersion: it is one of a later version.
    """
    return _split(_ANSWER, data, AnswerHeader)[0]


def open_answer(data: bytes, server_signing: bytes, private: bytes) -> BundleAnswer:
    """Check that the server signed an answer, and open it with the key drawn for its bundle.

    Raises:
        NotThisFile: it is no answer.
        UnknownCoding: its messages are compressed in a way not known here.
        Unreadable: it was altered, is of another server, or for another laptop.
    """
    header, opened = _open(_ANSWER, data, AnswerHeader, server_signing, private)
    return BundleAnswer(header, list(_parts(opened, header.coding)))


def _parts(messages: Sequence[bytes], coding: str) -> Iterator[AnsweredRequest]:
    left = iter(messages)
    for message in left:
        about = decode(message, _Part, coding)
        asked = decode(next(left, b""), SyncRequest, coding)
        answer = about.refused or decode(next(left, b""), SyncAnswer, coding)
        yield AnsweredRequest(asked, answer, about.first, about.changes)


def _write(
    word: bytes, header: Message, messages: Sequence[bytes], seal_to: bytes, signing: KeyPair
) -> bytes:
    line = word + header.model_dump_json(exclude_defaults=True).encode() + b"\n"
    framed = b"".join(len(one).to_bytes(_LENGTH, "big") + one for one in messages)
    sealed = sealing.seal(line + framed, seal_to)
    return line + sealing.sign(line + sealed, signing.private) + sealed


def file_size(messages: Sequence[bytes]) -> int:
    """Return the most bytes of a file that holds these messages."""
    return sum((_LENGTH + len(one) for one in messages), 2 * _LONGEST_LINE + _SIGNATURE + _SEALED)


def _split(word: bytes, data: bytes, kind: type[M]) -> tuple[M, bytes, bytes, bytes]:
    """Return the header of a file, its line, the signature and the sealed part."""
    line, found, _ = data[:_LONGEST_LINE].partition(b"\n")
    if not found or not line.startswith(word):
        raise NotThisFile("This is another sort of file.")
    try:
        header = kind.model_validate_json(line.removeprefix(word))
    except ValidationError as error:
        if any(one["loc"] == ("v",) for one in error.errors()):
            raise OtherVersion("This file is of a later version.") from None
        raise NotThisFile("The first line of this file cannot be read.") from None
    start = len(line) + 1
    return header, data[:start], data[start : start + _SIGNATURE], data[start + _SIGNATURE :]


def _open(
    word: bytes, data: bytes, kind: type[M], signed_by: bytes | None, private: bytes
) -> tuple[M, list[bytes]]:
    """Check the signature of a file and open it; return its header and messages.

    ``signed_by``: None: the device that the header names.
    """
    header, line, signature, sealed = _split(word, data, kind)
    if signed_by is None and isinstance(header, BundleHeader):
        signed_by = from_text(header.device)
    assert signed_by is not None
    try:
        sealing.check_signature(line + sealed, signature, signed_by)
        plain = sealing.open_sealed(sealed, private)
    except sealing.Unreadable:
        raise Unreadable("This file was altered, or is not for here.") from None
    # Somebody else can sign what another device sealed; the sealed part says whose it is.
    if not plain.startswith(line):
        raise Unreadable("This file was signed by another than who sealed it.")
    return header, list(_messages(plain[len(line) :]))


def _messages(framed: bytes) -> Iterator[bytes]:
    at = many = 0
    while at < len(framed):
        end = at + _LENGTH + int.from_bytes(framed[at : at + _LENGTH], "big")
        many += 1
        if end > len(framed) or many > 3 * MOST_PARTS:
            raise Unreadable("This file is not whole.")
        yield framed[at + _LENGTH : end]
        at = end
