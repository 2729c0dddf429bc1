"""The words of clients' pages in Spanish."""

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

SPANISH = Words(
    language="es",
    name="Español",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
    date="{weekday}, {day} de {month}",
    minutes="{count} minutos",
    call_us="llámenos",
    modality={Modality.IN_PERSON: "en persona", Modality.VIDEO: "por video", Modality.PHONE: "por teléfono"},
    channels={
        Channel.TEXT: "Mensajes de texto", Channel.EMAIL: "Correo electrónico", Channel.PORTAL: "Mensajes en el portal",
        Channel.CALL: "Llamadas",
    },
    offers={
        Offer.OPEN: ("Hay una hora libre", "¿La quiere? Responda antes de: {until}.", "Si dice que no, sigue en nuestra lista."),
        Offer.BOOKED: ("La hora es suya", "Está reservada. Si al final no puede venir, llámenos."),
        Offer.RECEIVED: ("Recibimos su respuesta", "La estamos reservando. Abra esta página de nuevo en unos minutos para verlo."),
        Offer.DECLINED: ("Gracias por avisarnos", "La hora será para otra persona. Usted sigue en nuestra lista."),
        Offer.LATE: ("El plazo terminó", "Lo sentimos: esta oferta terminó. Sigue en nuestra lista y le preguntaremos otra vez."),
        Offer.TAKEN: ("Esta hora ya no está libre", "Lo sentimos: ya se ocupó. Sigue en nuestra lista y le preguntaremos otra vez."),
        Offer.CANCELLED: ("Esta hora ya no está reservada", "Se canceló. Si nadie le ha dicho por qué, llámenos."),
    },
    visits={
        Visit.COMING: ("¿Vendrá usted?", "Esta hora está reservada para usted."),
        Visit.CONFIRMED: ("Gracias, le esperamos", "Nos dijo que vendrá."),
        Visit.ASKED: (
            "Recibimos su solicitud",
            "Alguien de nuestra oficina le contactará para buscar otra hora. Hasta entonces, esta sigue siendo suya.",
        ),
        Visit.LEAVING: (
            "Recibimos su respuesta",
            "Nos dijo que esta vez no puede venir. Hasta que nuestra oficina lo confirme, la hora sigue siendo suya.",
        ),
        Visit.LEFT: ("Gracias por avisarnos", "Esta hora se canceló para usted. Sus otras horas siguen igual."),
        Visit.CHOSEN: (
            "Recibimos su elección",
            "Eligió: {chosen}. Será suya cuando se confirme; hasta entonces, la hora de arriba sigue reservada para usted.",
            "Abra esta página de nuevo para ver cómo va.",
        ),
        Visit.CHANGING: (
            "Recibimos su elección",
            "Eligió: {chosen}. La estamos reservando, y le escribiremos cuando sepamos que está hecho.",
            "Abra esta página de nuevo para ver cómo va.",
        ),
        Visit.NEW_TIME: ("Su nueva hora está reservada", "Es la que usted eligió. La hora anterior quedó libre."),
        Visit.KEPT: ("Su hora sigue igual", "La otra hora no se reservó. Puede elegir otra vez, o preguntarnos."),
        Visit.MOVED: ("Mire otra vez, por favor", "La hora cambió desde que abrió esta página. No se envió nada."),
        Visit.OVER: ("Esta hora ya pasó", "Si podemos hacer algo por usted, llámenos."),
        Visit.GONE: ("Esta hora ya no está reservada", "Si no lo esperaba, llámenos."),
    },
    pages={
        UNKNOWN: ("Aquí no hay nada", "Compruebe que copió la dirección completa, o llámenos."),
        BUSY: ("Ahora no fue posible", "Inténtelo de nuevo en un minuto, o llámenos. No se pierde nada."),
        TOO_MANY: ("Espere un momento", "Desde aquí se abrieron demasiadas direcciones vacías. Inténtelo en una hora, o llámenos."),
        UNREADABLE: ("No entendimos la respuesta", "Abra la página otra vez y elija una de las respuestas."),
        ENDED: ("Esta dirección es demasiado antigua", "Terminó, para que nadie más pueda usarla. Use nuestro último mensaje, o llámenos."),
        OTHER_TIME: (
            "Pedir otra hora", "Alguien de nuestra oficina le contactará. Hasta entonces, esta hora sigue siendo suya.",
        ),
        PICK_TIME: (
            "¿Qué hora le viene mejor?", "Estas horas están libres. Toque una para tenerla en lugar de la de arriba.",
            "Si nuestra oficina tiene que confirmarla antes, la página siguiente se lo dice.",
        ),
        TIME_TAKEN: ("Esa hora ya no está libre", "Nada ha cambiado: la hora de arriba sigue reservada para usted."),
        STOP: (
            "¿No recibir más mensajes?", "No le escribiremos ni le llamaremos para recordarle sus horas, ni le ofreceremos horas libres.",
            "Sus horas reservadas siguen reservadas.",
        ),
        STOPPED: (
            "No recibirá más mensajes", "No se le enviará nada más. Sus horas reservadas siguen reservadas.",
            "Si cambia de opinión, llámenos.",
        ),
        WISHES: ("¿Cómo podemos escribirle?", "Sobre sus horas, los cambios, y horas libres si está en nuestra lista."),
        SAVED: ("Gracias, quedó guardado", "Vale a partir de ahora."),
        DONE_BEFORE: ("Esto ya se respondió", "Con esta dirección se puede decir una vez. Use nuestro último mensaje, o llámenos."),
    },
    labels={
        "accept": "Sí, quiero esta hora",
        "decline": "No, gracias",
        "confirm": "Sí, vendré",
        "other_time": "Necesito otra hora",
        "cannot_come": "Esta vez no puedo venir",
        "still_comes": "Sí vendré, después de todo",
        "keep": "Conservar la hora de arriba",
        "none_of_these": "¿Ninguna de estas?",
        "note": "¿Qué le vendría mejor? (no es obligatorio)",
        "note_hint": "Basta con días u horas. En una emergencia no escriba aquí: llame al 911.",
        "ask": "Pedir otra hora",
        "stop": "Sí, no quiero más mensajes",
        "to_stop": "No recibir más mensajes",
        "to_wishes": "Cómo le escribimos",
        "back": "Volver",
        "preferred": "¿Cuál prefiere?",
        "no_matter": "Me da igual",
        "in_language": "¿En qué idioma?",
        "save": "Guardar",
        "call": "Llámenos",
        "foot": "Más",
    },
)  # fmt: skip
