"""Whom an address on the internet stands for, where what one of them does is counted."""

from ipaddress import IPv6Address, ip_address

HOME_BITS = 64  # of an IPv6 address: who has one has all that share them
LONGEST_NAME = 64


def network_of(address: str) -> str:
    """What one household or host holds: an IPv4 address, or the 64 bits an IPv6 one begins with. Anything else as it is."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:LONGEST_NAME]
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or f"{int(known) >> (128 - HOME_BITS):x}::/{HOME_BITS}")
