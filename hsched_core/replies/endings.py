"""Signs of danger that hide beside a wish about a visit, in both languages: leaving for good, an exit that is planned, means that are in
place, a countdown, and "unless I do it before then".

After the questions of crisis services about a plan: whether there is one, what with, when, and who has been told goodbye.
"""

from hsched_core.replies.rules import rules

KINDS = {
    "endless": "forever everyone everybody world yall eternity always life",
    "beyond": "life lifetime world side universe realm dimension place planet existence vida mundo lado",
    "vehicle": "car truck van suv garage engine motor vehicle carro coche camioneta garaje cochera",
    "day": """monday tuesday wednesday thursday friday saturday sunday tomorrow then next that the lunes martes miercoles jueves viernes
        sabado
        domingo entonces manana""",
}
ENDINGS = rules(
    "crisis",
    {
        "leaving": r"""
            (?:bye|byes|farewell|so long|ciao|adieu|peace out|adios|chao|hasta (?:siempre|nunca)) (?:\w+ )?{endless}
            ^(?:ok |okay |well |so |and |then )*(?:farewell|adieu|bye bye world|adios mundo|hasta nunca|hasta siempre)$
            hasta (?:nunca|siempre|el mas alla)
            para siempre$(?<!cancelar para siempre)
            (?:see|meet|catch|find|join) (?:you|ya|u|yall|her|him|them|everyone)? ?(?:all )?(?:in|on|at) (?:the |a |some |\
              another )?(?:next|other|\
              another|better|flip|after) ?{beyond}
            (?:in|on|at|to) (?:the |a )?(?:next|another|other|better) (?:life|lifetime|world|realm|existence|universe)
            (?:en|de|del|desde) (?:la |el |una |un |esta )?(?:otra|proxima|siguiente|mejor) (?:vida|existencia)
            (?:en|a|al) (?:un )?(?:mejor lugar|lugar mejor|mundo mejor|mas alla|otro barrio)
            better place(?! to (?:park|meet|sit|eat))
            (?:it )?(?:was|has been|its been) (?:nice|good|great|fun|a pleasure|an honou?r|real|lovely|a blessing) (?:knowing|having known|\
              while it lasted|while i lasted)
            fue un (?:gusto|placer|honor|privilegio) (?:conocer\w*|haber\w*|tratar\w*)
            (?:signing|logging|tapping|checking|bowing|clocking|fading) (?:off|out|away) (?:for good|now|forever|of (?:life|this|here|\
              it all)|for \
              the last)
            (?:reschedule|move|change|book|push|postpone) (?:me |it |us |that )?(?:to|for|until|till) never
            (?:had|have) (?:my fill|enough|my share) of (?:mornings|days|life|living|this life|waking|people|it all|everything|the world|\
              being)
            puro recuerdo|(?:un|el|solo) recuerdo nada mas|(?:sere|seremos) (?:\w+ )?recuerdo|ya sere (?:\w+ )?(?:polvo|ceniza|historia|\
              pasado|recuerdo)
            (?:si|mientras) (?:es que )?(?:me )?(?:alcanza|llega|da|dura|presta) (?:la |el )?(?:vida|cuerpo|alma)
            if (?:the universe|life|fate|this world|my heart|my body) (?:\w+ )?(?:doesnt|lets|allows|holds|gets|has|keeps)
            (?:mailed|gave|returned|handed|left|mande|entregue|devolvi|deje) (?:back |over )?(?:my|the|mis|las) (?:keys|llaves)(?: back|\
               over)?\
              (?! (?:at (?:home|work)|in the (?:car|house|office)|en (?:la casa|el carro|el trabajo)|inside|adentro))
            (?:wont|not going to|never|youll never) (?:ever )?(?:hear from|see|be bothered by|hear of) (?:me|us)(?: again| anymore| ever|$)
            tap(?:ping)? out of (?:life|this|it all|everything)
            (?:lights out|curtain call|game over|end of the (?:road|line)|final (?:chapter|curtain|bow|act|boarding|destination|stop)) ?\
              (?:for me|tonight|soon|now|$)
            (?:no|not any|wont be any?|without) (?:future me|more me|me left|me anymore|later for me|tomorrow for me|after for me)
            ya no (?:habra|hay|va a haber) (?:yo|mas de mi|un manana|despues)
            (?:so|too) long$(?<!take so long)(?<!took so long)(?<!took too long)\
              (?<!takes too long)(?<!how long)(?<!wait so long)(?<!too long)
            (?:i )?wont be (?:a (?:problem|bother|worry)|bothering|in (?:anyones|your|the) way|anybodys|anyones)
            (?:dejar de|ya no (?:voy a )?) ?(?:molestar\w*|estorbar\w*|dar\w* (?:lata|problemas))(?: a nadie|$)
            (?:disappear|vanish|slip away|drift (?:off|away)|go away|be erased|go quietly|go dark|be no more)(?: for good| forever| soon|\
               tonight|\
              $)(?<!please go away)(?<!^go away)
            (?:desaparezco|desapareciendo|me apago|me desvanezco|me borro|me extingo|me esfumo)(?! (?:de (?:la|su) lista))
            """,
        "exit_planned": r"""
            (?:plan|plans|planned|planning|planing|mapped|preparing|prepping|practicing|rehears\w+|ready for|set on|picked|chosen|\
              writing) (?:out )?\
              (?:my|the|an|for my) (?:\w+ )?(?:exit|departure|way out|escape|ending|end|leaving|passing|finale|death|\
              last day)(?! (?:interview|ramp|\
              row|survey|exam))
            my (?:exit|departure|way out|finale)(?! (?:interview|survey|exam|row|ramp|is (?:closed|blocked|backed)|on the (?:highway|\
              freeway)|off))
            exit (?:plan|strategy)(?! (?:for|from) (?:work|the (?:company|job)))
            (?:pague|pagamos|pagado|aparte|compre|arregle|paid|prepaid|bought|arranged|picked) (?:ya |for )?(?:el|mi|la|lo del|my|the|\
              a) (?:\w+ )?\
              (?:entierro|funeral|velorio|cremacion|ataud|caja|nicho|tumba|panteon|burial|plot|casket|cremation|urn)
            (?:set|got|have|picked|chose|chosen|circled|marked) (?:a|the|my) (?:date|day|night|hour|spot|place|\
              method)(?: already)? (?:to (?:do it|go|\
              end|leave)|for it|picked|set|for me to|out)
            (?:date|day|night|note|rope|letter)(?:s| is| are)? (?:already )?(?:set|picked|written|chosen|circled)(?: already|$)
            (?:when|where|how|what day) (?:and \w+ )?(?:im|ill|i will|i am) (?:going to )?(?:do it|end|go out|leave this|check out)
            (?:plane\w*|prepar\w*|tengo|ensay\w*|organic\w*) (?:ya )?(?:list[ao] |mi |todo para mi |la )*(?:salida|partida|despedida|\
              final|desenlace|\
              ida|ultimo viaje|muerte)(?! (?:del|de la|de mi) (?:trabajo|hijo|escuela))
            mi (?:salida|partida|ultimo viaje|viaje sin regreso)(?! (?:del|es a las|de la))
            viaje sin (?:regreso|retorno|vuelta)|sin (?:regreso|retorno|vuelta atras)|no hay vuelta atras|one way (?:trip|ticket)
            (?:ya )?(?:tengo|escogi|elegi|puse|marque) (?:la |el |una )?(?:fecha|dia|lugar|metodo|forma)(?: (?:para|de) (?:hacerlo|irme|\
              acabar|\
              terminar|partir|no estar)| y (?:hora|lugar)|$)
            (?:se|ya se) (?:como|cuando|donde) (?:voy a |lo voy a |lo )?(?:hacerlo|hacer|hago|acabar|irme|terminar)
            """,
        "means_in_place": r"""
            (?:parad[ao]|sentad[ao]|acostad[ao]|estoy|ando|esperando|standing|waiting|sitting|lying) (?:\w+ ){0,3}(?:donde pasa|\
              por donde pasa|en las vias|en el riel|junto a\
              las vias|where the) ?(?:el |la )?(?:tren|metro|vias|riel|train|trains)?
            (?:river|reservoir|quarry|lake|sea|ocean|current|rio|mar|presa) (?:is|looks|calls|keeps|so|takes?|have|has|esta|llama|\
              me) (?:\w+ )?(?:up|high|\
              quiet|calm|deep|cold|me|so|llevar\w*|llama\w*|hond[ao]|tranquil[ao])
            me (?:dejo|deja|tiene|dejaron) (?:\w+ )?(?:sin (?:zapatos|ropa|llaves|telefono|celular|dinero|comer|salir)|con (?:candado|\
              llave)|bajo llave|amarrad[ao])
            {vehicle} (?:\w+ ){0,4}(?:engine|motor|car|truck|it)(?: is)? (?:still )?(?:on|running|going|idling|prendido|encendido|\
              andando)(?! (?:fine|\
              late|out|low|behind|errands|well|again|now that))
            (?:engine|motor) (?:\w+ ){0,3}(?:garage|windows?|doors?|hose|cochera|garaje|closed|shut|sealed|cerrad\w+)
            (?:garage|cochera|garaje) (?:\w+ ){0,4}(?:engine|motor|running|idling|closed|shut|cerrad[ao]|prendid[ao]|encendid[ao])
            (?:hose|tube|manguera|tubo) (?:\w+ ){0,4}(?:window|exhaust|muffler|pipe|ventana|escape|mofle)
            (?:doors?|windows?|vents?|cracks?|puertas?|ventanas?) (?:\w+ )?(?:sealed|taped|stuffed|selladas?|tapadas?)|\
              taped (?:up )?the (?:windows?|\
              vents?|doors?)
            (?:filled|filling|running|drew|ran) (?:up )?(?:the|a|my) (?:tub|bath|bathtub)|(?:llen\w+|prepar\w+) la (?:tina|banera|bañera)
            (?:open|empty|emptied|full|new|the|got a|have a|a) bottle (?:\w+ ){0,3}(?:in (?:my|front)|beside|next to|on (?:my|the)|\
              by (?:my|the)|open|\
              waiting|ready|lined)
            (?:frasco|bote|botella|pastillero) (?:\w+ ){0,3}(?:en la mano|enfrente|abiert[ao]|vaci[ao]|list[ao]|a mi lado|junto a mi|\
              en la mesa)
            (?:loaded|load) (?:it|and ready|the (?:thing|chamber)|one)|its loaded|(?:safety|seat ?belt) (?:is )?(?:off|unbuckled)|\
              una en la recamara
            (?:esta|la|lo) (?:tengo )?cargad[ao](?! (?:el|la|al|de trabajo))(?! (?:celular|telefono))
            (?:stool|chair|rafters?|ceiling fan|beam|closet rod|viga|banco|silla) (?:\w+ ){0,3}(?:under|below|holds?|ready|up|over|debajo|\
              aguanta|list[ao])
            (?:everything|it|it all|the stuff|all of it)(?:s| is) (?:all )?(?:laid out|lined up|within reach|in front of me|\
              on the (?:counter|bed|table)|\
              in my hand|in place|beside me|next to me)
            (?:tengo|deje|esta) (?:ya )?(?:todo|todas) (?:ya )?(?:list[ao]s?|preparad[ao]s?|enfrente|en la mesa|a la mano|puest[ao]s?)\
              (?! (?:para (?:la|mi|el|manana|ir|firmar)|con (?:el|los|mis|la)|los|las))
            (?:lo|la|las|los) tengo (?:\w+ )?(?:en la mano|enfrente|a la mano|al lado|conmigo aqui)
            (?:charcoal|grill|helium|nitrogen|carbon) (?:\w+ ){0,3}(?:in (?:my|the) (?:room|car|tent|bathroom)|tank|bag|monoxide)
            (?:bag|plastic|pillow|belt|scarf|cord|bolsa|cinta|bufanda) (?:\w+ ){0,2}(?:over|on|around|round|en|sobre) (?:my |the |la |\
              mi )?(?:head|face|\
              neck|throat|cabeza|cara|cuello)
            (?:drive|driving|drove|manejar|manejando) (?:\w+ ){0,3}(?:off the|into (?:the|a|oncoming)|without (?:my |a )?(?:seat ?belt|\
              lights)|\
              with my eyes|con los ojos cerrados|contra)
            (?:let go of|hands off|solte|soltar) (?:the |el )?(?:wheel|steering|volante)
            (?:railing|edge|ledge|barandal|orilla|cornisa|baranda) (?:is |esta |se )?(?:cold|low|right|here|looks|fri[ao]|baj[ao]|aqui)
            """,
        "before_then": r"""
            (?:unless|if|in case|before|until|till|once|after) i (?:\w+ )?(?:finally |actually |just |really |already )?(?:do it|did it|\
              done it|go \
              through|follow through|give in|pull it off|go for good|check out|let go|end up gone|get it over|step off|slip)(?! (?:at|\
              online|by phone|\
              on (?:zoom|the portal)|for work))
            (?:finally|actually) (?:do|did|doing|end|ending|finish) (?:it|things|this)(?! (?:online|on the portal|yesterday|today|form))
            (?:if|assuming|in case|provided|supposing|whether|doubt|dont think|not sure) (?:i|im) (?:\w+ )?(?:last|hold out|hang on|\
              get that far|\
              make it that|get there alive|stick around|am still|survive|hold on)
            (?:if|in case|assuming) (?:theres|there is|there even is|there will be) (?:still |even )?(?:a|any|an) (?:{day}|later|me|next|\
              after|us|future)
            if {day} (?:ever |even |actually )?(?:comes|happens|exists|arrives)(?! (?:through|up|around and))
            (?:by|before|until|till|come) {day} (?:it|i|ill|im|its|things|nothing|everything|all|there) (?:\w+ )?(?:wont matter|\
              will be over|be gone|\
              will be gone|gone|be free|be done|be fixed for good|wont be|will have ended|not be)
            (?:might|may|probably|likely|dont think ill|hopefully|wont|doubt ill) (?:not )?(?:even )?(?:need|be needing|use|want) (?:it|\
              this|that|one|\
              an appointment|any|the slot)? ?(?:by then|anymore by|after (?:tonight|this|today|that)|come {day})
            not (?:going to )?(?:see|reach|get to|make it to|live to|last (?:to|until|till)) (?:{day}|the (?:weekend|morning|week)|my \w+)\
              (?: (?:anyway|alive|anyhow|at this rate|like this))
            si (?:es que )?(?:llego|duro|aguanto|alcanzo|sobrevivo|sigo) (?:\w+ )?(?:a|al|hasta|para|vivo|viva|aqui) (?:ese dia|entonces|\
              ahi|esa fecha|\
              alla|el {day}|{day}|manana|viv[ao]|la proxima|el proximo)
            si (?:es que )?(?:hay|existe|llega a haber|todavia hay) (?:un |una |otro |otra |para mi )?(?:{day}|proxima|despues|futuro|\
              luego)(?! (?:cita|\
              espacio|lugar|hora))
            (?:a menos que|a no ser que|salvo que|antes de que|hasta que|por si) (?:\w+ )?(?:lo haga|lo hago|me anime|me atreva|lo logre|\
              me vaya para|\
              acabe con|pase lo peor|me decida)
            (?:antes|por fin|al fin) (?:de eso )?(?:lo hago|lo hice|lo voy a hacer|me animo|acabo con)
            si (?:ya )?no (?:vuelvo|regreso|amanezco|despierto)(?! (?:a tiempo|antes|temprano|a las|hoy))
            if i (?:dont|never) (?:come|make it) back
            para entonces (?:ya )?(?:no|todo|estare|habre|voy a)
            (?:me animo|me atrevo|me decido|tomo valor|agarro valor|tengo el valor)(?! (?:a (?:ir|hablar|llamar|preguntar)))
            """,
        "countdown": r"""
            (?:5 4 )?3 2 1(?! (?:min|am|pm|main|elm))
            (?:tres|three) (?:dos|two) (?:uno|one)
            (?:t minus|counting down|count ?down|cuenta (?:regresiva|atras)|conteo (?:final|regresivo)|contando (?:los|las) (?:dias|horas|\
              minutos))\
              (?! (?:to (?:vacation|summer|christmas|graduation|the (?:wedding|trip|game|holidays))|para (?:las vacaciones|la boda|\
              navidad)))
            (?:\d+|last|few|two|three|one|only) (?:more )?(?:days?|hours?|nights?|sleeps?|sunsets?|sunrises?)(?: left| to go| remaining|\
              (?: \w+)? until (?:i|its|im|it|everything|the end))(?! (?:on|of|in|until|before|for|til|at) (?:the|my|our|school|work|\
              insurance|this|\
              vacation|class)?)
            (?:me |nos )?quedan? (?:solo |nada mas |nomas )?(?:pocos|pocas|\d+|dos|tres|unos|unas|un|una) (?:dias?|horas?|\
              noches?)(?! (?:de (?:vacaciones|\
              trabajo|clases|licencia)|para (?:la|el|mi|las|que)|del|en))
            (?:clock|time|reloj|tiempo) (?:is |se me |se |me )?(?:running out|ticking|almost up|nearly up|acaba|acabo|agota|\
              agoto)(?: for me| on me|$)
            """,
        "giving_out": r"""
            (?:dont|do not|cant|cannot|not sure|idk|doubt|never|no idea|how much longer|how long) (?:\w+ ){0,4}?(?:i |to |ill )(?:can |\
              could |able to |\
              keep )?(?:keep|continue|go on|carry on|hold on|hang on|hold out|last|take|stand|do|bear|handle)(?: on| up)?(?: doing| going|\
               living| with|\
              fighting| pretending)?(?: this| it| on| going| living| up| all this)?(?: anymore| any longer| much longer| longer| any more|\
               this way)
            (?:dont|not sure|idk if|doubt) (?:\w+ ){0,3}(?:i |ill )(?:can |could )?(?:keep going|keep living|keep on|hold on|hang on|\
              go on|carry on|\
              last|keep doing this)$
            (?:no se|quien sabe) (?:cuanto|cuanto tiempo|hasta cuando|si) (?:mas )?(?:voy a |pueda |puedo |podre )?(?:aguant\w+|dur\w+|\
              resist\w+|\
              soport\w+|segu?ir|sigo|aguante)(?: (?:mas|asi|con esto|este|la|mucho|esto|viv\w+)|$)
            (?:no )?(?:creo|siento) que (?:no )?(?:pueda|puedo|vaya a|aguante|aguanto) (?:\w+ )?(?:seguir|aguantar|mas|asi|con esto|durar|\
              soportar)
            (?:dont|cant|nobody can|no one can|wont|youll never|try to|please dont|not going to|\
              never) (?:let (?:\w+ ){1,2})?stop me(?! (?:from (?:coming|\
              making)|texting|sending))
            no (?:me (?:detengan?|detendr\w+|van a detener|paren|van a parar)|(?:intenten?|traten?) (?:de )?(?:detener|parar)me|trates de)
            nadie (?:me )?(?:va a|puede|podra) (?:detener|parar|salvar|ayudar|impedir)\w*
            """,
    },
    KINDS,
)
