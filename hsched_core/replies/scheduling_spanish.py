"""What clients say about their appointments in Spanish, a table for each intent. Words have no accents here; `texto` is `mensaje`."""

from hsched_core.replies.rules import rules

KINDS = {
    "day": """hoy mañana manana lunes martes miercoles jueves viernes sabado domingo semana mes dia tarde noche hora""",
    "visit": "cita sesion hora consulta visita reunion turno reservacion llamada espacio",
    "texts": "mensajes mensaje recordatorios recordatorio notificaciones correos correo emails llamadas sms messages nada eso estos avisos",
}
OPT_OUT = rules(
    "opt_out",
    {
        "word": r"""
            ^(?:por favor |ya |no )*(?:alto|pare|paren|parar|para|parenle|detener|detengan|detenganse|deténganse|basta|terminar|termina|\
              baja|salir|desuscribir\w*|desuscrib\w+|fin|no mas|ya no|suficiente|alto ya|eliminar|borrar)(?: (?:por favor|ya|gracias|\
              todo|esto|con esto|please|stop))*$
            desuscri\w*|darme de baja|(?:den|dar|dame|denme|da|deme) de baja|de baja (?:por favor|$|de)
            cancelar (?:la |mi )?suscripcion
            cancel\w+ (?:los |mis |estos |la |de )*(?:mensajes|mensaje|recordatorios|notificaciones|suscripcion)
            """,
        "sentence": r"""
            (?:ya )?no me (?:\w+ )?(?:manden?|mande|envien?|escriban?|escriba|molesten?|moleste|llamen?|contacten?|contacte|texteen|\
              textee|mensajeen|hablen|busquen)(?! (?:el|la) (?:link|direccion))
            (?:ya )?no me (?:esten|este|sigan|siga|anden|vayan a) (?:\w+ )?(?:mand\w+|escrib\w+|envi\w+|llam\w+|molest\w+|text\w+)
            dejad(?:me|nos)? (?:ya )?de (?:\w+ )?(?:mand\w+|escrib\w+|envi\w+|llam\w+|molest\w+)
            no molest\w+|no (?:enviar|mandar|enviarme|mandarme|envien|manden) (?:mas )?(?:{texts})
            (?:dejen?|deje|deja|paren|pare|para|parele|dejar) (?:ya )?de (?:\w+ )?(?:mand\w+|escrib\w+|molest\w+|envi\w+|llam\w+|\
              contact\w+|text\w+|matar\w*|fastidi\w+|bombarde\w+|spame\w+|satur\w+|chingar\w*|joder\w*)
            (?:ya )?no (?:quiero|deseo|quisiera|necesito|me interesa\w*|autorizo) (?:\w+ )?(?:recibir |mas |que me )?(?:\w+ )?(?:{texts}|\
              manden|escriban|contacten|envien)
            (?:ya )?no (?:me )?(?:vuelvan? a |vuelvas a )?(?:mand\w+|envi\w+|escrib\w+|contact\w+)(?: (?:nada|mas|otra vez|de nuevo|\
              a este \w+))+
            ^(?:por favor )?(?:ya )?no (?:manden?|mande|envien?|escriban?|contacten?|molesten)(?: (?:mas|nada|por favor|gracias))*$
            ya no (?:manden|envien|escriban)$
            (?:basta|harta?|ya basta|suficiente) (?:ya )?(?:de|con) (?:tantos? |los |sus |estos )?{texts}
            (?:paren|parenle|parele|parale|bajenle|bajele) (?:ya )?(?:con|a) (?:los|tantos|sus|estos|tanto) (?:\w+ )?(?:mensaj\w+|\
              texto\w*|avisos?|\
              recordator\w+|llamad\w+)
            bloquee?n?me
            bloqueen
            (?:es|son) (?:puro )?spam
            spam basta
            no (?:me )?(?:interesa\w*|quiero|deseo|autorizo) (?:\w+ )?(?:recibir|que me (?:\w+ )?(?:escrib\w+|mand\w+|envi\w+|llam\w+|\
              contact\w+|text\w+))
            no mas (?:{texts})|(?:ni un|ningun|no) (?:mensaje|mensajes) mas
            (?:quit\w+|saqu\w+|sac\w+|borr\w+|elimin\w+|retir\w+|remuev\w+) (?:me |nos )?(?:mi |este |el |de (?:la|su|sus|tu|esa|\
              esta) )?(?:numero|nombre|telefono|lista|contacto|datos|sistema)
            (?:quitenme|saquenme|borrenme|eliminenme|quiteme|saqueme|borreme|remuevanme)(?! (?:la|el|de la|del?|\
              de el) (?:proxim[ao] )?(?:{visit}|{day}|agenda))
            (?:ya )?(?:dejenme|dejeme|dejame) (?:ya )?(?:en paz|tranquil[ao]|quiet[ao])
            dejeme en paz
            dejame en paz
            vayanse
            largo de aqui
            vete a la
            chinguen
            no esten (?:chingando|jodiendo|molestando)
            (?:ya )?no me (?:vuelvan?|vuelvas|regresen|sigan) a (?:\w+)
            ^(?:por favor |ya |yo )*(?:revocar|revoco|revoquen|revoque|anular|anulo|rescindir|retiro|retirar)(?: (?:todo|el|la|mi|permiso|\
              autorizacion|\
              consentimiento|suscripcion|por favor|ya|esto))*$
            (?:ya )?no (?:los|las) (?:quiero|necesito|deseo|ocupo)(?: (?:recibir|mas|ya|gracias|por favor))*$
            (?:ya )?no (?:quiero|necesito|deseo) (?:estos|estas|esos|sus|mas de estos|que me (?:\w+))(?: (?:{texts}|mas|gracias))*$
            (?:terminen|acaben|corten|quiten|cancelen|suspendan|eliminen|detengan) (?:ya )?(?:con )?(?:los|sus|estos|todos los|mis) {texts}
            (?:retiro|revoco|anulo|quito) (?:mi |el |la )(?:permiso|autorizacion|consentimiento)|no autorizo
            stop (?:los|las|mensajes|por favor|de)|no me manden|(?:retiro|revoco) mi consentimiento
            """,
        "wrong_number": r"""
            numero (?:equivocado|incorrecto|errado)|equivocado de numero|se equivoc\w+(?: de (?:numero|persona))?|persona equivocada
            esta equivocad[ao]
            (?:no es|este no es|ya no es|ese no es) (?:el|su|mi) (?:numero|telefono|celular)|aqui no (?:vive|es|hay)
            no (?:vive|conozco) (?:aqui|a)(?: \w+)?|no soy (?:esa|ese|la|el|quien|yo)
            """,
    },
    KINDS,
)  # fmt: skip
CANCEL = rules(
    "cancel",
    {
        "sentence": r"""
            (?:cancel(?:ar\w*|o|e\w*|a\w*)|anul\w+|suspend\w+)(?! (?:los mensajes|mensajes|suscripcion))
            (?:ya )?no (?:puedo|podre|podra|podremos|voy a poder|vamos a poder|va a poder|pudimos|pude|alcanzo a|alcanzare a|\
              me es posible|es posible|logro|creo que pueda|creo poder|me va a ser posible)(?! (?:entrar|abrir|encontrar|ver|hablar|\
              dormir))(?: (?:ir|asistir|llegar|presentarme|acudir|estar|hacerla|hoy|{day}|make it|venir|con la|este|esta|el|la|a|go)|$|\
               \w+ (?:ir|asistir|llegar))
            no (?:nos vemos|confirm\w+|cuenten? (?:conmigo|con(?:migo| nosotros))|(?:me|nos) esper\w+(?! (?:mas|nunca))|la veo|\
              los veo|lo veo)
            no (?:podemos|pueden|puede) (?:ir|asistir|llegar|hoy|mañana|manana|estar)
            ^no puedo (?:se|me|tengo|estoy|mi|hay|porque|trabajo|salgo|hoy)\b
            no (?:va a|me va a|sera|seria) (?:ser |me es )?posible|(?:quit|borr|sac|saqu)\w+me (?:del?|de la|de el) (?:{day}|{visit}|agenda)
            no alcanzo|(?:me es|es|se me hace|va a ser) imposible|fuera de la ciudad|de viaje|^hoy no$|ya no me interesa$
            no me interesa la (?:cita|terapia)
            (?:ya )?no (?:voy a |vamos a |va a |pienso )?(?:ir|ire|iremos|asistir|asistire|asistiremos|llegar|llegare|llego|voy|vamos|\
              presentar\w*|acudir\w*|venir|estare|estaremos|vendre)(?! (?:tarde|a llegar tarde|a poder llegar a tiempo))
            (?:hoy|{day}) (?:ya )?no (?:puedo|voy|podre|podremos|vamos|alcanzo)
            (?:ya )?no (?:la |lo |necesito|quiero|requiero|ocupo) ?(?:necesito|quiero|ocupo)? ?(?:la cita|la sesion|la consulta|mas cita|\
              ir|esa cita|cita|terapia)
            ya no la (?:necesito|quiero|ocupo)
            (?:estoy|amaneci|sigo|ando|esta) (?:\w+ )?(?:enferm[ao]|con fiebre|malo del estomago|resfriad[ao]|con gripa|con covid)
            me enferm\w+|tengo (?:gripa|gripe|fiebre|covid|calentura)
            (?:hijo|hija|niño|nino|niña|nina|bebe)(?: \w+){0,2} (?:enferm[ao]|fiebre)
            no (?:tengo|hay|consegui|encontre) (?:\w+ )?(?:quien|carro|transporte|raite|ride|como ir|como llegar|niñera|ninera|con quien)
            (?:salio|surgio|presento|presentaron) (?:un |algo|una )?(?:imprevisto|compromiso|emergencia familiar|contratiempo)?(?= .*no )
            (?:quit\w+|borr\w+|elimin\w+|sac\w+|saqu\w+) (?:me |nos )?(?:la|mi|esa|de la) (?:cita|sesion|consulta|agenda)
            (?:denle|dele|den|de|ofrezcan) (?:mi|el|la) (?:espacio|lugar|cita|turno|hora)
            """,
        "no": r"""
            ^no (?:gracias|señor|senor|señora|senora|puedo|podre|voy|por ahora|esta vez)(?: gracias)?$
            """,
    },
    KINDS,
)  # fmt: skip
MOVE = rules(
    "move",
    {
        "word": r"""
            (?:reprogram|reagend|repro|posp|aplaz|recalendariz|postergar|posterg)\w*(?<!reproduccion)
            """,
        "other_time": r"""
            (?<!se )(?<!no )(?:cambi(?:ar\w*|o|e\w*|a\w*)|mov(?:er\w*|emos)|muev\w+|pas(?:ar\w*|emos|arla|a|e)|recorr\w+|corr(?:er\w*|an|\
              erla)|atras\w+|adelant\w+|dej(?:ar\w*|emos|amos)) (?:\w+ ){0,3}(?:cita|hora|horario|fecha|dia|sesion|para|al|a las|hasta|\
              por|otr[ao]|{day}|la|lo|it|my|appointment|to)(?! (?:enlace|link|direccion))
            (?:otr[ao]s?|nuev[ao]|diferente|distint[ao]) (?:{day}|dia|fecha|hora|horario|{visit}|momento|semana|opcion)
            (?:dia|hora|fecha|horario) (?:diferente|distint[ao])
            (?:hay|tienen|tiene|habra|habria|tendran|tendra|tendria) (?:\w+ ){0,3}(?:espacio|disponib\w+|cupo|lugar|cita|algo|hora|campo|\
              chance|mas (?:tarde|temprano)|otr[ao]|para el)(?! (?:de estacionar|para estacionar|parqueo|estacionamiento|\
              en el estacionamiento))
            mas (?:tarde|temprano|tardecito|tempranito)(?! (?:le|les|llego|llamo|aviso|te))
            (?:puede|podria|podriamos|podemos|se puede|se podria|podra|pueda) (?:ser|hacer\w*|dejar\w*|ir|cambiar\w*|mover\w*|\
              quedar) (?:\w+ )?(?:{day}|el|para|a las|otro|mas|por (?:video|telefono|zoom)|mejor|it|la|en vez)
            no puedo (?:\w+ ){1,5}pero (?:\w+ ){0,5}(?:si|puedo|podria|estoy libre)
            se puede (?:por|en|via) (?:video|telefono|zoom|linea|llamada|meet)
            se puede (?:a las|el|mover|cambiar|para)|(?:dar|agendar|tener) cita (?:para|el)
            (?:quiero|quisiera|necesito|puedo) (?:cambiar|mover|pasar)(?:la|lo)|otra (?:opcion|hora|fecha)
            mejor (?:el|la|para|a las|mañana|manana|otro|en la|por|nos vemos) ?|en (?:vez|lugar) de|(?:el|la|a las) \w+ mejor$|{day} mejor
            (?:para|pa) (?:otro|otra|el otro|la otra|la proxima|la siguiente|el proximo|la semana que|el mes) ?(?:{day}|que viene|semana)
            (?:la|el) (?:otra|proxima|proximo|siguiente|otro) (?:semana|mes|dia|lunes|martes|miercoles|jueves|viernes)
            semana que (?:viene|entra)
            (?:ese|esa|esta|este|a esa) (?:dia|hora|fecha|horario) no|no me queda(?: bien)?|no me (?:acomoda|sirve|conviene)
            (?:dar|deme|denme|dame|agend\w+|necesito|quiero|quisiera) (?:\w+ )?(?:otra|otro|una nueva|nueva) (?:cita|fecha|hora|dia)
            cambia (?:la|el|mi)
            (?:can|could|may) (?:i|we) (?:\w+ )?(?:el |on )?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|{day})
            """,
    },
    KINDS,
)  # fmt: skip
LATE = rules(
    "late",
    {
        "late": r"""
            (?:llego|llegar\w*|llegamos|llegando|voy|vamos|vengo|venimos|voy a llegar|estoy|ando|viene|va|hizo|hace|poco|\
              min) (?:\w+ ){0,3}(?:tarde|retrasad[ao]s?|atrasad[ao]s?|demorad[ao]s?|late|con retraso|atrasadit[ao]|\
              tardecito)(?! (?:puede|mejor))
            (?:llego|llegare|llegamos|estoy ahi|estare ahi|estare|ahi|ahi llego|arrive) (?:\w+ )?(?:en|como en|a eso de las) (?:unos |\
              como )?\d{1,2}
            (?:llego|llegare|llegamos) (?:en|como|a las)(?! a la cita)|en (?:unos |como )?\d{1,2} ?(?:min)? (?:llego|estoy|ahi|llegamos)
            \d{1,2} ?min (?:tarde|y llego|mas|de retraso)
            (?:ya )?(?:casi|mero) (?:llego|llegamos|estoy)|(?:ahorita|ahora|ya) (?:llego|llegamos|mismo llego)(?! tu mensaje)
            se me (?:hizo|hace|esta haciendo) tarde|se me atraveso|esper(?:eme|enme|ame)|ya voy llegando
            se (?:atraso|retraso|demoro|tardo)
            (?:trafico|tranque|tapon|taco|embotellamiento|trancon|presa)|atorad[ao]|atascad[ao]|me perdi|no encuentro
            me (?:retras|atras|demor|entretuv)\w+
            voy corriendo
            (?:un|dame un|deme un) (?:momento|segundo|min|minutito|ratito)$
            \d+ minutitos
            ^\d{1,2} min\b
            buscando (?:parqueo|estacionamiento|donde|parking)|me quede dormid[ao]|voy saliendo|apenas (?:voy|sali|salgo)
            me (?:espera|esperan|aguanta)n?|chocaron|tardanza|retraso|camion no pasa|esta todo parado
            """,
    },
    KINDS,
)  # fmt: skip
QUESTION = rules(
    "question",
    {
        "asks": r"""
            ^en que (?:piso|calle|edificio|numero|oficina|dia|consultorio|cuarto|puerta)
            ^(?:\w+ ){0,3}(?:a que|que dia|que hora|que es|que papeles|que necesito|que tengo|que debo|que documentos|que numero|cual|\
              cuales|cuando es|cuando tengo|cuando me|donde|adonde|en donde|como (?:llego|entro|le hago|pago|puedo|se)|con quien|\
              de parte|quien(?! me (?:cuide|lleve))|quienes|cuanto(?! antes)|cuanta|cuantos|por que)(?! (?:sea|tal|bueno|bien))
            (?:me|nos) (?:pueden?|podrian?|podria) (?:llamar|marcar|mandar|enviar|decir|dar la|dar el|ayudar|confirmar|pasar (?:la|\
              el) (?:direccion|link|numero|enlace|telefono))
            (?:llamenme|llameme|marqueme|marquenme|hablenme|llamame)
            (?:me |nos )?(?:mandan?|manda|envian?|pasa|pasan|mandeme|mandenme|envieme) (?:el|la|otra vez|de nuevo) (?:\w+ )?(?:link|\
              enlace|direccion|codigo|numero|formulario|ubicacion)
            no me (?:llego|ha llegado|aparece|abre|funciona) (?:el|la)?|no (?:puedo|logro) (?:entrar|abrir)
            (?:aceptan|toman|reciben|hablan|abren|cierran|atienden|tienen (?:estacionamiento|parqueo|parking)|hay (?:estacionamiento|\
              parqueo|alguien|parking)|tengo que (?:llevar|pagar|traer)|es (?:por|en|presencial|virtual|urgente)|puede (?:ir|entrar|\
              venir)|puedo (?:llevar|ir con|traer|pagar|entrar)|la cita es|sigue (?:en pie|la cita)|es hoy|(?<!se )todavia)
            (?:tengo|una|mi) (?:duda|pregunta|consulta)(?! (?:es|del|de mañana|el))
            (?:mi seguro|copago|aseguranza|medicaid|direccion|enlace|factura)\b
            """,
    },
    KINDS,
)  # fmt: skip
CONFIRM = rules(
    "confirm",
    {
        "sentence": r"""
            ya quedo|afirm[ao]\w*|ahi caigo
            confirm(?:o|ado|ada|amos|ar|ando)
            (?:ahi|aca|alli) (?:\w+ )?(?:estare|estaremos|estoy|nos vemos|voy|vamos|vere|los veo|la veo|lo veo|llegare|llego puntual|\
              andare|estamos)
            (?:estare|estaremos) (?:ahi|presente|puntual|alli|aca)|nos vemos|la veo|los veo|lo veo
            (?:si|claro|ya|aqui|bueno|y|tambien) (?:voy|ire|iremos|vamos|asistire|puedo|podemos|podre|llegare|estare|asisto|llego|vere)
            ^(?:ok |okay |bueno |listo |perfecto |va |sale |si )*(?:ire|iremos|asisto|asistire|voy|vamos)(?: \w+){0,4}$
            ^(?:dale|va|ok|sale|listo|claro|si|bueno|perfecto|orale)(?: si| pues| ahi)? (?:voy|vamos|ire|iremos)$
            ^ahi (?:llego|caigo|le caigo)$
            me conecto
            nos conectamos
            (?:voy|vamos|va) a (?:estar|asistir|ir)\b(?! (?:tarde|a))
            ^(?:perfecto|listo|ok|sale|va|bueno) (?:a las|el|la|mañana|manana) (?:\w+ ?){1,3}$
            ya estamos
            estamos (?:aqui|afuera|en la sala)
            con gusto (?:asisto|voy|ahi)
            voy (?:en camino|para (?:ahi|alli)|saliendo para|camino)|en camino|ya (?:llegue|llegamos|estoy aqui|estoy ahi|estoy en)
            estoy (?:afuera|aqui|en la (?:sala|recepcion))|cuenten? conmigo|de acuerdo|por supuesto|desde luego|estamos list[ao]s
            claro que si|sin falta|sin problema|me parece (?:bien|perfecto)|esta (?:bien|perfecto)
            """,
        "yes": r"""
            ^(?:hola |buenas |buenos dias |buenas tardes |ok |pues |emojiyes )*(?:si|sip|simon|claro|orale|afirmativo)(?! (?:no|me|se|\
              pudier\w+|hay|tien\w+|es que|la|lo|puede|podria))\b
            """,
    },
    KINDS,
)  # fmt: skip
