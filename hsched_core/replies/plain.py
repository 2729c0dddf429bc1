"""Whether a yes or a STOP is nothing but that. A machine acts on what is plain; whatever else is said goes to a person as well.

The other way round than the rules of danger: not what is grave is listed, but what is ordinary. So nothing that nobody thought of hides
in a sentence that confirms.
"""

import re
from collections.abc import Iterable

from hsched_core.replies.innocent import without_innocent
from hsched_core.replies.ordinary import LEAVING, ORDINARY, REASONS, TOPICS
from hsched_core.replies.rules import Rule
from hsched_core.replies.words import Words, words_of

# What turns a yes into something else: a condition, a doubt, a no, an end.
HEDGE = re.compile(
    r"\b(?:if|unless|might|maybe|perhaps|hopefully|probably|possibly|depends?|depending|except|try|trying|tried|hope|hoping|wish|or|o"
    r"|will let|let you know|let u know|supposed|guess|assuming|whether|almost|not sure"
    r"|a ver|ojala|tratar\w*|trato|intentar\w*|quizas?|tal vez|a lo mejor|depende|si es que|aun no|todavia no|creo|espero poder"
    r"|quien sabe|segun|siempre y cuando|si (?:no|me|puedo|llego|alcanzo|sigo|hay|se|el|la|mi|todo|dios|logro|consigo|encuentro))\b"
)
GRAVE = re.compile(
    r"\b(?:last|final|finally over|ever|never|forever|anymore|alone|gone|over and|end|ending|life|lives|live|living|dead|death|die"
    r"|nunca|jamas|ultim[ao]s?|vida|vivir|viv[ao]|muert[ao]|sol[ao]|final|fin de todo|acabar|acabo|despedir\w*|adios a)\b"
)
NO = re.compile(
    r"\b(?:no|not|never|dont|wont|cant|isnt|arent|wasnt|couldnt|wouldnt|shouldnt|didnt|doesnt|havent|hasnt|aint|nor|neither|nobody|nothing"
    r"|without|unable|nunca|jamas|ni|tampoco|nadie|nada|sin)\b"
)
# A no that is none.
POLITE = re.compile(
    r"\b(?:(?:no|not a|not an?y|without an?y?) (?:problem|problems|prob|issue|issues|worries|worry|changes?|doubt|big deal"
    r"|trouble|need to (?:call|reply|worry))(?: at all)?|no te preocupes|(?:dont|no need to) (?:you )?(?:worry|stress)"
    r"|(?:never|wouldnt|wont|not going to|dont want to) (?:ever )?(?:miss|be late|forget)(?: (?:it|this time|again))?|(?:dont"
    r"|please dont) (?:cancel|give it away)|if (?:thats|its) (?:ok|okay|fine|alright)(?: with you)?|why not|not late"
    r"|cant wait(?! (?:any|for it|for this|to (?:die|end|leave|go))|until)|nothing (?:else|has changed|changed)|no (?:te |se |le "
    r"|me )?(?:preocup\w+|falt\w+|fall\w+|hay (?:problema|cambios)"
    r"|lo (?:olvido|pierdo)|la (?:olvido|pierdo)|olvid\w+|voy a (?:faltar|llegar tarde)|cambia nada)|nunca (?:falt\w+|fall\w+)"
    r"|sin (?:falta|problemas?|duda|cambios|pendiente)|de nada|si dios (?:quiere|lo permite)|dios mediante|god willing"
    r"|no (?:ill|i will|were|im) (?:be there|coming))\b"
)
# What is said of somebody else, of what is over, or wants a talk first: the yes may not be the client's, or not for the visit to come.
_SOMEBODY = (
    r"(?:he|she|they|hes|shes|theyre|el|ella|ellos|(?:my|mi|our) (?:\w+ )?(?:husband|wife|mom|mother|dad|father|son|daughter|kid|kids|child"
    r"|children|brother|sister|boyfriend|girlfriend|partner|aunt|uncle|cousin|grandma|grandpa|friend|roommate|boss|lawyer|caseworker"
    r"|esposo|esposa|marido|mujer|mama|madre|papa|padre|hijo|hija|hijos|hermano|hermana|novio|novia|pareja|tio|tia|abuela|abuelo|primo"
    r"|prima|amigo|amiga|jefe))"
)
_TAKES_THEM = (
    r"(?:drive|driving|bring|bringing|take|taking|drop|dropping|pick|picking|give|giving|ride|wait|waiting|watch|watching|come with"
    r"|coming with"
    r"|llev\w*|tra(?:e|era|igo)\w*|acompan\w*|recog\w*|dej\w*|cuid\w*|pas(?:a|ara)|espera\w*|maneja\w*)"
)
ANOTHER = re.compile(
    rf"\b{_SOMEBODY} (?!(?:\w+ ){{0,3}}{_TAKES_THEM}\b)(?:will|ll|is|are|can|cant|could|would|going|wants?|needs?|has|have|does|might"
    rf"|said|says"
    r"|wont|knows?|comes?|coming|goes|va|van|ira|iran|quiere|puede|dice|dijo|tiene|viene|vienen|llama|llamara|confirma|sabe|asistira"
    r"|estara)\b"
    r"|\b(?:this is|this isnt|habla|le habla|soy|ha?bla) (?!(?:me|my|the|a|an|fine|good|great|ok|okay|perfect|right|correct|confirm\w*|to"
    r"|puntual|yo|for|so|just|very|still|works?|in|on|at|when|what|awesome|helpful|not)\b)\w+"
    r"|\b(?:its|es) (?:his|her|su) (?:mom|mother|wife|husband|dad|father|mama|papa|esposo|esposa|son|daughter|hijo|hija)\b"
    r"|\b(?:on behalf of|de parte de|en nombre de)\b"
    r"|\b(?:i|we|yo) (?:was|were|came|went|attended|did|already (?:came|went|did|was|attended|had))\b|\balready (?:came|went|there|done|had"
    r"|been|over|finished|did|saw)\b|\b(?:fui|fuimos|estuve|estuvimos|vine|vinimos|asisti|asistimos|ya paso|ya fue|ya termino|ya vi a)\b"
    r"|\b(?:call|ring|phone) (?:me|us|my|him|her)\b|\b(?:will|ll|ill|going to) (?:\w+ )?call\b|\b(?:llam|marqu|habl)(?:eme|enme|ame)\b"
    r"|\b(?:i|we) (?:need|want|have) to (?:talk|speak|ask|call|tell)\b|\btengo que (?:hablar|preguntar|decir)\w*"
)
# Questions about the way there and what to bring: they do not ask whether, when, or with whom.
THE_WAY = re.compile(
    r"\b(?:address|where|park|parking|garage|door|entrance|entry|floor|suite|room|building|directions|link|zoom|portal|password|code|login"
    r"|bring|wear|mask|masks|form|forms|paperwork|insurance|copay|card|id|pay|cost|deductible|referral|receipt|wifi|elevator|bus|stairs"
    r"|direccion|donde|adonde|estacionar|estacionamiento|parqueo|puerta|entrada|piso|cuarto|edificio|enlace|clave|codigo|traer|traigo|llevo"
    r"|llevar|formulario|formularios|papeles|documentos|seguro|copago|tarjeta|pagar|cuesta|recibo|mapa|ubicacion)\b"
)
NOT_THE_WAY = re.compile(
    r"\b(?:when|who|whos|whom|why|still|right|correct|cancel\w*|mov(?:e|ed|ing)|chang\w+|earlier|later|instead|another|other|different|sure"
    r"|what (?:time|day|date)|which day|what is this|whats this|call|cuando|quien|quienes|porque|todavia|sigue|correct[ao]|verdad"
    r"|seguro que"
    r"|a que hora|que (?:dia|hora|fecha)|cual|otr[ao]|cambi\w+|cancel\w+|antes|despues)\b"
)
SURE = re.compile(r"\b(?:\d{1,4}(?:am|pm|hrs?|h|th|st|nd|rd|ish|min)?|emoji\w+)\b")
YES_AND = re.compile(r"\W*(?:hola,? |ok,? |buenas,? )?(?:sí\b|si *[,.!])", re.IGNORECASE)  # the accent or the comma tells it from "if"
NAMED = re.compile(r"\b(?:dr|dra|doctora?|ms|mr|mrs|miss|licenciad[ao]|sr|sra|senor|senora) \w+")
CAPITAL = re.compile(r"(?<=[a-zí,] )[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+\b")  # within a sentence: a name
SIGNED = re.compile(r" sent from my \w+$")
LEFT_OVER = 1
MUCH_ELSE, WORDS_FOR_EACH = 2, 5  # words; in a long text one in five


def hedged(words: Words) -> bool:
    """Whether a yes is bound to something, doubtful, or denied."""
    told = POLITE.sub("xxx", words.plain)
    if YES_AND.match(words.raw):
        told = re.sub(r"\bsi\b", "yes", told, count=1)
    return bool(HEDGE.search(told) or NO.search(told))


def is_another_matter(words: Words) -> bool:
    """Whether beside a yes somebody else is spoken of, something that is over, or a talk is wanted."""
    return bool(ANOTHER.search(POLITE.sub("xxx", words.plain)))


def asks_only_the_way(words: Words) -> bool:
    """Whether a question is only about the way there, and what to bring."""
    return bool(THE_WAY.search(words.plain)) and not NOT_THE_WAY.search(words.plain)


def is_plain_yes(words: Words) -> bool:
    """Whether a text that confirms says nothing else but ordinary things: who comes, when, how."""
    told = POLITE.sub("xxx", words.plain)
    return not GRAVE.search(told) and not _others(NAMED.sub(" ", told), ORDINARY | _names(words))


def is_plain_stop(words: Words, known: Iterable[Rule]) -> bool:
    """Whether a text that opts out by these rules says nothing else."""
    told = words.plain
    for rule in known:
        told = rule.pattern.sub(" ", told)
    return not _others(told, LEAVING | _names(words))


def says_much_else(words: Words, known: Iterable[Rule]) -> bool:
    """Whether beside a wish that these rules know much is said that is no reason for it which people give."""
    plain = SIGNED.sub("", words.plain)
    told = without_innocent(POLITE.sub("xxx", plain))
    for rule in known:
        told = rule.pattern.sub("xxx", told)
    return len(_others(told, REASONS)) >= max(MUCH_ELSE, len(plain.split()) // WORDS_FOR_EACH)


def is_everyday(rest: Words) -> bool:
    """Whether all the rest are words of everyday reasons, of which one at least says what it is about."""
    told = without_innocent(POLITE.sub("xxx", rest.plain))
    return bool(TOPICS & set(told.split())) and not GRAVE.search(told) and not _others(told, REASONS)


def is_a_way_of_speaking(words: Words) -> bool:
    """Whether a text is a way of speaking ("I'm dying of laughter") among ordinary words."""
    told = without_innocent(words.plain)
    return told != words.plain and len(_others(told, ORDINARY)) <= LEFT_OVER


def _others(told: str, known: frozenset[str]) -> list[str]:
    return [word for word in SURE.sub("xxx", told).split() if word not in known and word != "xxx"]


def _names(words: Words) -> frozenset[str]:
    return frozenset(word for name in CAPITAL.findall(words.raw) for word in words_of(name).plain.split())
