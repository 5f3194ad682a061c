"""The client of a request: its address, and whether the connection is private."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "via")


@dataclass(frozen=True, slots=True)
class Caller:
    """The client of a request, as far as it is known for certain."""

    address: str
    """By which requests and wrong codes are counted: an IPv4 address or an IPv6 /64 network."""
    private: bool
    """Whether nobody on the way can read the request: it came by https or from this machine."""
    local: bool = False
    """Whether it came from this machine, through no proxy."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Parse addresses or networks of proxies.

    Raises:
        ValueError: a text is neither.
    """
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts)


def identify_caller(request: Request, trusted: tuple[Network, ...]) -> Caller:
    """Return the client of a request, believing forwarding headers of trusted proxies only.

    A request through any other proxy is never private, even from this machine.
    """
    peer = address_of(request.client.host if request.client else "")
    by_proxy = any(name in request.headers for name in _PROXY_HEADERS)
    if by_proxy and peer is not None and is_trusted(peer, trusted):
        scheme = request.headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
        client = _client_address(request, peer, trusted)
        return Caller(counted_address(client), scheme == "https")
    local = peer is not None and peer.is_loopback and not by_proxy
    return Caller(counted_address(peer), local or request.url.scheme == "https", local)


def _client_address(request: Request, peer: Address, trusted: tuple[Network, ...]) -> Address:
    """Return the last forwarded address that is not a trusted proxy's."""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for text in reversed(forwarded):
        address = address_of(text.strip())
        if address is None or not is_trusted(address, trusted):
            return address or peer
    return peer


def is_trusted(address: Address, trusted: tuple[Network, ...]) -> bool:
    """Say whether this is the address of a proxy whose headers are believed."""
    return any(address in network for network in trusted)


def address_of(text: str) -> Address | None:
    """Parse an address; one of IPv4 written as IPv6 is one of IPv4. None: it is none."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def counted_address(address: Address | None) -> str:
    """Return the address or network by which callers are counted."""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
