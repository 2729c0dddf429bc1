"""Ways of speaking that sound like danger and are none. They are taken out of a text before the rules of crises read it; the rest stays."""

from hsched_core.replies.rules import compiled

THINGS = """traffic trafico waitlist waiting wait list heat hot weather schedule commute work job school kids parking phone deadlines
    back feet
    knees shoes budget wallet vibe workday suspense curiosity email emails paperwork insurance portal hold music trabajo
    calor hambre sueño sueno
    time day bus train light bridge line"""
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
    (?:muert[ao]s?) de (?:cansancio|hambre|sueño|sueno|risa|frio|calor|sed|miedo no)
    (?:me )?(?:muero|mori|morimos|morir|muera) (?:de|por) (?:hambre|sueño|sueno|risa|calor|frio|sed|ganas|ir|verl[ao]s?|la|contarle|\
      cansancio|curiosidad|ver|verte|conocer\w*)
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
    (?:no estoy|no estar) segur[ao] (?:si|de|a|cuando|que)
    """,
    {"things": THINGS},
)


def without_innocent(plain: str) -> str:
    """The words without ways of speaking; a mark stays where one stood, so that nothing new arises."""
    return INNOCENT.sub("xxx", plain)
