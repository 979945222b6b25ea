"""What a story is made of. Each block has a template of its own in templates/cms/blocks/."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class StoryBody(blocks.StreamBlock):
    """The words of a story, in order. Few features: a story is read, not designed."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80, icon="h2", template="cms/blocks/heading.html")
    paragraph = blocks.RichTextBlock(
        label=_("Paragraph"), features=["bold", "italic"], template="cms/blocks/paragraph.html"
    )
    said = blocks.TextBlock(
        label=_("In their own words"),
        help_text=_("One or two sentences, shown large. Best once in a story."),
        max_length=240,
        icon="openquote",
        template="cms/blocks/said.html",
    )
    note = blocks.TextBlock(
        label=_("Note from us"),
        help_text=_("Handrail speaking, not the teller."),
        max_length=400,
        icon="info-circle",
        template="cms/blocks/note.html",
    )
