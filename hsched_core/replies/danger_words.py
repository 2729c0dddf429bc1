"""Words that a message about an appointment does not need. Phrases cannot be listed to the end; whoever writes one of these is called.

What the rules of `innocent` took out is not here any more: traffic that kills, batteries that die.
"""

from hsched_core.replies.rules import rules

DAYS = "monday tuesday wednesday thursday friday saturday sunday tomorrow tonight morning next the christmas thanksgiving summer my me"
DANGER_WORDS = rules(
    "danger",
    {
        "death": r"""
            die|dies|dying|dead|death|deadly|kill|kills|killed|killing|killer|murder\w*|suffocat\w*|drown\w*|hang(?:ed|ing)?|hung|noose
            rope
            alive|exist(?:ing|ence)?|stop(?:ping)? existing|afterlife|heaven|al cielo|en el cielo
            (?:be|join|ir\w*|joining|see) (?:with )?(?:my|mi|con mi) (?:mom|dad|brother|sister|son|baby|grandma|mama|papa|abuela|hijo|\
              hermano)(?: in| he| she| al| en|$)
            llevame|passwords to|hell is|grave|coffin|cremat\w*|my will
            mori\w*|muero|muera|mueras|muere\w*|muert[ao]s?|muerte|matar\w*|mato|mate|maten|mata|asesin\w*|ahorc\w*|ahog\w*|asfixi\w*|soga
            entierro mio
            """,
        "weapon": r"""
            knives|knife|gun|guns|pistol|weapons?|stab\w*|razors?|blades?|bullets?|explosives?|grenade|arson|revolver|shotgun|ammo|glock
            toaster|(?:belt|rope|cord|sheet|bag|scarf|something) (?:around|over|to) (?:my|the|her|his)
            (?:cuerda|cinturon|lazo|mecate) (?:al|en el|a mi) cuello|tie a (?:knot|noose)|neck|cuello(?! (?:me duele|de botella))
            (?:turned|turn|left|opened|open) (?:the |on the )?gas(?: on)?|abri el gas|engine running(?! late)|gasoline
            armas?|cuchillos?|navajas?|pistolas?|balazos?|balas?|tiro en|apuñal\w*|apunal\w*|bomba
            """,
        "body_in_danger": r"""
            bleed\w*|blood|bloody|wrists?|veins?|scars?|scratched (?:my|up)|overdos\w*|narcan|naloxone|laced|shot up|shooting up|inject\w*
            sangr\w*|venas|inyect\w*|turning blue|looks blue|lips are (?:swelling|blue)|todo me da vueltas|de mas$|unconscious
            unresponsive|(?:not|isnt|doesnt|wont|stopped|cant) (?:respond\w*|wak\w+|mov(?:e|ing)|feel my|breath\w*)
            no (?:despierta|responde|reacciona|respira|se mueve)|convulsi\w*|paramedics?|cpr|numb|droop\w*|chest|heart attack|pecho
            infarto|dts
            (?:punch\w*|hit|hitting|bang\w*) (?:the |my |a )?(?:wall|walls|head|hand|door|mirror)|pills?|pastillas? (?:en|para morir)
            me tome (?:el|la|un|una) (?:raid|veneno|cloro|bote|botella)
            """,
        "self": r"""
            (?:hate|hating|despise|disgusted (?:with|by)|hurt|harm|punish|lose|lost|destroy\w*|done with|scared of|afraid of|control|\
              trust|end|ending) myself
            keep myself (?:safe|from|alive)|me odio|odiarme|only reason (?:im|i am|ive) (?:still |not )?\w+
            (?:keep|keep on|go on|continue|carry on) (?:doing life|living|existing|with life)
            (?:aguanto|soporto|quiero|odio) (?:esta|la|mi|mas) (?:puta |pinche |maldita )?vida|my own (?:life|thoughts|mind|hand|hands)
            i dont matter|i dont deserve
            deserve (?:to|this|it)|(?:a|such a|complete|total) (?:failure|disappointment|waste)|fracaso|merezco nada|no le importo
            (?:im|i am) finished(?! (?:with|at|work|early|by|around))|danger to
            (?:no|never) (?:valgo|sirvo|importo)|(?:my (?:mind|head|brain|thoughts)|something|it) (?:keeps?|is|are|s) tell(?:s|ing)?
            me voy a hacer (?:algo|daño|dano)
            (?:algo|hacer|hice|haga|cometer) (?:malo|una (?:locura|tonteria|estupidez|pendejada|barbaridad))
            (?:una|alguna) (?:locura|tonteria)
            (?:off|ending|end) myself|self (?:destruct\w*|hate|loathing)
            """,
        "thoughts": r"""
            (?:dark|bad|scary|intrusive|horrible|terrible|evil|disturbing|violent|ugly|weird|awful|racing|those|these|my|having|have|\
              such) (?:\w+ )?thoughts?(?! (?:on|for the|to share|process|partner))
            (?:cant|couldnt) stop (?:thinking|imagining|seeing|crying|shaking)(?! about (?:the|our) (?:food|trip|show))
            (?:keep|keeps|kept) (?:on )?(?:imagining|seeing|picturing|thinking about|thinking of|dreaming|hearing|looking at|\
              having)(?! (?:the|this|your|that) (?:message|ad|same message|link|error|reminder))
            (?:pensamientos|ideas) (?:\w+ )?(?:feos?|feas?|malos?|malas?|oscur\w+|negr\w+|intrusiv\w+|raros?|horribles?|de)|urges?
            impulses?|impulsos
            dark place|(?:going|getting|goes|so|all|very) dark(?! (?:out|early|outside|at))|whats the point|no point|pointless
            para que(?: ya| sirve|$)|que caso tiene|no tiene caso|un hoyo|(?:see|seeing) (?:a|any|no|the) way
            """,
        "collapse": r"""
            (?:im|am|really|still|doing|feeling) not (?:\w+ )?(?:ok|okay|alright|well|good|stable|myself|coping|in a good place|\
              doing (?:well|good|ok|okay|great))
            im (?:struggling|desperate|trapped|drowning|suffering|broken|numb|slipping|sinking|crumbling|unraveling|scared|terrified|\
              freaking out|panicking|alone)
            spiral\w*|(?:mental|nervous|having a|emotional|a) break ?down(?! of)|losing (?:it|my mind|control|my grip)|falling apart
            at a breaking|break(?:ing)? point
            (?:cant|couldnt|can t|dont think i can|hard to|barely) (?:hold|hang|keep|carry|go|push|fight|make)(?:ing)? (?:on|it together|\
              through|going|any|much|up)
            (?:cant|couldnt|dont think i can|wont|not going to|never|dont think ill|might not|may not|didnt think id|\
              if i) make it (?:through|past|out|to (?:{day})(?! (?:appointment|session|visit|at|one)))(?! (?:the door|appointment|\
              session|visit))
            want out(?! of the (?:program|class|group|study))|no way out|nowhere (?:safe |left |else )?to go
            nobody (?:loves|cares|understands|wants|to)|no (?:one )?(?:loves|cares)
            (?:cares?|matters?|know|sure) if i (?:live|die|make)|ya me canse|me canse de (?:vivir|todo|esto|luchar)|(?:ya )?no es vida
            que se acabe|no quiero nada|no quiero saber de nada
            no (?:puedo|aguanto|soporto) (?:ya )?mas|estoy (?:desesperad\w|perdid\w|sol\w|destrozad\w|hundid\w|rot\w|fatal|muy mal)
            (?:muy|tan) sol\w y
            urgent(?:ly)?(?! (?:care|the|form))|urgentemente
            (?:need|have|got|want) to (?:talk|speak) (?:to|with) (?:\w+ ){1,3}(?:now|asap|right now|immediately|urgent\w*|\
              today please its)
            trapped|suffer\w*|agony|torment\w*|tortur\w*|despair|desperate|misery|hopeless|worthless
            (?:keep|stop|cant|tired of|no more|done) (?:fight|fighting|pretending|trying)|keep fighting|pretending to be|sin fuerzas
            tengo fuerzas|ya no puedo con|needs me$|who needs me|useless(?! (?:link|app|portal))|in so much pain|unbearable|insoportable
            """,
        "leave_taking": r"""
            sorry for everything|perdon por todo(?! (?:el|la|lo))
            (?:forgive|perdon\w*) (?:me|enme|ame|eme) ?(?:please|mom|kids|todos|hijos)?$|perdonenme|perdoname|forgive me
            (?:take care|look after|watch over|cuid\w+) (?:of )?(?:a )?(?:my|mis|mi) (?:kids|children|dog|cat|son|daughter|family|mom|\
              baby|hijos|hijo|hija|niños|ninos|mama|perro|familia)
            love you all|love you guys|los amo|los quiero mucho|last (?:time|thing) (?:you|youll|ill|ull|well|anyone)
            decided to (?:go|leave this|end|do it)|feel guilty|blame yourself|(?:not|isnt|wasnt) (?:your|her|his|their|my|anyones) fault
            nobodys fault|worry about me|took off with|dont look for me|no me busquen|texted me goodbye
            (?:un|una|esta|mi) (?:carta|nota) (?:a|para) (?:mi|mis)|deje una carta
            (?:left|leaving|wrote|found|leaves|writing) (?:a|the|me a|my) (?:note|letter|goodbye)(?! (?:for the doctor|from|for work|\
              on the))
            posted (?:a )?goodbye|say(?:ing)? goodbye|goodbye (?:on|to)|adios a
            """,
        "others_in_danger": r"""
            in the trunk|put something in|has a (?:bat|knife|gun|weapon)|let go of the wheel|arranque la piel|siento que me voy|hostage
            followed me|following me|nudes|pictures of me|make[s]? me (?:send|do|have|touch)|spiked
            broke my (?:arm|nose|jaw|rib|ribs|finger|wrist) ?$|locked (?:me )?in (?:my|the|a)|banging on|watch (?:his|your|her) back
            whats coming|make the news|(?:entra|entro|se mete|mete) (?:a|en|por) mi (?:cuarto|cama)|estar con el$|on purpose|a proposito
            lose it and|hostage|kidnap\w*|traffick\w*|pimp|rap(?:ed|ist|ing)|molest(?:s|ed|ing|er|ation)?|assault\w*|abus\w*|violen\w*
            threat\w*|stalk\w*|harass(?:es|ed)|batter(?:ed|ing)|bruis\w*
            (?:push|pushes|pushed|pushing|throw|throws|threw|throwing|drag|dragged|shook|shake|shaking|smash\w*|slap\w*|punch\w*|kick\w*|\
              chok\w*|strangl\w*|bit|spit|burns?|burned|burnt) (?:me|him|her|them|us|my|his|the (?:baby|kids?|child)|things|people|\
              someone|stuff)(?! (?:appointment|session|visit|time|meeting|slot|back|to (?:next|later|another)))
            hands? (?:on|around|over) (?:me|my|her|his)
            (?:touch|touches|touched|touching|toco|toca) (?:a )?(?:me|my|mi|her|him) ?(?:again|there|\w* ?(?:girl|boy|niña|nina|niño|\
              nino|hija|hijo|daughter|son))
            (?:he|she|hes|shes) (?:is |was )?(?:\w+ )?(?:drunk|high|violent|screaming|yelling|out of control|outside|armed)|drugged
            roofied|laced|unsafe
            (?:scared|afraid|terrified|frightened)(?! (?:of (?:the )?(?:needles|dogs|flying|dentist|elevator|traffic)|ill be late|\
              i might be late|im going to be late|ill miss|i wont make))
            (?:push|throw|shove) (?:people|someone|somebody|myself|him|her|them)|send (?:help|someone|police|an ambulance)
            police(?! (?:have the road|closed|report form|blocked|stop|\d))(?<!pulled over by police)|cops
            golpe\w*(?! de (?:suerte|estado|calor))|violar\w*|violo|viola|violaron|violad[ao]|violen\w*|abus\w*|amenaz\w*|acos\w*
            encerr\w*|secuestr\w*|drog\w*|maltrat\w*|me persig\w*|me esta siguiendo|me siguen
            miedo(?! (?:de|a) (?:las agujas|los perros|volar|llegar))(?<!no tengo miedo)
            (?:me|la|lo|nos) (?:avento|aventó|empujo|jaloneo|estrujo|sacudio|escupio|mordio|pateo|grita|pega|pego)|policia|meter un
            desaparecer
            desangr\w*|veneno|raticida|poison\w*|or ever$|ever again$|check(?:ing)? out (?:for good|tonight|of life)|ready to check out
            light at the end|attempted$|wasting your time|for good this
            """,
        "unreal": r"""
            demon\w*|voices|voces|fbi|cia
            (?:the )?(?:tv|television|radio|tele|computer) (?:is |me |keeps )?(?:send\w*|talk\w*|speak\w*|tell\w*|habla\w*|manda)
            poison\w*|envenen\w*
            bugs (?:under|in|on) my|under my skin|through my phone|(?:radio|news) (?:is|are) |detras de las paredes|in the walls
            controla\w* (?:la|mi) mente|(?:dont|doesnt) feel real|not feel real|a ghost
            hallucinat\w*|alucin\w*|me hablan los|(?:what|whats|que) (?:is )?(?:real|es real)|not real|isnt real|arent there
            que no estan? (?:ahi|alli)|possessed|poseid[ao]|curse(?:d)?|brujeria
            (?:being|im|feel|am) (?:watched|followed|controlled|recorded|monitored|tracked)|spying|espian\w*|conspir\w*
            """,
        "places": r"""
            (?:train|subway|metro|railroad) tracks?|the tracks
            (?:on|off|from|by|near|at) (?:the|a|this) (?:bridge|roof|ledge|cliff|edge|balcony|river|ocean|lake|overpass)(?! (?:parking|\
              street|road|entrance|house|side|office|st|rd|for|is closed|closed|traffic|exit))
            (?:looking at|staring at|into) the water
            (?:en|desde|al) (?:el |la )?(?:puente|azotea|barranco|precipicio)(?! (?:internacional|hay|esta cerrado|cerrado|trafico))
            (?:crash|crashing|drive|driving|swerve) (?:into|off)|al metro(?= |$)(?<=aventar al metro|tirarme al metro)
            """,
        "help": r"""
            ^(?:please )?help(?: please| me| us| help)*$
            help me(?! (?:keep|stay|remember|reschedul\w*|cancel\w*|find|with|log|get (?:in|to|a)|set|sign|fill|figure|out with|change|\
              move|understand|book|make|schedul\w*|pay|join))
            (?:need|want) help(?! (?:with|finding|logging|rescheduling|getting|signing|filling|paying|to (?:log|resch\w*|find|get|\
              change)))
            auxilio|socorro
            ayud(?:a|enme|ame|eme|en)(?! (?:mucho|con|a (?:reagendar|mover|reprogramar|cambiar|cancelar|encontrar|entrar|llenar)|\
              de antemano|por favor con))(?<!gracias por la ayuda)(?<!por su ayuda)(?<!me ayuda)(?<!de su ayuda)
            crisis|emergenc(?:y|ia)s?|ambulanc\w*|hospitali(?:zed|zad[ao])|hospice
            (?:im|i am|i was|ive been|currently|still|back|estoy|estuve|sigo|again) (?:\w+ )?(?:in|at|en) (?:the |el |a |un )?hospital
            (?:in|at|en) (?:the |el )?hospital (?:after|because|porque|since|again|por)
            """,
    },
    {"day": DAYS},
)
