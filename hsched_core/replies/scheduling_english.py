"""What clients say about their appointments in English, one table for each intent. Read after crises, and in the order of `Intent`."""

from hsched_core.replies.rules import rules

KINDS = {
    "visit": "appointment appointments session sessions visit visits meeting slot time spot booking call it one reservation",
    "day": """today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
        sun morning
        afternoon evening noon lunch week month day time date hour""",
    "texts": "texts text message messages messaging reminders reminder emails email notifications alerts calls sms",
}
DAYS = "today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday this next the"
OPT_OUT = rules(
    "opt_out",
    {
        "word": r"""
            ^(?:please |ok |just |no |emojistop )*(?:stop|stopall|stops|quit|end|revoke|optout|unsubscribe|unsub|unsubscribed|remove|\
              emojistop)(?: (?:please|now|it|all|this|already|that|thanks|thank you|sorry|stop|emojistop|me|everything|ok|end|quit|\
              por favor))*$
            ^stop\b(?! (?:by|at|in) )
            (?<!bus )(?<!cant )(?<!couldnt )(?<!wont )(?<!non )(?<!to )(?<!i )stop$
            (?:optout|unsubscribe|unsub|opt me out|opting out)
            emojistop
            """,
        "sentence": r"""
            (?:stop|quit|cease|discontinue) (?:\w+ )?(?:texting|messaging|sending|emailing|calling|contacting|harassing|bothering|\
              spamming|writing|reminding|with the {texts}|{texts}|the {texts}|these|those|all {texts}|getting|receiving)
            (?:dont|never|please not|not to|no longer|didnt) (?:ever )?(?:text|message|contact|call|email|write|send)(?: to)? (?:me|this|\
              us|anything|any)
            (?:dont|never) (?:text|message|write|call)$|not a patient
            enough (?:with )?(?:the |these |of these |already )?(?:{texts}|already)|(?:asked|told) (?:you|yall|u)(?: guys)? to stop
            (?:dont|never) (?:send|contact)(?: \w+){0,2}(?: anymore| again|$)
            (?:no|zero) (?:more |further )?(?:{texts}|contact)(?: please| from you| thanks)*$|no more (?:of )?(?:\w+ )?(?:{texts}|\
              contact)|no more$
            (?:not|no longer) interested in (?:getting |receiving |your |the |these |any )*{texts}
            (?:quit|stop) (?:\w+ing|blowing up) (?:me|my|us) (?:with|up with|phone|inbox)(?: {texts})?
            block(?:ing)? (?:me|this number|you)(?! (?:on|of|out))
            ^(?:please )?(?:dont|never) text(?! back|if| until| before| when)
            (?:never|didnt|dont remember) (?:ever )?(?:sign|signed|signing|subscrib\w+|agree\w*|ask\w*) (?:up )?(?:for|to) (?:this|\
              these|any|{texts}|your)
            (?:this is|thats|its|youre) (?:spam|spamming|harassment)
            stop (?:with )?(?:the |these |this |your |all )+{texts}
            (?:discontinue|cease|stop|quit|end|halt) (?:the|these|this|your|all|sending|any) (?:\w+ )?(?:{texts}|spam|program|service)
            take (?:me|us|my \w+) off (?:\w+ )?(?:\w+ )?(?:list|system|database)
            (?:dont|no longer|do not|didnt|never) (?:want|wish|need|care|like|ask|consent|agree|sign up) ?(?:to|for)? ?(?:get|getting|\
              receive|be|have)? ?(?:any|these|your|more|anymore|your|the|those|all|this|contacted|texted|messaged|such)* ?(?:{texts}|\
              contacted|texted|messaged)
            (?:dont|no longer|not) want (?:these|this|any|your) (?:\w+ )?{texts}
            (?:remove|take|delete|get|drop|erase) (?:me|us|my (?:number|name|phone|info|contact)|this (?:number|phone)|\
              the number)(?! from (?:the|your) (?:schedule|calendar|waitlist|wait))(?! off (?:the|your) (?:schedule|calendar|waitlist|\
              books))(?: (?:off|from|out)|$| please)(?! (?:of |for |from |on )*(?:the |this |my |your |next |that )?(?:{visit}|{day}|\
              schedule|\
              calendar|books|wait ?list|waiting|\d))
            (?:lose|forget) (?:my|this) number
            (?:turn|shut|switch) (?:off |these off)?(?:the |these |my |your |all )?(?:{texts})(?: off)?
            cancel (?:these |my |the |all |your |all the |those )?(?:text {texts}|{texts}|subscription|sms)(?! (?:for|at|on|with))
            how (?:do|can) i (?:stop|turn off|unsubscribe|opt)(?! (?:by|taking|the session))
            ^(?:please |ok |just |i |to )*(?:end|halt|cease|kill|drop|ditch|cut|discontinue|remove|delete|no) (?:the |all |these |your |\
              my |of )*\
              {texts}(?: (?:please|now|thanks|thank you|ok|to me|for me|already))*$
            ^(?:please )?(?:discontinue|cease|halt|desist|rescind)(?: (?:please|now|all|this|everything|immediately))*$
            (?:dont|no longer|didnt|never) (?:want|need|wanted|like|asked for) (?:any of )?(?:these|those|them)\
              (?: (?:anymore|please|messages|thanks|any more|at all|ever|now|on my phone))*$
            (?:had enough|sick|tired|done) (?:of|with) (?:all )?(?:these|the|your|those) (?:\w+ )?{texts}
            ^(?:please )?(?:lose|ditch|kill|skip) (?:the |these |all )?(?:{texts})$
            (?:knock|cut) (?:it|that|this) (?:off|out) (?:with|already)(?: (?:the|these|all|your))*(?: {texts})?
            (?:want|like|need|get|take|wish) (?:me |us )?(?:to (?:be|get) )?(?:off|out of) (?:of )?(?:this|your|the|\
              these) (?:\w+ )?(?:list|lists|system|{texts})
            do not contact|dont contact|no contact(?: please|$)|^dnc$|cease and desist
            (?:i )?(?:revoke|withdraw|rescind)(?: (?:it|everything|all|my \w+|this))*$
            (?:withdraw|revoke|revoking|withdrawing|take back) (?:my )?(?:consent|permission)
            (?:dont|never|didnt|no) (?:have |had |gave |give |gave you )?(?:\w+ )?(?:permission|consent) to
            (?:text|texts|texting|write|message) (?:me )?(?:way )?(?:too much|too often|so much)|too many {texts}
            (?:leave|let) me alone|go away|fuck off|f off|piss off|screw you|buzz off|get lost|bug off
            """,
        "wrong_number": r"""
            wrong sorry|wrong (?:number|person|phone|guy|lady|one|num)|wrong$
            (?:not|isnt|no longer) (?:her|his|my|their|that persons|the right) (?:number|phone)(?: anymore)?
            (?:nobody|no one|there is nobody|theres nobody) (?:here )?(?:by|named|with) (?:that|this)
            i dont know (?:you|who this is|any)(?: \w+)? stop
            (?:got|have|had) the wrong
            (?:just|recently) got this (?:number|phone)|this (?:number|phone) (?:now )?(?:belongs to|is now) (?:someone|somebody|another)
            (?:no longer|doesnt|dont|not) ha(?:s|ve) this (?:number|phone)
            dont know (?:this|that) person$|dont know (?:anyone|anybody|any \w+) (?:by|named|called|with) (?:that|this)
            """,
    },
    KINDS,
)
CANCEL = rules(
    "cancel",
    {
        "word": r"""
            ^(?:please |hi |hello |hey |sorry |i |want to |need to |just )*(?:cancel|canceled|cancelled|canceling|\
              cancelling)(?: (?:please|it|sorry|thanks|thank you|me|this|that|for|on|today|tomorrow|everything|all))*$
            """,
        "sentence": r"""
            (?:cancel|canceling|cancelling|canceled|cancelled)(?! (?:policy|fee|these {texts}|text))
            (?:cant|couldnt|wont|unable to|not able to|not going to|not going to be able to|wont be able to|cant possibly|\
              no longer able to|dont think i can|dont think ill|never going to|no longer|not) (?:\w+ )?(?:make|attend|come|do|keep|\
              be able to (?:make|come|attend|do)|be (?:there|in|coming|attending|available|able)|get there|show|join|go)(?! (?:up with|\
              in through|on like|it work|sense|out what|later to hear|sure|to park))
            (?:not|isnt|arent|wont be) (?:going to )?(?:coming|attending|making it|going|able|available|there)
            (?:cant|wont|not) (?:today|tomorrow|this week)|not (?:today|tomorrow|this time|this week)
            (?:remove|take|drop|scratch|pull|cross|strike) (?:me|us|my) (?:\w+ )?(?:off|from|out of|out)? ?(?:for |of |on )?(?:the |your |\
              this |\
              that |next )?(?:schedule|calendar|books|{day}|{visit}|wait ?list|waiting list|\d+\w*)
            (?:free|open|release|give) up (?:my|the|our) (?:{visit}|{day}|\d+\w*)|bow out
            (?:give|giving|gave) up (?:my|the|our) (?:{visit}|hour|place|{day})|no go (?:for|on) (?:{day}|me|us|this)
            count (?:me|us) out(?: for| of|$)(?! (?:texts|messages|life))
            (?:scratch|scrap|nix|axe) (?:my |the |that |this )?(?:{day}|{visit})
            (?:dont|no need to|not) (?:need to )?(?:hold|keep|save|reserve) (?:my|the|our|a) {visit}
            (?:dont|cant|no need to) (?:count on|expect|wait for) (?:me|us)
            (?:wont|not going to) (?:be )?see(?:ing)? (?:you|u)(?! (?:again|ever|anymore))
            (?:not able to|unable to|cant) confirm
            wont (?:be )?need(?:ing)? (?:the|my|that|this|our) (?:\w+ )?(?:{visit}|\d+ ?[ap]?m?)
            ^(?:sorry )?cant (?:im|my|have|were|the|power|working|dog|kid|kids|got|stuck|its)\b
            unavailable|not feeling (?:well|good)|no (?:appointment|session) (?:today|tomorrow|this)
            (?:another|prior|other) (?:obligation|commitment|engagement)|void my
            (?:no longer|not) interested
            (?:stop|end|terminate|discontinue) (?:my |all |the )?(?:services|therapy|treatment|sessions|membership|care|counseling)
            drop my|call off|calling off|called off
            (?:have to|going to|need to|gonna|must|will|ill|might) (?:have to )?(?:skip|miss|pass|bail|back out|bow out|sit (?:this )?out)
            skip (?:this|next|my|the|today|tomorrow|it)|skipping|bail(?:ing)? on|pass on (?:this|today|tomorrow|the|my)
            (?:dont|no longer|do not) need (?:the|my|this|an|any|it|that|to come|to be seen)(?! {texts})
            (?:give|offer|let) (?:my |the |someone |somebody )?(?:\w+ )?(?:spot|slot|time|appointment) ?(?:to|go|away|have)?
            (?:no (?:ride|babysitter|sitter|childcare|car|transportation|way to get there|gas money)|car (?:broke|wont start|\
              is in the shop)|broke down)
            (?:woke up|feeling|im|we are|were|kid is|kids are|son is|daughter is|baby is|both|home|am) (?:\w+ )?(?:sick|ill|\
              under the weather)
            throwing up|have (?:the flu|covid|a fever|a stomach)|positive for covid
            (?:i )?forgot (?:im|i am|about it|i have|and|i had)|out of (?:town|state|the country)
            (?:found|have|switched to) (?:another|a different|a new) (?:provider|therapist|doctor)
            """,
        "no": r"""
            ^n(?:o|ope)? (?:i|we) (?:have|work|got|am working|have to)(?: \w+){0,4}$
            ^(?:no|nope|nah|n|negative|emojino)(?: (?:sorry|thanks|thank you|please|sir|maam|emojino|not this time|i cant|cant|today|\
              emojikind))*$
            emojino
            """,
    },
    KINDS,
)  # fmt: skip
MOVE = rules(
    "move",
    {
        "word": r"""
            (?<!not )(?<!dont )(?<!not want to )(?<!dont want to )(?<!dont need to )(?<!no need to )reschedul\w*
            postpon\w*
            rebook\w*
            rearrang\w*
            rain ?check
            ^r$
            """,
        "other_time": r"""
            (?:move|change|changing|switch|switching|swap|push|pushed|bump|shift|adjust|delay|slide|trade)(?: \w+){0,3} (?:to|back|for|\
              up|out|until|till|into|the (?:time|day|date)|{day}|another|a different|from|earlier|later)
            (?:move|change|switch|swap|push|bump|shift|adjust|delay|slide) (?:it|me|us|my|our|the|this|that|days|times)(?: {visit}|{day}|\
              $| please)
            (?:do you|you) have (?:any )?(?:evenings|mornings|afternoons|weekends|saturdays|anything)
            rather than(?: \w+){0,2}$
            (?:cant|couldnt|not able to) (?:\w+ ){1,5}but (?:i |we )?(?:can|could|am able to) (?:do|come|make|be|meet|talk)
            (?:need|want|prefer) (?:evenings|mornings|afternoons|weekends|nights)|would it be possible to (?:come|do|have|switch)
            can it be (?:virtual|video|on zoom|online|by phone|a call|later|earlier)
            (?:different|another|other|new|a better|alternate|alternative|later|earlier|sooner|open|available|some other|\
              any other) (?:{day}|{visit}|slot|slots|times|days|dates|openings?|availability|opening)
            (?:anything|something|any (?:openings?|slots?|availability|appointments?|times?|chance|spots?)|openings?|availability|slots?|\
              spots?)(?: \w+){0,2} (?:else|earlier|later|sooner|next|on|available|open|this|in the|after|before|instead|of an)
            any (?:\w+ )?(?:openings?|availability|slots?|spots?)
            (?:earlier|later|sooner) (?:{visit}|{day}|that|this|in the|if|please|today|appointments?|slots?)
            an? (?:hour|bit|little) (?:earlier|later|sooner)
            (?:come|do|meet|go|make it|have it|be seen|be|visit|zoom|try)(?: \w+){0,4} instead|instead of|instead$
            (?:pushing|moving|switching|bumping|shifting|changing|sliding) (?:it|this|that|me|my \w+|the \w+|our \w+) (?:to|back|up|out|\
              until|till)
            (?:called in\w*|work|sick|stuck|conflict|xxx|killing me|meeting|emergency|exam|trip|travel\w*)(?: \w+){0,2} next week$
            (?:what about|how about|lets do|lets try|would|does(?! the \w+ (?:stop|open|close|have|run|work|go))|could we do|can we do|\
              can we make it|can i do|could i do|can i come|\
              could i come) (?:{day}|\d{1,4}|noon|next|another|an? |later|earlier|sometime|the)(?! (?:the )?(?:parking|insurance|copay|\
              link|address))
            (?:can|could|may) (?:we|i|u|you)(?: \w+){0,2} (?:{day}|\d{1,4})(?: instead| work| better| or|$)(?<!today)
            (?:is|would|does|do|will) (?:{day}|\d{1,4}|next week)(?: \w+){0,2} (?:work|ok|okay|possible|available|be ok|be possible|open)
            (?:{day}|\d{1,4}|mornings?|afternoons?|evenings?|next week)(?: or \w+)? (?:work|works|would work|is better|would be better|\
              are better|instead|any good)(?! for me$)(?! for us$)
            (?:that|this|{day}|\d{1,4} ?(?:am|pm)?) (?:\w+ )?(?:doesnt|dont|wont|isnt going to|does not|no longer) work(?: \w+)?|no good
            wont work|doesnt work (?:for me|anymore|with)
            (?:fit|squeeze|get|see|take) me in(?: \w+)? ?(?:sooner|earlier|later|another|{day})?
            prefer (?:an?|the|to|{day}|mornings|evenings)(?! (?:call|email|text))
            (?:find|pick|choose|set up|schedule|book|get|need|want|have|do you have) (?:another|a different|a new|a later|an earlier|\
              some other|an evening|an afternoon|a morning|anything|a|an) ?(?:{day}|{visit}|slot|sooner|earlier|later|on|else|\
              available)(?! (?:card|form|link|reminder))
            (?:by|on|to|do|make it|via|it|over|have it) (?:video|zoom|telehealth|phone|virtual\w*|online|remote\w*|\
              in person)(?: \w+){0,2} instead
            (?:make|switch|change|do|have) (?:it|this|to|that|my visit) (?:to )?(?:a )?(?:video|zoom|telehealth|phone|virtual|online|\
              remote)
            (?:id|i would) rather (?:do|have|come)
            when (?:is|are) (?:the|your) next|next (?:available|opening)|next week (?:maybe|instead|please|possible)|later this week
            following week|conflict with|(?:have|got) a conflict|push it|move it
            """,
    },
    KINDS,
)  # fmt: skip
LATE = rules(
    "late",
    {
        "late": r"""
            (?<!wont )(?<!not )(?<!never )(?:running|run|be|im|am|ill be|going to be|few|little|bit|is|min|hour|might be|may be|was|\
              so|came|arrive|arriving|there|\d{1,2}) (?:\w+ ){0,3}late(?! (?:fee|enough|night|cancel\w*|appointment))
            late sorry|^(?:sorry |so sorry )?late\b|sorry late|(?:see you|be there|there|up|back|in) in a (?:few|sec|second|min|bit|moment)
            (?:zoom|computer|laptop|app|phone|internet|wifi|ipad) (?:is |just |keeps? )*(?:updating|restarting|loading|rebooting|\
              acting up|froze\w*)
            (?:one|just a|give me a|gimme a) (?:min|moment|sec|second)$|^\d{1,2} min\b
            (?:running|be|min|minutes|bit|few|little) (?:\w+ ){0,2}behind|\d{1,2} (?:min )?behind|running late|emojilate
            (?:be|get|arrive|there|join|joining|see you|home|log|logging|coming|here|on|eta) (?:there |in |at |on |is |\
              by )*(?:in )?(?:about |like |around |another )?\d{1,2} ?(?:min|m|mns|more min)?$(?<!at \d)(?<!at \d\d)(?<!there \d)
            (?:in|another|about|be|give me|need|eta|is) (?:about |like )?(?:\d{1,2}|five|ten|fifteen|twenty|a few|couple) ?(?:min|\
              m)\b(?! (?:early|session|call|earlier))
            \d{1,2} ?min (?:away|out|late|behind|to|sorry|please)|min away|^(?:\w+ ){0,3}\d{1,2} min$
            eta|circling|\d{1,2} more min|there by \d+|give me (?:five|ten|a few|a min)|(?:uber|lyft|bus|train) is slow
            ^(?:running|late)(?: \w+){0,5} \d{1,2} min
            (?:stuck|sitting|caught|traffic|jam)(?: \w+){0,3} (?:traffic|behind|train|accident|highway|bus|bad|terrible|heavy|crazy|\
              insane|is|meeting|elevator|at work)
            traffic
            (?:almost|nearly) (?:there|here)|be there (?:soon|shortly|asap|as soon)|there (?:soon|shortly)
            (?:bus|train|uber|lyft|flight|ride|cab|meeting|class|last meeting|metro|subway) (?:is |was |got |ran |\
              running )?(?:\w+ )?(?:late|delayed|over|long|never came|behind|broke)
            delayed
            overslept|(?:just|only) (?:woke|got|left|leaving)|leaving (?:now|in|my|work|the house)|looking for parking
            (?:cant|couldnt) find (?:\w+ )?(?:parking|(?:the|your) (?:\w+ )?(?:office|building|place|entrance|door|suite|\
              room|floor|lobby|address))|(?:just|still|sorry) parking|parking now
            (?:trouble|problems?|issues?) (?:logging|connecting|joining|getting)
            joining in
            (?<!dont )(?<!to )hold my spot
            wait for me
            held up
            lost be
            (?:flat|pulled over|got lost)(?: \w+){0,3}
            """,
    },
    KINDS,
)  # fmt: skip
QUESTION = rules(
    "question",
    {
        "asks": r"""
            ^(?:hi |hello |hey |yes |ok |and |also |so |please |sorry |but |good morning |good afternoon |outside in my car |\
              just wondering )*(?:what|whats|when|whens|where|wheres|which|who|whos|how|hows|why)(?! (?:about|if we do)) (?!ever)\w+
            ^(?:hi |hello |hey |yes |ok |and |also |so |please |sorry )*(?:is|are|do|does|did|can|could|will|would|should|am|has|\
              may) (?:i|you|u|my|your|the|there|it|this|that|someone|anyone|we|insurance|he|she|they|masks?|parking|dr|a)\b
            (?:have|had|got) (?:a|some|another|one|few) (?:\w+ )?questions?|quick question|question (?:about|for)
            wondering (?:if|what|when|how|about)|want to know|need to know|let me know (?:if|what|when|where|the)
            (?:call|phone|contact|ring|email) (?:me|us)(?: back)?|give me a (?:call|ring)|(?:which|what) (?:one )?is (?:correct|right|it)
            (?:send|resend|text|email|shoot|need|never got|didnt get|dont have|cant find|lost|get) (?:me |us )?(?:the|my|a|an|\
              your) (?:\w+ )?(?:link|address|code|form|forms|paperwork|zoom|email|bill|invoice|directions|password|number|time)
            link (?:doesnt|isnt|not|wont|is) |(?:dont|do not) understand|whos this|who this|is this (?:a|the)|am i (?:supposed|still)
            (?:copay|insurance|aetna|cigna|medicaid|medicare|blue cross|deductible|address|directions|invoice|bill|receipt|superbill|\
              referral|paperwork)
            cancellation (?:policy|fee)|what time
            """,
        "about_cancelling": r"""
            ^(?:did|has|was|is|why|who)(?: \w+){0,3} cancel\w*
            (?:if|deadline to|cutoff|penalty|window|deadline|policy|fee|charge|pay|charged|when|how|last day to) (?:\w+ ){0,4}cancel\w*
            cancell?ation (?:policy|fee)
            """,
    },
    KINDS,
)  # fmt: skip
CONFIRM = rules(
    "confirm",
    {
        "sentence": r"""
            (?<!to )(?:confirm|confirmed|confirming|confirms)|affirm|(?:i )?shall attend|^present$|thatll work|ill take it|^can do
            works (?:great|fine|well|perfectly|perfect|ok)(?: on (?:my|our) end| for| here|$)|(?:put|mark|pencil|sign) (?:me|us) (?:down|\
              in|as)(?: as| for)?
            suits (?:me|us)(?: fine| well)?|cool beans|^rog\b
            (?:ill|well|will|we will|he will|she will|both|can|going to|gonna|plan to|plan on|planning to|planning on) (?:\w+ )?(?:be|b|\
              being) (?:there|here|on|in|attending|coming|present|logging|joining|ready)
            (?:ill|well|will|we will|can|going to|still|yes|definitely|plan to|plan on|planning on|she will|he will|both|\
              and i will) (?:\w+ )?(?:come|coming|attend|attending|make it|making it|be there|log in|join|see you|do that)
            be there(?! (?:in|soon|shortly))|(?:see|c) (?:you|ya|yall|u)(?! (?:said|sent))
            (?:count me|im) in$|count me in|im (?:coming|here|good|on|ready$|ready for)|were (?:good|coming|on|here|set|ready)
            we are (?:good|coming|on|here|set|ready)
            (?:works|work|good|fine|great|perfect|ok|okay) (?:for|with|by) (?:me|us)
            (?:time|that|thats|day|\d{1,2}) (?:is |still )?(?:fine|good|great|perfect|works|ok|okay|correct|right)
            sounds (?:good|great|perfect|like a plan|fine)|looking forward|got it|will do|all (?:set|good)|good to go
            (?:still|were|are|is) on$|still (?:coming|on|good|planning)|no changes
            on my way|omw|on the way|heading (?:over|there|out|in)|en route|just (?:arrived|checked in|got here|pulled in|parked)
            checked in|in the (?:lobby|waiting room|parking lot)|(?:im|were|just) in the car|im outside|^(?:im )?here$|we live for
            wouldnt miss|you bet|for sure|of course|absolutely|definitely|certainly|10 4|roger|affirmative|yes to|sure thing|will attend
            log(?:ging)? (?:in|on)\b(?! (?:issue|problem|trouble))
            """,
        "yes": r"""
            ^(?:hi |hello |hey |good (?:morning|afternoon|evening) |ok |okay )*(?:yes|yep|yup|yeah|yea|ya(?= (?:i|ill|im|we|well|see|\
              that|thats|sure|ok|thanks|for sure|be|sounds|works|good|definitely|coming|can|will|my|the|you|its|still)\b)|ya$|yah|\
              yessir|yas|ye|sure|okie|okey|emojiyes)\b
            """,
    },
    KINDS,
)  # fmt: skip
