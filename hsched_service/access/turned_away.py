"""Why a request is not served: raised anywhere in a route, answered in one place, without repeating anything of what was sent."""


class TurnedAwayError(Exception):
    """Root. `kind` is the word an answer gives, `status` its number."""

    kind, status = "refused", 403


class NotSignedInError(TurnedAwayError):
    """Nobody is signed in, or no longer."""

    kind, status = "not_signed_in", 401


class NotProvedError(NotSignedInError):
    """Signed in half: the person has a passkey, and has not shown it."""

    kind, status = "passkey_wanted", 401


class NotPermittedHereError(TurnedAwayError):
    """The person's roles have nothing of this subject."""

    kind, status = "not_permitted", 403


class ForgedError(TurnedAwayError):
    """A form that does not come from a page of this sign-in."""

    kind, status = "form_is_old", 403


class NotThereError(TurnedAwayError):
    """There is no such thing, or none within the person's reach: the answer is the same."""

    kind, status = "not_there", 404


class UnreadableError(TurnedAwayError):
    """What was sent is nothing that a page of ours sends."""

    kind, status = "invalid_request", 422


class TooManyError(TurnedAwayError):
    """Too many tries."""

    kind, status = "too_many", 429
