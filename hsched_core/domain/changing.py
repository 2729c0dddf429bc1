"""What a person may change about an offer or a message that waits: the way it goes, and which of hsched's texts. There is no free text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hsched_core.domain.actions import Action, OfferSlot, SendMessage
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import UserError


def changed_action(action: Action, channel: Channel | None, template: str, texts: Mapping[str, frozenset[str]]) -> Action:
    """The action with what is to be otherwise; UserError where there is nothing to change, or the text is not one for it.

    `texts`: hsched's texts by name, with what each asks for.
    """
    if not isinstance(action, OfferSlot | SendMessage):
        raise UserError(f"There is nothing to edit about {action.kind}.", "Reject it, or approve another candidate of the list.")
    known = texts_for(action, texts)
    if template and template not in known:
        raise UserError(f"There is no text {template} for this.", f"There are: {', '.join(known)}.")
    if isinstance(action, OfferSlot):
        changed: Action = replace(action, channel=channel or action.channel, template=template or action.template)
    else:
        changed = replace(action, to=replace(action.to, channel=channel or action.to.channel), template=template or action.template)
    if changed == action:
        raise UserError("That changes nothing.", "Name another channel, or another text.")
    return changed


def texts_for(action: OfferSlot | SendMessage, texts: Mapping[str, frozenset[str]]) -> Sequence[str]:
    """Names of the texts that suit it: an offer says until when it may be answered, and nothing else does."""
    return sorted(name for name, fields in texts.items() if ("until" in fields) is isinstance(action, OfferSlot))
