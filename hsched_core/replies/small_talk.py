"""Messages of nothing but short words: a yes, a thank-you, a greeting, a "let me see". Their words count only where nothing else is said."""

import re

from hsched_core.domain.replies import Intent

AGREES = """ok okay k kk okey okie dokie fine good great perfect sure cool nice right correct done noted understood awesome yes yess yep yup yeah yea ya y
    c 1 si sii sip vale va dale listo lista sale bueno buenisimo perfecto perfecta excelente bien claro seguro entendido entendida enterado enterada simon
    orale sale pues correcto exacto afirmativo genial esta de una emojiyes confirmed affirmative copy gotcha definitely absolutely certainly"""
KIND = """thanks thank you ty tysm thankyou gracias muchas mil much so very appreciate appreciated it welcome youre np no worries problem de nada igualmente
    you too same have a an nice good great wonderful blessed day night weekend one evening rest of your the week bless god happy holidays merry christmas
    new year thanksgiving birthday feliz navidad ano nuevo que tenga tengan pase buen buena bonito bonita lindo linda dia tarde noche fin semana dios la lo
    le los bendiga bendiciones cuidese saludos abrazo adios bye goodbye hasta luego take care for letting know me us reminder the reminding heads up por
    avisar avisarme recordar recordarme el recordatorio su tu mensaje lol haha jaja jajaja emojikind all to sir maam dear doc team everyone guys a you
    buenas buenos noches tardes dias lifesaver killing xxx kind of awesome best are sweet"""
GREETS = "hi hello hey hola buenas buenos dias tardes good morning afternoon evening there que tal alo"
HESITATES = re.compile(
    r"^(?:hmm+|um+|idk|maybe|perhaps|quizas?|tal vez|a lo mejor|depends|depende|no se|not sure(?: yet)?|i dont know(?: yet)?|let me (?:check|see|think|look|ask)(?: \w+){0,6}"
    r"|(?:ill|we will|well|i will|will) (?:get back|let you know|check|see|think|ask|call|text)(?: \w+){0,6}|(?:luego|despues|ahorita|le|te|les) (?:le |les |te )?(?:digo|aviso|confirmo luego|llamo|pregunto)(?: \w+){0,6}"
    r"|dejeme (?:ver|checar|revisar|preguntar)(?: \w+){0,6}|test|testing|start|unstop|sent from my \w+|jaja\w*|haha\w*|lol|asd\w*)$"
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


AGREEING, KIND_WORDS, GREETING = _set(AGREES), _set(KIND), _set(GREETS)
CONTENT = _set("""thanks thank ty tysm thankyou gracias appreciate appreciated welcome np worries igualmente you too nice blessed bless happy merry feliz bendiga
    bendiciones cuidese saludos adios bye goodbye hasta care emojikind buen buena bonito lindo great weekend nada noches lifesaver day""")


def small_talk(plain: str) -> Intent | None:
    """What a message of such words is; None where it has others."""
    words = plain.split()
    if not words:
        return None
    if all(word in GREETING for word in words) and "noches" not in words:
        return Intent.UNCLEAR
    if all(word in AGREEING or word in KIND_WORDS for word in words):
        if any(word in AGREEING and word not in KIND_WORDS for word in words) or plain in ("good", "great", "si", "de una", "esta bien"):
            return Intent.CONFIRM
        if any(word in CONTENT for word in words):
            return Intent.COURTESY
    return Intent.UNCLEAR if HESITATES.match(plain) else None
