"""Oblique signs of danger in Spanish, as it is written in Mexico, Puerto Rico and Spain: the same families as in `signs_english`."""

from hsched_core.replies.rules import rules

KINDS = {
    "kin": """esposo esposa marido mujer mama papa madre padre hijo hija nieto nieta hermano hermana bebe
        niño nino niña nina nene nena novio
        novia abuelo abuela viejo vieja primo prima sobrino sobrina amigo amiga""",
    "they": "el ella marido esposo novio pareja ex mujer papa mama padrastro tio jefe abuelo hermano esposa novia",
    "family": "hijos familia hijas niños ninos nenes todos mama esposa esposo ellos mundo gente",
}
SIGNS_SPANISH = rules(
    "crisis",
    {
        "finality": r"""
            (?:ya )?no (?:la |lo |las |los |me |les )?(?:voy a|va a|vamos a|van a) (?:necesitar|hacer falta|ocupar|haber|existir|ver|\
              servir)(?: \w+){0,3} (?:nunca|jamas|mas|otra|proxima|despues|nada|otro)
            (?:ya )?no (?:va a|voy a) (?:hacer falta|existir|haber (?:otra|proxima|mañana|manana|otro|mas))
            (?:necesitar|necesito|ocupar|ocupo|hacer falta)(?:la|lo)? (?:nunca|jamas)
            no me (?:agende|agenden|apunte|apunten|de|den|espere|esperen) mas
            (?:ya )?no (?:me )?esperen? nunca
            (?:va a ser|sera|es|esta es|este es) (?:la|el|mi|nuestra) ultim[ao](?: (?:vez|cita|sesion|mensaje|dia|noche|carta|navidad|\
              conversacion)|$| para mi| que)(?! (?:antes|de este mes|del mes|del año|\d))
            (?:dele|denle|den|de|ofrezcan|regale) (?:mi|el|la) (?:\w+ )?(?:lugar|cita|espacio|hora|\
              sesion) a (?:\w+ ){1,3}que (?:\w+ )?(?:quiera|valga|merezca|tenga|este|viva|le)
            (?:donde|adonde) (?:yo )?(?:me )?voy (?:ya )?no
            (?:ya |lo )(?:lo )?(?:tengo )?decid\w+$
            (?:en|al|del|desde el) otro (?:lado|mundo)(?! de la (?:calle|ciudad))
            (?:con|ver a|junto a) mi (?:viejo|vieja|niño|nino|niña|nina|bebe|angelito|amor)(?: \w+)? (?:otra vez|de nuevo|al fin|por fin)
            para entonces (?:ya )?(?:voy a|no voy|estare|no)
            hasta aqui (?:llegue|llego|mero|nomas)
            (?:yo )?hasta aqui$
            ya estuvo(?! (?:el|la|bueno|listo))
            ya me voy$
            me voy para siempre
            (?:paren?|parar|alto|basta|terminar?|acab\w+|cancel\w+|borr\w+|elimin\w+)(?: \w+){0,5} (?:mi|esta|de) (?:propia )?(?:vida|\
              vivir|existencia)(?! (?:social|laboral))
            (?:ya )?no me (?:busquen?|van a ver|vas a ver|veran|vuelven a ver)
            ultima vez que (?:me|nos) (?:ve\w*|habl\w*|escrib\w*)
            (?:solo |nomas |nada mas )?(?:me )?(?:estoy )?despid(?:iendo|o)(?:me)?
            despedirme
            (?:mensaje|carta|nota|llamada|audio) (?:de|para decir) (?:adios|despedida)
            me (?:mando|escribio|dejo) ~ adios
            (?:si|aunque|quien sabe si|a ver si|a lo mejor ni|ni se si) (?:\w+ )?(?:amanezca|amanezco|despierte|despierto|sobrevivo|\
              aguante|sigo aqui|llego vivo|llego viva|paso de)
            si es que (?:llego|sigo|estoy|despierto|amanezco|aguanto)(?! (?:a tiempo|temprano|antes))
            (?:gracias|bendiciones) (?:\w+ ){0,4}(?:haberme (?:escuchado|aguantado|querido|ayudado)|por todo (?:lo que|adios|cuid))
            (?:se acabo|se acaba|termina) (?:todo|hoy|esta noche|para mi)
            esto se acaba
            ya se acabo todo
            (?:basta|harta?|cansad\w) de (?:vivir|todo|existir|sufrir|la vida|luchar|pelear|esta vida)
        """,
        "preparing": r"""
            (?:deje|dejo|dejando|esta|ya) (?:\w+ )?(?:todo )?(?:arreglad[ao]|pagad[ao]|listo|en orden) (?:\w+ )?(?:para|pa|a) (?:mis|\
              mi|los|las|cuando)
            testamento
            seguro de vida
            (?:mi|para mi) (?:funeral|velorio|entierro|tumba|lapida|caja)
            (?:encargue|encargo|regale|regalo|regalando|regalar|deje|doy|repart\w+) (?:\w+ )?(?:mi|mis|todas mis|todo mi|\
              a mi) (?:perr\w+|gat\w+|cosas|ropa|mascota\w*|guitarra|joyas|libros|muebles|niñ\w+|nin\w+|hij\w+)
            donde (?:estan|quedan|deje|guarde) (?:los|las|mis|el) (?:\w+ )?(?:papeles|llaves|documentos|claves|contraseñas|\
              contrasenas|escrituras|seguro)
            (?:di|entregue|deje|doy) las? llaves?
            (?<!me )(?<!la )(?<!los )(?<!las )cuid\w+(?:me)? (?:mucho )?(?:a|de) (?:mis?|los|las|mi) (?:{kin}|hijos|hijas|niños|ninos|\
              niñas|ninas|perro|perrito|gato|chamacos|nenes)
            (?:escribi|deje|grabe|escribiendo|dejando|mande) ~ (?:cartas?|notas?|videos?|audios?) (?:a|para) (?:mi|mis|cada|todos|\
              ella|el|ellos)
            (?:compre|consegui|traje|busque|tengo|amarre|colgue|prepare) (?:la|una|el|un|las|unas)?(?: \w+)? ?(?:cuerda|soga|lazo|\
              mecate|veneno|navaja|cutter|gillette|pastillas|gasolina|raticida|reata|cinturon|cianuro)(?! (?:de la farmacia|recetad))
            (?:me )?(?:solo |nomas |nada mas )?(?:me )?falta (?:el |tantito |un poco de )?valor
            agarrar valor
            juntar valor
            armarme de valor
            tener (?:el )?valor (?:de|para)
            cuando (?:yo )?(?:ya )?(?:no este|falte|me vaya|me muera|me haya ido)
            si (?:algo )?me (?:pasa|llega a pasar) algo
            si algo me pasa
            (?:ya )?se (?:\w+ )?como (?:hacerlo|lo voy|voy a hacerlo|acabar|terminar)
            tengo (?:un|el|mi) plan
            ya (?:puse|tengo|hay) fecha
        """,
        "burden": r"""
            (?:soy|nomas soy|solo soy|me siento) (?:\w+ )?(?:estorbo|carga|lastre|problema|desastre|basura|mierda|inutil|peso)
            (?:merecen?|necesitan?|se merece[n]?) (?:\w+ )?(?:otra|otro|una mejor|un mejor|alguien mejor|algo mejor)(?= (?:mama|papa|\
              madre|padre|esposa|esposo|hijo|hija|persona|vida|que yo))
            (?:a )?nadie (?:me )?(?:le )?(?:hago falta|le importo|me quiere|me va|me extraña\w*|me extrana\w*|me busca|\
              se va a dar cuenta|se daria cuenta|lo notaria|me necesita|va a llorar)
            ni quien (?:me|se) (?:extrañ\w+|extran\w+|busque|acuerde|de cuenta|llore)
            (?:estarian|estaran|estan|van a estar|estaria|viviran|vivirian|va a estar) (?:\w+ )?(?:mejor|mas felices|tranquil\w+|\
              en paz) (?:(?:cuando|si|sin) (?:yo|mi|me|no|ya))
            (?:nomas|solo|nada mas|puros?) (?:doy|causo|traigo|estoy dando) (?:\w+ )?(?:problemas|lata|molestias|dolores)
            todo lo (?:arruino|echo a perder|hago mal)
            no sirvo (?:para|pa|de) nada
            no valgo (?:nada|la pena|madre)
            estoy de mas
        """,
        "no_future": r"""
            nada (?:va a|puede|podra) (?:\w+ )?(?:cambiar|mejorar|servir|ayudar\w*)
            nunca (?:va a|voy a|se va a|me voy a) (?:\w+ )?(?:mejorar|cambiar|acabar|terminar|salir de|curar|estar bien)
            (?:ya )?no (?:me )?(?:veo|imagino|hay) (?:\w+ ){0,2}(?:mañana|manana$|futuro|navidad|diciembre|llegando|cumpliendo|salida|\
              viej[ao]|motivo|razon|remedio)
            no veo un (?:mañana|manana)
            no hay (?:mañana|manana)$
            (?:ya )?no (?:le )?(?:encuentro|hallo|veo|halla|encuentra) (?:la|una|el|ningun\w*|ya|mas)? ?(?:salida|sentido|chiste|luz|\
              motivo|camino|razon|forma)
            (?:todo|mundo|vida|dias?)(?: \w+)? (?:esta|es|se ve|lo veo) (?:\w+ )?(?:negro|oscuro|gris|vacio)
            (?:pa|para) que (?:\w+ )?(?:sigo|seguir|vivo|vivir|voy|existo|naci|estoy|despert\w+|me levanto|intent\w+|\
              tanto)(?! (?:hora|dia|cita))
            (?:ya )?no (?:me importa|le hallo|me interesa) (?:nada|vivir|lo que (?:me )?pase|mi vida|si)
            (?:no|nada) (?:tengo|hay|queda|me queda) (?:nada )?(?:que|por) (?:perder|vivir|hacer|luchar)
            (?:ya )?no (?:tengo|me quedan?) (?:\w+ )?(?:fuerzas|ganas|ilusion|esperanzas?|nada|energia)(?! (?:de (?:ir|salir)|hoy|\
              ahorita|para ir))
            con un (?:tiro|balazo|paso|brinco|salto)
            (?:cerrar|cierro|cerrara) los ojos y (?:ya|no|que)
            (?:dormir\w*|acostar\w*|duermo) y (?:ya )?(?:no|que no|nunca)
            irme (?:lejos y no|para siempre|de aqui para siempre|con (?:mi|el|ella|dios))
            descansar (?:de todo|de una vez|en paz|para siempre|por fin)
        """,
        "no_promise": r"""
            no (?:le |te |les )?(?:puedo|podria|voy a|prometo) ?(?:prometer|asegurar|jurar|garantizar|\
              nada)?(?: \w+){0,3} (?:no (?:me )?(?:voy a|vaya a|hacer|haga)|hacerme|seguir (?:aqui|viva|vivo)|estar bien|\
              nada)(?= ?(?:que|hacer|me|nada|algo|daño|dano|hoy|$))(?<!no puedo hacer nada)
            (?:no (?:me )?voy a|no pienso|no me vaya a|no quiero) hacer(?:me)? (?:nada|algo|una|daño|dano)(?! (?:de comer|para|\
              con (?:la|mi) cita))
            (?:me|si me|cuando me) (?:pon\w+|puse|sent\w+|siento|sintiera|pusiera) (?:\w+ )?(?:mal|muy mal|peor|fatal|\
              grave)(?! (?:del? (?:est\w+|panza|gripa|garganta)|la comida))
            estoy (?:muy|bien|super|re|mega|demasiado) mal(?! de)
            (?:me |nos )?(?:esta |ya )?pasando otra vez
            otra vez (?:esos?|esas?|lo mismo|estoy (?:mal|asi))
            (?:lo que|que) (?:puedo|pueda|podria|vaya a|voy a) hacer(?:me)?(?: cuando| si| hoy| esta noche| sol[ao]|\
              $)(?= ?)(?<!que puedo hacer)
            (?:no (?:me )?quiero|tampoco quiero|no quisiera) (?:morir|vivir)
            (?:me )?(?:bajaron|quitaron|sacaron|jalaron) (?:del|de la|de las|de un) (?:barandal|puente|azotea|vias|techo|agua|balcon|\
              ventana|cornisa)
            me intern[oe]\b
            intern(?:arme|aron)
            tirad[ao] en (?:el|la) (?:piso|suelo|cama|calle|cocina|baño|bano)
            casi (?:lo hago|me mato|no la cuento|me voy|lo logro|me tiro)(?! de)
            estoy bien (?:\w+ )?(?:bueno|mentira|no es cierto|la verdad no|no)
            (?:mentira|no es cierto) (?:no )?estoy (?:bien|mal)
            (?:frasco|cajon|navaja|ventana|puente|balcon|bote|pastillas) (?:\w+ ){0,2}(?:me )?(?:llama\w*|habla\w*|espera\w*|invita\w*)
            (?:en|a|al|desde) (?:la |el )?(?:orilla|borde|barandal|cornisa|filo|azotea|puente|mirador|malecon|\
              vias?)(?: del?| de la)? ?(?:puente|rio|techo|balcon|precipicio|tren|metro|edificio|mar)?(?= |$)(?! (?:hay trafico|\
              esta cerrad\w+|internacional|de la (?:calle|carretera)))(?<!al puente)
            medio de la (?:carretera|calle|autopista|via|pista)
            (?:aventar|tirar|lanzar|botar|echar)(?:me|se)(?! (?:la siesta|un (?:rato|taco)))
            me (?:voy a|quiero|pienso) (?:\w+ )?(?:aventar|tirar|lanzar|desvivir|rajar|reventar|volar|ir de este|matar|colgar)
            desviv\w+
            (?:me|se) (?:raje|rajo|desvivo|desvivio)
            (?:marcad[ao]s?|rajad[ao]s?|cortad[ao]s?) (?:los|otra vez|de nuevo)
            (?:brazos?|piernas?|muñecas?|munecas?) (?:\w+ ){0,2}(?:marcad|cortad|rajad|rasguñad|rasgunad)\w+
            rasguñ\w+
            rasgun\w+
            plomazo
            (?:con|junto a|donde esta|ver a|irme con|voy con|alcanzar a) (?:mi|su|el|la) (?:{kin})(?: \w+){0,3} (?:descanse|descansa|\
              cielo|murio|fallecio|fallecid[ao]|muri|que perdi|del cielo|paz)
            llevame (?:ya|contigo|señor|senor|dios|con)
            (?:dios|diosito|señor|virgencita)(?: \w+){0,2} (?:llevame|lleveme|recogeme|me lleve|lleva|lleve|recoja)
            (?:insulina|medicina|pastillas|tratamiento|dialisis)(?: \w+){0,2} (?:a ver (?:que|si)|a proposito)
            ya no me (?:pongo|inyecto|tomo) (?:la|el|las|mi|mis) (?:insulina|dialisis)
            (?:de|hasta) (?:la mierda|los huevos|el coño|el cono|la madre|la coronilla|las narices) de (?:vivir|la vida|todo|esta vida)
            mierda de vida
            (?:puta|pinche|perra|maldita) vida
        """,
        "missing": r"""
            se (?:escapo|fue de (?:la )?casa|me perdio|salio anoche y|perdio desde)
            no (?:lo|la|los|las) (?:encuentro|encontramos|localizo|localizamos|hemos visto|hallo|hallamos)
            no (?:me )?(?:contesta|responde|abre la puerta|aparece|ha llegado a (?:la )?casa)(?! (?:el (?:numero|link|telefono|\
              portal)|nadie|la (?:oficina|clinica)|en (?:la|su) (?:oficina|clinica)))
            apago (?:su|el) (?:telefono|celular|cel|movil)
            (?:esta|desaparecid[ao]) (?:desaparecid[ao]|desde (?:ayer|anoche|el))
            encerrad[ao] (?:con llave|en)
            se encerro
            si (?:lo|la|le) (?:dejo|termino|corto) (?:\w+ )?se (?:mata|va a|quita|hace|muere)
            (?:dice|dijo|jura) que se (?:mata|muere|va a (?:matar|morir|ir|colgar|tirar|hacer))
            (?:dice|dijo|escribio|puso|publico) que (?:ya )?(?:no quiere|se quiere|quiere) (?:vivir|morir|irse|ir|seguir|estar)
        """,
        "watched": r"""
            no (?:me )?(?:contesten?|respondan?|llamen?|escriban?|manden?|marquen?)(?: \w+){0,3} (?:el|ella|mi (?:{kin})|porque|lee|\
              revisa|ve)(?: (?:lee|revisa|esta|ve|checa|oye|se entera)|$| todo)
            (?:el|ella|marido|esposo|novio|pareja|papa) (?:\w+ )?(?:lee|revisa|checa|vigila|ve|oye|escucha|controla) (?:todo|mis|mi|\
              lo|los|el|la|esto)
            no puedo (?:hablar|escribir)(?: \w+){0,2} (?:esta|el|ella|me|porque|aqui|mi)(?! (?:trabajo|trabajando|en (?:el trabajo|\
              junta|clase)))
            (?:no me|no nos|no la|no lo) deja(?:n)? (?:salir|ir|hablar|trabajar|ver|usar|comer|dormir|sola|solo|entrar)
            me (?:quito|quita|escondio|rompio|rompe|controla) (?:el|la|los|las|mi|mis) (?:dinero|papeles|llaves|telefono|celular|cel|\
              pasaporte|documentos|tarjeta|cartera|chequera|movil)
            (?:puso|pone|metio|echo|agarro|agarra|apreto) (?:las|la|sus) manos? (?:en|al|del|por|encima|a)
            (?:agarro|apreto|agarra|aprieta) (?:del|el|por el) (?:cuello|pelo|brazo)
            agua hirviendo
            me (?:avento|aventó|tiro|empujo|arrastro|sacudio|jaloneo) (?:por|al|contra|de|la|el|un|una)(?! (?:mensaje|correo|link))
            me (?:echo|aventó|avento|tiro) (?:\w+ )?(?:hirviendo|cafe|agua|acido|encima)
            (?:en|a|de|al) (?:un|el|otro) (?:refugio|albergue)(?! de (?:animales|perros|gatos))
            si (?:el|ella|mi (?:marido|esposo|novio|pareja)) (?:me )?(?:me )?(?:deja|permite)
            me (?:quebro|rompio|fracturo|partio|quebraron) (?:el|la|los|un|una|dos) (?:brazo|costilla\w*|nariz|mandibula|dedo\w*|\
              pierna|dientes?|cara|labio)
            tranc(?:ad[ao]|ao|a) en
            encerra en
            (?:dando|dandole|tirando|tumbando|pateando|golpeando|rompiendo) (?:\w+ ){0,2}(?:a )?(?:la|mi) puerta
            patas a la
            me (?:va a|quiere|puede|amenaza con|dice que me va a) quitar (?:a )?(?:los|las|mis|mi|al|a la) (?:niñ\w+|nin\w+|hij\w+|\
              bebe|nen\w+)
            (?:con|a) (?:el|la|un|una|puros) (?:cinturon|cinto|correa|palo|cable|bate|tubo|machete|martillo|botella|cuchillo|manguera|\
              plancha|chancla|puños|punos|puñetazos|patadas|golpes)(?! (?:de (?:agua|vino)))
            a (?:golpes|patadas|puñetazos|cinturonazos)
            (?:dejaron|dejo|dejan|deja|estoy|estamos|quedamos|estan) (?:\w+ )?sol[ao]s? (?:en|desde|con|y|encerr|\
              todo el)(?= )(?! la (?:sala|oficina))
            no hay comida
            sin comer
            sin comida
            no ha(?:y|n) (?:venido|vuelto) (?:mis|mi|nadie)
            me hace(?:n)? (?:cosas|tocar|cosa)
            (?:me|la|lo|le) toca(?:ba|n|ron)?$
            {they} (?:me|la|lo) toca\b
            me toc(?:a|aba|o|an) (?:ahi|abajo|mis|la|en las|cuando|por)(?! (?:trabajar|cita|pagar|doble|sesion|quincena|tarde|vacuna))
            (?:me|le) (?:pide|pidio|manda|mando) (?:\w+ )?(?:fotos|nudes|videos|pack)(?! del? (?:seguro|tarjeta|credencial))
            desperte (?:sin|desnud\w)
            algo en (?:la|mi|su) (?:bebida|copa|trago|vaso)
        """,
        "veiled_threat": r"""
            (?:merece|merecen|se merece) (?:sangrar|morir\w*|sufrir|pagar\w*|que lo|que la|una (?:golpiza|paliza|leccion))
            se va(?:n)? a (?:arrepentir|acordar de mi|enterar)
            (?:va|van) a (?:saber|ver) (?:quien|de lo que|lo que es)
            (?:que )?se cuid(?:e|en)(?: \w+){0,2} (?:espalda|de mi|cuando|porque)
            cuid(?:e|ese|ate|ense|arse) (?:\w+ )?(?:la|las) espaldas?
            (?:lo|la|los|te|le) (?:voy a|estoy|vamos a) (?:esper\w+|busc\w+|segu?ir|encontrar|agarrar|reventar|partir|romper|\
              destroz\w+|quebrar|desaparecer|hacer (?:daño|dano|pagar|pedazos|sufrir))(?! (?:en la (?:sala|entrada|recepcion)|a las|\
              abajo|aqui|con gusto))
            (?:sacar|saco|sacarle) (?:los ojos|la sangre|las tripas)
            romper(?:le)? (?:la|el|su) (?:madre|cara|hocico|cabeza|osico|jeta)
            dar(?:le)? en la madre
            no (?:voy|llego|ire|vengo) sol[ao]$
            se donde (?:\w+ )?(?:viv\w+|trabaj\w+|estacion\w+|estudi\w+|duerm\w+|para)
            (?:tengo|se) (?:su|tu) direccion
            nada que perder
            (?:prender|prendo|quemar|quemo|incendiar) (?:\w+ ){0,2}(?:casa|oficina|clinica|consultorio|todo|carro)
            correr? sangre
            ganas de (?:golpear|matar|pegar|hacer\w* (?:daño|dano)|romper|ahorcar|reventar)
        """,
        "unreal": r"""
            (?:angeles|angel|espiritus?|santos?|demonios?|diablo|muertos|extraterrestres|aliens|television|tele|radio|paredes?|luna|\
              dios|virgen|espejo|pajaros) (?:\w+ )?(?:me )?(?:dicen|dice|dijo|dijeron|habla\w*|pide\w*|pidi\w+|manda\w*|ordena\w*|\
              llama\w*|quiere\w*|susurra\w*)(?! (?:la|lo|le|los) (?:bendiga|cuide))
            (?:no es|esa no es|ese no es|no son) (?:mi|mis) (?:{kin}|padres|familia)(?! (?:la|el|quien|numero|que tiene))
            (?:la|lo|los|las) (?:cambiaron|reemplazaron|suplantaron)(?: por|$)
            impostor\w*
            (?:gobierno|policias?|vecinos|narcos|cia|maras?) (?:me|nos|mete\w*|pusieron|ponen|quieren?|saben|leen|escuchan|echan|manda\w*)
            me (?:leen|hackea\w+|rastrea\w+|graba\w*|oyen|miran por) (?:los|la|el|mi|todo)?
            (?:bichos?|gusanos?|hormigas|cucarachas|animales|insectos|arañas|aranas) (?:\w+ )?(?:debajo|en|bajo|por|dentro|\
              caminand\w+) (?:de )?(?:la|mi|todo|el)? ?(?:piel|cuerpo|cabeza|cama|pared\w*|brazos)
            (?:gas|humo|veneno|voces|camaras|microfonos?) (?:por|en|detras de|desde) (?:las|la|el|los|mi) (?:pared\w*|ventilacion|\
              techo|piso|agua|tubos|cuarto|casa)
            (?:no (?:he|ha|han|puede|puedo) dorm\w+|sin dormir|no duerm[oe])(?! (?:bien|mucho|por el))
            (?:soy|es|dice que es) (?:\w+ )?(?:profeta|mesias|dios|elegid[ao]|invencible|jesucristo|inmortal)
            (?:habla|platica|hablando|discute) (?:\w+ )?con (?:gente|personas?|alguien|las paredes|los muertos|\
              su) (?:\w+ )?que no (?:esta|existe)\w*
            habla sol[ao]
            habl(?:a|ando|andole|o)(?:le)? (?:al|a la|a los|a las) (?:foco|pared\w*|espejo|techo|television|tele|radio|muñec\w+|\
              munec\w+|aire|perro|planta\w*|santos?)
            dice que es (?:san|santa|dios|cristo|jesus|el|la)\b
            no (?:me|nos|la|lo) (?:reconoce|conoce ya)
            no sabe (?:quien (?:es|soy|somos)|donde esta|como se llama|ni)
            (?:ve|veo|viendo|mira|miro) (?:cosas|bichos|gente|sombras|personas|animales|luces)(?! (?:raras en mi cuenta|buenas))
        """,
        "body": r"""
            (?:labios|cara|dedos|uñas|boca) (?:\w+ )?(?:morad|azul|hinchad|dormid|paralizad)\w*
            (?:esta|puso|pone|encontre|encontramos|lo vi|la vi) (?:todo |toda |bien )?(?:morad[ao]|azul|palid[ao]|inconsciente|\
              tirad[ao]|frio|fria|ties[ao])
            (?:se|me) (?:metio|meti|metieron|inyecto|inyecte|fumo|fume|chingue|chingo|tome|tomo) (?:algo|de mas|demasiad\w+|un pase|\
              muchas?|cristal|fentanilo|chiva|coca|tachas?|la dosis|una sobredosis)
            no (?:reacciona|despierta|responde|respira)
            malilla
            cruda de (?:chiva|heroina)
            (?:abstinencia|desintox\w*)
            (?:deje|dejo) (?:el trago|el alcohol|de (?:tomar|beber|fumar|consumir)|la (?:chiva|bebida|botella))
            (?:una|la) botella y
            (?:pastillas|medicina) y (?:alcohol|tequila|vino|una botella|cerveza|ron|vodka)
            (?:almohada|mano|cobija) (?:\w+ ){0,3}(?:en|sobre|encima de) (?:la|su) (?:cara|boca)
            (?:almohada|cobija) al bebe
            no siento nada por (?:mi|el|la)
            (?:bebe|niño|nino|niña|nina) (?:\w+ ){0,6}(?:no (?:esta|es) segur\w+ conmigo|no siento nada)
            (?:no|ni) (?:esta|estan) segur[ao]s? con
            (?:me|se) (?:desmay\w+|convulsion\w+|cai desmay\w+)
            (?:vomit\w+|devuelvo) (?:todo|sangre|lo que)
            no (?:he|ha) (?:comido|probado|tomado agua)
            (?:lengua|garganta|cara|labios|ojos?|mandibula|cuello) (?:\w+ ){0,3}(?:hinch\w+|gord[ao]|cerr\w+|trab\w+|torc\w+|tiez\w+|\
              ties\w+|para arriba|volte\w+|dorm\w+)
            se me (?:hinch\w+|cierra|cerro|trab\w+|fueron los ojos|paraliz\w+|torcio|durmi\w+|duerme)(?! (?:el (?:link|portal|\
              programa|sistema)|la (?:app|pagina|aplicacion|sesion|llamada)|el cel|el niño))
            por (?:error|equivocacion|accidente)(?= .*(?:pastill|medic|dosis|tom))
            (?:tome|trago|tomo|di|dio) (?:\w+ ){0,5}(?:por error|por equivocacion|por accidente|sin querer)
            se (?:trago|tomo|comio) (?:una?|mis?|la|las|el|mi|dos|varias)(?= (?:\w+ ){0,3}(?:pastill|medic|pil|bater|veneno|cloro))
            toques en la cabeza
            descargas
            confundid[ao](?! (?:con (?:la|el) (?:hora|cita|dia|fecha)|de))
        """,
    },
    KINDS,
)
