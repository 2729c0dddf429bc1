"""HTTP to one EHR or one provider of messages: reads are tried again, writes never; every wait ends; no text of an answer leaves an error.

The only module of hsched that uses `requests`, beside those that page people and sign them in.
"""

import json
import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

from hsched_core.domain.errors import HschedError, NotReadError
from hsched_core.ports import Clock

# Its warnings and debug lines name addresses, and those name records.
logging.getLogger("urllib3").setLevel(logging.ERROR)

READS = 3  # tries of a read
PAUSE_SECONDS = 0.1  # before the second; doubled for each further one, and jittered
LATER_SECONDS = 30.0  # when a write may be tried again where the EHR does not say
LONGEST_WAIT_SECONDS = 86_400.0  # of a Retry-After
LARGEST_ANSWER = 20_000_000  # bytes
PIECE = 65_536
# Answers to a read that another try may mend. 429 and 503 are not: they ask us to stay away.
MAY_PASS = frozenset({408, 500, 502, 504})
STAY_AWAY = frozenset({429, 503})
LETS_NOBODY_IN = frozenset({"http_401", "http_403", "http_408", "http_429"})  # of the 4xx: none is about the record that was asked for


@dataclass(frozen=True)
class Answer:
    """What the EHR said. `document` is None where the body is not whole JSON; `flaw` says in a word what is wrong with it."""

    status: int
    document: Any = field(default=None, repr=False)
    flaw: str = ""
    retry_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class NoAnswerError(HschedError):
    """A call without an answer. `did_nothing`: it certainly never reached the EHR."""

    def __init__(self, code: str, *, did_nothing: bool, retry_at: datetime) -> None:
        super().__init__(code)
        self.code, self.did_nothing, self.retry_at = code, did_nothing, retry_at


class EhrError(NotReadError):
    """The EHR could not be read; `code` says in a word why. Never a value of the answer."""

    def __init__(self, code: str, retry_at: datetime | None = None, remedy: str = "") -> None:
        remedy = remedy or "Try again later; `hsched connection check` looks at the connection."
        super().__init__(f"The EHR could not be read ({code}).", remedy, code, is_no_answer=_is_no_answer(code))
        self.retry_at = retry_at


def _is_no_answer(code: str) -> bool:
    """Whether nothing can be said against what was asked for: the EHR is away, busy, or does not let us in."""
    if code.startswith("http_4"):
        return code in LETS_NOBODY_IN
    return not code.startswith(("unexpected_form", "endless_pages", "not_json", "too_large"))


@dataclass(frozen=True)
class Place:
    """Where the EHR answers, and how long we wait there. `pace`: seconds of the practice's clock in a real one."""

    base_url: str
    headers: Callable[[], Mapping[str, str]]  # asked at each call: a new token counts at once
    timeout_seconds: float
    pace: float = 1.0
    token_file: str = ""  # where the token stands, for who has to renew it
    is_form: bool = False  # writes are form-encoded, as Twilio's are, instead of JSON


class Client:
    """Calls to one EHR. May be shared by threads."""

    def __init__(self, place: Place, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._place, self._clock, self._sleep = place, clock, sleep
        self._away_until: datetime | None = None
        self._mine = threading.local()

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """Read; 404 is an answer. EhrError where there is none after a few tries, or the EHR asked us to stay away."""
        failure = EhrError("no_try")
        for attempt in range(READS):
            if attempt:
                self._sleep(PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1))
            try:
                answer = self._call("GET", path, parameters=parameters)
            except NoAnswerError as error:
                if error.code == "held_back":
                    raise EhrError(error.code, error.retry_at) from None
                failure = EhrError(error.code, error.retry_at)
                continue
            if answer.status == 404 or (answer.is_good and answer.document is not None):
                return answer
            failure = EhrError(answer.flaw if answer.is_good else f"http_{answer.status}", answer.retry_at, self._remedy(answer.status))
            if not (answer.is_good or answer.status in MAY_PASS):
                break
        raise failure

    def send(self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Write, once, over a connection of its own: of one kept open and closed meanwhile nobody could tell what it carried."""
        return self._call(method, path, body=body, headers=headers)

    def later(self, seconds: float = LATER_SECONDS) -> datetime:
        """When to come back."""
        return self._clock.now() + timedelta(seconds=seconds * self._place.pace)

    def _remedy(self, status: int) -> str:
        """What helps, where waiting does not."""
        if status != 401:
            return ""
        return f"The EHR refuses the token: put one that it accepts into {self._place.token_file or 'the token file'}; it counts at once."

    def _call(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        away = self._away_until
        if away and self._clock.now() < away:
            raise NoAnswerError("held_back", did_nothing=True, retry_at=away)
        session = self._kept() if body is None else _session()
        try:
            return self._exchange(session, method, path, parameters, body, headers or {})
        finally:
            if body is not None:
                session.close()

    def _exchange(
        self,
        session: requests.Session,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> Answer:
        timeout = self._place.timeout_seconds
        deadline = time.monotonic() + timeout
        try:
            response = session.request(
                method,
                self._place.base_url.rstrip("/") + path,
                params=parameters,
                json=None if self._place.is_form else body,
                data=body if self._place.is_form else None,
                headers={**self._place.headers(), **headers},
                timeout=(timeout, timeout),
                allow_redirects=False,  # a token follows no redirection
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            code, did_nothing = _trouble(error)
            raise NoAnswerError(code, did_nothing=did_nothing, retry_at=self.later()) from None
        with response:
            document, flaw = _document(response, deadline)
            return Answer(response.status_code, document, flaw, self._told_to_wait(response))

    def _told_to_wait(self, response: requests.Response) -> datetime | None:
        """When we may come back, where the EHR asks us to stay away; until then nothing of ours calls it."""
        if response.status_code not in STAY_AWAY:
            return None
        seconds = _seconds(response.headers.get("Retry-After", ""), response.headers.get("Date", ""))
        until = self.later(LATER_SECONDS if seconds is None else seconds)
        self._away_until = max(until, self._away_until or until)
        return until

    def _kept(self) -> requests.Session:
        """A session for each thread: `requests` does not promise that two may share one."""
        if not hasattr(self._mine, "session"):
            self._mine.session = _session()
        session: requests.Session = self._mine.session
        return session


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no password from a .netrc, no proxy from the environment: settings are read in one place
    return session


def _trouble(error: Exception) -> tuple[str, bool]:
    """What went wrong in a word, and whether the request certainly never left."""
    causes = list(_causes(error))
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in causes):
        return "no_such_host", True
    if any(isinstance(cause, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError) for cause in causes):
        return "no_connection", True
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "no_trust", True
    return ("timeout", False) if isinstance(error, requests.Timeout) else ("connection_lost", False)


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and everything in it: requests and urllib3 put causes into arguments and `reason`."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    return found


def _document(response: requests.Response, deadline: float) -> tuple[Any, str]:
    """The body as JSON, or what is wrong with it. A body that drips is given up at the deadline."""
    body = bytearray()
    try:
        while piece := response.raw.read1(PIECE, decode_content=True):
            body += piece
            if len(body) > LARGEST_ANSWER:
                return None, "too_large"
            if time.monotonic() > deadline:
                return None, "too_slow"
    except (urllib3.exceptions.HTTPError, OSError):
        return None, "broken_off"
    if "json" not in response.headers.get("Content-Type", "").lower():
        return None, "not_json"
    try:
        return json.loads(body), ""
    except (ValueError, RecursionError):
        return None, "not_json"


def _seconds(retry_after: str, date: str) -> float | None:
    """Seconds of a Retry-After: a number, or an instant by the EHR's own clock; None where it says nothing we understand."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT_SECONDS)
    try:
        wait = (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)
