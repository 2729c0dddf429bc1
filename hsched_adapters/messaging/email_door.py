"""The door for e-mail: one message over SMTP, and exactly as much certainty about it as the server's replies give.

Until the last byte of a message the server has nothing; after its 250 it has it. In between, nobody knows, and nobody can look: that
is a person's. Each attempt carries the same Message-ID, by which mailboxes that know it show a message once.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from hsched_adapters.ehr.rest.client import EhrError
from hsched_adapters.ehr.rest.ehr import NotAskedError
from hsched_adapters.messaging.addresses import NoAddressError, mailbox_of
from hsched_adapters.messaging.codes import Codes
from hsched_adapters.messaging.letters import Letter, Letters
from hsched_adapters.messaging.replies_of_mail import LATER, trouble_of_mail
from hsched_adapters.messaging.section import MailServer
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import DeliveryState, Receipt, Trouble
from hsched_core.messages.lint import signed
from hsched_core.ports import CannotTell, Capabilities, Clock, Done, NotSent, Permit, Refused, Reply, Sighting, Unclear
from hsched_core.workflow.deliveries import Deliveries

SUBJECTS = {"en": "About your time with us", "es": "Sobre su hora con nosotros"}
ENDINGS = {"en": "\n\nTo end these e-mails, call us.", "es": "\n\nPara no recibir estos correos, llámenos."}
SOON = timedelta(seconds=60)
ID_DIGITS = 32
# Nothing of an unsent message is with the server when one of these is raised before its text was sent.
LOST = (smtplib.SMTPServerDisconnected, OSError)


class NotTakenError(Exception):
    """The server certainly has nothing. `reply` is a code of SMTP, or 0 where there was none."""

    def __init__(self, word: str, reply: int = 0, text: str = "") -> None:
        super().__init__(word)
        self.word, self.reply, self.text = word, reply, text


class InDoubtError(Exception):
    """The text was under way and no reply to it came. Holds a word."""


@dataclass(frozen=True)
class EmailDoor:
    """`Door` for e-mail. `bounces` is the envelope's sender for a case: where its bounce goes."""

    server: MailServer
    keys: Path
    letters: Letters
    deliveries: Deliveries
    codes: Codes
    clock: Clock
    bounces: Callable[[str], str]
    holds: Callable[[str, str], bool]
    pace: float = 1.0

    @property
    def capabilities(self) -> Capabilities:
        """Mail servers honour no key and show nobody what they took."""
        return Capabilities(honours_keys=False, can_search=False, reads_back=False, max_latency=self.server.max_latency * self.pace)

    def look(self, permit: Permit, reference: str) -> Sighting:
        return CannotTell()

    def perform(self, permit: Permit) -> Reply:
        try:
            letter = self.letters.written(permit)
        except NotAskedError as error:
            return Refused(error.code)
        except EhrError as error:
            return NotSent("read_failed", error.retry_at or self._at(SOON))
        try:
            mailbox = mailbox_of(letter.to.email)
        except NoAddressError as error:
            self.deliveries.hand_over(permit.case_id, self.codes.mailbox(letter.to.email), "")
            return self._failed(permit, error.trouble)
        return self._sent(permit, letter, mailbox)

    def _sent(self, permit: Permit, letter: Letter, mailbox: str) -> Reply:
        address = self.codes.mailbox(mailbox)
        if self.deliveries.is_dead_end(letter.client, Channel.EMAIL, address):
            return Refused("dead_end")
        if self.holds(letter.client, ""):
            return NotSent("unread_text", self._at(SOON))
        self.deliveries.hand_over(permit.case_id, address, self.codes.text(letter.text))
        try:
            self._deliver(self.bounces(permit.case_id), mailbox, self._message(permit, letter, mailbox))
        except InDoubtError as error:
            return Unclear(str(error))
        except NotTakenError as error:
            return self._not_taken(permit, error)
        reference = permit.key[:ID_DIGITS]
        self.deliveries.take(Receipt(permit.case_id, DeliveryState.ACCEPTED, self.clock.now(), reference))
        return Done(reference)

    def _not_taken(self, permit: Permit, error: NotTakenError) -> Reply:
        """A 5xx to the recipient or the text is for good; anything else may be mended: a password, a server, a greylist."""
        if error.word not in ("recipient", "text") or not 500 <= error.reply < 600:
            return NotSent(f"smtp_{error.reply}" if error.reply else error.word, self._at(LATER.get(error.reply, SOON)))
        return self._failed(permit, trouble_of_mail(error.text, error.reply, is_about_recipient=error.word == "recipient"))

    def _failed(self, permit: Permit, trouble: Trouble) -> Reply:
        self.deliveries.take(Receipt(permit.case_id, DeliveryState.FAILED, self.clock.now(), trouble=trouble))
        return Refused(str(trouble))

    def _message(self, permit: Permit, letter: Letter, mailbox: str) -> EmailMessage:
        """No name of the client, nothing of the visit in the subject: both stand on lock screens."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(signed(self.letters.sender, letter.language), addr_spec=self.server.sender)
        message["To"] = mailbox
        message["Subject"] = SUBJECTS[letter.language]
        message["Date"] = self.clock.now()
        message["Message-ID"] = f"<{permit.key[:ID_DIGITS]}@{self.server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text + ENDINGS[letter.language] + "\n", cte="quoted-printable")
        return message

    def _deliver(self, sender: str, mailbox: str, message: EmailMessage) -> None:
        """Hand it to the server. NotTakenError: it certainly has nothing. InDoubtError: nobody knows."""
        content = message.as_bytes()
        with self._talking() as server:
            self._agreed("sender", server.mail(sender))
            self._agreed("recipient", server.rcpt(mailbox))
            self._agreed("text", server.docmd("DATA"), good=354)
            try:
                server.send(_stuffed(content))
                reply = server.getreply()
            except LOST:
                raise InDoubtError("no_reply_to_text") from None
            if not 200 <= reply[0] < 600:
                raise InDoubtError("broken_reply_to_text")
            self._agreed("text", reply)

    @contextmanager
    def _talking(self) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted and signed in. Whatever fails before the text was sent, the server has nothing."""
        server = self.server
        try:
            talk = self._connected()
        except ssl.SSLError:
            raise NotTakenError("no_trust") from None
        except (*LOST, smtplib.SMTPConnectError) as error:
            raise NotTakenError("no_connection", getattr(error, "smtp_code", 0)) from None
        try:
            self._agreed("greeting", talk.ehlo())
            if server.security == "starttls":
                self._encrypt(talk)
            if server.user:
                self._sign_in(talk)
            yield talk
        except LOST:
            raise NotTakenError("connection_lost") from None
        finally:
            talk.close()  # without a QUIT: what it would answer changes nothing

    def _connected(self) -> smtplib.SMTP:
        server, wait = self.server, self.server.timeout_seconds
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=wait, context=self._trust())
        return smtplib.SMTP(server.host, server.port, timeout=wait)

    def _trust(self) -> ssl.SSLContext:
        """Who may vouch for the server."""
        return ssl.create_default_context(cafile=str(self.keys / self.server.ca_file) if self.server.ca_file else None)

    def _encrypt(self, talk: smtplib.SMTP) -> None:
        try:
            self._agreed("no_encryption", talk.starttls(context=self._trust()))
        except smtplib.SMTPNotSupportedError:
            raise NotTakenError("no_encryption") from None
        except ssl.SSLError:
            raise NotTakenError("no_trust") from None
        self._agreed("greeting", talk.ehlo())

    def _sign_in(self, talk: smtplib.SMTP) -> None:
        try:
            password = (self.keys / self.server.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise NotTakenError("no_password") from None
        try:
            talk.login(self.server.user, password)
        except smtplib.SMTPException:  # some servers say why, some close the connection
            raise NotTakenError("not_signed_in") from None

    def _agreed(self, word: str, reply: tuple[int, bytes], good: int = 250) -> None:
        code, text = reply
        if code != good and not (good == 250 and 200 <= code < 300):
            raise NotTakenError(word, code, text.decode("ascii", "replace"))

    def _at(self, span: timedelta) -> datetime:
        return self.clock.now() + span * self.pace


def _stuffed(content: bytes) -> bytes:
    """The text as RFC 5321 sends it: lines that begin with a dot get another, and a lone dot ends it."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if lines.startswith(b".") else b"") + lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
