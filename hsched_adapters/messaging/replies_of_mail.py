"""What mail servers mean: SMTP replies and enhanced status codes (RFC 3463) as our words. Their texts name mailboxes and are not kept."""

import re
from datetime import timedelta

from hsched_core.domain.delivery import Trouble

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_TOO_LARGE = (3, 4)
LATER = {450: timedelta(minutes=5), 451: timedelta(minutes=5), 421: timedelta(minutes=2)}  # greylists, and servers that are going down
NO_SUCH = frozenset({(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})  # 1.2: the domain is nobody's; 2.1: the mailbox is closed
FULL = frozenset({(2, 2)})
NOBODY_THERE = frozenset({550, 551, 553})  # what these say of a recipient, where nothing more exact is said


def trouble_of_mail(text: str, reply: int = 0, *, is_about_recipient: bool) -> Trouble:
    """Why a message was refused for good, from a reply's text or a bounce's status."""
    found = _STATUS.search(text)
    status = (int(found[2]), int(found[3])) if found else None
    if status in NO_SUCH:
        return Trouble.NO_SUCH_MAILBOX
    if status in FULL or reply == 552:
        return Trouble.MAILBOX_FULL
    if status and status[0] == 7:
        return Trouble.BLOCKED  # by policy: it may be us, not the mailbox
    if status and status == _TOO_LARGE:
        return Trouble.TOO_LONG
    if status is None and is_about_recipient and reply in NOBODY_THERE:
        return Trouble.NO_SUCH_MAILBOX
    return Trouble.OTHER
