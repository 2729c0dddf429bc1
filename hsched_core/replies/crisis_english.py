"""Danger to life or limb, in English: suicide, self-harm, overdose, abuse, violence, psychosis, emergencies. Rather once too often."""

from hsched_core.replies.rules import rules

KINDS = {
    "harm": "kill hurt harm cut stab shoot hang burn drown poison starve strangle choke injure unalive off end",
    "harming": """
        killing hurting harming cutting stabbing shooting hanging burning drowning poisoning starving injuring unaliving
        ending""",
    "self": "myself himself herself themselves themself yourself ourselves",
    "life": "life living alive existing existence",
    "drug": """
        pill pills tablet tablets tylenol ibuprofen advil aspirin ambien xanax klonopin ativan valium benzos benzo
        benadryl opioids oxy percocet vicodin seroquel lithium trazodone zoloft lexapro prozac adderall meds medication
        medications insulin melatonin sleeping""",
    "family": """
        he she they husband wife boyfriend girlfriend partner ex spouse fiance bf gf dad mom father mother stepdad
        stepmom stepfather stepmother uncle aunt brother sister cousin grandpa grandfather roommate boss neighbor guy
        man someone somebody teacher coach""",
    "did": """
        hit hits hitting beat beats beating punched punches punching slapped slaps slapping choked chokes choking
        strangled strangles kicked kicks shoved shoves grabbed burned burns raped rapes molested molests attacked
        attacks assaulted assaults abused abuses abusing groped stabbed threatened threatens threatening cornered hurts
        hurting""",
    "whom": "me us him her them my his our",
    "undergone": """
        abused hit beaten raped assaulted molested attacked stalked threatened strangled choked groped drugged roofied
        hurt trafficked kidnapped""",
    "danger": """
        gun guns pistol rifle shotgun firearm bullet bullets ammo knife blade blades razor razors machete noose bleach
        fentanyl heroin""",
    "others": """
        him her them everyone everybody someone somebody people you him them anyone kids children baby wife husband mom
        dad son daughter""",
    "kin": """
        son daughter kid child teen brother sister mom mother dad father husband wife partner friend boyfriend
        girlfriend nephew niece""",
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
        "unsafe": r"""
            (?:not|dont feel|isnt|arent|doesnt feel|never|not feeling|didnt feel|never feel|dont think im|no longer) (?:really |\
              very )?safe
            unsafe
            in danger
            dangerous (?:to|man|person|situation)
            (?:dont|cant|do not) trust myself
            (?:scared|afraid|worried|terrified|frightened) (?:of |about |that )?(?:what )?(?:i|im|ill|i may|i might) (?:might|may|could|\
              going to|will|do|hurt)
            (?:scared|afraid|terrified|frightened|fear) (?:of|for) (?:my|him|her|them|his|going home|what he|what she|dying|myself|our)
            (?:afraid|scared|terrified) (?:to )?(?:go|be|stay) (?:back )?(?:home|alone|there|in the house)
            (?:scared|afraid|terrified|worried) (?:he|she|they|that he|that she|hes|shes|my)
            do something (?:stupid|bad|drastic|crazy|terrible|i)
            (?:reads|checks|tracks|monitors|goes through|reading|tracking) my (?:texts|messages|phone|mail|email|location)
            (?:wont|doesnt|never|didnt|refuses to) let me (?:leave|out|go|see|talk|use|have)
            (?:locked|locks|trapped|locking) (?:me|himself|herself|myself|us|her|in with)
            (?:took|takes|taking|broke|smashed|hid) (?:away )?my (?:phone|keys|money|passport|cell)
            (?:hiding|hide|running away|escaped?|escaping) (?:in|from|under) (?:the |my |him|her)
            break(?:ing)? (?:down )?(?:the|my) door
            breaking in
            get out of (?:here|this house|this relationship) (?:safe|alive|before)
            need to get out$
            coming after me
            after me$
            coming for me
            come(?:s|ing)? here and hurt
            found out where i (?:live|am)
            outside my (?:house|door|apartment|window|home|job|work)
        """,
        "abuse": r"""
            (?:my |the )?{family} (?:\w+ ){0,2}{did} {whom}(?! (?:up|that|like|on the|a text|with a text))
            {did} {whom} (?:again|up|last|every|when|in|so|and|with|because|tonight|this|today|yesterday|on|for|yesterday|\
              really)(?<!hit me up)
            (?:being|was|got|been|getting|gets|is|were|im|i think i was) {undergone}(?! (?:by the news|my))
            rap(?:e|ed|ist|es|ing)
            raped?
            molest(?:s|ed|ing|er|ation)?
            grop(?:ed|ing)
            incest
            (?:sexual\w*|physical\w*|verbal\w*|emotional\w*) (?:abuse\w*|assault\w*|harass\w*)
            assault\w*
            strangl\w*
            abus(?:e|ed|es|ing|ive|er)
            stalk(?:er|ed|ing|s)
            (?:domestic|is|getting|so|became|becoming|turned|very|gets) (?:violen(?:t|ce))
            violence
            violent
            touch(?:es|ed|ing)? (?:me|my (?:daughter|son|kid|child|body|private|privates|breasts)|her|him)(?! (?:base|up))
            (?:comes|came|come|coming|sneaks|snuck) (?:in|into|to) my (?:room|bed)
            forc(?:e|ed|es|ing) (?:me|him|her|himself|herself)(?: on| to|$)
            (?:made|makes) me (?:do things|have sex|touch|undress|strip)
            (?:hurting|hurts|hit|hits|beat|beats|hurt|harmed|harming|touching) (?:my )?(?:daughter|son|kid|kids|child|children|baby|\
              little)
            threw (?:a|the|me|something|things)(?= .*(?:at|against|down|across))
            black eye
            bruises (?:all|on|from)
            bruised me
            broke my (?:nose|arm|jaw|rib|ribs) (?:again|when he|last night)
            afraid of my
            he found me
            restraining order
            protective order
            human trafficking
            cps
        """,
        "violence": r"""
            (?:kill|killing|murder|murdering|shoot|shooting|stab|stabbing|hurt|hurting|harm|harming|strangle|strangling|punch|attack|\
              attacking|choke|poison|drown|drowning|shake|suffocate|smother) (?:the |my |her |his |this |that |those |some |all |\
              all the |all of )?(?:{others}|neighbor|boss|doctor|therapist|staff|coworker|coworkers|ex|family|mother|father|brother|\
              sister|teacher|cop|cops|bitch|guy|man|woman)(?! (?:an|a|the|over|email|know|with the form))
            (?:kill|murder|shoot|stab|hurt) (?:me|us)(?! (?:an|a|the|over|your|another|that|email|link|later))
            {kin} ~ kill
            homicid\w*
            shoot(?:ing)? (?:up|everyone|the place|the school|at)
            (?:school|mass) shoot\w*
            (?:bring|bringing|brought|take|taking) (?:a |my )?(?:weapon|bomb|gun|knife|bat)
            bomb(?! cyclone)
            blow (?:up|it up|the place)(?! (?:my phone|the balloon))
            burn (?:it|that|this|the|your)(?: \w+){0,2} down
            set (?:it|the \w+|fire|myself) (?:on fire|to)
            make (?:him|her|them|you|everyone|somebody) (?:all )?(?:pay|suffer|regret|bleed)
            (?:you|people|all|youll|they) (?:people )?(?:will |are going to |going to )?(?:be sorry|regret this|pay for)
            (?:know|find out|found out|find) where (?:you|he|she|they) (?:live|lives|park|work|works|sleep)
            threat(?:s|en|ened|ening|ens)?
            revenge
            get even with
            with blood
            going to snap
            might snap
            snap and
            lose control and
            beat (?:the shit|the hell|him|her|them|you|his|their)
            (?:urge|urges|thoughts|impulse|impulses|feel like|want|wanting|ill) (?:of |about |to )?(?:hurt\w*|harm\w*|kill\w*|drown\w*|\
              shak\w*|chok\w*|smother\w*|stab\w*)
        """,
        "psychosis": r"""
            (?:hear|hears|hearing|heard) (?:the |these |those )?(?:voices|things|people talking|whispers|whispering|them talking|demons)
            (?:the |my |these )?voices (?:are|in|tell|told|want|say|said|keep|wont|came|again|back|are back)
            (?:see|seeing|sees) (?:\w+ )?(?:things|shadow|shadows|demons|ghosts|dead people|people who|spiders|stuff that)(?! (?:through|\
              differently))
            hallucinat\w*
            delusion\w*
            psychotic
            psychosis
            (?:chip|device|implant|microchip|wires) in my (?:head|brain|arm|teeth|body)
            (?:they|people|someone|fbi|cia|government|neighbors|everyone|hes|shes|theyre) (?:\w+ )?(?:are |is )?(?:following|watching|\
              spying|listening|poisoning|recording|out to get|after|tracking|controlling)(?: on| to| in)? (?:me|us|my|everything|our)
            cameras? (?:are |is )?(?:everywhere|in my|in the walls|hidden)
            (?:god|jesus|satan|the devil|angels?|demons?|the tv|the radio|they) (?:told|tells|is telling|are telling|wants|commands?|\
              commanded|said to|speaks|spoke|talks|talking) (?:me|to me|for me|us|through)
            chosen one
            im (?:god|jesus|the messiah|a prophet|being controlled|being watched|being followed|possessed)
            sacrifice (?:him|her|them|my|the|myself)
            read(?:ing)? my mind
            in my walls
            thoughts arent mine
        """,
        "emergency": r"""
            (?:cant|couldnt|not|isnt|hardly|barely|stopped|trouble|difficulty|difficult to|hard to|struggling to) (?:really )?breath(?:e|\
              ing)
            heart attack
            having a stroke
            chest (?:pain|pains|hurts|tight|is tight)
            seizures?
            seizing
            convuls\w*
            anaphyl\w*
            pass(?:ed|ing)? out
            faint(?:ed|ing)?
            unconscious
            unresponsive
            black(?:ed|ing) out
            collapsed
            wont wake up
            not waking up
            cant (?:feel|move) my
            bleed(?:ing|s)?
            blood (?:everywhere|wont|all over|coming)
            coughing (?:up )?blood
            vomiting blood
            911
            988
            ambulance
            crisis (?:line|hotline|text)
            hotline
            call the (?:police|cops)
            poison control
            (?:its|this is|i have|im having|having|is) an? (?:real |actual |life )?(?:emergency|crisis)(?! contact)
            in crisis
            (?:mental health|psychiatric|medical) (?:emergency|crisis)
            ^(?:please |someone |somebody |oh god |god |pls )*help(?: me| us)?(?: please| now| someone| im \w+)*$
            (?:someone|somebody|anyone|god|please just) (?:please )?help (?:me|us)
            (?:need|want) (?:some )?help (?:right )?(?:now|immediately|tonight|asap|fast|urgently|bad)
            (?:im |i am |i was |been |shes |hes |is |back |currently |still |mom )?(?:in|at|to|from|going to|taken to|rushed to|\
              admitted to) (?:the |a )?(?:er|psych\w*|emergency room|icu|psychiatric \w+|mental hospital|behavioral unit|detox|rehab)
            (?:im|i am|i was|ive been|shes|hes) (?:\w+ )?(?:in|at) (?:the )?hospital
            5150
            baker act\w*
            involuntary
            psych (?:hold|ward|unit|hospital)
            inpatient
            hospitalized
            (?:left|leaving) (?:the |my )?(?:baby|kids|infant|kid|toddler) (?:alone|in the|by)
            dont want (?:him|her|the baby|my baby|it) anymore
            high as
            strung out
            dope sick
            nodding out
            everythings? (?:is )?spinning
            feel weird (?:after|i)
            roofied
        """,
    },
    KINDS,
)
