"""The words of clients' pages in English."""

from hsched_core.domain.contact import Channel
from hsched_core.domain.vocabulary import Modality
from hsched_core.policy.client_pages import Standing as Visit
from hsched_core.workflow.waitlist import Standing as Offer
from hsched_service.client.words import (
    BUSY,
    DONE_BEFORE,
    ENDED,
    OTHER_TIME,
    PICK_TIME,
    SAVED,
    STOP,
    STOPPED,
    TIME_TAKEN,
    TOO_MANY,
    UNKNOWN,
    UNREADABLE,
    WISHES,
    Words,
)

ENGLISH = Words(
    language="en",
    name="English",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
    date="{weekday}, {month} {day}",
    minutes="{count} minutes",
    call_us="call us",
    modality={Modality.IN_PERSON: "in person", Modality.VIDEO: "by video", Modality.PHONE: "by phone"},
    channels={
        Channel.TEXT: "Text messages", Channel.EMAIL: "E-mail", Channel.PORTAL: "Messages in the portal", Channel.CALL: "Phone calls",
    },
    offers={
        Offer.OPEN: ("A time is free", "Would you like it? Please answer by {until}.", "If you say no, you stay on our list."),
        Offer.BOOKED: ("The time is yours", "It is booked. If you cannot come after all, please call us."),
        Offer.RECEIVED: (
            "We received your answer", "We are booking it now. Open this page again in a few minutes to see that it is done.",
        ),
        Offer.DECLINED: ("Thank you for telling us", "The time goes to somebody else. You stay on our list."),
        Offer.LATE: (
            "The time to answer is over", "We are sorry: this offer has ended. You stay on our list, and we will ask you again.",
        ),
        Offer.TAKEN: ("This time is taken", "We are sorry: it is not free any more. You stay on our list, and we will ask you again."),
        Offer.CANCELLED: ("This time is not booked any more", "It was cancelled. If nobody has told you why, please call us."),
    },
    visits={
        Visit.COMING: ("Will you be there?", "This time is booked for you."),
        Visit.CONFIRMED: ("Thank you, see you then", "You told us that you will be there."),
        Visit.ASKED: (
            "We received your request", "Somebody of our office will be in touch about another time. Until then this one stays yours.",
        ),
        Visit.LEAVING: (
            "We received your answer", "You told us that you cannot come this time. Until our office confirms it, the time stays yours.",
        ),
        Visit.LEFT: ("Thank you for telling us", "This one time is cancelled for you. Your other times stay as they are."),
        Visit.CHOSEN: (
            "We received your choice",
            "You chose {chosen}. It is yours once it is confirmed; until then the time above stays booked for you.",
            "Open this page again to see how it stands.",
        ),
        Visit.CHANGING: (
            "We received your choice",
            "You chose {chosen}. It is being booked, and we will write to you when we know that it is done.",
            "Open this page again to see how it stands.",
        ),
        Visit.NEW_TIME: ("Your new time is booked", "It is the one you chose. The time before it is given up."),
        Visit.KEPT: ("Your time stays as it was", "The other time is not booked. You can choose again, or ask us."),
        Visit.MOVED: ("Please look again", "The time has changed since this page was opened. Nothing was sent."),
        Visit.OVER: ("This time has passed", "If there is something we can do for you, please call us."),
        Visit.GONE: ("This time is not booked any more", "If you did not expect that, please call us."),
    },
    pages={
        UNKNOWN: ("There is nothing here", "Please check that the whole address was copied, or call us."),
        BUSY: ("We could not do this just now", "Please try again in a minute, or call us. Nothing is lost."),
        TOO_MANY: ("Please wait a while", "From here too many addresses were opened that lead nowhere. Try again in an hour, or call us."),
        UNREADABLE: ("We did not understand the answer", "Please open the page again and choose one of the answers."),
        ENDED: ("This address is too old", "It has ended, so that nobody else can use it. Please use our newest message, or call us."),
        OTHER_TIME: (
            "Ask for another time", "Somebody of our office will be in touch with you. Until then this time stays yours.",
        ),
        PICK_TIME: (
            "Which time suits you better?", "These times are free. Tap one to have it instead of the time above.",
            "If our office has to confirm it first, the next page says so.",
        ),
        TIME_TAKEN: ("That time is not free any more", "Nothing has changed: the time above is still booked for you."),
        STOP: (
            "Stop all messages?", "We will not write to you or call to remind you any more, and not offer you free times.",
            "Your booked times stay booked.",
        ),
        STOPPED: (
            "Messages are stopped", "Nothing more is sent to you. Your booked times stay booked.",
            "If you change your mind, please call us.",
        ),
        WISHES: ("How may we write to you?", "About your times, changes to them, and free times if you are on our list."),
        SAVED: ("Thank you, it is saved", "It counts from now on."),
        DONE_BEFORE: ("This was answered already", "With this address it can be said once. Please use our newest message, or call us."),
    },
    labels={
        "accept": "Yes, I take this time",
        "decline": "No, thank you",
        "confirm": "Yes, I will be there",
        "other_time": "I need another time",
        "cannot_come": "I can't come this time",
        "still_comes": "I will be there after all",
        "keep": "Keep the time above",
        "none_of_these": "None of these?",
        "note": "What would suit you better? (not required)",
        "note_hint": "Days or hours are enough. In an emergency do not write here: call 911.",
        "ask": "Ask for another time",
        "stop": "Yes, stop all messages",
        "to_stop": "Stop all messages",
        "to_wishes": "How we write to you",
        "back": "Back",
        "preferred": "Which do you like best?",
        "no_matter": "It does not matter",
        "in_language": "In which language?",
        "save": "Save",
        "call": "Call us",
        "foot": "More",
    },
)  # fmt: skip
