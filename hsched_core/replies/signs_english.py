"""Oblique signs of danger in English: taking leave, putting affairs in order, seeing no future, promising nothing, hiding from somebody,
veiled threats, what is seen that nobody else sees.

After the warning signs that crisis services teach (finality, preparation, burden, entrapment, recklessness) and the ways in which people
who are watched ask for help. Rather once too often: whoever is called closes it in a minute.
"""

from hsched_core.replies.rules import rules

KINDS = {
    "kin": """husband wife mom mother dad father son daughter baby brother sister grandma grandpa nana boy girl kid teen partner boyfriend
        girlfriend friend grandson granddaughter nephew niece cousin roommate aunt uncle""",
    "they": "he she they hes shes theyre him her husband wife boyfriend girlfriend partner ex mom dad stepdad stepmom uncle bf gf",
    "soon": "tonight today tomorrow monday tuesday wednesday thursday friday saturday sunday christmas spring summer winter weekend",
    "visit": "appointment appointments session sessions slot spot time visit chair place",
    "height": "overlook bridge overpass cliff river tracks quarry pier dam lookout rooftop roof ledge edge railing",
}
SIGNS_ENGLISH = rules(
    "crisis",
    {
        "finality": r"""
            wont (?:be )?need(?:ing)? ~ (?:after|ever|again)
            (?:wont|dont|not) (?:be )?need(?:ing)? (?:a|another|any) next
            (?:wont|isnt going to|not going to) be (?:a|any|another|no) (?:next|more|other|tomorrow|second)
            (?:will be|ll be|itll be|thisll be|this is|thats|be) (?:my|our|the) (?:very )?last (?:one|time|session|visit|appointment|\
              text|message|conversation|day|night|meal|christmas|birthday)(?! (?:before|of the|until|this (?:month|year)|\d))
            (?:cancel|take|remove|delete|erase|wipe|unsubscribe|sign|check) (?:me|my (?:name|file|account|number)|myself|\
              everything) (?:out )?(?:for good|off everything|from (?:life|existence|everything|living|(?:the|this) (?:world|earth|\
              planet|life)))
            ^(?:please |just |somebody |someone )*(?:end|delete|erase|finish) me(?: now| please| already)*$
            (?:doesnt|wont|isnt going to|not going to|none of it|nothing) matters? (?:soon|anymore|after|much longer|when im|now)
            (?:slot|spot|time|appointment|place|chair)(?: away)? to (?:someone|somebody|anyone|a person) (?:else )?(?:who|that|\
              whos) (?:wants? to live|deserves?|matters?|still|has a|can be|is worth|worth)
            (?:stop|end|quit|cancel|delete|unsubscribe|erase)(?: \w+){0,5} (?:my|this) (?:own |whole |entire )?(?:life|existence|\
              heart|pain)(?! (?:insurance|coach))
            (?:was|been) (?:nice|good|great|a pleasure|an honou?r) knowing (?:you|yall|everyone)
            (?<!you )(?<!dont )(?<!to )remember me(?: as| when| by| for| kindly| fondly|$)
            you (?:were|was|are|have been) (?:so |always |very |really )?(?:kind|good|nice|the only one|\
              the only person)(?: to me)?(?= .*(?:bye|gone|last|sorry|listen|ever|more|done|end))
            (?:text|texted|texting|said|says|saying|sent|wrote) (?:me |us |everyone |everybody |you )?(?:a )?(?:my |his |her )?(?:bye|\
              byes|goodbye|goodbyes|farewell)(?! bye)
            (?:never|not) (?:going to )?(?:see|hear from|bother|text|talk to) (?:me|you|u|any of you|yall) (?:again|anymore|ever)(?! if)
            no (?:more|other) (?:tomorrows?|mornings?|birthdays?|tries|chances?) (?:for|left)
            (?:not|wont|never)(?: \w+){1,12} (?:like )?ever$
            ^like ever$
            coming back from (?:this|that|there|where)
            where im (?:going|headed)
            say (?:my )?(?:bye|goodbyes?)\b
            final way
            sound\w* (?:so |really |very )?final
            made up my mind
            already decided
            (?:^|now |already |finally )i(?:ve)? decided$
            (?:on|to|from) the other side(?! of (?:the|town))
            (?:with|see|join|hold) my (?:boy|girl|baby|man|love|angel) again
            log(?:ging|ged)? (?:off|out) (?:for good|forever|of life|permanently)
        """,
        "preparing": r"""
            (?:signed|transferred|deeded|signing|put) (?:over )?(?:the|my) (?:house|car|truck|savings|title|deed|\
              apartment)(?: over)? (?:to|in) (?:my|her|his)
            (?:dog|dogs|cat|cats|pet|pets|birds?) (?:needs?|will need|can go|are going|is going|goes) ~ (?:home|live|someone|mom|sister)
            (?:home|somebody|someone|owner) (?:to take |for )(?:my|the) (?:dog|dogs|cat|cats|pets?)(?= .*(?:after|when|gone|soon|good))
            (?:kids|family|wife|mom|they|everyone|children|girls|boys) (?:are |is |will be |would be |ll be |theyre )?(?:covered|\
              provided for|taken care of)
            life insurance
            insurance (?:money|payout|pays out)
            affairs in order
            (?:wrapping|tying|tied|wrapped) (?:up )?(?:everything|loose ends|things|all my)
            my (?:funeral|wake|tombstone|headstone|gravestone|ashes|eulogy|obituary|casket)
            (?:wrote|written|writing|write|left|leave|leaving|recorded|mailed|finished) ~ (?:letters?|notes?|videos?|envelopes?|\
              cards?) (?:for|to) (?:my|each|everyone|all of|them|her|him|the kids|{kin})(?! (?:boss|landlord|teacher|school|work|\
              insurance))
            (?:gave|giving|given|give) (?:away )?(?:my|all my|most of my) (?:stuff|things|clothes|guitar|jewelry|records|tools|dog|\
              cat|ring|car|books)
            (?:when|once|after|if) (?:im|i am|i|id) (?:\w+ )?(?:gone|passed|not around|no longer)
            if (?:something|anything) happens to me
            (?:ive (?:got )?|(?:i|he|she|hes|shes) (?:do |really |already )?(?:have|has|had|got|made) )(?:a|the|my) plan$
            (?:all|have it|had it) (?:planned|mapped|set) (?:out|up)(?! for (?:the|my) (?:visit|appointment|telehealth))
            tailpipe
            exhaust pipe
            passcodes?
            my passwords?
            where (?:the|my|all) (?:\w+ )?(?:papers|policy|documents|will|passwords|money) (?:is|are)
            gave (?:my \w+|away my \w+|it|everything) to my {kin}
            i (?:already )?know how (?:im|ill|i|id) (?!get|getting|find)\w+
            (?:got|have|bought|ordered|found|getting) (?:everything|all the stuff|the stuff|what|all) i need
            (?:need|got|get|have|find|found|finding|lack|work\w* up) (?:up )?(?:the |some |enough )?(?:nerve|courage|guts) ?(?:to|$)
        """,
        "burden": r"""
            (?:weight|burden|drain|anchor|mess|dead ?weight|liability|disappointment|curse|problem) (?:on|around|to|for|\
              in) (?:every\w+|my|them|people|others|all|the family)(?! (?:phone|schedule|insurance|end|calendar))
            (?:deserves?|needs?|wants?) (?:a |an )?(?:better|real|different|new|normal) (?:mom|mother|dad|father|wife|husband|son|\
              daughter|parent|friend|person)
            better (?:mom|mother|dad|father|wife|husband|son|daughter|friend|person) than me
            better with (?:another|somebody|someone) (?:mother|mom|dad|else)
            (?:off|better|happier|easier|richer|fine) (?:\w+ ){0,5}(?:than with me|without me|if i (?:was|were|wasnt|died|left)|\
              with me gone|once im gone)
            i (?:just |always )?(?:ruin|destroy|poison|break|screw up|mess up|fuck up|hurt) (?:everything|everyone|everybody|every|all)
            (?:nobody|anyone|anybody|who) (?:would|will|d|is going to|going to|ever|even|has|have) (?:\w+ )?(?:notice\w*|miss\w*|cry|\
              mourn|come looking|remember me|find me|care)
            (?:nobody|no one) (?:noticed|notices|checks on me|calls me|asked how)
            (?:waste of (?:space|air|oxygen|skin|breath)|taking up space|good for nothing|unlovable|unloved|unwanted)
        """,
        "no_future": r"""
            (?:nothing|never|not|wont|isnt|doesnt|dont|aint) (?:\w+ ){0,3}(?:get|gets|getting|be) (?:any )?better(?! (?:parking|time|\
              service))
            nothing (?:ever |will |will ever |is going to )?(?:changes?|helps?|matters?)(?! about)
            it (?:never|wont|doesnt|just doesnt) (?:ends?|stops?|ever end|ever stop|go away|let up)$
            (?:cant|dont|couldnt|never) (?:really |even )?(?:see|picture|imagine) (?:myself|me|a|any|another|my life|\
              the)(?: \w+){0,3} (?:{soon}|future|next year|getting old|living|here|old|older|point|other side|way out|end of)
            (?:dont|not|never|wasnt|didnt) (?:really )?(?:plan\w*|expect\w*|intend\w*|count\w*) (?:on |to )?(?:be|being|see|seeing|\
              live|living|wak\w+|last|lasting|stick\w*|reach\w*) (?:around|here|alive|up|my|past|long|another|through|thirty|30|40)
            (?:if|whether|assuming|provided|in case) (?:i|im) (?:\w+ )?(?:make it|wake up|survive|live|last|still (?:here|around|\
              alive|breathing)|here|around|alive)(?! (?:in time|on time|there|by|to the|before|work|out of (?:work|class|school)|in|\
              late|at|on|near|you|for))
            unless i (?:do something|dont wake|end|kill|off|jump|\w+ myself|die)
            no (?:escape|way back|light|exit)(?: from| for| left| out|$)
            no tomorrow
            cant find (?:the|a|any) (?:door|exit|way out|light|reason)(?= .*(?:anymore|dark|myself))
            (?:everything|it|all|my world|life|inside)(?:s| is| goes| went| feels) (?:so |all |just |getting )?(?:dark|black|gr[ae]y|\
              empty)(?! (?:out|early|already|outside))
            (?:done|through|finished) (?:trying|fighting|hoping|pretending|caring|with being)
            (?:running|ran|run) out of (?:reasons|hope|fight|options|strength)
            (?:one|a) (?:shot|bullet|step|jump|push|swallow|slip) (?:and|away|from)
            permanent (?:solution|sleep|way)
            dirt nap
            six feet under
            6 feet under
        """,
        "no_promise": r"""
            (?:cant|wont|cannot|couldnt|not able to|unable to|dont) (?:\w+ )?(?:promise|guarantee|swear)(?! (?:\w+ ){0,6}(?:on time|\
              in time|late|make it|there|appointment|by \d|early|show|the form|refund))
            (?:keep|keeping|stay|staying|be|feel|am|im) safe (?:till|until|til|tonight|this weekend|by myself|alone|from myself)
            (?:somewhere|someplace|anywhere) safe
            keep(?:ing)? me (?:safe|alive|here)
            with me tonight
            (?:if|when|once) (?:it|things) (?:got|gets|get|goes|went) (?:\w+ )?(?:bad|worse|too much|dark|dangerous)
            not (?:going to )?lie i (?:almost|nearly)
            (?:almost|nearly) went through
            its (?:\w+ )?(?:bad again|bad now|bad tonight|happening again|that bad)
            (?<!not )(?:^| )its bad$
            happening again
            back to that place
            (?:wouldnt|wont|not going to|never|dont plan to|didnt|dont want to|havent) act(?:ed)? on (?:it|them|that)
            (?:wont|not going to|wouldnt|dont want to|might|about to|scared ill|afraid ill) do (?:anything|something) (?:dumb|stupid|\
              crazy|bad|drastic|rash|to myself|silly|permanent)
            (?:almost|nearly) (?:did it|went through|ended|jumped|pulled the|gave in|let go|succeeded|died|slipped away|stepped)
            (?:go|going|gone|went) through with (?:it|this)
            (?:check|checked|checking|commit|committed|committing|admit|admitted|admitting) (?:myself|himself|herself|me|him|\
              her) in(?:to)?\b
            (?:pull|pulled|talk|talked|got|get|brought) (?:me|him|her) (?:off|down from|back from|out of) (?:the|\
              a) (?:\w+ )?(?:railing|ledge|roof|bridge|tracks|edge|water|window|balcony)
            i lied\b
            (?:im fine|im ok|im okay|im good) (?:\w+ )?(?:well no|jk|actually no|not really|no im not)
            jk (?:im not|about being|not ok)
            (?:lied|lying|pretend\w*|fak\w*) (?:about )?being (?:ok|okay|fine|good|happy)
            nothing (?:left )?to lose
            what happens to me (?:next|now|anymore)
            dont care (?:what happens|if (?:i|he|it))
        """,
        "pull": r"""
            (?:parked|sitting|im|standing|up|stood|walked|walking|out|here) (?:\w+ )?(?:at|on|by|near|under|to|over) (?:the|a|\
              this) {height}(?! (?:rd|road|street|st|entrance|office|parking|house|building|mall|clinic|cafe|drive|exit|toll|traffic))
            middle of the (?:road|street|highway|freeway|tracks)
            walk\w* (?:out )?(?:in|into|in front of) (?:to )?(?:the )?(?:road|traffic|highway|sea|ocean|river|lake)
            (?:calling to me|calling my name|keeps? calling me|\
              calls to me)(?= .*)(?<!he keeps calling me)(?<!she keeps calling me)(?<!you keep calling me)(?<!office keeps calling me)
            (?:sleep|asleep)(?: \w+){0,2} (?:and|but|hoping|praying|wishing) (?:\w+ ){0,2}(?:never|not|dont|didnt|forever)
            never (?:get|wake|getting|waking|come|coming) (?:up|back)(?: again|$)
            stay asleep
            eternal (?:rest|sleep|peace)
            (?:wish|hope|hoping|wishing|pray|praying|wanted) (?:\w+ ){1,4}(?:hurry up|take me|finish me|hit me|end me|be over with|\
              swallow me)
            (?:god|lord|jesus|universe|death)(?: \w+)? (?:take|call|bring) me
            take me (?:already|too|instead|with you)
            (?:be|go|going|join|joining|see|seeing|reunited?|home|meet|follow) (?:\w+ )?(?:with |to )?(?:my |our )?(?:late )?(?:{kin}|\
              him|her|them)(?: \w+){0,5} (?:passed|heaven|dead|died|up there|buried|other side|the other side|grave)
            wants? to (?:go )?(?:be|go) (?:with|to) (?:his|her|their|my|the) (?:dead|late|dad|mom|grandma|grandpa|angel)
            ready to (?:be with|join|see (?:him|her|them|god)|meet (?:god|jesus|him|her|my))
            ctb
            yeet\w* (?:myself|me|himself|herself)
            self delet\w*
            (?:rope|neck|delete) myself
            exit bag
            grippy socks?
            off ?ing
            (?:relaps\w*|clean|urges?|urge|back) (?:on|from|to|for) (?:sh|si|cutting)
            sh (?:urges?|again|relapse\w*|scars)
            only thing that (?:helps|works|makes|calms|stops)
            (?:arms?|legs?|thighs?) (?:is|are) (?:a mess|covered|all cut|marked|bleeding)
            wear(?:ing)? (?:long )?sleeves
            (?:dug|got|took|pulled) (?:the|my) (?:blade|razor|knife|kit) out
            (?:(?:looked|looking) up|googl\w+|search\w*|research\w*)(?: \w+){0,2} (?:noose|knot|painless|lethal|overdose|hang\w*|\
              poison\w*|suicide|die|methods?|how (?:to|many) (?:die|tie|kill|pills|end|hang))
        """,
        "missing": r"""
            (?:ran|runs|run|running) away(?! (?:with|from (?:the|this) (?:bill|fee)))
            (?:cant|couldnt) (?:find|reach|locate|get (?:a )?hold of|get through to) (?:him|her|them|my (?:{kin}))
            (?:{they}|{kin}) (?:\w+ )?(?:isnt|not|hasnt|havent|wont|stopped|never) (?:been )?(?:answer\w*|respond\w*|come home|\
              came home|been seen|heard from|pick\w* up|open\w* the door|text\w* back)
            on the floor (?:a|for|since|all|and|now)
            been on the floor
            cant get (?:back )?up(?! (?:early|in time|that early))
            (?:turned|switched|shut) (?:his|her|their) phone off
            (?:is|been|went|gone|go) missing
            (?:his|her) (?:car|truck|gun|meds|shoes) (?:is|are) (?:gone|missing)
            locked (?:himself|herself|in|inside)
            (?:his|her) door is locked
        """,
        "watched": r"""
            (?:dont|cant|please dont|never|do not) (?:reply|text|call|answer|write|respond|talk|leave)(?: \w+){0,4} (?:he|she|hes|\
              shes|husband|boyfriend|bf|partner|wife)
            (?:he|she|hes|shes|husband|boyfriend|bf|partner|wife|dad|stepdad) (?:\w+ )?(?:reads?|reading|checks?|checking|watching|\
              listening|listens|tracks?|tracking|monitors?|sees|seeing) (?:these|this|them|all|it|everything|the messages|my|me|\
              right now|us|what)
            (?:hes|shes|they are|theyre) (?:listening|watching|right (?:here|next|behind)|next to me|in the (?:room|house|\
              next room) (?:act|pretend|so|cant|dont))
            (?:act|pretend|talk|answer) (?:like|as if|to be|that) (?:youre|you are|you|its|this is|im|were)
            in the (?:next |other |same )?room (?:act|pretend|so|cant|dont|with me)
            (?:in|at|to|from) (?:a|the|another) (?:shelter|safe house)(?! (?:to volunteer|volunteering))
            (?:if|when|unless|until) (?:he|she|hes|shes|my husband|my boyfriend|my partner) (?:will |ever )?lets? me
            (?:me|us|him|her|the kids) in(?:side)? it$
            i (?:\w+ ){0,2}(?:sleep|slept|sleeping|hide|hid|hiding|stayed|locked myself) (?:\w+ )?in (?:the|my|a) (?:car|bathroom|\
              closet|garage|basement|attic|shelter)
            {they} (?:\w+ ){0,2}(?:controls?|controlling|withholds?|hides?|hid|stole|holds|burned|took|takes|cut off|smashed|\
              broke) (?:all )?(?:of )?(?:my|our|the) (?:\w+ )?(?:money|cards?|paycheck|keys|id|papers|documents|passport|meds|phone|\
              phones|laptop|glasses)
            (?:ex|ex husband|ex wife|ex boyfriend|ex girlfriend|stalker|stepdad) (?:\w+ ){0,2}(?:outside|waiting|followed|following|\
              showed up|shows up|sitting|parked|found|knows where|at my|at the door|keeps coming|wont stop|wont leave)
            (?:threw|throws|throwing|poured|spilled) (?:\w+ ){0,3}(?:at|on|over|against) (?:me|us|her|him|the kids|my (?:{kin}))
            boiling water
            (?:take|takes|taking|took) (?:away )?(?:the|my|our) (?:kids|children|baby|son|daughter)(?: away|$| from me| and)
            with (?:a|the|his|her) (?:belt|bat|hammer|stick|hose|chain|cord|fists?|cable|iron|bottle)
            (?:no|any) food (?:here|in the house|at home|for (?:us|days|the kids))
            locked (?:me|us|him|her|the kids) out
            left (?:me|us|them|him|her) (?:alone|home alone|by)
            nobodys? (?:is |has |have |been )*(?:home|here) (?:for|since|in)
            home alone since
            (?:makes?|made|making) me (?:do|touch|watch|take|kiss|get|sleep|drink)
            do (?:stuff|things) (?:to me|i dont|that i dont|with me)
            touch(?:es|ed|ing)? me
            down there$
            private parts?
            woke up (?:with no|without|naked|undressed)
            something in (?:my|her|his) drink
            (?:wants?|asks?|asked|asking|told|tells|makes) (?:me |her |him )?(?:for |to send )?(?:\w+ )?(?:pics|pictures|photos|nudes|\
              naked)(?! of (?:my|the|your) (?:insurance|card|id|form))
        """,
        "veiled_threat": r"""
            (?:know|knows) exactly who
            who (?:its|it is|the (?:gun|knife|bullet)s?) for
            deserves? to (?:bleed|die|suffer|burn|rot|hurt|pay)
            never (?:walk|breathe|speak|see|hurt anyone|do it|touch anyone|work|smile) again
            make sure (?:he|she|they|you|nobody) (?:never|cant|wont|pays?|suffers?|regrets?|gets whats|feels)
            (?:you|they|he|she|youll|theyll|yall|doctor|therapist|clinic|people) (?:\w+ )?(?:will|are going to|is going to|going to|\
              all) (?:all )?(?:pay|regret|be sorry|suffer|see what im|find out what)(?! (?:the|my|your|for (?:the|my)|at|online|cash|\
              with|by|copay))
            waiting (?:\w+ ){0,3}for (?:her|him|that (?:man|woman|guy|bitch)|your (?:doctor|therapist|receptionist|counselor|\
              nurse))(?= .*(?:after|lot|outside|tonight|night|dark|car))
            (?:not|wont be) (?:coming|going|be|come) alone$
            (?:know|have|got|found) (?:your|his|her|their) (?:home )?address(?! (?:wrong|for|on))
            (?:watch|mind|cover) (?:out|your back|your step|yourself|her back|his back)$
            sleep with one eye
            ticking (?:time )?bomb
            (?:end|end up) (?:very )?badly
            see red
            blood on (?:my|your|his|her|their)
            (?:burn|blow|tear|smash)(?:ing)? (?:\w+ ){0,2}(?:down|place up|office up|to the ground)
            (?:strangle|choke|stab|shoot|punch|smash|gut|bury|beat) (?:\w+ ){0,2}(?:man|guy|woman|face|skull|bitch|bastard|head in|teeth)
        """,
        "unreal": r"""
            (?:angels?|spirits?|ghosts?|aliens?|devil|demons?|satan|dead people|(?<!thank )(?<!oh )(?<!my )god|the (?:tv|radio|\
              television|moon|birds?|walls?|computer|wifi|news|sun|mirror)) (?:\w+ )?(?:says?|said|tell\w*|told|talk\w*|speak\w*|\
              wants?|command\w*|send\w*|call\w*|whisper\w*|shows?|showed|chose|need\w*)(?! (?:you|u|yall) (?:are|guys|have))
            (?:isnt|not|wasnt) (?:really |actually )?(?:my (?:real )?)?(?:{kin}|her|him)$
            (?:through|inside|behind|out of) the walls?
            (?:replaced|switched|swapped) (?:my|our|her|him|me) ?(?:kids?|{kin}|with|by|neighbors?|$)
            impost[eo]r
            (?:is|are) (?:a |an )?(?:robots?|clones?|lizards?|actors?|alien)
            (?:read|hacked|bugged|tapped|wired|tracked|recorded|watched) by
            (?:agency|government|feds|cartel|illuminati|cia|fbi|mafia) (?:is|are|knows?|wants?|sent|has|put)
            (?:code|messages?|signs?|signals?|pattern) in (?:the|my) (?:license|numbers?|tv|songs?|lights|newspaper|clouds|plates|\
              walls|cereal)
            (?:gas|smoke|poison|fumes|voices|whispers?|cameras?|wires|people|someone) (?:\w+ )?(?:through|in|from|behind|\
              under) (?:the|my) (?:vents?|walls?|floor|floors|ceiling|pipes?|outlets?|attic)
            skin (?:is )?crawling
            crawl\w* (?:on|in|under|out of) my
            things (?:in|on|under|inside) (?:my|me)
            (?:prophet|messiah|invincible|unstoppable|immortal|chosen)
            spending all (?:our|the|my|his|her)
            (?:dont|doesnt) need (?:to )?sleep
            no sleep (?:in|for)
            (?:havent|hasnt|not) slept
            up for \d+ days
            awake (?:for )?\d+ days
            (?:doesnt|didnt|dont|no longer|not) (?:know|recogni[sz]e\w*|remember) (?:who (?:i|he|she|we|they)|me$|where (?:he|she|\
              i) (?:is|am|was)|his own|her own|us$)
            swing(?:s|ing)? at
            talking to (?:people|someone|somebody) (?:who|that) (?:arent|isnt|aint)
            talking to (?:himself|herself|walls|the walls?)
        """,
    },
    KINDS,
)
