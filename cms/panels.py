"""The panel in the story editor that says whether a consent stands."""

from typing import Any

from wagtail.admin.panels import Panel


class ConsentPanel(Panel):
    """Says until when the teller has said yes, and leads to where an editor records it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/consent_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "consent": self.instance.current_consent()}
