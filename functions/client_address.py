"""From which address of the net a request comes, for limits: never for deciding who somebody is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_LONGEST = 64
_ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that belong to one customer as a rule; the rest the customer chooses freely."""


def client_address(peer: str, forwarded: str, proxies: int) -> str:
    """The address that is counted.

    `peer` opened the connection; `forwarded` is the header `X-Forwarded-For`; `proxies` is how many servers of ours
    stand in between. Each adds at the right whom it was called by, so that many entries from the right are to be
    believed and none further left, which the sender wrote. Of IPv6 the network is counted, not the single address.
    """
    entries = [entry.strip() for entry in forwarded.split(",")] if forwarded else []
    believed = entries[-proxies] if 0 < proxies <= len(entries) else peer
    try:
        address: IPv4Address | IPv6Address = ip_address(believed)
    except ValueError:
        return believed[:_LONGEST]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), _ONE_HOUSEHOLD), strict=False))
    return str(address)
