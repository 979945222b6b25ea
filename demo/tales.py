"""The words of the demo's stories. Nobody in them is real."""

from dataclasses import dataclass
from html import escape
from typing import Any

from cms.models import StoryPage


@dataclass(frozen=True)
class Tale:
    """A story as plain text: blank lines part paragraphs, "# " starts a heading, "> " a saying shown large."""

    title: str
    slug: str
    told_by: str
    say: str
    view: str
    text: str
    content_warning: str = ""
    language: str = "en-gb"
    has_consent: bool = True
    is_published: bool = True

    def fields(self) -> dict[str, Any]:
        """What makes a StoryPage of it, but for its language and its place."""
        names = ["title", "slug", "told_by", "say", "view", "content_warning"]
        body = [_block(" ".join(part.split())) for part in self.text.split("\n\n")]
        return {name: getattr(self, name) for name in names} | {"body": body}


def _block(part: str) -> tuple[str, str]:
    if part.startswith("# "):
        return "heading", part.removeprefix("# ")
    if part.startswith("> "):
        return "said", part.removeprefix("> ")
    return "paragraph", f"<p>{escape(part, quote=False)}</p>"


ADREF = """
Roeddwn i’n arfer cerdded adref y ffordd gyflym. Heibio’r dafarn, heibio’r garej, heibio’r bobl oedd yn gwybod fy
enw.

Un noson fe ddywedodd Gwenno, fy mentor, “Oes ffordd arall?”

Oedd. I lawr at yr afon, dros y bont fach, ac i fyny drwy’r cae. Deng munud yn hwy.

> Dim ond deng munud oedd rhyngof i a bywyd arall.

Y noson gyntaf roedd hi’n bwrw glaw. Yr ail noson hefyd. Ar y drydedd noson fe welais i’r sêr.

Dydw i ddim yn ddewr. Rydw i’n cymryd y ffordd hir, dyna i gyd. Mae’r cŵn ar y fferm yn fy nabod i nawr.

Mae fy merch yn cerdded gyda mi ar ddydd Sul. Hi sy’n dewis y ffordd.
"""

CHANGE = """
I used to know what I had in my pocket without looking. To the penny. It was the only sum I did all day.

When I started to get well I still did it. I would stand in the shop with a loaf in my hand, counting, with my heart
going. I had enough. I had a wage by then. My head had not been told.

My champion, Ruth, noticed before I did. She said, “You hold your purse like someone is going to take it.” I said,
“Someone always did. It was mostly me.”

# The jar

She didn’t give me a plan. She gave me a jar. It had held pickled onions and it still smelled of them. She said,
“Put in what you don’t need today. Don’t count it.”

That was the hard part, the not counting. I put in twenty pence. The next day I put in a pound and then lay awake
over it.

> I wasn’t saving money. I was learning that something could be mine tomorrow as well as today.

There was a bad week in the summer. I won’t go into it. I took the jar down and I sat with it on my knees for most
of a night. I texted Ruth at seven in the morning, which was the first time I thought it decent to. I wrote, “It’s
still full.”

She wrote back, “So are you.” I didn’t know what she meant. I do now, a bit.

# What I bought

People ask what I spent it on. They want it to be a holiday or a coat.

I bought a bus pass for a month. It meant I could go to my nan’s on any day, not just the day I could pay for. She
is eighty-four. She used to hide her bag when I came. She never said so, and nor did I.

The third week I went, I saw her bag. It was on the kitchen table, next to the bread. It was open. She was out in
the yard getting the washing in.

I didn’t touch it. I put the kettle on and I looked at it for a while, this brown bag with its mouth open. I thought
it was the nicest thing I had ever seen.

The jar is on my window sill. There is something in it most days. I couldn’t tell you how much.
"""

KETTLE = """
For two years nobody came into my flat. If someone knocked I stood still until they went. I got good at it. I could
hold my breath for as long as it takes a person to give up.

It wasn’t that I had something to hide, by then. I had stopped. I had been stopped for eleven weeks. But the flat
still looked like it belonged to the other woman, and I thought if anyone saw it they would know her and not me.

My champion was called Bev. She asked me on the phone how I took my tea, and I told her, and then she said, “I’ll be
passing on Thursday. I’ll bring the milk.” She didn’t say can I. She didn’t say I’ll inspect you.

# Wednesday

I cleaned one thing. I had meant to do it all and I could not. I sat on the floor and cried about a cupboard. Then I
thought, she is coming for tea. So what does tea need?

It needs a kettle and two mugs. I only had one mug. I had one mug because there was only one of me. I went down to
the charity shop and I stood in front of the mugs for twenty minutes, like it was a wedding.

> I bought a second mug. It cost fifty pence, and it was the bravest thing I did that year.

I scrubbed that kettle until I could see my face in it. I didn’t mind the face as much as I thought I would.

# Thursday

She was ten minutes late, and I nearly turned the light off and stood still. Then I heard her on the stairs, puffing
and telling someone’s dog it was lovely.

She didn’t look round. I had got ready for her to look round. She sat on the arm of the chair, as the seat was full
of washing, and she said, “Is that kettle on?”

We had two cups each. I told her about my boy, who was with my mother then. She told me about hers. She said it took
three years before he would leave his coat with her, in case he needed to go. She said it quite lightly. She had had
a lot of time to get it light.

When she left she rinsed her mug and she put it upside down by mine. I didn’t move it for a week.

# Now

He comes on Saturdays, my son. Then it was Saturdays and Sundays. He has his own mug, a big ugly one with a shark on
it, so now there are three.

I have been somebody’s champion since the spring. I don’t tell her what to do about her flat. I ask her how she
takes her tea.
"""

ROUND = """
When I came out, the shop was two streets away. Two streets, four minutes. And on the second street was the flat.

I knew every crack in that pavement. I knew who would be sat on the wall, what they would say, and what I would say
back. Nobody makes you go in. Your feet just do it.

So the first week I did not go to the shop at all. I ate what my sister left and I drank black tea. I was forty-one
years old and I was frightened of a street.

My champion was called Ade. I told him on the phone, as a sort of joke. He didn’t laugh. He said, “Is there another
way round?”

There was. Past the school, along the canal, up behind the garages. Twenty-five minutes instead of four.

“Then that’s your street now,” he said.

> Nobody tells you that getting better is mostly small and boring and a bit out of your way.

I did it in the rain. I did it when I was angry. Some days I did it and then sat by the water, as I couldn’t think
what else to do with the day. There is a heron on that stretch. Forty-one years, half a mile from my own door, and I
never knew.

# The bad week

In the spring my friend Danny died. I won’t say more than that. It is his story, and he isn’t here to tell it. I
left the house and I did not turn towards the school.

I got as far as the corner. I sent Ade one word: “corner”. He rang before I had put the phone away. He didn’t tell
me not to. He said, “What can you see?” I said, a red van. He said, “What else?”

We did that all the way to the canal. A gate. A cat. A woman with a pram. By the water he said, “What can you see?”
and I said, “The heron.” He said, “Well, go on then. Tell me about the heron.”

# Now

That was three years ago. I walk with two lads myself these days, the way Ade walked with me. I can’t carry them and
I don’t try. Mostly I ask them what they can see.

Last month I went down the old street to fetch something for my sister. It took four minutes. There was nobody on
the wall.

Then I went home the long way. I like it.
"""

ROW = """
They gave me a plot at the far end, row seven, where nothing grew. The man with the keys said it was the only one
left. I think it was a test, but he may just have been tidy.

I had never grown a thing in my life. I dug because digging was something to do with my arms between nine o’clock
and dinner, and those were the hours I was afraid of.

> You can’t hurry a bean. I tried.

I have asked for this to be read by my brother before it goes anywhere. He is in it, further on.
"""

TRAIN = """
The job started at six fifteen. That was the first thing they told me, before the pay, before what it even was. “Can
you do six fifteen?” I said yes. I had not seen six fifteen from the front for years. I had only ever met it from
behind, on the way home.

It was cleaning trains, and it still is. You get on when they are empty and you take out what people leave. You
would be surprised. Shoes. One shoe. A cake with the candles in.

I lost the first week’s sleep to being scared I would sleep. I had two alarms and my officer’s number and my
champion, Sol, who said he got up at five anyway. I found out later that he did not get up at five anyway. He set
his clock for me. He sent one word each morning: “Up?” And I sent back, “Up.”

# The platform

There is a bench on platform two with a lamp over it. I was always early, so I sat there. Ten minutes, every
morning, in the dark, with a flask.

For a long time those were the only ten minutes in my day when I wasn’t getting away from something. I wasn’t
getting anywhere either. I was just a man on a bench who was going to work.

> I didn’t need to be a new person. I needed somewhere to be at six fifteen.

In week nine I didn’t answer. I had a bad night, the sort I had promised everyone was behind me, and in the morning
I turned the phone over so it couldn’t look at me. It rang. I let it. It rang again, and then there was a text, and
it didn’t say what I thought it would. It said, “The bench is free tomorrow too.”

I went in at nine and I told my supervisor some of it. Not all, but none of it was a lie. She looked at me for a
while. She said, “Six fifteen tomorrow, then.” I told Sol the rest. He listened to the end, which is a thing I had
not often seen done.

# What changed

I would like to say it was one big thing. It was a flask, and a bench, and a word. It was being tired at night from
something I could name.

I have been there two years in March. I train the new starters. Last winter there was a lad, nineteen, first job,
hands shaking. I could see what kind of shaking it was. I didn’t ask him anything. I said, “There’s a bench on
platform two. It’s got a lamp.”

He was there the next day. I moved my flask over.
"""

# In the order they are made: the last one published stands first on the site.
TALES = [
    Tale(
        title="Y ffordd adref",
        slug="y-ffordd-adref",
        told_by="Mair",
        say="Deng munud yn hwy, bob nos. Dyna’r cyfan wnes i.",
        view=StoryPage.View.HILL,
        text=ADREF,
        language="cy",
    ),
    Tale(
        title="Six fifteen",
        slug="six-fifteen",
        told_by="Femi",
        say="I had only ever met six fifteen from behind, on the way home.",
        view=StoryPage.View.STATION,
        text=TRAIN,
        content_warning="Femi talks about a night when he used again. He does not go into detail.",
    ),
    Tale(
        title="Kettle on",
        slug="kettle-on",
        told_by="Joanne",
        say="For two years nobody came into my flat. Then Bev said she would bring the milk.",
        view=StoryPage.View.KETTLE,
        text=KETTLE,
    ),
    Tale(
        title="The long way round",
        slug="the-long-way-round",
        told_by="Marcus",
        say="For a year I walked an extra mile to buy milk. It is the best thing I ever did.",
        view=StoryPage.View.TERRACE,
        text=ROUND,
        content_warning="Marcus talks about drugs, prison and a friend who died. He does not go into detail.",
    ),
    Tale(
        title="Small change",
        slug="small-change",
        told_by="Dee",
        say="I used to know what I had in my pocket without looking. To the penny.",
        view=StoryPage.View.HILL,
        text=CHANGE,
        is_published=False,
    ),
    Tale(
        title="Row seven",
        slug="row-seven",
        told_by="Dai",
        say="They gave me a plot at the far end, where nothing grew.",
        view=StoryPage.View.GARDEN,
        text=ROW,
        has_consent=False,
        is_published=False,
    ),
]
