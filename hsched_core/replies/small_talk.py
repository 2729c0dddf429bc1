"""Messages of short words only: a yes, a thank-you, a greeting, a "let me see". Such words count where nothing else is said."""

import re

from hsched_core.domain.replies import Intent
from hsched_core.replies.rules import words

AGREES = """ok okay k kk okey okie dokie fine good great perfect sure cool nice right correct done noted understood awesome yes yess yep
    yup yeah yea ya y
    c 1 si sii sip vale va dale listo lista sale bueno buenisimo perfecto perfecta excelente bien claro seguro entendido entendida
    enterado enterada simon
    orale sale pues correcto exacto afirmativo genial esta de una senor senora emojiyes confirmed affirmative copy gotcha definitely
        absolutely certainly"""
KIND = """thanks thank you ty tysm thankyou gracias muchas mil much so very appreciate appreciated it welcome youre np no worries
    problem de nada igualmente
    you too same have a an nice good great wonderful blessed day night weekend one evening rest of your the week bless god happy
    holidays merry christmas
    new year thanksgiving birthday feliz navidad ano nuevo que tenga tengan pase buen buena bonito bonita lindo linda dia tarde noche
    fin semana dios la lo
    le los bendiga bendiciones cuidese saludos abrazo adios hasta luego take care for letting know me us reminder the
    reminding heads up por
    avisar avisarme recordar recordarme el recordatorio su tu mensaje lol haha jaja jajaja emojikind all to sir maam dear doc team
    everyone guys a you
    buenas buenos noches tardes dias lifesaver killing xxx help yesterday ayuda today kind of awesome best are sweet lot lots ton bunch
        muy amable amables million igual para usted ustedes bye"""
GREETS = "hi hello hey hola buenas buenos dias tardes good morning afternoon evening there que tal alo"
HESITATES = re.compile(
    r"^(?:hmm+|um+|idk|maybe|perhaps|quizas?|tal vez|a lo mejor|depends|depende|no se(?: todavia| aun)?"
    r"|not sure(?: yet)?(?: (?:ill|will) (?:tell|let|text|call)(?: \w+){0,4})?|i dont know(?: yet)?"
    r"|let me (?:check|see|think|look|ask)(?: \w+){0,6}"
    r"|(?:ill|we will|well|i will|will) (?:get back|let you know|check|see|think|ask|call|text)(?: \w+){0,6}|(?:luego|despues"
    r"|ahorita|le|te|les) (?:le |les |te )?(?:digo|aviso|confirmo luego|llamo|pregunto)(?: \w+){0,6}"
    r"|(?:my|mi) (?:new |nuevo )?(?:number|numero)(?: nuevo)? (?:is|es)(?: \d+)+|dejeme (?:ver|checar|revisar"
    r"|preguntar)(?: \w+){0,6}|test|testing|start|unstop|sent from my \w+|jaja\w*|haha\w*|lol|asd\w*)$"
)


AGREEING, KIND_WORDS, GREETING = words(AGREES), words(KIND), words(GREETS)
CONTENT = words(
    """thanks thank ty tysm thankyou gracias appreciate appreciated welcome np worries igualmente you too nice blessed bless
    happy merry feliz bendiga million
    bendiciones cuidese saludos adios bye hasta care emojikind buen buena bonito lindo great weekend nada noches lifesaver day"""
)


def small_talk(plain: str) -> Intent | None:
    """What a message of such words is; None where it has others."""
    told = plain.split()
    if not told:
        return None
    if all(word in GREETING for word in told) and "noches" not in told:
        return Intent.UNCLEAR
    if all(word in AGREEING or word in KIND_WORDS for word in told):
        if any(word in AGREEING and word not in KIND_WORDS for word in told) or plain in ("good", "great", "si", "de una", "esta bien"):
            return Intent.CONFIRM
        if any(word in CONTENT for word in told):
            return Intent.COURTESY
    return Intent.UNCLEAR if HESITATES.match(plain) else None
