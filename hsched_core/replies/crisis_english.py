"""Danger that somebody is to themselves, in English: suicide, self-harm, overdose, farewells, despair. Rather once too often."""

from hsched_core.replies.rules import rules

KINDS = {
    "harm": "kill hurt harm cut stab shoot hang burn drown poison starve strangle choke injure unalive off end",
    "harming": """killing hurting harming cutting stabbing shooting hanging burning drowning poisoning starving injuring
        unaliving ending""",
    "self": "myself himself herself themselves themself yourself ourselves",
    "life": "life living alive existing existence",
    "drug": """pill pills tablet tablets tylenol ibuprofen advil aspirin ambien xanax klonopin ativan valium benzos benzo
        benadryl opioids oxy percocet vicodin seroquel lithium trazodone zoloft lexapro prozac adderall meds
        medication medications insulin melatonin sleeping""",
    "danger": """gun guns pistol rifle shotgun firearm bullet bullets ammo knife blade blades razor razors machete noose bleach
        fentanyl heroin""",
}
ENGLISH = rules(
    "crisis",
    {
        "suicide": r"""
            suicid\w*
            sewer ?slide
            un ?alive\w*
            kms
            kys
            (?:passive|active|having|has|had|with) (?:si|ideation)
            ideation
            si is back
            {harm} (?:my |his |her )?(?:own )?(?:self|selves|life|lives)
            {harm} {self}
            {harming} {self}
            (?:kill|killed|hurt|harmed|shot|hanged|hung|stabbed|poisoned|drowned|burned|injured|cut|cuts|starved) {self}
            {harming} (?:my|his|her|their) (?:own )?(?:self|life|lives)
            (?:take|taking|took|ending|ended|end) (?:my|his|her|their) (?:own )?li(?:fe|ves)
            emojideath {self}
            hang {self}
            attempted (?:again|suicide|last|on|this|to)
            (?:my|his|her|an|another) attempt
            tried to (?:hang|kill|end|overdose|jump|die|cut)
            done with (?:it all|life|living|everything|this life|this world)
            (?:not|isnt|arent|aint) worth living
            life is(?:nt| not) for me
        """,
        "wants_to_die": r"""
            (?:want|wants|wanted|wanting|wish|going|ready|rather|prefer|plan|planning|like|need|deserve|deserves|hope|trying|try|about|\
              time) (?:to |me to |for me to )(?:just |be )?(?:die|dead|dying|not exist|disappear|vanish)
            (?:rather be|rather|better off|wish i was|wish i were|wish i wasnt|were|was|wish he was|wish she was) (?:just )?(?:dead|\
              not alive|alive)
            (?:wish|hope|pray|praying|prayed|hoping|wishing) (?:that )?(?:i|god|someone|somebody|something|the lord|a) ?~ (?:die|died|\
              dead|dies|disappear|disappeared|born|kill|kills|killed|takes|took|take|exist|existed|hit|end|ends|dont wake|didnt wake|\
              wake)
            (?:hope|wish|pray) i (?:die|dont|get hit|never|didnt|could just)
            i (?:should|might|may|could|deserve to|need to|want to|will|must) (?:just )?(?:die|be dead)
            ill (?:just )?(?:die|be dead)
            im (?:going to|gonna) (?:die|be dead)
            (?:be|is|am|im|still|stay|staying|being|keep me) alive
            (?:dont|doesnt|didnt|not|never|no longer|wouldnt) (?:even |really |actually )?(?:want|wanting|wants|wanted|wish|care|like|\
              deserve|need) (?:to |if i )(?:live|be alive|be here|exist|wake|go on|keep going|be around|stay alive|be on this|continue|\
              live like|be in this|do life|do this anymore|die|live or)
            (?:tired|sick|exhausted|done|over|hate|hating) (?:of |with )?(?:being )?{life}
            hate (?:my|this) life
            (?:never|not|dont|didnt|without|wont|dont want to|rather not) (?:to )?(?:ever )?wak(?:e|ing) up
            sleep forever
            go to sleep and (?:not|never|just)
            nothing (?:left )?to live for
            (?:no|any|without a|the|any more) (?:reason|point|purpose|sense|use) (?:in |to |of |for )(?:me )?(?:living|live|life|\
              going on|go on|being here|being alive|exist|existing|carry on|carrying on|keep|keep going|continue|continuing|anything|\
              even|try|trying|left)
            (?:reason|point) (?:in|to|of) (?:living|life|live|being alive|going on)
            (?:dont|cant|do not) see (?:a|any|the|my) (?:future|point|reason|way out|way forward)
            life (?:is|isnt|has|feels|seems) (?:not |no |too |just )?(?:worth|pointless|meaningless|over|meaning|hard to)
            my life is over
            worthless
            (?:no|without) future
            (?:meet|go to|be with|see) (?:god|jesus|the lord|my maker)
            (?:made|making) (?:my |a )?peace with
            (?:only|no other|no) way out
            (?:want|wants|need|make|wanting|please let) (?:it|it all|everything|this pain|the pain|all this|all of it|this life|my life|\
              the suffering|the hurt|the hurting|this) (?:to )?(?:end|be over|stop forever|finish)
            (?:want|make|need) (?:the |this |my )?(?:pain|suffering|hurting|hurt|thoughts|noise) (?:to )?(?:stop|end|go away)
            stop forever
            end (?:it|it all|this|things|everything|my life|the pain|my pain|myself|my suffering|all of this|all this)(?! (?:session|\
              call|appointment|meeting|service|subscription))
            ending (?:it|it all|things|everything|my life|the pain|this)
            (?:ways|way|how|painless|easiest|easy|quick|quickest|methods|method) (?:way )?to (?:die|go|end it|kill|do it painless\w*|\
              overdose)
            painless\w*
            (?:think|thinking|thought|thoughts|thoughts are|dream|dreaming|fantasi\w+|obsess\w+|talking|talks) (?:a lot )?(?:of|\
              about) (?:\w+ )?(?:death|dying|dead|die|ending|killing|suicide|not being|being dead|jumping|crashing|disappearing|hurting|\
              harming|cutting)
            dead inside
            (?:close to|ready for|welcome|accept|embrace|only) death
            (?:my|own|the) (?:funeral|obituary) (?:is|will|plans|planned|would)
        """,
        "not_there_anymore": r"""
            (?:i )?wont be (?:around|here|alive|with us|on this)(?! (?:on |until |til |today|for the appointment|at 2|this week because|\
              next week because))
            not be (?:around|here|alive) (?:by|anymore|for|much|next|when|to)
            (?:if|when|once|after|till|until) (?:i|im|i was|i were|i wasnt|i werent) (?:\w+ )?(?:gone|dead|not here|here anymore|\
              not around|not alive|wasnt here|die|disappear|disappeared)
            (?:wishes|wished) (?:he|she|they|i)
            (?:still be|not be|to not be|wasnt|werent|not being) (?:here|around|in it|alive|born)(?! (?:at|for the appointment|yesterday|\
              when))
            need another (?:appointment|session) after
            if i (?:wasnt|werent|was not) (?:here|around|alive)
            ill be (?:gone|dead|free|at peace|no more|in heaven)
            (?:be|is|are|off|happier|easier|better) (?:off )?without me
            better off (?:if|with me|when|dead|without)
            a burden
            (?:nobody|no one|anyone|anybody|wont|would|will) (?:would |will |even )?(?:miss me|care if i|notice if|notice im)
            dont want to be here(?! (?:for|at|in) (?:the|this) (?:appointment|office))
            (?:dont|not) (?:want|wanna) to (?:be here|be around|exist)
            by the time (?:you|u|they|anyone) (?:read|get|see|find)
            (?:wont|dont|doesnt) (?:be needing|need) (?:it|them|that|these|anything|my stuff) anymore (?:im|i|because|where|after|goodbye)
            giving (?:away|out) (?:all )?(?:of )?my (?:stuff|things|dog|cat|pets|clothes|belongings|possessions)
            no need to reschedule i wont
            (?:this is|its) (?:it|goodbye|the end|my last)(?: for me|$| goodbye)
            last (?:message|text|words|day|night) (?:from me|ever|on earth|alive|goodbye|you)
            my last (?:message|text|words|goodbye|night|day on)
            tonights the night
            (?:it will|itll|its) (?:all )?(?:finally|soon) be over
            be over soon
        """,
        "farewell": r"""
            goodbye (?:letter|letters|note|notes|everyone|everybody|all|world|forever|my|i love|to everyone|to everybody|to all|to my|\
              for good|cruel|sorry|and sorry|tell)
            (?:suicide|farewell|goodbye) (?:note|letter|letters|notes)
            (?:final|last|saying|say|said|writing|wrote) (?:my |our )?(?:goodbyes?|farewells?)
            (?:tell|let) (?:my |the |her |him |everyone |them )?(?:\w+ ){0,3}(?:i love|i loved|im sorry|goodbye)
            tell (?:everyone|them|him|her) (?:that )?(?:i love|i loved|im sorry|goodbye)
            (?:nothing|doesnt|none of it|nothing really) matters?(?: anymore| now)?(?= .*(?:goodbye|sorry|thank|done|over|dead))
            matters? anymore
            thank you for (?:everything|all|trying) (?:you|goodbye|you did|youve done)?(?= .*(?:goodbye|wont be|sorry|love))
            goodbye (?:thank|thanks) (?:you )?for everything
            (?:forgive|sorry to) (?:me )?(?:for what i|everyone|for everything|my kids|my family|mom|for leaving)
            for trying to help me
            still be helped
            ^goodbye$
        """,
        "overdose": r"""
            overdos\w*
            (?:took|swallowed|popped|downed|take|taking) (?:like |about |maybe |almost |over |at least )?\d+(?! (?:min|hours?|days?|\
              weeks?|months?|years?|miles|am|pm|blocks|classes|tries|st|nd|off))
            (?:i |she |he |have |had |has )?od(?:d|ed|ing)?
            ods
            (?:took|taken|take|taking|swallowed|swallow|swallowing|ate|eaten|downed|popped|drank|ingested|got into) ~ (?:whole|entire|\
              bunch|handful|lot|bottle|bottles|all|everything|too many|too much|\d{2,}) ?(?:of |the |my |his |her )?~(?:{drug}|bottle|\
              bottles|of them|them|it)?
            (?:took|taken|take|swallowed|swallow|drank|ate|downed) (?:all|everything|too much|too many|\d{2,}|a bunch|a lot|a handful|\
              a whole|the whole|something bad|the rest)(?! (?:time|day|week|classes|class|min|off|long|the time|weekend|days|hours|exams|\
              notes|work))
            (?:used|took|had|drank|smoked) (?:way )?too (?:much|many)(?! (?:time|work|space))
            too many (?:of )?(?:my |his |her |the )?{drug}
            (?:count|counted|counting|saving|saved|stockpil\w+|hoard\w+|lined up|line up|got|have) (?:up )?(?:all )?(?:of )?(?:the|my|\
              his|her|enough|up) ?(?:of )?(?:my |the )?{drug} (?:lined|ready|in|saved|out|and|tonight|to)
            (?:count|counted|counting|saving|saved|stockpil\w+|hoard\w+) (?:up )?(?:my |the |enough )?{drug}
            (?:drank|drink|drinking|swallowed) (?:the )?(?:bleach|antifreeze|poison|detergent|ammonia|cleaner)
            how (?:much|many) ~ (?:it takes|to die|to overdose|would kill|is lethal|is fatal)
            how (?:much|many) {drug} (?:it takes|to|would|can|is|does)
            lethal
            fatal dose
            mixed (?:my |the )?{drug}
            {drug} (?:and|with) (?:alcohol|wine|vodka|whiskey|beer|booze|liquor)
            swallowed (?:a |some |the |my |her |his )?(?:{drug}|battery|something|\d+)
            emojipill
        """,
        "self_harm": r"""
            self ?(?:harm\w*|injur\w*|mutilat\w*)
            (?:been|started|start|keep|kept|am|im|want to|urge to|back to|stop|stopped) cut(?:ting)?(?: again| myself|$| my (?:arm|arms|\
              leg|legs|thigh|thighs|wrist|wrists|skin))
            (?:i|she|he|ive|hes|shes) (?:just |have |has )?(?:cut|cuts) (?:again|deep\w*|last night|my (?:arm|arms|leg|legs|thigh|thighs|\
              wrist|wrists|skin|veins)|her|his|so)(?! (?:finger|fingers|hair|thumb|hand))
            cut(?:ting)? (?:my|his|her|their) (?:wrists?|arms?|legs?|thighs?|veins|skin|throat)
            slit (?:my|his|her)
            cutting again
            (?:hurt|harm|cut|burned|burning|hit|hitting|punish|punishing|starving|scratch\w*|bang\w*) (?:myself|himself|herself)
            wrists?(?! (?:brace|watch|pain|surgery|hurts|doctor))
            want(?:ing)? to (?:feel )?(?:bleed|cut|burn)(?! (?:my hair|it short|back|the|off|down|calories))
        """,
        "means": r"""
            {danger}
            emojigun
            emojiknife
            emojiblood
            (?:bought|buy|buying|got|have|found|tied|tying|holding) (?:a |the |some |my )?(?:rope|noose|razor|poison|charcoal)
            (?:have|got|found|has|made) (?:a |the |my )?plan (?:to (?:end|die|kill|hurt|do it)|and|for how|for when|in mind)
            the means
            (?:on|off|from|over|to|at) (?:the |a |that )?(?:bridge|ledge|rooftop|roof|cliff|balcony|overpass|tracks|train tracks|\
              railing)(?: right now|$| and| i| ready| looking| about| thinking| now)
            standing (?:on|at|by) (?:the|a) (?:roof|bridge|ledge|edge|tracks|window|balcony|cliff)
            jump(?:ing|ed)? (?:off|from|out|in front|into traffic|to my death|in the river)
            (?:want|going|ready|about|urge|thinking of|thought of) (?:to )?jump(?:ing)?(?! (?:on|in|into|to the|back|right|ahead|start|\
              through|for joy|over to))
            (?:in front of|into|under|off) (?:a |the |an |oncoming )?(?:train|traffic|bus|truck|tree|wall|bridge|semi|river|subway|metro|\
              guardrail)
            (?:crash|crashing|wreck|wrecking|drive|driving|swerve|swerving|run|running) (?:my |the |our )?(?:car|truck|it|off|\
              into)(?: (?:into|off|on purpose|intentionally|over)|$)
            thinking ~ crash\w*
            hit by a (?:bus|car|truck|train)
            on purpose
        """,
        "despair": r"""
            (?:i )?(?:just |really |honestly |simply )?cant (?:do|take|handle|stand|bear|live|go on|keep|deal|cope|fight|survive|\
              continue|carry on|with)(?: with| on| going| like| doing| up| living| fighting)?(?: this| it| life| everything|\
              that)?(?: life| pain| shit| hell)?(?: any ?more| any longer| no more)
            cant (?:go on|keep going|keep doing this|keep living|live (?:like|with)|carry on|cope|take (?:any|much) more)
            i cant anymore
            (?:given|giving|give|gave) up(?! (?:my|smoking|coffee|the|on the (?:form|portal)|sugar|caffeine))
            (?:no|lost all|without|any|lost|losing) hope
            hopeless\w*
            (?:too late) (?:for me|to help)
            help me anymore
            nobody (?:can|could|will) (?:help|save)
            (?:have|has|got) nothing left
            end of my rope
            (?:at|hit|reached) (?:my )?(?:rock bottom|breaking point)
            (?:im|i am|just|so|really) (?:just |so )?done(?: with (?:everything|life|it all|living|people|this world))?(?: sorry|\
              im sorry|$)(?<!done)(?<!all done)
            cant do this(?: anymore| any longer| life|$)(?! (?:one|time|week|day|date|appointment|tuesday))
            falling apart
            breaking down
            broke down crying
            losing my mind
            losing it\b(?= .*help)
            going insane
        """,
    },
    KINDS,
)
