"""Which language a message is written in, by the small words that only one of them has."""

from hsched_core.domain.replies import Language
from hsched_core.replies.rules import words

ENGLISH = words(
    """yup kk ya see confirmed canceling affirmative definitely omw all set revoke optout unsub go away paying train delayed min away
        eta happy holidays
    doesnt work life isnt worth drank took something suicidal thoughts opt test start ty np idk hmm anymore whole bottle kill hurt
    myself die dead
    i im ill ive id you your my me we our the a an is are was be been do dont does did can cant could will wont would have has had
        not and or but
    if for to of in on at with from this that it its there here what when where who how why which yes yeah yep no nope ok okay please
    thanks thank
    sorry stop want need make it get got going come coming see be late today tomorrow appointment cancel reschedule confirm any too so
    just now out
    up off back good great sure fine time day week running traffic parking number text message messages call hi hello hey quit end
    unsubscribe
    remove next last help him her he she they them his about am really feel still sounds hour morning afternoon evening monday tuesday
    wednesday
    thursday friday saturday sunday video zoom link insurance perfect works wrong move change different another anything earlier
        later"""
)
SPANISH = words(
    """confirmado confirmada perfecto sale asistiremos iremos cuente cuenten conmigo cancela podre podremos escriban contacten manden
        reprogramar
    reagendar hablan espanol paren parar detener terminar desuscribir feliz navidad dejeme ver quizas jajaja ojala violaron respira
    hubiera nacido
    yo tu usted el la los las un una unos unas mi mis su sus me te se nos lo le les que de del en con por para sin y o pero si porque
        como cuando
    donde quien cual cuanto es esta estoy estan estar estare soy ser voy va vamos ir ire tengo tiene hay puedo puede pueden podria
    quiero quisiera
    necesito no ya mas muy bien mal hoy manana ayer tarde temprano hora dia semana cita sesion gracias favor hola buenas buenos dias
    tardes noches
    disculpe perdon claro vale dale listo orale ahi aqui alla nos vemos confirmo cancelar cancelo cancele cambiar otro otra mensajes
    mensaje numero
    llego llegar lunes martes miercoles jueves viernes sabado domingo alto basta pare baja esto eso ese esa este nada todo siempre nunca
    quieren morir
    vivir matar miedo ayuda anoche esposo hijo hija trafico camino direccion seguro sii sip simon enterada entendido bueno igualmente
        bendiga"""
)
BOTH = words("no me a is si ok ya kk video zoom link o he y la el")

SHARE = 0.2  # of the smaller language among the words that tell, from which a message is of both


def language_of(plain: str) -> Language:
    """English, Spanish, both, or neither."""
    told = plain.split()
    english = sum(word in ENGLISH and word not in BOTH for word in told)
    spanish = sum(word in SPANISH and word not in BOTH for word in told)
    if not english and not spanish:
        return _of_little(told)
    if min(english, spanish) >= max(1, SHARE * (english + spanish)):
        return Language.MIXED
    return Language.ENGLISH if english > spanish else Language.SPANISH


def _of_little(told: list[str]) -> Language:
    """Where only words of both stand: by the ones that one of them hardly ever has alone."""
    if any(word in ("si", "el", "la", "y", "ya") for word in told):
        return Language.SPANISH
    return Language.ENGLISH if any(word in ("no", "me", "a", "is", "ok", "kk") for word in told) else Language.UNKNOWN
