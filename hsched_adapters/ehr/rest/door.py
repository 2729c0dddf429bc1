"""A `Door` over REST: one call for one permit, and what came of it, never better known than it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hsched_adapters.ehr.rest.client import Answer, EhrError, NoAnswerError
from hsched_adapters.ehr.rest.deeds import Deed
from hsched_adapters.ehr.rest.ehr import AlreadyDoneError, ChangedError, Ehr, NotAskedError, Request
from hsched_core.domain.actions import Action
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.ports import Capabilities, Done, Found, NotSent, Permit, Refused, Reply, Sighting, Unclear

STAY_AWAY = frozenset({429, 503})  # it did nothing, and says so
NO_ENTRY = frozenset({401})  # our token lapsed: nothing is wrong with what was approved, and somebody renews the token
CONTESTED = frozenset({409, 412})  # refused because something stands there: perhaps what we did ourselves
# Of the 4xx these say nothing certain: 408 comes from servers and from what stands before them, whatever was carried out behind.
UNCERTAIN = frozenset({408})


@dataclass(frozen=True)
class RestDoor:
    """The write client for some kinds of action."""

    ehr: Ehr
    deeds: Mapping[type[Action], Deed]
    capabilities: Capabilities

    def perform(self, permit: Permit) -> Reply:
        deed = self.deeds.get(type(permit.action))
        if deed is None:
            return Refused("not_offered")
        request = self._prepared(permit, deed)
        if not isinstance(request, Request):
            return request
        try:
            answer = self.ehr.send(request)
        except NoAnswerError as error:
            return NotSent(error.code, error.retry_at) if error.did_nothing else Unclear(error.code)
        except UserError:  # no token to sign it with
            return NotSent("not_ready", self.ehr.client.later())
        return self._judged(permit, deed, answer)

    def _prepared(self, permit: Permit, deed: Deed) -> Request | Reply:
        """The write, or why there is none: nothing was sent yet."""
        try:
            return deed.request(permit)
        except AlreadyDoneError as error:
            return Done(error.reference)
        except ChangedError as error:
            return self._contested(permit, deed, error.code)
        except NotAskedError as error:
            return Refused(error.code)
        except SafeError:  # a pseudonym that the vault does not know
            return Refused("unknown_pseudonym")
        except EhrError as error:  # a read before the write
            return NotSent("read_failed", error.retry_at or self.ehr.client.later())

    def look(self, permit: Permit, reference: str) -> Sighting:
        return self.deeds[type(permit.action)].seen(permit, reference)

    def _judged(self, permit: Permit, deed: Deed, answer: Answer) -> Reply:
        if answer.is_good:
            return self._done(permit, deed, answer)
        if answer.status in STAY_AWAY | NO_ENTRY:
            return NotSent(f"http_{answer.status}", answer.retry_at or self.ehr.client.later())
        if not 400 <= answer.status < 500 or answer.status in UNCERTAIN or self._says(answer, "busy"):
            return Unclear(f"http_{answer.status}")
        if answer.status in CONTESTED:
            if answer.status == 409 and not self._says(answer, "conflict"):
                return Unclear("http_409")  # a conflict about what? Not with the time, as far as we know its words
            return self._contested(permit, deed, f"http_{answer.status}")
        return Refused(f"http_{answer.status}")

    def _done(self, permit: Permit, deed: Deed, answer: Answer) -> Reply:
        """2xx with a record of what was written. A broken answer says nothing about what happened behind it."""
        if answer.document is None:
            return Unclear(answer.flaw)
        try:
            return Done(deed.reference(permit, answer.document))
        except (EhrError, ValueError):
            return Unclear("unexpected_form")

    def _contested(self, permit: Permit, deed: Deed, code: str) -> Reply:
        """Something stands in the way. Where it is what was asked, an earlier try of ours did it: read back, it will be confirmed."""
        if not (self.capabilities.can_search or permit.action.touches):
            return Refused(code)
        try:
            sighting = deed.seen(permit, "")
        except EhrError:
            return Unclear(code)
        if isinstance(sighting, Found) and sighting.action == permit.action:
            return Done(sighting.reference)
        return Refused(code)

    def _says(self, answer: Answer, meaning: str) -> bool:
        """Whether the error's code is one of those the profile lists under that meaning."""
        errors = self.ehr.profile.errors
        said: Any = answer.document.get(errors.get("code", "")) if isinstance(answer.document, Mapping) else None
        return said in errors.get(meaning, ())
