"""Callbacks of the provider, signed as Twilio signs, from a thread of their own: receipts and inbound texts, and what is wrong with them.

A lost one stays lost, a late one comes after the next, a forged one comes besides: somebody else tells that the text failed.
"""

import queue
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from hsched_adapters.messaging.signatures import signature
from hsched_sandbox.ehr.webhooks import post_once
from hsched_sandbox.sms.carrier import Carrier, Text

FAULTS = ("lost", "doubled", "late", "forged")
TRIES = 20
PAUSE = 0.1  # real seconds between two tries
NONE: Mapping[str, float] = {}
Post = Callable[[str, bytes, dict[str, str]], int]


@dataclass(frozen=True)
class _Callback:
    address: str
    fields: Mapping[str, str]
    token: str


class CallbackSender:
    """Tells what becomes of texts, and what clients write. `inbound` is where inbound texts go; `public` is how that address is signed."""

    def __init__(
        self, carrier: Carrier, token: str, inbound: str = "", shares: Mapping[str, float] = NONE, seed: int = 0, *, delivers: bool = True
    ) -> None:
        if unknown := set(shares) - set(FAULTS):
            raise ValueError(f"no such faults: {sorted(unknown)}")
        self.inbound, self.shares = inbound, dict(shares)
        self.statuses: Counter[int] = Counter()  # of answers, forged ones apart
        self.forged: Counter[int] = Counter()
        self.met: Counter[str] = Counter()
        self._token, self._chance, self._post = token, random.Random(seed), post_once
        # What the public address is at this machine: the provider signs the one and calls the other.
        self.at_this_machine: Callable[[str], str] = lambda address: address
        self._waiting: queue.SimpleQueue[_Callback | None] = queue.SimpleQueue()
        self._held: list[_Callback] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)
        self._carrier, self._delivers = carrier, delivers  # or somebody else sees to what waits in the provider's queue
        carrier.told, carrier.wrote = self._tell, self._bring

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends when everything was tried."""
        while self._held:
            self._waiting.put(self._held.pop())
        self._waiting.put(None)
        self._thread.join(5)
        self._stopping.set()

    def _tell(self, text: Text) -> None:
        if not text.callback:
            return
        fields = {"MessageSid": text.sid, "MessageStatus": text.status, "To": text.to, "From": text.sender}
        fields |= {"ErrorCode": str(text.error_code)} if text.error_code else {}
        self._put(_Callback(text.callback, fields, self._token))

    def _bring(self, text: Text) -> None:
        if self.inbound:
            fields = {"MessageSid": text.sid, "From": text.sender, "To": text.to, "Body": text.body, "NumMedia": "0"}
            self._put(_Callback(self.inbound, fields, self._token))

    def _put(self, callback: _Callback) -> None:
        name = self._fault()
        self.met[name] += 1
        if name == "lost":
            return
        if name == "late":
            self._held.append(callback)
            return
        self._waiting.put(callback)
        if name == "doubled":
            self._waiting.put(callback)
        if name == "forged":
            told = {**callback.fields, "MessageStatus": "failed", "ErrorCode": "30005"}
            self._waiting.put(_Callback(callback.address, told, "a token that somebody guessed"))
        while self._held:
            self._waiting.put(self._held.pop())

    def _fault(self) -> str:
        draw = self._chance.random()
        for name, share in self.shares.items():
            if draw < share:
                return name
            draw -= share
        return ""

    def _run(self) -> None:
        while True:
            try:
                callback = self._waiting.get(timeout=PAUSE if self._delivers else None)
            except queue.Empty:
                self._carrier.deliver()
                continue
            if callback is None:
                return
            self._send(callback)

    def _send(self, callback: _Callback) -> None:
        """Until it is taken, or refused; a receiver that is away is tried for a while."""
        body = urlencode(callback.fields).encode()
        signed = signature(callback.token, callback.address, callback.fields)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signed}
        answers = self.statuses if callback.token == self._token else self.forged
        for _ in range(TRIES):
            status = self._post(self.at_this_machine(callback.address), body, headers)
            if 0 < status < 500:
                break
            self._stopping.wait(PAUSE)
        answers[status] += 1
