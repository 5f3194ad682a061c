"""Who is at the other end of a request: its address, and whether others on the way can read it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_TOLD_BY_PROXIES = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "via")


@dataclass(frozen=True, slots=True)
class Caller:
    """The other end, as far as it can be believed."""

    address: str
    """For counting wrong codes; of IPv6 the network of 64 bits."""
    private: bool
    """Whether nobody on the way can read along: https, or from this machine."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses or networks of proxies.

    Raises:
        ValueError: one is neither.
    """
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts)


def caller(request: Request, trusted: tuple[Network, ...]) -> Caller:
    """Tell who called; what proxies add is believed of trusted ones alone.

    A request by way of a proxy that is not trusted is never private, even from this machine.
    """
    peer = _address(request.client.host if request.client else "")
    by_proxy = any(name in request.headers for name in _TOLD_BY_PROXIES)
    if by_proxy and peer is not None and _among(peer, trusted):
        told = request.headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
        return Caller(_counted(_behind(request, peer, trusted)), told == "https")
    loopback = peer is not None and peer.is_loopback and not by_proxy
    return Caller(_counted(peer), loopback or request.url.scheme == "https")


def _behind(request: Request, peer: Address, trusted: tuple[Network, ...]) -> Address | None:
    """Return the last address on the way that is no trusted proxy's."""
    on_the_way = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for text in reversed(on_the_way):
        address = _address(text.strip())
        if address is None or not _among(address, trusted):
            return address or peer
    return peer


def _among(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address in network for network in trusted)


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _counted(address: Address | None) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
