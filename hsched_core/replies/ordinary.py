"""The words that people use about their appointments: beside a yes, as a reason for not coming, with a wish to be left alone."""

from hsched_core.replies.everyday import COTIDIANO, EVERYDAY
from hsched_core.replies.rules import words
from hsched_core.replies.small_talk import AGREEING, GREETING, KIND_WORDS

# Beside a yes: of whom, when, where, how they come, what they bring.
_ORDINARY = words(
    """todays weeks una dos tres cuatro cinco seis siete ocho nueve diez once doce persona
    thing alright b checked arrived acuerdo supuesto asistencia llegue
    okis okey hun dear amor mija mijo granddaughter grandson nieta
    nieto walker heading youll yessir gotchu todo bien guys
    i im ill id ive we were well he hes she shes they theyre its that thats this these those here my mine our him his her them
    their who and or also both either with in on at by from as about until before after around is am be been being was will would
    can could do does did has had get gets got getting going go goes come comes coming came make makes making made bring brings
    bringing takes taking give gives giving drop drops dropping drive drives driving pick picks picking leave leaving left arrive
    arriving log logging join joining sign signed signing connect connecting call calling text texting email send sending sent see
    seeing look looking forward schedule scheduled confirm confirming attend attending keep keeping remind
    remember need needs want wants think say says said tell hear ask wait waiting fill filled finish finished start starting still
    just now then than again already soon early earlier later late tomorrow tonight noon month monday tuesday wednesday thursday
    friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january february march april may june july august september
    october november december jan feb mar apr jun jul aug sep sept oct nov dec time times hour hours min pm oclock half quarter
    first second two three four five six seven eight nine ten eleven twelve appointment appointments session sessions visit visits
    meeting slot spot office building room lobby clinic door parking park parked car bus train uber lyft ride back front video zoom
    telehealth phone link online computer person laptop camera home house work school class kids kid son sons daughter daughters
    husband wife mom mother dad father parents brother sister friend family doctor dr mr mrs ms miss nurse therapist counselor desk
    staff form forms paperwork card insurance papers copay partner grandma grandpa aunt uncle baby teen boys girls usual other next
    little bit more really quite actually sounds works set ready excited please name yours sincerely regards iphone android how what
    when where which out down off should shall way squeezing squeeze reaching following checking received finally virtual
    remote lunch gym straight running walk walking rain traffic weather snow cold hot coffee able thatll count omw roger course
    affirm affirmed rog present wouldnt e o u del las les un unos unas mi mis sus te se nos yo ella ellos al en con como cuando
    donde es estoy estamos estan estare estaremos estar soy somos ser voy vamos van ir ire iremos viene vengo venimos llego llegar
    llegamos llegare llega lleva llevo llevar llevamos traigo trae traer tengo tiene tenemos hay puedo puede podemos podre hago
    hacer salgo salir paso pasa recoger deja dejar dejo quedo quedamos vemos veo ver veremos conecto conectar conectamos entro
    entrar asisto asistir asistire presento confirmo confirmar confirmado confirmada confirmamos confirma cita sesion consulta hora
    horario hoy manana ayer temprano mes lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio
    julio agosto septiembre octubre noviembre diciembre primera media cuarto punto puntual ahi aqui alla alli aca todavia tambien
    mismo misma mucho mas menos entonces despues antes ahorita oficina clinica sala espera recepcion edificio piso puerta carro
    coche camion metro autobus taxi trabajo escuela casa hijo hija hijos hijas nino nina ninos ninas bebe esposo esposa marido mujer
    mama papa hermano hermana abuela abuelo tia tio familia amiga doctora dra licenciada licenciado maestra senorita papeles
    documentos tarjeta formulario formas llamada telefono celular linea presencial favor porfis porfa plis atentamente nombre pidio
    pidieron camino afuera listos preparado ambos dos todos conmigo contigo quien cualquier cosa otra vez desde sobre entre trafico
    lluvia calor frio cuenten cuente gusto encantada seguimos pie estara estaran ira iran llegara vendra sera manejando acompana
    acompano acompanar"""
)
# Of those who cannot come, or not in time: why.
_REASONS = words(
    """not dont doesnt didnt cant couldnt wont isnt arent wasnt havent hasnt never nothing any anything something everything some
    because since but if though unfortunately sorry apologies understand hate bad feel feeling bro fyi asap let lets ugh sick flu
    fever cough covid strep stomach bug throat headache migraine allergies sneezing contagious pneumonia sinus ear infection dentist
    tooth teeth wisdom orthodontist vet dog dogs cat cats puppy kitten pet hip knee ankle foot sprained surgery procedure tire flat
    battery shop mechanic brakes tow towed truck bike rides rideshare gas flight airport trip vacation town travel traveling highway
    exit road roads closed construction accident crash stuck lost behind slow delayed minute minutes shift shifts boss manager
    coworker overtime meetings interview client deadline project job conference training called working worked rescheduled storm ice
    icy flood flooded tornado hurricane power outage internet wifi updating recital game practice soccer football baseball
    basketball band graduation wedding party funeral church concert tournament camp daycare sitter babysitter nanny exam exams test
    final finals midterm field pickup dropoff principal teacher court jury duty plumber landlord movers moving move repair delivery
    package roof basement tree dishwasher fridge water heater closing bank dmv passport visiting visitors guest in-laws inlaws wifes
    husbands moms dads sisters neighbor cousin niece nephew instead rather possible different another better reschedule rescheduling
    cancel cancelling canceling cancelled skip told asked forgot forgotten overslept mixed double booked conflict change changed
    switch fit available opening openings last couple few several most whole while long short every own kept hold fee charge policy
    pay paid bill charged offer someone else list pero porque aunque disculpe disculpa perdon pena lamento molestia fijese oiga mire
    resulta enferma enfermo enfermos gripe gripa fiebre tos catarro garganta estomago panza dolor muela diente dentista medico malo
    mala perro perra gato veterinario llanta ponchada bateria taller mecanico gasolina raite guagua viaje vuelo aeropuerto
    vacaciones ciudad pueblo carretera autopista choque accidente cerrada cerrado obras tapon trancon turno jefe patron junta
    reunion entrevista doble trabajar trabajando chamba curro nieve tormenta huracan luz corriente inundo juego partido practica
    futbol graduacion boda cumpleanos fiesta entierro velorio iglesia misa concierto torneo guarderia ninera examen examenes colegio
    director corte juzgado plomero mudanza casero banco visita suegra suegro primo prima vecina sobrino sobrina cunada nieto nieta
    salio surgio complico olvido olvide cambiar mover pasar posible otro mejor reagendar cancelar cancela cancele falta algo nadie
    dar tiempo poquito ratito momento minutos cobrar cobran multa atiendan atender libre disponible espacio queda sirve"""
)
# Of those who want no more messages, beside the wish itself.
LEAVING = words(
    """opt optout want emailing spamming quiero den dar darme baja delete quiten lista longer goes patients
    i im ive you youre your me my mine we us our this these those that thats the a an to from for of on in at by with and or but
    so is are was were be been being it its he she him his her hers they them their who mom dad mother father husband wife son
    daughter kid kids grandma please kindly sorry hi hello thanks thank ty no not dont doesnt never any all more again anymore
    longer already just only instead rather prefer use sent send sending get getting got keep stop text texts texting message
    messages messaging mensaje mensajes mensajitos textos email emails mail call calls calling phone phones cell house number
    numbers sms reminder reminders notification notifications alert alerts list lists system database automated wrong person people
    patient client owner belongs name named work times three twice asked ask told report sir maam dear guys now today ok okay yes
    lol wtf ugh spam here there anybody somebody someone nobody card fyi el la los las lo un una de del al en por para con y o que
    se mi mis su sus le les yo usted ustedes esto eso esta este ese esa estos favor ya mas nada gracias hola buenas buenos dias
    tardes soy es era telefono celular numero persona correo correos llamada llamadas llamen hijo hija esposo esposa mama papa
    paciente aqui ahi solo prefiero recordatorios avisos tantos tanto otra vez nuevo oiga oye disculpe van va si confundio equivoco"""
)
ORDINARY = (AGREEING | KIND_WORDS | GREETING | _ORDINARY) - words("help ayuda know")  # of thanks, and of much else
REASONS = ORDINARY | _REASONS | EVERYDAY | COTIDIANO
TOPICS = (EVERYDAY | COTIDIANO) - ORDINARY - _REASONS - LEAVING
