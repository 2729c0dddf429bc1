"""Clinical content, both languages: symptoms, medicines, relapse, eating, sleep. Who is trained answers, neither a machine nor the desk."""

from hsched_core.replies.rules import rules

KINDS = {
    "drug": """meds med medication medications medicine medicines pill pills prescription prescriptions rx zoloft sertraline lexapro
        escitalopram prozac
        fluoxetine wellbutrin bupropion effexor venlafaxine cymbalta duloxetine celexa citalopram paxil paroxetine
        trazodone mirtazapine remeron buspar
        buspirone hydroxyzine xanax alprazolam klonopin clonazepam ativan lorazepam valium diazepam lithium lamictal
        lamotrigine depakote abilify
        aripiprazole seroquel quetiapine risperdal risperidone zyprexa olanzapine latuda vraylar haldol clozapine
        adderall ritalin concerta vyvanse
        strattera methylphenidate suboxone buprenorphine methadone naltrexone vivitrol antabuse gabapentin propranolol
        clonidine prazosin ambien
        lunesta melatonin ssri antidepressant antidepressants antipsychotic stimulant stimulants benzo benzos insulin""",
    "remedio": """medicina medicinas medicamento medicamentos pastilla pastillas pildora pildoras tratamiento sertralina fluoxetina
        escitalopram litio
        clonazepam rivotril alprazolam quetiapina risperidona olanzapina lamotrigina antidepresivo antidepresivos ansiolitico inyeccion""",
}
CLINICAL = rules(
    "clinical",
    {
        "medicine": r"""
            (?:my|the|new|his|her|of|off|on|take|taking|took|taken|stop|stopped|stopping|start|started|starting|increase|decrease|missed|\
              more|without|need|any|some|these|those|from|with) (?:\w+ )?{drug}
            {drug} (?:refill|refills|dose|doses|dosage|is|are|isnt|arent|makes|make|making|made|doesnt|dont|not|ran|again|increase|\
              change|side|at|every|twice|please|for|and)
            refill\w*
            (?:dose|dosage|doses|dosis|milligrams|mg)
            took (?:\w+ ){0,3}(?:by accident|by mistake|accidentally)|accidentally took|(?:tome|di) (?:\w+ ){0,4}dos veces (?:la|el|las|mi)
            side effects?|efectos? secundarios?|withdrawals?|allergic reaction|reaccion alergica
            (?:ran|run|running|im|am|almost) out of (?:my )?(?:\w+ )?{drug}
            (?:la|las|el|los|mi|mis|de|otra|nueva|tomar|tomando|tome|dejar|deje|dejo|se me acabo|se me acabaron|sin) (?:\w+ )?{remedio}
            (?:receta|recetas)(?! (?:de cocina|de comida))
            {remedio} (?:me|nueva|nuevas|nuevo|no|que|para)
            """,
        "mood": r"""
            (?:panic|anxiety|anxious) (?:attack|attacks|episode)|ataques? de (?:panico|ansiedad|nervios)
            crisis de (?:ansiedad|nervios|panico)
            depress(?:ed|ion|ive|ing)(?! weather)|deprimid[ao]s?|depresion|depre
            (?:my|mi) (?:ansiedad|anxiety|depre\w*|panic)
            (?:the|his|her|bad|much|severe|so much|with) anxiety(?! (?:group|class|workshop|form))
            anxiety (?:is|has|got|through|attack|so)
            (?:so|very|really|super|extremely|too|been|feeling|more) anxious|(?:mucha|tengo|mi|la|tanta|de) ansiedad
            (?:muy |tan )?(?:ansios[ao]|angustiad[ao])
            hopeless|helpless|worthless|numb|empty inside|desesperad[ao]s?|vaci[ao] por dentro
            (?:cant|cannot|wont|not) (?:stop|quit) (?:crying|shaking|thinking about)|crying (?:all|every|nonstop|for)
            no (?:paro|dejo|puedo (?:parar|dejar)) de (?:llorar|temblar)
            (?:feel|feeling|felt|been) (?:\w+ ){0,2}(?:low|down|awful|terrible|horrible|suicidal|sad|overwhelmed|lonely|empty|manic|\
              paranoid|unstable|like crap|like shit|triggered|out of control|dizzy|nauseous)
            me siento (?:\w+ ){0,2}(?:mal|triste|sol[ao]|peor|deprimid[ao]|horrible|vaci[ao]|fatal|paranoic[ao]|decaid[ao])(?= |\
              $)(?! del? (?:estomago|gripa))
            cant get out of bed|no me (?:levanto|puedo levantar) de la cama|cant (?:leave|get out of) (?:the|my) (?:house|room|bed)
            mani(?:c|a)|bipolar|paranoi\w+|ptsd|tept|schizo\w*|esquizo\w*|adhd symptoms|ocd
            flashbacks?|night ?mares?|pesadillas|dissociat\w+|trigger(?:ed|s)|melt ?downs?|hitting (?:himself|herself)|rage|outburst\w*
            (?:getting|gotten|doing|feel|feeling|much|so much) worse|me siento peor|(?:estoy|voy|sigo) (?:muy mal|peor)|de mal en peor
            diagnos(?:is|ed|tico)
            """,
        "body": r"""
            (?:havent|hasnt|not|cant|cannot|barely|didnt|no) (?:\w+ )?(?:slept|sleep|sleeping|eaten|eat|eating)(?! (?:in the|here|before))
            (?:no|sin) (?:puedo |he |ha |podido |puede )?(?:dormir|dormido|comido|comer|duermo|duerme)(?! (?:antes|en (?:el|la)))
            insomni[ao]|dont need sleep|nights? without sleep
            dizz\w+|mareos?|maread[ao]|nausea\w*|nausea|vomit\w*|throwing up (?:after|since|from|every)|palpitations?|palpitaciones
            heart (?:is )?(?:racing|pounding|skipping)|tremors?|temblores
            rash|sarpullido|ronchas|hives|swelling|swollen|(?:bad |really bad |terrible |severe )headaches?
            migraines? (?:since|from|after|again)
            the shakes|shaking|temblando|sweating and
            pregnan(?:t|cy)|embarazad[ao]|miscarr\w+|breast ?feeding while
            binged?|bing(?:e|ing)|purg(?:e|ed|ing)|stopped eating|deje de comer|laxatives?
            """,
        "substance": r"""
            relaps\w+|recai|recaida|recayo|recaer
            (?:sober|sobriety|sobri[ao]|clean for|clean since|off the wagon)
            (?:i|ive|he|she|been|started|back to|from not) (?:drank|drinking|using|smoking weed|getting high|used)(?! (?:the (?:portal|\
              link|code|app)|coffee|zoom|to|my|this|it|water|tea|your|public))
            (?:volvi|vuelve|volvio|empece|sigo) (?:a )?(?:beber|tomar|consumir|usar|drogar\w*|tomando|bebiendo|consumiendo)
            crav(?:e|ing|ings)|heroin|cocaine?|cocaina|meth|crack pipe|fentanyl|opioids?|marihuana|drunk|borrach[ao]|hungover|drogad[ao]
            drogas?
            (?:blacked|black) out
            """,
    },
    KINDS,
)  # fmt: skip
