"""Whether a yes or a STOP is nothing but that. A machine acts on what is plain; whatever else is said goes to a person as well.

The other way round than the rules of danger: not what is grave is listed, but what is ordinary. So nothing that nobody thought of hides
in a sentence that confirms.
"""

import re
from collections.abc import Iterable

from hsched_core.replies.innocent import without_innocent
from hsched_core.replies.rules import Rule, words
from hsched_core.replies.small_talk import AGREEING, GREETING, KIND_WORDS
from hsched_core.replies.words import Words

# What people say beside a yes: of whom, when, where, how they come, what they bring.
ORDINARY = AGREEING | KIND_WORDS | GREETING | words(
    """i im ill id ive we were well you youre he hes she shes they theyre it its that thats this these those there here me my mine us our
    him his her them their who a an the and or also too both either with for to of in on at by from as about until before after around
    is are am be been being was will would can could do does did have has had get gets got getting going go goes come comes coming came
    make makes making made bring brings bringing take takes taking give gives giving drop drops dropping drive drives driving pick picks
    picking leave leaving left arrive arriving log logging join joining sign signed signing connect connecting call calling text texting
    email send sending sent see seeing look looking forward plan planning planned schedule scheduled confirm confirmed confirming attend
    attending keep keeping remind reminding reminder remember need needs want wants know think say says said tell hear ask wait waiting
    fill filled finish finished start starting still just now then than again already soon early earlier later late today tomorrow tonight
    yesterday morning noon afternoon evening night day week weekend month monday tuesday wednesday thursday friday saturday sunday mon tue
    tues wed thu thur thurs fri sat sun january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec time times hour hours min am pm oclock half quarter first second one two three four five six seven
    eight nine ten eleven twelve appointment appointments session sessions visit visits meeting slot spot office building room lobby
    clinic door parking park parked lot car bus train uber lyft ride back front video zoom telehealth phone link online computer person
    laptop camera home house work school class kids kid son sons daughter daughters husband wife mom mother dad father parents brother
    sister friend family doctor dr mr mrs ms miss nurse therapist counselor front desk team staff form forms paperwork card insurance
    papers id copay wife partner grandma grandpa aunt uncle baby teen boys girls everyone all we new usual same other next little bit more
    really so very much quite actually sure sounds works fine set ready happy excited please hi name yours sincerely best regards sent
    iphone android phone hey how what when where which up out down over off should shall way on shes squeezing squeeze reaching
    following checking letting confirming noted received finally up virtual remote lunch gym class straight running walk walking
    emojiyes emojikind xxx rain traffic weather snow cold hot coffee able lol haha thatll count omw roger
    course appreciated absolutely definitely certainly affirm affirmed affirmative rog present works wouldnt miss it shall
    y e o u de del la el los las lo le les un una unos unas mi mis tu su sus me te se nos yo usted ustedes ella ellos que a al en con por
    para como cuando donde es esta estoy estamos estan estare estaremos estar soy somos ser voy vamos va van ir ire iremos viene vengo
    venimos llego llegar llegamos llegare llega lleva llevo llevar llevamos traigo trae traer tengo tiene tenemos hay puedo puede podemos
    podre hago hacer salgo salir salgo paso pasa recoger deja dejar dejo quedo quedamos vemos veo ver veremos conecto conectar conectamos
    entro entrar asisto asistir asistire presento confirmo confirmar confirmado confirmada confirmamos confirma cita sesion consulta hora
    horario hoy manana ayer tarde temprano noche dia semana mes fin lunes martes miercoles jueves viernes sabado domingo enero febrero
    marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre primera media cuarto punto puntual ahi aqui alla alli aca
    ya todavia tambien igual mismo misma muy mucho mas menos pues entonces luego despues antes ahorita oficina clinica sala
    espera recepcion edificio piso puerta carro coche camion metro autobus taxi trabajo escuela casa hijo hija hijos hijas nino nina ninos
    ninas bebe esposo esposa marido mujer mama papa hermano hermana abuela abuelo tia tio familia amiga doctora doctor dra licenciada
    licenciado maestra senorita senor senora papeles documentos tarjeta formulario formas seguro video llamada telefono celular linea
    presencial favor porfis porfa plis atentamente nombre pidio pidieron camino afuera lista listos preparado ambos los dos todos conmigo
    contigo quien cualquier cosa otra vez hasta desde sobre entre trafico lluvia calor frio cuenten cuente gusto encantada seguimos pie
    estara estaran ira iran llegara vendra sera manejando acompana acompano acompanar"""
)
# What people say who cannot come, or not in time: why.
REASONS = ORDINARY | words(
    """no not dont doesnt didnt cant couldnt wont wouldnt isnt arent wasnt havent hasnt never nothing any anything something everything some
    because since but if though unfortunately sorry apologies understand hate bad feel feeling bro hey fyi asap let lets ok lol ugh
    sick ill flu fever cold cough covid strep stomach bug throat headache migraine allergies sneezing contagious pneumonia sinus ear infection
    dentist tooth teeth wisdom doctor orthodontist vet dog dogs cat cats puppy kitten pet hip knee ankle foot sprained surgery procedure
    tire flat battery shop mechanic brakes tow towed truck van bike ride rides rideshare gas flight airport trip vacation town travel traveling
    driving highway exit road roads closed construction accident crash stuck lost late behind slow delayed running minute minutes more over
    shift shifts boss manager coworker overtime meeting meetings interview client deadline project job conference training called working
    worked works schedule rescheduled snow storm ice icy flood flooded tornado hurricane power outage internet wifi computer laptop updating
    recital game practice soccer football baseball basketball band graduation wedding birthday party funeral church concert tournament camp
    daycare sitter babysitter nanny exam exams test final finals midterm field trip pickup dropoff principal teacher conference court jury duty
    plumber landlord movers moving move repair delivery package roof basement tree dishwasher fridge water heater closing bank dmv passport
    visiting visit visitors guest in-laws inlaws parents wifes husbands moms dads sons daughters sisters neighbor cousin niece nephew
    instead rather possible different another better okay reschedule rescheduling cancel cancelling canceling cancelled skip miss make made
    told asked forgot forgotten overslept mixed double booked scheduled conflict change changed switch fit earlier available opening openings
    last minute couple few several most half whole while long short since until next following every other first same own keep kept hold
    fee charge policy pay paid bill charged offer take someone else spot give wait list
    pero porque pues si aunque como disculpe disculpa perdon pena lamento molestia fijese oiga mire resulta es que
    enferma enfermo enfermos gripe gripa fiebre tos catarro garganta estomago panza dolor muela diente dentista medico covid malo mala
    perro perra gato veterinario llanta ponchada bateria taller mecanico gasolina raite guagua viaje vuelo aeropuerto vacaciones ciudad
    pueblo carretera autopista choque accidente cerrada cerrado obras tapon trancon turno jefe patron junta reunion entrevista doble trabajar
    trabajando chamba curro lluvia nieve tormenta huracan luz internet corriente inundo juego partido practica futbol graduacion boda
    cumpleanos fiesta entierro funeral velorio iglesia misa concierto torneo guarderia ninera examen examenes colegio maestra director corte
    juzgado plomero mudanza casero banco visita suegra suegro primo prima vecina sobrino sobrina cunada nieto nieta recital salio surgio
    complico olvido olvide cambiar mover pasar posible otro otra mejor reagendar cancelar cancela cancele falta algo nadie nada dar tiempo
    poquito ratito momento minutos cobrar cobran multa atiendan atender libre disponible espacio queda sirve"""
)
# What people say who want no more messages.
LEAVING = ORDINARY | words(
    """stop stops stopped stopping stopall quit end cease unsubscribe unsub optout opt opted opting revoke remove removed delete erase drop
    block spam spamming no not dont doesnt never anymore more any more isnt wont cant without all it everything enough leave alone go away
    lose wrong number numbers person mistake texts texting text message messages messaging messenger mensaje mensajes mensajitos contact
    contacting contacted notification notifications alert alerts reminders list lists system database off wrong patient client longer
    anything nothing whatever receive receiving received asked ask told times again lady guy someone else somebody nobody named signed
    permission consent withdraw report harassing bothering annoying discontinue kindly only mail emails calls called interested switch turn
    sms number phones cell belongs owner previous changed use instead rather prefer
    alto parar pare paren parenle parele para basta no nunca mas manden mande mandar mandando mandarme enviar envien envie envies escriban
    escribir escribirme escribiendo molesten molesteis molestar moleste molestando contacten contacte llamen llame quiero deseo recibir
    recibo notificaciones recordatorios avisos lista numero equivocado equivocada equivoco equivocaron persona esa ese esta este quiten
    quitenme quiteme quitar saquenme saqueme borren borrenme borrar eliminen eliminenme eliminar dejen dejenme dejeme dejar bloqueen
    bloqueenme suscripcion suscribir desuscribir desuscribirme baja denme cancelar solo correo correos prefiero tranquila tranquilo paz
    spam interesa interesan nada ya tantos vuelvan autorizo paciente soy conozco vive aqui mensaje textos ningun ninguna este otro cambio"""
)
# What turns a yes into something else: a condition, a doubt, a no, an end.
HEDGE = re.compile(
    r"\b(?:if|unless|might|maybe|perhaps|hopefully|probably|possibly|depends?|depending|except|try|trying|tried|hope|hoping|wish|or just"
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
    r"\b(?:(?:no|not a|not an?y|without an?y?) (?:problem|problems|prob|issue|issues|worries|worry|changes?|doubt|big deal|trouble|need to (?:call"
    r"|reply|worry))(?: at all)?|no te preocupes|(?:dont|no need to) (?:you )?(?:worry|stress)|(?:never|wouldnt|wont|not going to|dont want to)"
    r" (?:ever )?(?:miss|be late|forget)(?: (?:it|this time|again))?|(?:dont|please dont) (?:cancel|give it away)|if (?:thats|its) (?:ok|okay"
    r"|fine|alright)(?: with you)?|why not|not late|nothing (?:else|has changed|changed)|no (?:te |se |le |me )?(?:preocup\w+|falt\w+|fall\w+"
    r"|hay (?:problema|cambios)|lo (?:olvido|pierdo)|la (?:olvido|pierdo)|olvid\w+|voy a (?:faltar|llegar tarde)|cambia nada)|nunca (?:falt\w+"
    r"|fall\w+)|sin (?:falta|problemas?|duda|cambios|pendiente)|de nada|si dios (?:quiere|lo permite)|dios mediante|god willing"
    r"|no (?:ill|i will|were|im) (?:be there|coming))\b"
)
SURE = re.compile(r"\b(?:\d{1,4}(?:am|pm|hrs?|h|th|st|nd|rd|ish|min)?|emoji\w+)\b")
YES_AND = re.compile(r"\W*(?:hola,? |ok,? |buenas,? )?(?:sí\b|si *[,.!])", re.IGNORECASE)  # the accent or the comma tells it from "if"
LEFT_OVER = 1  # a name, mostly
MUCH_ELSE, WORDS_FOR_EACH = 3, 5  # words; in a long text one in five


def hedged(words: Words) -> bool:
    """Whether a yes is bound to something, doubtful, or denied."""
    told = POLITE.sub("xxx", words.plain)
    if YES_AND.match(words.raw):
        told = re.sub(r"\bsi\b", "yes", told, count=1)
    return bool(HEDGE.search(told) or NO.search(told))


def is_plain_yes(words: Words) -> bool:
    """Whether a text that confirms says nothing else but ordinary things: who comes, when, how."""
    told = POLITE.sub("xxx", words.plain)
    return not GRAVE.search(told) and _left_over(told, ORDINARY)


def is_plain_stop(words: Words) -> bool:
    """Whether a text that opts out says nothing else."""
    return _left_over(words.plain, LEAVING)


def says_much_else(words: Words, known: Iterable[Rule]) -> bool:
    """Whether beside a wish that these rules know much is said that is no reason for it which people give."""
    told = without_innocent(POLITE.sub("xxx", words.plain))
    for rule in known:
        told = rule.pattern.sub("xxx", told)
    left = sum(word not in REASONS for word in SURE.sub("xxx", told).split())
    return left >= max(MUCH_ELSE, words.count // WORDS_FOR_EACH)


def is_a_way_of_speaking(words: Words) -> bool:
    """Whether a text is a way of speaking ("I'm dying of laughter") among ordinary words."""
    told = without_innocent(words.plain)
    return told != words.plain and _left_over(told, ORDINARY)


def _left_over(told: str, known: frozenset[str]) -> bool:
    return sum(word not in known for word in SURE.sub("xxx", told).split()) <= LEFT_OVER
