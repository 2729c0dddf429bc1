"""A real mail server on this machine (aiosmtpd) that keeps what it took, and errs where a test says so."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

HANGS = "hangs"  # longer than anybody waits
CLOSES = "closes"  # the connection, instead of a reply


@dataclass
class Taken:
    """A message the server said 250 to, or took before it erred."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> Any:
        return message_from_bytes(self.content, policy=default)


@dataclass
class MailRoom:
    """The server's handler. `replies`: stage (MAIL, RCPT, DATA) -> what it says instead of 250, one after another."""

    taken: list[Taken] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    takes_before_it_errs: bool = False
    signed_in: list[str] = field(default_factory=list)

    async def handle_MAIL(self, server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd\'s name
        reply = await self._said("MAIL", server)
        if reply.startswith("2"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(self, server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd\'s name
        reply = await self._said("RCPT", server)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd\'s name
        came = Taken(str(envelope.mail_from), str(envelope.rcpt_tos[0]), bytes(envelope.original_content or b""))
        if self.takes_before_it_errs or not self.replies.get("DATA"):
            self.taken.append(came)
        return await self._said("DATA", server)

    async def _said(self, stage: str, server: SMTP) -> str:
        waiting = self.replies.get(stage, [])
        reply = waiting.pop(0) if waiting else "250 OK"
        if reply == HANGS:
            await asyncio.sleep(30)
        if reply == CLOSES and server.transport:
            server.transport.abort()
        return reply


class Room(Controller):
    """The controller, with sign-in and STARTTLS where a test wants them."""

    def __init__(self, room: MailRoom, pem: Path | None, password: str) -> None:
        self._pem, self._password, self._room = pem, password, room
        super().__init__(room, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        context = None
        if self._pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._pem)
        return SMTP(self.handler, tls_context=context, require_starttls=bool(context), authenticator=self._sign_in, auth_require_tls=True)

    def _sign_in(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self._room.signed_in.append(data.login.decode())
        return AuthResult(success=data.password.decode() == self._password)

    def _trigger_server(self) -> None:
        """The port is only known once it listens."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(pem: Path | None = None, password: str = "a password") -> Iterator[tuple[MailRoom, int]]:
    """The room and its port."""
    room = MailRoom()
    controller = Room(room, pem, password)
    controller.start()
    try:
        yield room, controller.port
    finally:
        controller.stop()


def parts(message: Message) -> str:
    """The words of a message."""
    found: Any = message
    return str(found.get_content())
