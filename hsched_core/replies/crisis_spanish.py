"""Danger to life or limb, in Spanish as it is written in the Americas and Spain, with and without accents."""

from hsched_core.replies.rules import rules

KINDS = {
    "me": "me te se nos",
    "person": """el ella mi esposo esposa marido novio novia pareja ex papa mama padre madre padrastro madrastra tio tia hermano hermana
        primo
        abuelo jefe vecino hombre alguien señor senor tipo compañero companero hijo hija""",
    "kin": """hijo hija niño nino niña nina hermano hermana mama papa madre padre esposo esposa marido novio novia sobrino sobrina amigo
        amiga""",
    "pills": """pastillas pastilla pildoras medicinas medicina medicamentos medicamento tabletas frasco bote tylenol clonazepam rivotril
        insulina""",
}
SPANISH = rules(
    "crisis",
    {
        "suicide": r"""
            suicid\w*
            (?:me|te|se) (?:quiero|quiere|voy a|va a|quisiera|puedo|pienso|queria|intento|intente|trato de|trate de) (?:a )?(?:matar|\
              morir|colgar|ahorcar|tirar|aventar|lanzar|cortar|lastimar|suicidar|disparar|envenenar|ahogar|quitar la vida|herir|\
              desaparecer)
            (?:matarme|ahorcarme|colgarme|suicidarme|dispararme|cortarme|envenenarme|ahogarme|lastimarme|herirme|morirme|matarse|\
              lastimarse)
            (?:me|se) (?:estoy|esta|sigo|vuelvo a|volvi a) (?:cortando|lastimando|cortar|lastimar|matando|muriendo)
            (?:matandome|cortandome|lastimandome|muriendome|hiriendome)
            me mato(?! (?:trabajando|de risa|por llegar|estudiando))
            que me mate\w*
            (?:me|se) (?:ahorque|ahorco|ahorca|cuelgo|colgo|disparo|dispare|corto|corte|cortes|corta|lastime|lastimo|lastima|hice daño|\
              hago daño|hice dano|hago dano)(?! (?:el pelo|el cabello|el dedo|la luz|la llamada|la espalda|el pie|la rodilla|el tobillo|\
              jugando|en el trabajo))
            (?:me|se) (?:\w+ )?(?:intento|intente|trato de|trate de|quiso|quise) (?:matar|suicidar|ahorcar|colgar|quitar|tirar)
            (?:hacerme|hacerse|hacerle|hacerles|hacer) (?:daño|dano|cortes)
            hice cortes
            (?:cortar\w*|corte|corto|cortado|cortando) (?:las |los )?(?:venas|muñecas|munecas|brazos|piernas)
            (?:quitar\w*|quito|quite|acabar|acabo|terminar|terminarme|termino) (?:con )?(?:la|mi|su) (?:propia )?vida
            (?:pegarme|darme|meterme|pegar|dar|me pego|me doy) un (?:tiro|balazo|plomazo)
            (?:tirar\w*|aventar\w*|lanzar\w*|saltar|brincar|tiro|aviento) (?:me )?(?:del|de un|de una|de la|al|desde|a las) (?:puente|\
              balcon|techo|tren|edificio|azotea|ventana|metro|carro|vias|rio|precipicio)
            autolesion\w*
            """,
        "wants_to_die": r"""
            (?:quiero|quisiera|queria|quieren|quiere|deseo|prefiero|preferiria|ganas de|gustaria|merezco|necesito) (?:solo |\
              ya )?(?:morir|morirme|morirse|morirte|estar muert\w|desaparecer|dejar de existir|dejar de vivir|no existir|acabar con todo|\
              terminar con todo|que todo (?:se )?(?:acabe|termine)|dormirme y no|dormir para siempre|dormir y no|irme de este mundo|\
              irme con dios|descansar para siempre|que me mate\w*|matarme)
            me (?:quiero|quisiera|voy a|quiere|dan ganas de|gustaria) (?:\w+ )?(?:morir|desaparecer|ir de este mundo|ir con dios|acabar)
            me voy a morir(?! de (?:risa|hambre|sueño|sueno|calor|frio|ganas|sed|la risa))
            se quiere morir
            (?:no|ya no|no tengo ganas de|sin ganas de|cansad\w de|hart\w de|para que|sentido|razon\w*|motivos?|razones) ~ (?:vivir|\
              viviendo|existir|estar viv[ao]|seguir viv\w+)
            (?:no|ya no) (?:quiero|quisiera|deseo|puedo) (?:\w+ )?(?:estar (?:aqui|viv\w|mas|en este mundo)|existir|despertar\w*|\
              seguir(?! (?:recibiendo|con (?:la|las|el|los) (?:cita|mensaje)))|vivir|continuar|mas con)
            (?:no|ya no) (?:aguanto|soporto|resisto|aguantar|doy)(?: mas| esto| ya|$| la| vivir| el dolor)
            no puedo mas
            (?:esto|todo|nada|ya|vida|vivir) (?:ya )?no (?:vale la pena|tiene (?:sentido|caso|remedio|salida))
            (?:ya )?no (?:tiene|le veo|le encuentro|encuentro|veo|hay) (?:ya )?(?:caso|sentido|salida|el sentido|remedio|solucion|razon|\
              futuro|esperanza\w*)
            (?:no vale la pena|no tiene sentido|para que) (?:\w+ )?(?:vivir|la vida|seguir|todo|nada)
            (?:la )?vida (?:no|ya no) (?:vale|tiene|la quiero|me)
            (?:ojala|quisiera|deseo|como quisiera|pido que|le pido a dios que|pedirle a dios que|dios) ~ (?:muera|muriera|morir|lleve|\
              llevara|recoja|nacido|mate|matara|despertara|despierte)
            (?:no|ya no) (?:voy a llegar|llego|llegare) al? (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|fin de semana|proximo)
            no (?:haber|hubiera) nacido
            (?:si )?(?:yo )?no existi(?:era|ese)
            (?:no|nunca) (?:volver a )?despertar\w*(?! (?:a tiempo|temprano))
            (?:dormir|dormirme) (?:para siempre|y no)
            (?:sin mi|si yo no) (?:\w+ )?(?:estarian|estaria|estuviera|estarán|mejor)
            (?:mejor|feliz|felices|tranquilos) (?:\w+ )?sin mi
            (?:una|un) (?:carga|estorbo|peso) para
            nadie (?:me )?(?:va a|iba a|me|extrañaria|extranaria) ?(?:extrañar\w*|extranar\w*|notar|quiere|puede ayudar\w*)
            (?:sin|no tengo|perdi la|no hay|ni) (?:ya )?esperanzas?
            (?:hart\w|cansad\w|aburrid\w) de (?:la vida|vivir|esta vida|todo|existir|estar viv\w)
            odio mi vida
            (?:ya )?me rindo
            acabar con (?:todo|esto)|terminar con (?:todo|esto)|ponerle fin|todo se (?:acabe|termine)
            (?:pienso|pensando|pensado|pense|pensamientos?|ideas?|ganas) (?:mucho )?(?:en|de) (?:la muerte|morir\w*|matar\w*|suicid\w+|\
              hacerme|quitarme|cortarme|muerte|acabar|desaparecer|no estar)
            """,
        "farewell": r"""
            (?:ultimo|ultima) (?:mensaje|dia|noche|vez que|carta)(?= .*(?:adios|despid|amo|gracias por todo|hablamos)|$)
            (?:carta|nota|cartas) de (?:despedida|adios|suicid\w+)
            me despido (?:de todos|de ustedes|para siempre|de mis|de mi|de la vida|de este)
            adios (?:a todos|mundo|para siempre|a mis|familia|los|las|y gracias por todo|mi)
            (?:dile|digale|diganle|diles|digales|decirle|decirles)(?: \w+){0,5} (?:amo|quiero|quise|ame|perdone\w*)
            (?:ya )?no (?:voy a|vamos a|iba a) estar (?:viv\w|aqui|mas|en este)?(?! (?:en casa|disponible|el|la|mañana|manana|\
              en la ciudad))
            cuando (?:lean|leas|lea|vean|encuentren|reciban)
            (?:llego|este|estare|sigo|estar|sigue|estoy) viv[ao]
            """,
        "overdose": r"""
            sobredosis
            (?:me |se )?(?:tome|tomo|trague|trago|tomado|tomaste|comi|tomarme|tragarme|tragado) ~ (?:{pills}|cloro|veneno|raticida|\
              insecticida|acido|todas|un monton|un frasco|un bote|muchas)(?! (?:de la mañana|a tiempo|hoy como))
            (?:tome|tomo|bebio|bebi) (?:cloro|veneno|raticida|insecticida)
            (?:muchas|demasiadas|todas (?:las|mis|sus)) {pills}
            (?:tome|use|consumi|fume) demasiad[ao]s?
            {pills} (?:con|y) (?:alcohol|vino|tequila|cerveza)
            (?:took|swallowed) ~ {pills}
            """,
        "means": r"""
            (?:arma|armas|pistola|rifle|escopeta|cuchillo|navaja|machete|balas|bala|soga|fentanilo|balazo|balazos)
            (?:en|del|desde|por) (?:el |la )?(?:puente|azotea|borde|barandal|vias del tren|techo)(?= (?:ahora|ya|y|pensando|listo|\
              a punto)|$)
            """,
        "despair": r"""
            no (?:puedo|aguanto|soporto) (?:ya )?mas
            (?:ya )?no puedo (?:mas )?con (?:esto|todo|mi vida|la vida|tanto|este dolor|mi)
            no doy mas
            toqu?e fondo
            """,
        "unsafe": r"""
            no (?:me siento|estoy|me siento muy|esta|estamos|esta a) (?:a salvo|segur[ao]s?)(?! (?:si|de si|de poder|de la hora|de que|\
              cuando|del dia))
            (?:no|ni) (?:confio|me fio) en mi
            (?:tengo|da|tenemos|tiene|me da) (?:mucho |tanto )?miedo
            (?:en|de) peligro
            (?:no me|no nos) deja (?:salir|ir|hablar|usar|ver|trabajar|en paz(?= .*(?:pega|golp|amenaz)))
            me (?:quito|escondio|rompio|revisa) (?:el|mi|los) (?:telefono|celular|mensajes|llaves|pasaporte)
            (?:encerrad[ao]|me encerro|me encierra|escondid[ao])
            lo que (?:pueda|puedo|podria|vaya a) hacer
            (?:me|nos) (?:esta )?(?:persigue\w*|persiguen|acosa\w*|vigila\w*|espia\w*|siguen|sigue(?= por|$| a todos| hasta))
            no quiero (?:estar en|volver a|regresar a|ir a) (?:la |mi )?casa
            """,
        "abuse": r"""
            (?:me|le|nos|les|la|lo) (?:pega|pego|pegan|pegaba|pegaron|golpea|golpeo|golpearon|golpean|golpeaba|ahorca|ahorco|empujo|\
              pateo|cacheteo|jalo|quemo|maltrata|maltrato|agredio|agrede|apuñalo|apunalo|estrangulo|asfixio|corretea|ataco|atacaron|\
              forzo|obligo|obliga)(?! (?:el sol|la gripe|un virus|un resfriado|la llanta|frio))
            (?:viol(?:o|aron|ada|ado|acion|ar|arme|arla|aba)|violencia|violent[ao]|manose\w+)
            abus(?:o|a|an|aron|aba|ar|aban|ando|ada|ado) (?:de|sexual\w*)
            abuso(?:s)? sexual\w*
            (?:la|lo|me) (?:toco|tocaba|tocan|tocaron)(?! (?:la|el|trabajar|turno|el turno|cita|ir|doble|pagar|la|el|a mi|hoy|mañana|\
              manana|llevar|cuidar|salir|recoger|estar))
            {person} me toca(?! (?:el|la|trabajar|hoy|manana|a mi))
            (?:amenaz\w+)
            (?:me|la|lo|nos|los) (?:va a|quiere|puede|iba a|intento|trato de) (?:matar|golpear|pegar|lastimar|violar|ahorcar|quemar)
            me (?:mata|matara|matan)(?! (?:la curiosidad|de risa|el|la|de hambre|de|tanto|los))
            si (?:lo|me) (?:dejo|voy|ve|encuentra|ven)(?= .*mat)
            orden de (?:alejamiento|restriccion|proteccion)
            mal ?trat(?:o|os|a|an|ada|ado)(?! del)
            (?:me )?(?:hace|hacen|hizo) daño|(?:me )?(?:hace|hacen|hizo) dano
            """,
        "violence": r"""
            (?:lo|la|los|las|le|te|les) (?:voy a|vamos a|quiero|quisiera|tengo que|puedo|podria) (?:matar|golpear|lastimar|apuñalar|\
              apunalar|quemar|dañar|danar|partir|hacer pagar)
            (?:lo|la|los|las|te) mato
            (?:matar|lastimar|dañar|danar|herir|golpear|apuñalar|apunalar|quemar|ahogar) (?:a |al )(?:alguien|mi|mis|todos|la|el|los|\
              ella|ese|esa|un|una|otra|gente)
            (?:matarlo|matarla|matarlos|lastimarlo|lastimarla|ahogarlo|ahogarla|golpearlo|golpearla|que lo mate|que la mate|que los mate|\
              hacerle daño|hacerle dano)
            va(?:n)? a (?:pagar|arrepentir\w*|lamentar\w*)(?! (?:la|mi|el|con|por|\d))
            (?:se|me las) van? a (?:arrepentir|pagar)
            poner una bomba|quemar (?:todo|el lugar|la clinica|la casa)|balacera(?= en la escuela)
            se donde (?:vive\w*|trabaja\w*|se estaciona\w*)
            homicid\w*
            """,
        "psychosis": r"""
            (?:oigo|escucho|oye|escucha|oir|escuchar|oyendo|escuchando|oyo|escuche) (?:unas |las |muchas |a )?voces
            (?:las )?voces (?:me|que|dicen|no|otra)
            alucin\w+|psicosis|psicotic[ao]|delir\w+
            (?:veo|ve|viendo) (?:sombras|cosas que|demonios|muertos|fantasmas|gente que no)
            (?:me|nos) (?:persiguen|vigilan|espian|graban|envenenan|controlan|siguen|escuchan|pusieron camaras|estan grabando|\
              estan vigilando|quieren envenenar)
            (?:camaras|chip|microfonos) (?:en|por) (?:mi|la|el|toda)
            (?:dios|el diablo|satanas|los angeles|los demonios) (?:me )?(?:dijo|dice|ordeno|pide|habla|hablo)
            """,
        "emergency": r"""
            no (?:puedo|puede|podia|logro) (?:casi )?respirar|no respira|(?:me|se) (?:esta |estoy )?(?:ahogando|asfixiando)
            falta (?:de|el) aire
            (?:estoy|esta|sigue|sigo) (?:\w+ )?sangrando|sangr(?:ado|a mucho|e mucho)|(?:mucha|vomit\w+) sangre
            (?:me |se )?(?:desmaye|desmayo|desmayando|desmaya|convulsion\w*|convulsiono|inconsciente)
            (?:ataque|paro) (?:al corazon|cardiaco|del corazon)|infarto|derrame|dolor (?:de|en el) pecho
            911|988|ambulancia|llam(?:en|e|a|ar) (?:a )?la policia|linea de crisis
            (?:es|tengo) una (?:emergencia|crisis)
            ayuda urgente|auxilio|socorro|(?:necesito|ocupo|quiero) ayuda (?:urgente|ya|ahora|por favor|porque|inmediat\w+|hoy|no)
            ^(?:por favor |dios |alguien )?(?:ayuda(?:me|nme|rme)?|ayudeme|ayudenme)(?: por favor| ya| ahora| urgente)?$
            (?:took|pills|hit|miedo|mal) ~ ayuda
            (?:estoy|esta|estuve|en el|al) (?:en |internad[ao] (?:en )?)?(?:el |un )?(?:hospital|psiquiatrico|urgencias|\
              emergencias)(?= .*(?:intent|porque|tom|cort))
            internad[ao]|hospitalizad[ao]|psiquiatrico|estoy en (?:el hospital|urgencias|emergencias)
            """,
    },
    KINDS,
)
