"""How people type: short forms, phonetic Spanish, slips of the finger. Everything becomes the one spelling that the rules know."""

from hsched_core.replies.rules import words

# One word for another. Contractions are written without their apostrophe; what means the same gets one form.
SHORT = {
    "u": "you", "ur": "your", "pls": "please", "plz": "please", "plse": "please", "thx": "thanks", "thnx": "thanks",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tmrow": "tomorrow", "2morrow": "tomorrow", "2moro": "tomorrow",
    "tomm": "tomorrow", "appt": "appointment", "appts": "appointments", "apt": "appointment", "apts": "appointments",
    "appmt": "appointment", "wanna": "want to", "wana": "want to", "gonna": "going to", "gona": "going to", "gunna": "going to",
    "gotta": "have to", "hafta": "have to", "lemme": "let me", "imma": "im going to", "ima": "im going to", "cuz": "because",
    "bc": "because", "b4": "before", "l8": "late", "l8r": "later", "gr8": "great", "sry": "sorry", "srry": "sorry", "abt": "about",
    "w": "with", "wo": "without", "rn": "right now", "cannot": "cant", "wnat": "want", "watn": "want", "waht": "what", "teh": "the",
    "kil": "kill", "kll": "kill", "kiling": "killing", "dei": "die", "dieing": "dying", "mself": "myself",
    "thinkin": "thinking", "runnin": "running", "hurtin": "hurting", "cuttin": "cutting", "msg": "message", "msgs": "messages",
    "txt": "text", "txts": "texts", "txting": "texting", "resched": "reschedule", "rescheduled": "reschedule", "mins": "min",
    "minutes": "min", "minute": "min", "minutos": "min", "minuto": "min", "alittle": "a little", "otw": "omw", "diff": "different",
    "stpo": "stop",
    "sotp": "stop", "stp": "stop", "stopp": "stop", "yess": "yes", "hrt": "hurt", "somone": "someone", "everbody": "everybody",
    # Spanish as it is typed
    "q": "que", "ke": "que", "x": "por", "xq": "porque", "pq": "porque", "porq": "porque", "xfa": "por favor", "porfa": "por favor",
    "porfavor": "por favor", "pa": "para", "toy": "estoy", "stoy": "estoy", "stare": "estare", "ta": "esta", "kiero": "quiero",
    "qiero": "quiero", "qero": "quiero", "kero": "quiero", "kitar": "quitar", "kitarme": "quitarme", "bida": "vida", "bibir": "vivir",
    "vibir": "vivir", "alla": "ahi", "aya": "ahi", "sii": "si", "sipi": "si", "sisi": "si", "tmb": "tambien", "msj": "mensaje",
    "msjs": "mensajes", "textos": "mensajes", "texto": "mensaje", "texts": "messages", "grax": "gracias", "grasias": "gracias",
    "pastis": "pastillas", "nesesito": "necesito", "aser": "hacer", "asistire": "ire",
    "asistiremos": "iremos", "turno": "cita", "citas": "cita", "emojisos": "help me",
}  # fmt: skip

# Two or more words for fewer, so that each rule is written once.
JOINED = (
    ("i am", "im"), ("i will", "ill"), ("we will", "well"), ("it is", "its"), ("that is", "thats"), ("there is", "theres"),
    ("do not", "dont"), ("does not", "doesnt"), ("did not", "didnt"), ("can not", "cant"), ("could not", "couldnt"), ("will not", "wont"),
    ("would not", "wouldnt"), ("is not", "isnt"), ("are not", "arent"), ("was not", "wasnt"), ("have not", "havent"), ("i have", "ive"),
    ("i would", "id"), ("any more", "anymore"), ("my self", "myself"), ("her self", "herself"), ("him self", "himself"),
    ("no one", "nobody"),
    ("any one", "anyone"), ("every one", "everyone"), ("some one", "someone"), ("good bye", "goodbye"), ("re schedule", "reschedule"),
    ("opt out", "optout"), ("un subscribe", "unsubscribe"), ("what is", "whats"), ("who is", "whos"), ("when is", "whens"),
    ("too die", "to die"), ("running l8", "running late"), ("doctor s", "doctors"),
)  # fmt: skip

# Words that are worth recognising in spite of a slip. A word of five letters or fewer is in SHORT, or is spelled right.
KEYS = words(
    """appointment appointments cancel canceled cancelled canceling cancelling cancelar cancele cancelen cancela confirm confirmed
        confirming
    confirmo confirmado confirmada confirmar reschedule rescheduling reprogramar reagendar session sesion suicide suicidal suicidarme
    suicidio suicidas overdose overdosed overdosing unsubscribe myself tomorrow thoughts messages mensajes pastillas matarme morirme
    traffic trafico minutes parking address direccion insurance prescription medication medicine therapist goodbye anymore alone
    strangled threatened threatening hopeless depressed depression anxiety hurting killing cutting"""
)
# Words of their own that lie one slip from a key.
OTHERS = words(
    """cancer cancers canela cancels conform conforme confirma confirme confirmamos cancelo cancelacion cancellation cancelado canceles
    tomorrows sessions sesiones passion mission overdosis insurances medications medicines medicina therapists traffics curing mensaje
    pastilla message mensajes confirms thought chilling filling billing skilling willing spelling putting hunting thought marking
    barking packing
    alone along atone clone anymore killings morirse matarse matarte matarlo matarla suicidarse direcciones addresses dresses
    suicidarte confirmar parkings canceling shutting sutting hurtling deposed depressing"""
)
SHORTEST, LONG = 6, 10


def corrected(word: str) -> str:
    """The key word that was meant; the word itself where it is none. Nothing is remembered: the words are a client's."""
    if len(word) < SHORTEST - 1 or word in KEYS or word in OTHERS or not word.isalpha():
        return word
    near = [(slips, key) for key in KEYS if key[0] in word[:2] and (slips := distance(word, key)) <= (2 if len(key) >= LONG else 1)]
    return min(near)[1] if near else word


def distance(one: str, other: str) -> int:
    """Optimal string alignment: letters added, lost, swapped for another, or two neighbours exchanged. Above 2 only that it is."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]
