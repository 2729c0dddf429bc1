"""A client's browser: opens an offer's link, looks, and presses one of the two buttons."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

from hsched_sandbox.life.temper import Reply

PATIENCE = 10.0  # seconds
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine only: no proxy
Visit = Callable[[str, Reply], int]


def answer_page(link: str, reply: Reply) -> int:
    """The status after the answer was sent, or of the page where it cannot be answered; 0 where nobody answers."""
    seen = _status(urllib.request.Request(link))
    if seen != 200:
        return seen
    form = urllib.parse.urlencode({"answer": reply.value}).encode()
    return _status(urllib.request.Request(link, data=form, method="POST"))


def _status(request: urllib.request.Request) -> int:
    try:
        with DIRECTLY.open(request, timeout=PATIENCE) as page:
            return int(page.status)
    except urllib.error.HTTPError as page:
        with page:
            return page.code
    except (OSError, ValueError):
        return 0
