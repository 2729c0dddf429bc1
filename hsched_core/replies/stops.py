"""How far a wish to be left alone goes: one that is denied is none, one for a single channel ends that channel, one for another person
is not the client's. What remains in doubt is a person's.
"""

import re
import unicodedata
from collections.abc import Mapping

from hsched_core.domain.contact import Channel
from hsched_core.replies.rules import compiled
from hsched_core.replies.words import Words, words_of

# Said without a comma or a full stop between: "no, paren" is a stop, "no paren" may be none.
DENIED = re.compile(
    r"\b(?<!why )(?<!cant )(?:please )?(?:never (?:asked|told|said)(?: you)?(?: to)?|dont|do not|never|not going to|not gonna"
    r"|not asking (?:you )?to|no need to|not trying to|please not"
    r"|(?:didnt|did not|wasnt) (?:mean|mean to|ask|ask you to|say|say to|telling you to|trying to)|not) "
    r"(?:you |ever |please |want (?:you |u |them |it |these |the \w+ |my \w+ )?(?:all )?to |wanna |have to )*"
    r"(?:stop|quit|unsubscribe|opt ?-?out|end)(?:ping|ting|ing|d)?\b"
    r"(?: (?:sending|texting|messaging|reminding|emailing|calling|the|my|these|those|your|me|texts?|messages?|reminders?|emails?|them"
    r"|from|all|it)\b)*"
    r"|\bno (?:me |nos |los |las |les |quiero que |quiero |vayan a |es que quiera |hace falta que )*"
    r"(?:paren?|detengan?|suspendan?|terminen?|den? de baja|darme de baja|dejen? de (?:mandar|enviar|escribir|avisar|recordar)\w*"
    r"|dejar de recibir(?:los)?|cancelen (?:los|mis) (?:mensajes|textos|avisos|recordatorios))\b"
    r"(?: (?:los|las|mis|sus|mensajes|textos|recordatorios|avisos)\b)*"
)
KIN = (
    "husband wife son daughter kid mom mother dad father partner boyfriend girlfriend sister brother ex roommate esposo esposa marido"
    " hijo hija mama papa madre padre hermano hermana novio novia pareja"
)
ANOTHERS = compiled(
    r"""
    (?:unsubscribe|remove|take|optout|delete|quit texting|stop texting|stop messaging|stop calling|stop for) (?:only |just )?\
      my {kin}(?: \w+){0,6} (?:not me|keep me|leave me|not mine|but me|me on)
    (?:not me|keep me|leave me on)(?: \w+){0,4} my {kin}
    (?:baja|quiten|borren|eliminen|saquen|manden|escriban)(?: solo)? a (?:mi )?{kin}(?: \w+){0,4} (?:a mi no|a mi si|no a mi|yo si|yo no)
    """,
    {"kin": KIN},
)
SAID = {  # a channel in what is not wanted, as a verb or a noun
    Channel.TEXT: r"text\w*|messag\w*|sms|mensaj\w*|mensajit\w+",
    Channel.EMAIL: r"e ?mail\w*|mail\w*|correos?|electronico",
    Channel.CALL: r"call\w*|phon\w+|ring\w*|llam\w+|marqu\w+|telefon\w*",
}
UNWANTED = (
    r"(?:nothing by|over|no more|no mas|no|dont|never|not|stop|stops|quit|end|instead of|rather than|sick of|hate|nada de|sin"
    r"|en vez de|en lugar de|dejen de|"
    r"paren de|paren|menos)"
)
# Between the refusal and its channel, nothing that says what is wanted instead.
BETWEEN = r"(?: (?!call|phone|e ?mail|text|mess|mens|corr|llam|marq|but|pero|instead|mejor|just|only|solo|prefiero|prefer)\w+){0,3}?"
STOPPED: Mapping[Channel, re.Pattern[str]] = {
    channel: re.compile(
        rf"\b{UNWANTED}{BETWEEN} (?:(?:{'|'.join(SAID.values())}) (?:or|nor|ni|o|and no|y no) )?(?:{said})\b(?: (?:me|please|por favor)\b)?"
    )
    for channel, said in SAID.items()
}
BARE = re.compile(
    r"^(?:please |por favor )?(?:stop|stopall|quit|end|revoke|optout|unsubscribe|emojistop|alto|basta|paren|detener|revocar)"
    r"(?: (?:please|now|all|everything|it|todo|ya|por favor))*$"
)
_KEEP = {
    Channel.TEXT: (r"text|write|message", r"texts?|texting|messages?|messaging|sms|mensajes?", r"escrib\w+|mand\w+ mensajes?"),
    Channel.EMAIL: (
        r"email|mail", r"e ?mails?|mail|correos?(?: electronicos?)?", r"correo|al correo|(?:escrib\w+|mand\w+) (?:al|por|un) correo"
    ),
    Channel.CALL: (r"call|phone|ring", r"(?:phone )?calls?|phone|llamadas?|telefono", r"llam(?:eme|enme|ame|en|e)|marqu?enme|marqueme"),
}  # fmt: skip
KEPT: Mapping[Channel, re.Pattern[str]] = {
    channel: re.compile(
        rf"\b(?:(?:{verb}) (?:me|us|instead|only|my \w+)|(?:just|only|please|can you|solo|mejor) (?:{verb})\b|(?:{noun}) (?:only|instead"
        rf"|is|are|works|please|mejor|si|solamente)\b|(?:prefer|rather|use|by|via|through|only|just|keep|prefiero|mejor|solo|por|quiero"
        rf"|prefiero que sea por) (?:\w+ ){{0,3}}?(?:{noun})\b|(?:{spanish})\b)"
    )
    for channel, (verb, noun, spanish) in _KEEP.items()
}
ONLY: Mapping[str, Channel] = {f"opt_out.only_{channel}": channel for channel in SAID}


def folded(text: str) -> str:
    """Small letters without accents and apostrophes; commas and full stops stay."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in apart if not unicodedata.combining(one) and one not in "'’`´").split())


def without_denied(words: Words) -> str:
    """The words without stops that are denied, or wished for somebody else; the same words where there are none."""
    raw = folded(words.raw)
    plain = words_of(DENIED.sub(" . ", raw)).plain if DENIED.search(raw) else words.plain
    return ANOTHERS.sub("xxx", plain)


def only(words: Words) -> tuple[str, ...]:
    """Names of the rules for the channels that are not wanted, where another one is asked for; none where everything is to end."""
    if any(BARE.search(one) for one in words.sentences):
        return ()  # STOP is STOP, whatever stands beside it
    stopped = {channel: pattern for channel, pattern in STOPPED.items() if pattern.search(words.plain)}
    rest = words.plain
    for pattern in stopped.values():
        rest = pattern.sub(" xxx ", rest)
    kept = {channel for channel, pattern in KEPT.items() if pattern.search(rest)}
    return tuple(f"opt_out.only_{channel}" for channel in stopped if kept) if not kept & stopped.keys() else ()
