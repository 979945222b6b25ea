"""Every text that messaging sends, in three languages. No agency, no drug, no surname; one question each.

Welsh and te reo Māori were written by the team and wait for a native reader (docs/wording.md).
"""

from core.wording import Texts

OFFER = Texts(
    "pairing offer",
    en="Hi {name}. {champion} would like to keep in touch with you by text. Is that OK? Reply 1 for yes, 2 for no.",
    cy="Helo {name}. Hoffai {champion} gadw mewn cysylltiad drwy neges destun. Iawn? Atebwch 1 am iawn, 2 am na.",
    mi="Kia ora {name}. Kei te hiahia a {champion} ki te patuhi ki a koe. Ka pai? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
OFFER_AGAIN = Texts(
    "pairing offer, unclear answer",
    en="Sorry {name}, I did not get that. Reply 1 for yes or 2 for no.",
    cy="Sori {name}, doeddwn i ddim yn deall. Atebwch 1 am iawn neu 2 am na.",
    mi="Aroha mai {name}, kāore au i mārama. Whakahoki 1 mō te āe, 2 mō te kāo.",
)
OFFER_YES = Texts(
    "pairing offer, agreed",
    en="Thanks {name}. We will text you when {champion} has said yes too.",
    cy="Diolch {name}. Byddwn yn anfon neges pan fydd {champion} wedi cytuno hefyd.",
    mi="Kia ora {name}. Ka patuhi mātou ki a koe ina whakaae hoki a {champion}.",
)
OFFER_NO = Texts(
    "pairing offer, declined",
    en="Thanks for telling us, {name}. That is fine.",
    cy="Diolch am ddweud, {name}. Mae hynny'n iawn.",
    mi="Kia ora mō tō kōrero, {name}. He pai tonu.",
)
STARTED = Texts(
    "pairing started",
    en="Hi {name}. You and {champion} can text each other on this number now. {champion} is not here all day and night. In danger? Call {emergency}.",
    cy="Helo {name}. Gallwch chi a {champion} anfon neges at eich gilydd ar y rhif hwn. Nid yw {champion} yma ddydd a nos. Mewn perygl? Ffoniwch {emergency}.",
    mi="Kia ora {name}. Ka taea e kōrua ko {champion} te patuhi ki tēnei nama. Kāore a {champion} i konei i ngā wā katoa. He mōrearea? Waea {emergency}.",
)
ASK_FEELING = Texts(
    "check-in: feeling",
    en="Hi {name}. How are you today? Reply 1 to 5. 5 is really good, 1 is really low. {champion} will see your answers.",
    cy="Helo {name}. Sut wyt ti heddiw? Ateb 1 i 5. 5 yw da iawn, 1 yw isel iawn. Bydd {champion} yn gweld dy atebion.",
    mi="Kia ora {name}. Kei te pēhea koe? Whakahoki 1 ki te 5. 5 he tino pai, 1 he tino pouri. Ka kite a {champion} i ō whakautu.",
)
AGAIN_FEELING = Texts(
    "check-in: feeling, unclear answer",
    en="Thanks {name}. Which number is closest, 1 to 5? 5 is really good, 1 is really low.",
    cy="Diolch {name}. Pa rif sydd agosaf, 1 i 5? 5 yw da iawn, 1 yw isel iawn.",
    mi="Kia ora {name}. Ko tēhea tau e tata ana, 1 ki te 5? 5 he tino pai, 1 he tino pouri.",
)
ASK_CRAVINGS = Texts(
    "check-in: cravings",
    en="How strong has the pull been since last time? Reply 1 to 5. 1 is none, 5 is very strong.",
    cy="Pa mor gryf fu'r tynfa ers y tro diwethaf? Ateb 1 i 5. 1 yw dim, 5 yw cryf iawn.",
    mi="He pēhea te kaha o te hiahia mai i tērā wā? Whakahoki 1 ki te 5. 1 kāore, 5 he tino kaha.",
)
AGAIN_CRAVINGS = Texts(
    "check-in: cravings, unclear answer",
    en="Thanks {name}. Which number is closest, 1 to 5? 1 is none, 5 is very strong.",
    cy="Diolch {name}. Pa rif sydd agosaf, 1 i 5? 1 yw dim, 5 yw cryf iawn.",
    mi="Kia ora {name}. Ko tēhea tau e tata ana, 1 ki te 5? 1 kāore, 5 he tino kaha.",
)
ASK_CALL = Texts(
    "check-in: a call",
    en="Do you want a call from {champion}? Reply 1 for yes, 2 for no.",
    cy="Wyt ti eisiau galwad gan {champion}? Ateb 1 am iawn, 2 am na.",
    mi="Kei te hiahia koe kia waea a {champion}? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
AGAIN_CALL = Texts(
    "check-in: a call, unclear answer",
    en="Thanks {name}. Do you want a call? Reply 1 for yes or 2 for no.",
    cy="Diolch {name}. Wyt ti eisiau galwad? Ateb 1 am iawn neu 2 am na.",
    mi="Kia ora {name}. Kei te hiahia waea koe? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
THANKS = Texts(
    "check-in: thanks",
    en="Thanks {name}. {champion} can see that. To talk to someone any time: {line}, free.",
    cy="Diolch {name}. Gall {champion} weld hynny. I siarad unrhyw bryd: {line}, am ddim.",
    mi="Kia ora {name}. Ka kite a {champion}. Hei kōrero ahakoa te wā: {line}, kore utu.",
)
KEPT_AS_MESSAGE = Texts(
    "check-in: kept as a message",
    en="Thanks {name}. {champion} will read what you wrote.",
    cy="Diolch {name}. Bydd {champion} yn darllen eich neges.",
    mi="Kia ora {name}. Ka pānui a {champion} i tō kōrero.",
)
REMINDER = Texts(
    "check-in: reminder",
    en="Hi {name}, no rush. When you have a minute: {question}",
    cy="Helo {name}, dim brys. Pan fydd munud gennych: {question}",
    mi="Kia ora {name}, kaua e āwangawanga. Ina wātea koe: {question}",
)
APPOINTMENT_TOMORROW = Texts(
    "appointment: tomorrow",
    en="Hi {name}. A reminder: you have an appointment tomorrow, {day}, at {time}.",
    cy="Helo {name}. Nodyn i'ch atgoffa: mae gennych apwyntiad yfory, {day}, am {time}.",
    mi="Kia ora {name}. He whakamahara: he hui tāu āpōpō, {day}, i te {time}.",
)
APPOINTMENT_TODAY = Texts(
    "appointment: today",
    en="Hi {name}. A reminder: you have an appointment today, {day}, at {time}.",
    cy="Helo {name}. Nodyn i'ch atgoffa: mae gennych apwyntiad heddiw, {day}, am {time}.",
    mi="Kia ora {name}. He whakamahara: he hui tāu i tēnei rā, {day}, i te {time}.",
)
LINK = Texts(
    "check-in: its link on the web",
    en="{question} Or answer here: {url}",
    cy="{question} Neu ateb yma: {url}",
    mi="{question} Whakahoki rānei i konei: {url}",
)
CRISIS = Texts(
    "crisis lines",
    en="That sounds really hard, {name}. You do not have to be alone with it. {lines} We are letting a person here know.",
    cy="Mae hynny'n swnio'n anodd iawn, {name}. Does dim rhaid bod ar eich pen eich hun. {lines} Rydym yn rhoi gwybod i rywun yma.",
    mi="He taumaha tēnā, {name}. Ehara i te mea ko koe anake. {lines} Kei te whakamōhio mātou i tētahi tangata.",
)
NEW_MESSAGE = Texts(
    "new message on the web",
    en="You have a new message. Sign in to read it: {url}",
    cy="Mae gennych neges newydd. Mewngofnodwch i'w darllen: {url}",
    mi="He karere hou māu. Takiuru ki te pānui: {url}",
)
STORY = Texts(
    "a story",
    en="{champion}: I thought you might like to read this. {url}",
    cy="{champion}: Meddyliais yr hoffech ddarllen hwn. {url}",
    mi="{champion}: I whakaaro au ka pai pea tēnei ki a koe. {url}",
)
NO_PICTURES = Texts(
    "pictures cannot be seen",
    en="Sorry {name}, we cannot see pictures here. Please put it in words.",
    cy="Sori {name}, ni allwn weld lluniau yma. Ysgrifennwch mewn geiriau.",
    mi="Aroha mai {name}, kāore e kitea ngā pikitia i konei. Tuhia koa ki te kupu.",
)
NO_CHAMPION = Texts(
    "no champion just now",
    en="Thanks {name}. A person here will read this. In danger? Call {emergency}.",
    cy="Diolch {name}. Bydd rhywun yma yn darllen hwn. Mewn perygl? Ffoniwch {emergency}.",
    mi="Kia ora {name}. Ka pānuitia tēnei e tētahi tangata. He mōrearea? Waea {emergency}.",
)
NUMBER = Texts(
    "is this your number",
    en="Hi {name}. Is this your number? Reply 1 for yes, 2 for no.",
    cy="Helo {name}. Ai eich rhif chi yw hwn? Atebwch 1 am ie, 2 am na.",
    mi="Kia ora {name}. Nāu tēnei nama waea? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
NUMBER_STILL = Texts(
    "is this still your number",
    en="Hi {name}. Is this still your number? Reply 1 for yes, 2 for no.",
    cy="Helo {name}. Ai eich rhif chi yw hwn o hyd? Atebwch 1 am ie, 2 am na.",
    mi="Kia ora {name}. Nāu tonu tēnei nama waea? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
NUMBER_AGAIN = Texts(
    "is this your number, unclear answer",
    en="Sorry, I did not get that. Is this the number of {name}? Reply 1 for yes, 2 for no.",
    cy="Sori, doeddwn i ddim yn deall. Ai rhif {name} yw hwn? Atebwch 1 am ie, 2 am na.",
    mi="Aroha mai, kāore au i mārama. Nā {name} tēnei nama waea? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
NUMBER_REMINDER = Texts(
    "is this your number, reminder",
    en="Hi {name}, no rush. Is this your number? Reply 1 for yes, 2 for no.",
    cy="Helo {name}, dim brys. Ai eich rhif chi yw hwn? Atebwch 1 am ie, 2 am na.",
    mi="Kia ora {name}, kaua e āwangawanga. Nāu tēnei nama waea? Whakahoki 1 mō te āe, 2 mō te kāo.",
)
NUMBER_YES = Texts(
    "this is your number",
    en="Thanks {name}. That is all for now.",
    cy="Diolch {name}. Dyna'r cyfan am nawr.",
    mi="Kia ora {name}. Koinā noa iho mō nāianei.",
)
NUMBER_MOVED = Texts(
    "no more texts to this number",
    en="Hi {name}. We will not text this number any more. Is that not right? Tell us here.",
    cy="Helo {name}. Ni fyddwn yn anfon neges at y rhif hwn eto. Ddim yn iawn? Dywedwch yma.",
    mi="Kia ora {name}. Kāore mātou e patuhi anō ki tēnei nama. Kāore i te tika? Kōrero mai ki konei.",
)
