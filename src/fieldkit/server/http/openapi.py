"""The OpenAPI 3.1 document of the server's routes, generated from the message classes."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

from pydantic.json_schema import models_json_schema

from fieldkit import __version__
from fieldkit.protocol.messages.keys import RecoverAnswer, RecoverRequest
from fieldkit.protocol.messages.shapes import Message
from fieldkit.protocol.messages.sync import (
    EnrolAnswer,
    EnrolRequest,
    HistoryAnswer,
    HistoryRequest,
    Problem,
    ReceiptAnswer,
    ReceiptRequest,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.server.devices import routes as own
from fieldkit.server.supervision import routes as supervision

Object: TypeAlias = dict[str, object]

_ROUTES: tuple[tuple[str, str, type[Message], type[Message]], ...] = (
    ("sync", "Send one batch of changes and get one page of rows.", SyncRequest, SyncAnswer),
    ("receipt", "Ask what the server holds of logs.", ReceiptRequest, ReceiptAnswer),
    ("history", "Ask what was done to a record.", HistoryRequest, HistoryAnswer),
    ("enrol", "Exchange a one-time code for a token.", EnrolRequest, EnrolAnswer),
    ("recover", "Ask for the data key of a locked laptop.", RecoverRequest, RecoverAnswer),
    *(
        (name, act.summary, act.request, act.answer)
        for name, act in {**own.ROUTES, **supervision.ROUTES}.items()
    ),
)
_REFUSALS = {
    400: "The message cannot be read, is of another version, or names what is not there.",
    401: "The token is not of this server.",
    403: "Not allowed: revoked, another device's log, an unknown code, a role or area that may not "
    "do this, or not over https.",
    404: "There is no such record or device in the device's area.",
    408: "The message did not arrive in time.",
    409: "The log does not fit what the server has (gap, altered, parent), the code was used, or "
    "the device is the sender's own.",
    410: "The code is too old.",
    413: "The message is too large.",
    415: "The message is compressed in a way not read here; Accept-Encoding names those that are.",
    429: "This code is not known, and too many wrong ones came from this address.",
    503: "The server cannot take this now; Retry-After says when.",
}
_FOR_STRANGERS = ("enrol", "recover")
"""The routes that need no token."""
_PACKED = {
    "type": "object",
    "description": "The same as columns, as fieldkit/protocol/wire/packed_messages.py describes.",
}
_TEXT = """Laptops talk to the server by `POST /v1/sync` alone, request after request, until nothing
is left on either side; `/v1/enrol` gives them the token for it, `/v1/keys` the server's public
keys, and `/v1/receipt` and `/v1/history` are for a person who asks. The others are for the laptop
of a supervisor. Bodies are JSON, compressed or not as Content-Encoding says. Lists of changes, rows
and versions travel as columns; a request may also hold a plain list of changes, as described
here."""


@cache
def openapi_document() -> Object:
    """Return the whole document as JSON."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fieldkit server",
            "version": __version__,
            "description": " ".join(_TEXT.split()),
        },
        "paths": {
            f"/v1/{name}": {"post": _message_route(name, summary, request, answer)}
            for name, summary, request, answer in _ROUTES
        }
        | {f"/v1/{name}": {"post": _file_route(name, *said)} for name, said in _FILES.items()}
        | {f"/{name}": {"get": _probe(name, summary)} for name, summary in _PROBES.items()},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_PROBES = {
    "healthz": "Whether the server is alive.",
    "readyz": "Whether its database answers and is migrated.",
}


def _message_route(
    name: str, summary: str, request: type[Message], answer: type[Message]
) -> Object:
    content = {"schema": {"$ref": f"#/components/schemas/{request.__name__}"}}
    route: Object = {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {
                    "application/json": {
                        "schema": {"$ref": f"#/components/schemas/{answer.__name__}"}
                    }
                },
            }
        }
        | {str(status): _refusal(why) for status, why in _REFUSALS.items()},
    }
    return route if name in _FOR_STRANGERS else route | {"security": [{"token": []}]}


_FILES = {
    "bundle": (
        "Hand over a bundle, perhaps another laptop's, and get the answer to it.",
        "The answer, for who wrote it.",
    ),
    "sealed": (
        "Hand in what a revoked laptop had not sent, as a bundle; its old token is accepted here.",
        "The SHA-256 of the bundle, which a supervisor will decide on.",
    ),
}


def _file_route(name: str, summary: str, answer: str) -> Object:
    """Describe a route that takes a file, and answers with one."""
    file = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": file},
        "responses": {"200": {"description": answer, "content": file}}
        | {str(status): _refusal(why) for status, why in _REFUSALS.items()},
        "security": [{"token": []}],
    }


def _probe(name: str, summary: str) -> Object:
    yes = {"description": "Yes.", "content": {"application/json": {"schema": _YES}}}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": yes, "503": _refusal("Not now.")},
    }


_ORIGIN = "^[0-9A-HJKMNP-TV-Z]{8}$"
_DISTRICT = "^(0|[1-9][0-9]{0,8})$"
_YES = {"type": "object", "additionalProperties": {"type": "boolean"}}


def _refusal(why: str) -> Object:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": why, "content": {"application/problem+json": content}}


def _schemas() -> Object:
    """Describe the messages; a member that may be packed has both forms."""
    kinds: list[type[Message]] = [Problem]
    for _, _, request, answer in _ROUTES:
        kinds += [request, answer]
    _, found = models_json_schema(
        [(kind, "validation") for kind in kinds], ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, dict[str, dict[str, Object]]] = found["$defs"]
    for model, member in (("Batch", "changes"), ("SyncAnswer", "versions"), ("SyncAnswer", "page")):
        members = schemas[model]["properties"]
        members[member] = {"anyOf": [members[member], _PACKED]}
    for schema in schemas.values():
        for part, described in schema["properties"].items():
            _complete_schema(part, described)
    return dict(schemas)


def _complete_schema(name: str, member: Object) -> None:
    """Write patterns in JavaScript's syntax, and add what only validators in code check."""
    if name == "origin":
        member["pattern"] = _ORIGIN
    elif name == "origins":
        member["items"] = {"type": "string", "pattern": _ORIGIN}
    elif name == "cursors":
        member["propertyNames"] = {"pattern": _DISTRICT}
    for part in (member, *_options(member)):
        if isinstance(pattern := part.get("pattern"), str):
            part["pattern"] = pattern.replace(r"\A", "^").replace(r"\z", "$")


def _options(member: Object) -> list[Object]:
    options = member.get("anyOf", [])
    assert isinstance(options, list)
    return options
