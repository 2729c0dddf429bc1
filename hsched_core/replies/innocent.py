"""Ways of speaking that sound like danger and are none. They are taken out of a text before the rules of crises read it; the rest stays."""

from hsched_core.replies.rules import compiled

THINGS = """traffic trafico waitlist waiting wait list heat hot weather schedule commute work job school kids parking phone deadlines
    back feet
    knees shoes budget wallet vibe workday suspense curiosity email emails paperwork insurance portal hold music trabajo
    calor hambre sueño sueno
    time day bus train light bridge line finals midterms exams homework allergies heels stairs cold humidity pollen gym workout meetings
    semester classes tacones zapatos parciales examenes finales escaleras juntas clases tarea turnos gripa gripe resfriado frio humedad
    estacionamiento subida fila"""
PLACES = """traffic parking stairs commute line wait heat cold humidity pollen bus train weather gym workout homework finals heels elevator
    printer hill"""
INNOCENT = compiled(
    r"""
    (?:{things}) (?:\w+ )?(?:is|are|has been|was|keeps?|still|just) (?:\w+ )?(?:killing|murdering|murder|crushing|kill) (?:me|us|my \w+)
    (?:{things}) (?:\w+ )?kills (?:me|my \w+ ?\w*)
    (?:youre|you guys are|you are|yall are|its|this is|thats) killing (?:me|it|us)
    (?:this|these|those|the) (?!pain|man|guy|depression|anxiety|guilt|grief|loneliness|thoughts|voices|silence|life|world|kids|\
      meds)\w+ (?:is|are) killing me
    dying of (?:heat|cold|hunger|thirst|boredom|laughter)|(?:bore[ds]?|scared|freez\w+|starv\w+|sick|worried|work\w*)(?: me)? to death
    death in the family|killers? for me|killer (?:week|schedule|day|commute)
    (?:casi )?me mato (?:corriendo|trabajando)|muriendo(?:me)? de \w+|matar (?:el )?tiempo|(?:hora|horario|horas|dia|espera) me mata
    over my dead body|(?:even )?if it kills me|aunque (?:me cueste la vida|me mate[n]? (?:los|las|el|la) (?:{things}))|asi me parta un rayo
    (?:id |would )?rather die than (?:miss|be late|skip|cancel)(?: it)?
    (?<!i )(?<!he )(?<!she )killed it (?:at|in|on|with|yesterday|today|btw|lol)
    (?:{places})(?: \w+){0,2} (?:is|are|was) (?:pure |absolute |like )?(?:murder|torture|hell|brutal|deadly)
    (?:{places}) (?:is |are |was )?(?:trying|going|about) to kill (?:me|us)|that (?:meme|joke|video|one) (?:killed me|is killing me)
    (?:phone|car|battery|laptop|computer|alarm|alarm clock|inbox|tablet|charger|signal|wifi|garage door) (?:\w+ )?(?:(?:about|going|\
      ready) to die|died|dying|is dead|death)
    dead (?:laptop|phone|car|charger|batteries|mouse|plant|plants)|dying my (?:hair|roots|shoes|dress|eyebrows)|death warmed over
    murder (?:trial|mystery|mysteries|podcast|show|documentary|case|jury|book)
    (?:podcast|book|show|trial|series|movie|documentary|novel) (?:about|on) (?:the |a |some )?(?:murders?|deaths?|killers?)
    killer (?:cuddler|workout|deal|sale|view|outfit|class|traffic|commute)
    kill the (?:emails?|email notifications|notifications|engine|lights|texts|messages|app|battery|reminders)
    (?:flu|cold|covid|allergies|work|finals|school|semester|week|gym|workout|strep|bug|virus) (?:is |are |has been |was )?(?:kicking|\
      kicked) (?:my|our) (?:butt|ass)
    explosive diarrhea
    bullet (?:points?|journal)
    food poisoning
    (?:overdosed|oding|od) on (?:coffee|caffeine|sugar|candy|chocolate|pie|turkey|netflix|pizza|tacos|cookies)
    bomb(?:ing|ed) (?:my|the|his|her) (?:finals?|tests?|exams?|interview|quiz|midterms?)
    blood (?:draws?|drawn|taken|bank|type)
    (?:analisis|prueba|pruebas|examen|examenes|muestra|donar|donacion) (?:de )?sangre
    sac\w+ (?:la |una muestra de )?sangre(?! (?:a|por))
    (?:lol|haha\w*|lmao|omg|jaja\w*)(?: emoji\w+)* (?:im |me |estoy )?(?:dead|dying|deceased|muert[ao]|muero|\
      emojideath)(?: lol| haha\w*| emoji\w+)*$
    (?:haha\w*|lmao|lol) (?:emoji\w+ )*emojideath
    (?:car|truck|bumper|van) (?:got|was) hit(?: by \w+ \w+)?
    nobody (?:was |is |got )?hurt
    (?<!he )(?<!she )(?<!they )(?<!him )(?<!mom )(?<!dad )burned my (?:hand|finger|fingers|tongue|mouth) (?:on|with|making|\
      cooking) (?:the |a )?(?:stove|oven|coffee|pan|grill|iron|kettle|soup|dinner|tea|pizza)
    (?:cop|police|officer|trooper) (?:pulled|stopped) me(?: over)?(?: for speeding)?
    (?:paro|detuvo|multo) (?:la policia|un policia|transito)(?: por (?:exceso|ir|velocidad|un))?
    (?:garage|office|building|lot|parking|clinic|entrance|place|edificio|oficina|clinica|estacionamiento|queda|esta) (?:\w+ )?(?:by|\
      near|next to|at|past|al lado del|junto al|por el|cerca del) (?:the )?(?:bridge|river|lake|puente|rio|lago)
    (?:al lado del|junto al|cerca del) puente
    (?:saved|saves|saving) my life|(?:story|week|day|time|year) of my life|life ?saver
    (?:not feeling|dont feel|doesnt feel|isnt feeling) (?:too |so |very |that |all that )?(?:well|good|great|hot)(?! (?:in my head|\
      mentally|about|inside|since|after|on|anymore|at all about))
    (?:maten|matan|mata|matando|mataron) (?:los|las|el|la|estos|estas|este|esta) (?:{things})
    me mata (?:estacionar|manejar|esperar|madrugar)
    (?:{things}) (?:\w+ )?(?:me|nos) van a matar
    (?:{things}) (?:\w+ )?esta que (?:mata|arde)
    (?:parciales|finales|examenes) y me van a matar
    me estan matando en (?:el trabajo|la escuela|la chamba|la uni\w*|la oficina)|(?:escaleras|juntas|clases) (?:que )?matan
    (?:dormi\w*|cai) (?:como )?muert[ao]|casi me muero (?:buscando|corriendo|del calor|del frio)|aguacero asesino|cruda mortal|gripa mortal
    (?:me mate|me muero|me mori|muero|muriendo) de (?:la |tanta )?risa
    me muero (?:jaja\w*|lol)
    (?:jaja\w*|lol) me (?:muero|mate|mori)
    mataron con (?:ese|esa|el|la|lo|sus)
    tragame tierra
    me muero con est[ae] (?:gripa|gripe|tos|calor|frio)
    se me quem\w+ (?:el|la|los|las)
    (?:se )?(?:me )?(?:murio|murieron|muere|muriendo) (?:el|la|mi) (?:cel\w*|telefono|movil|bateria|pila|carro|coche|camion|auto|moto|\
      compu\w*|laptop|tablet|internet|wifi|alarma|despertador)
    matando el tiempo
    mortal en el trabajo
    killing (?:it|time|my (?:phone|battery|back|feet|knees|budget|wallet|vibe|workday|whole \w+|schedule|inbox))
    (?:work|deadline|deadlines|schedule|that|it|parking|traffic) (?:\w+ )?(?:is|was|are) (?:pure )?murder
    (?:is )?late again kill me now(?: lol)?
    (?:im late|lol|haha) shoot me
    dying (?:to|for|of laughter|laughing|de risa|of curiosity) ?(?:see|tell|hear|know|meet|try|this|talk|get|the|a|my|you)?
    kill for (?:a|an|some)
    (?:phone|car|battery|laptop|computer|engine|wifi|internet|truck|signal|connection|screen|tablet|printer) (?:\w+ )?(?:died|dead|\
      is dying|dies|is dead|was dead|went dead)
    dead (?:line|lines|tired|wrong|end|battery|on my feet|or alive|zone|serious|asleep)
    deadlines?
    (?:i )?survived the (?:week|day|weekend|month)
    shoot(?:ing)? (?:me|you|us|over|for|him|her|them) (?:an? |the |another |your |over |out )?(?:email|text|message|link|zoom|note|call|\
      line|quick|\dpm|\d+|copy|form)?
    shooting (?:for|at) \w+
    (?:the )?shooting (?:downtown|hoops|star)
    (?:best|good|long|flu|booster|allergy|covid|another) shots?
    cut (?:my|his|her) (?:finger|fingers|thumb|hand|foot|hair|hours|meeting|class|trip|call|vacation|pay|shift|lunch|toe|knee|\
      grass)(?: \w+)?
    cut (?:off|it close|short|out early|back|in line|the line|class)
    got cut off
    hang(?:ing)? (?:on|in there|out|up|with|ten|tight|rock)
    jump(?:ing|ed)? (?:on|in|into|to|back|right|through|at|over|start)(?: (?:now|the|a|zoom|call|shower|video|link|chance|session|\
      hoops))?(?! (?:traffic|front|river|ocean|lake))
    drown(?:ing|ed)? in (?:work|deadlines|paperwork|emails|homework|laundry|meetings|bills|school|stuff)
    burn(?:ed|t|ing)? out
    (?:hit|hitting) (?:every|all|the|a|some|my) (?:\w+ )?(?:red|traffic|road|deer|snooze|gym|lights?|pothole|jackpot|wall|mark|\
      alarm)(?: lights?| of lights)?
    hit me up|it hit me|hit and run|hits? (?:a|the) deer
    blood (?:work|test|tests|draw|pressure|drive|sugar|donation)
    stroke of|bomb cyclone|bath bombs?|da bomb|photo ?bomb\w*
    (?:emotional )?(?:support|service) (?:dog|animal|cat)
    emergency (?:contact|contacts|form|at work|brake|vet|plumber|number on file|room bill)
    (?:in|case of|an) emergency (?:asking|form|contact|who|number|do i)
    in (?:case of )?(?:an )?emergency
    family emergency
    (?:broke|breaking|breaks) (?:down|even|news)(?= (?:car|on the|on my way|again and))
    take (?:a|the) shot
    (?:until|till) (?:i|im) dead tired
    (?:muert[ao]s?) de (?:cansancio|gripa|gripe|nervios|verguenza|emocion|hambre|sueño|sueno|risa|frio|calor|sed|miedo no)
    (?:me )?(?:muero|mori|morimos|morir|muera) (?:de|por) (?:hambre|nervios|gripa|verguenza|emocion|sueño|sueno|risa|calor|frio|sed|\
      ganas|ir|verl[ao]s?|la|contarle|cansancio|curiosidad|ver|verte|conocer\w*)
    aunque me muera de \w+
    (?:{things}) (?:\w+ )?(?:me|nos) (?:esta |tiene |tienen |estan )?(?:matando|mata|muert[ao])
    (?:trafico|trabajo|calor) (?:\w+ )?(?:esta|es) (?:de muerte|mortal)
    (?:me |que me )?mata(?:ste|s|n)? (?:la curiosidad|de risa|de la risa|el calor|el trafico|la duda|de calor|de hambre)
    (?:duda|curiosidad|espera|pregunta) que me mata
    (?:ando |estoy |vengo )?matandome (?:de|con|por|estudiando|trabajando|en) (?:trabajo|estudi\w+|la|el|llegar)?
    me mato (?:trabajando|estudiando|por llegar)
    (?:murio|murieron|muri[oó]) (?:la|mi|el) (?:bateria|celular|telefono|carro|internet|señal|senal|computadora|laptop)(?: del? \w+)?
    me (?:corte|cortaron|cortan|corto|corta) (?:el|la) (?:pelo|cabello|luz|llamada|internet|agua|dedo|gas|telefono)
    me salv(?:o|aron|aste) la vida
    matarme con (?:tantos|sus|los|puros|tanto) mensajes
    (?:hay un|un) muerto en la (?:carretera|autopista|calle)
    punto muerto|hora muerta|dia de (?:los )?muertos
    emojideath(?: emoji\w+)*$(?<!myself emojideath)|lol emojideath|emojideath lol|haha emojideath
    (?:dejen?|deje|paren|pare) de (?:molestar\w*|acosar\w*)|(?:stop|quit) harassing me(?: with \w+)?
    (?:cut|cutting|nicked|burned|burnt|hurt|stabbed|hit) myself (?:shaving|cooking|chopping|slicing|ironing|moving|gardening|working out|\
      playing \w+|running|lifting|at (?:the gym|work|practice)|on (?:a|the) (?:can|stove|pan|oven|paper|grill|envelope))\
      (?! (?:on purpose|again|my (?:wrists?|arms?)))
    (?:me )?(?:corte|queme|lastime) (?:rasurandome|afeitandome|cocinando|picando \w+|jugando|en el gym|haciendo ejercicio)
    (?:si )?dios (?:quiere|lo quiere|lo permite|nos da \w+|me da (?:licencia|permiso|salud|vida))(?! (?:que|llevar\w*|me|muer\w+|\
              recoger\w*))
    (?:depression|anxiety|adhd|ptsd|ocd|bipolar|mood|mental health|autism) (?:\w+ )?(?:screen\w*|test\w*|assessments?|questionnaires?|\
              forms?|\
      surveys?|paperwork|results?|worksheets?|evaluations?|intake)
    (?:resultados?|cuestionarios?|prueba|formulario|hoja|examen|evaluacion) de (?:la )?(?:depresion|ansiedad|tdah)
    (?:matar|mato|mate|maten) dos pajaros de un (?:solo )?tiro|kill(?:ing)? two birds(?: with one stone)?|no me mata nadie
    {things} (?:thats|that is|which is|that are|is absolutely|que me (?:esta|tiene)) (?:killing me|murdering me|matando)
    (?:no estoy|no estar) segur[ao] (?:si|de|a|cuando|que)
    """,
    {"things": THINGS, "places": PLACES},
)


def without_innocent(plain: str) -> str:
    """The words without ways of speaking; a mark stays where one stood, so that nothing new arises."""
    return INNOCENT.sub("xxx", plain)
