"""The cookie of a sign-in: `__Host-` and Secure, but for a service on this machine's loopback, which has no TLS."""

import hmac
import re

from fastapi import Request, Response

from hsched_adapters.service_parts import ServiceParts

PLAIN = "hsched"
WANTED, WANTED_SECONDS = "hsched-wanted", 900  # the page somebody wanted before they had to sign in
OUR_PATH = re.compile(r"/(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]*")  # no other host, no query
LONGEST_PATH = 200
CSRF_LABEL = b"hsched-csrf/1"


def cookie_name(parts: ServiceParts, name: str = PLAIN) -> str:
    """`name` as browsers keep it: the prefix makes them refuse one that another host or page without TLS set."""
    return name if parts.is_loopback else f"__Host-{name}"


def secret_in(parts: ServiceParts, request: Request) -> str:
    """What the browser has; empty where it has nothing."""
    return request.cookies.get(cookie_name(parts), "")


def give(parts: ServiceParts, answer: Response, secret: str, name: str = PLAIN, seconds: int | None = None) -> None:
    """Let the browser keep it; until it is closed, where no time is given."""
    secure = not parts.is_loopback
    answer.set_cookie(cookie_name(parts, name), secret, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def take_back(parts: ServiceParts, answer: Response, name: str = PLAIN) -> None:
    """The browser forgets it."""
    answer.delete_cookie(cookie_name(parts, name), path="/", secure=not parts.is_loopback, httponly=True, samesite="lax")


def csrf_of(secret: str) -> str:
    """What forms of that sign-in carry: only who was shown a page of it has it."""
    return hmac.digest(secret.encode(), CSRF_LABEL, "sha256").hex()


def wanted_path(parts: ServiceParts, request: Request) -> str:
    """The page of ours that the browser wanted before; the start where there is none."""
    path = request.cookies.get(cookie_name(parts, WANTED), "")
    return path if is_ours(path) else "/"


def is_ours(path: str) -> bool:
    """Whether it is a path within the service, and nothing else."""
    return len(path) <= LONGEST_PATH and bool(OUR_PATH.fullmatch(path))
