"""Where a request may go: to public addresses alone, unless a setting names the host. The name is resolved once, and
the very address that was looked at is the one that is called.
"""

import ipaddress
import socket
from collections.abc import Iterator

from django.conf import settings

from ..channels import NotSent

NAT64 = ipaddress.ip_network("64:ff9b::/96")
INWARD = tuple(
    map(
        ipaddress.ip_network,
        ("64:ff9b:1::/48", "fec0::/10", "::/96", "::ffff:0:0:0/96", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20",
         "5f00::/16", "168.63.129.16/32"),
    )
)  # fmt: skip
"""Special ranges that count as global, in some versions of Python or in all, and may lead into a private network (RFC
8215, 3879, 4291, 2765, 6890, 7526, 9637, 9602). In 192.0.0.0/24 and at the last one clouds tell machines their secrets.
"""
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unresolved(NotSent):
    """The name of the address is not known."""

    holds = True


class Private(NotSent):
    """The address lies in a private network, where no webhook may go (WEBHOOK_PRIVATE_HOSTS)."""

    holds = True


def resolve(host: str, port: int) -> str:
    """The address to call."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unresolved from None
    for *_, place in found:
        if may_call(host, place[0]):
            return place[0]
    raise Private


def may_call(host: str, address: str) -> bool:
    return host.lower() in settings.WEBHOOK_PRIVATE_HOSTS or is_public(address)


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if any(ip in range for range in INWARD if range.version == ip.version):
        return False
    return all(one.is_global and not one.is_multicast for one in (ip, *inside(ip)))


def inside(ip: Ip) -> Iterator[Ip]:
    """IPv4 addresses that an IPv6 one leads to."""
    if isinstance(ip, ipaddress.IPv6Address):
        yield from filter(None, (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())))
        if ip in NAT64:
            yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


def literal(host: str) -> str:
    """The address that `host` is, also one spelled like 127.1 or 0x7f000001; "" for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return in_numbers(host)


def in_numbers(host: str) -> str:
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return ""
