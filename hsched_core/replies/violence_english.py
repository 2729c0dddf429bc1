"""Danger from and to others, in English, and what cannot wait: abuse, violence, psychosis, emergencies. Rather once too often."""

from hsched_core.replies.rules import rules

KINDS = {
    "family": """he she they husband wife boyfriend girlfriend partner ex spouse fiance bf gf dad mom father mother stepdad
        stepmom stepfather stepmother uncle aunt brother sister cousin grandpa grandfather roommate boss neighbor guy
        man someone somebody teacher coach""",
    "did": """hit hits hitting beat beats beating punched punches punching slapped slaps slapping choked chokes choking
        strangled strangles kicked kicks shoved shoves grabbed burned burns raped rapes molested molests attacked
        attacks assaulted assaults abused abuses abusing groped stabbed threatened threatens threatening cornered
        hurts hurting""",
    "whom": "me us him her them my his our",
    "undergone": """abused hit beaten raped assaulted molested attacked stalked threatened strangled choked groped drugged roofied
        hurt trafficked kidnapped""",
    "others": """him her them everyone everybody someone somebody people you him them anyone kids children baby wife husband
        mom dad son daughter""",
    "kin": """son daughter kid child teen brother sister mom mother dad father husband wife partner friend boyfriend
        girlfriend nephew niece""",
}
VIOLENCE_ENGLISH = rules(
    "crisis",
    {
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
