"""Administration of the links to other systems, with the address that each would make."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customer360.models import LinkPattern
from customer360.visibility.surfaces.admin import HistoryMixin

EXAMPLE = "1234567890"
"""A key as CC&B's are; it belongs to nobody in particular."""


@admin.register(LinkPattern)
class LinkPatternAdmin(HistoryMixin):
    """Links to other systems: patterns are checked when saved, and shown with an example key."""

    list_display = ("kind", "text", "system", "url_pattern", "is_active")
    list_display_links = ("kind", "text")
    list_filter = ("system", "kind", "is_active")
    fields = ("system", "kind", "title", "url_pattern", "is_active", "preview")
    readonly_fields = ("preview",)

    @admin.display(description="preview", empty_value="")
    def preview(self, pattern: LinkPattern) -> str | SafeString:
        """The address for the example key, to be tried; a hint where there is no pattern that would make one."""
        if not pattern.url_pattern:
            return f"Save the pattern and go on editing: its address for the key {EXAMPLE} is shown here."
        try:
            pattern.clean_fields()
            pattern.clean()
        except ValidationError:
            return ""
        address = pattern.address(dict.fromkeys(pattern.placeholders, EXAMPLE))
        return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>', address)
