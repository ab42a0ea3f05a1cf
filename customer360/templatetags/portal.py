"""The template language of the portal: icons, money, dates, identifiers. Built in, so no template loads it."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from customer360.pages import folded
from customer360.search import words_of

register = template.Library()

MINUS = "\u2212"
"""The minus sign of money: as wide as a plus, and never a line break."""


@register.simple_tag
def icon(name: str, styles: str = "") -> SafeString:
    """An icon of the sprite. It says nothing to a screen reader: the text beside it does."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"icon {styles}".strip(), static("icons.svg"), name,
    )  # fmt: skip


class Tidy(template.Node):
    """A part of a page without the lines and indents that its templates leave between and inside its tags."""

    def __init__(self, nodes: template.NodeList) -> None:
        self.nodelist = nodes

    def render(self, context: template.Context) -> SafeString:
        """The part, an eighth shorter. What a person reads stays as it is: only a link's and a cell's edges are cut."""
        text = _BETWEEN_TAGS.sub(">\n<", self.nodelist.render(context))
        text = _TAG_OF_LINES.sub(lambda tag: " ".join(tag[0].split()), text)
        text = _END.sub(r"\1", _BEGINNING.sub(r"\1", text))
        return mark_safe(text)  # noqa: S308 - every part was rendered, and escaped, by a template


_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
_TAG_OF_LINES = re.compile(r"<[a-z][^<>]*\n[^<>]*>")
_BEGINNING = re.compile(r"(<(?:a|td|th|dd)(?: [^<>]*)?>)\s*\n\s*")
_END = re.compile(r"\s*\n\s*(</(?:a|td|th|dd)>)")


@register.tag
def tidy(parser: template.base.Parser, token: template.base.Token) -> Tidy:
    """`{% tidy %}` to `{% endtidy %}`: the same page in fewer bytes."""
    nodes = parser.parse(("endtidy",))
    parser.delete_first_token()
    return Tidy(nodes)


@register.filter
def money(value: Any, currency: str | None = "") -> str:
    """An amount with its currency: $1,284.60, −$20.00, CAD 5.00. A mask, or nothing, stays as it is."""
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        return "" if value is None else str(value)
    amount = f"{abs(value):,.2f}"
    sign = MINUS if value < 0 and Decimal(amount.replace(",", "")) else ""
    if currency == "USD":
        return f"{sign}${amount}"
    return f"{currency} {sign}{amount}" if currency else f"{sign}{amount}"


@register.filter
def quantity(value: Any) -> str:
    """A measured quantity with as many decimals as it has: 15,021.3. A mask, or nothing, stays as it is."""
    if not isinstance(value, Decimal):
        return "" if value is None else str(value)
    digits = f"{abs(value):,f}"
    exact = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{MINUS}{exact}" if value < 0 else exact


@register.filter
def percent(value: Any) -> str:
    """A change in whole percent, without its sign: the arrow beside it shows that. A mask stays as it is."""
    return f"{abs(value):,.0f}%" if isinstance(value, Decimal | int) else "" if value is None else str(value)


@register.filter
def shortdate(value: Any) -> str:
    """A day as 24 Nov 2026, in the portal's time zone. A mask, or nothing, stays as it is."""
    if not isinstance(value, date):
        return "" if value is None else str(value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date_format(value, "j M Y")


@register.filter
def monthyear(value: Any) -> str:
    """A month as Mar 2014. A mask, or nothing, stays as it is."""
    return date_format(value, "M Y") if isinstance(value, date) else "" if value is None else str(value)


@register.filter
def fullmonth(value: date) -> str:
    """A month as March 2014."""
    return date_format(value, "F Y")


@register.filter
def daysaway(value: Any) -> str:
    """How far a day is from today: in 16 days, today, 13 days ago. A mask, or nothing, stays as it is."""
    if not isinstance(value, date):
        return "" if value is None else str(value)
    days = (value - timezone.localdate()).days
    if days == 0:
        return "today"
    return f"in {count(days, 'day')}" if days > 0 else f"{count(-days, 'day')} ago"


@register.filter
def stamp(value: datetime | None) -> str:
    """A moment as 02:00 if it is today, else as 23 Nov 02:00, in the portal's time zone; never a relative word."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    today = timezone.localdate()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, "j M H:i" if local.year == today.year else "j M Y H:i")


@register.filter
def fullstamp(value: datetime | None) -> str:
    """A moment with its zone, for a title: 24 Nov 2026 02:00 EST."""
    return "" if value is None else date_format(timezone.localtime(value), "j M Y H:i T")


@register.filter
def age(value: datetime) -> str:
    """How long ago a moment was, in whole hours or, from two days on, in days: 31 hours, 3 days."""
    hours = int((timezone.now() - value).total_seconds() // 3600)
    count, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"


@register.filter
def identifier(value: Any) -> str:
    """A ten-digit identifier in groups, as it is read aloud: 421 866 5007. Any other text stays as it is."""
    text = "" if value is None else str(value)
    return f"{text[:3]} {text[3:6]} {text[6:]}" if len(text) == 10 and text.isdigit() else text


SERVICE_ICONS = {
    "electric": "lightning-charge-fill",
    "gas": "fire",
    "water": "droplet-fill",
    "light": "lightbulb",
}


@register.filter
def serviceicon(name: Any) -> str:
    """The icon of a service, by a word in its name; a plain dash for a service that has none of those words."""
    words = str(name or "").casefold()
    return next((picture for word, picture in SERVICE_ICONS.items() if word in words), "dash-lg")


@register.filter
def initials(name: Any) -> str:
    """Up to two capitals that stand for a name: DW for Dana Whitfield."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


@register.filter
def highlight(text: Any, typed: str) -> SafeString:
    """The text with every typed word marked, whatever its case."""
    words = [re.escape(word) for word in words_of(typed)]
    if not words:
        return conditional_escape(text)
    parts = re.split(f"({'|'.join(words)})", str(text), flags=re.IGNORECASE)
    pairs = ((format_html("<mark>{}</mark>", part) if index % 2 else part,) for index, part in enumerate(parts) if part)
    return format_html_join("", "{}", pairs)


@register.filter
def count(number: int, noun: str) -> str:
    """A number with its noun: 1 premise, 3 premises."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@register.filter
def phonelink(value: str) -> str:
    """The digits of a telephone number as a tel: link takes them."""
    return "".join(character for character in str(value) if character.isdigit() or character == "+")


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The address of this page with its query string changed; a parameter that is None leaves."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def page_of(context: template.Context, parameter: str, number: int) -> str:
    """The address of this page with that page of a list, whatever parameter says it."""
    return with_query(context, **{parameter: number})


@register.simple_tag(takes_context=True)
def unfold(context: template.Context, parameter: str) -> str:
    """The address of this page with that list unfolded and no other: one at a time keeps the page small."""
    return with_query(context, **dict.fromkeys((*folded(), "note")) | {parameter: "all"})


@register.inclusion_tag("components/as_of.html", takes_context=True)
def as_of(context: template.Context, names: Iterable[str]) -> dict[str, Any]:
    """The source and time of what a card shows. Unknown sources are left out: their app is not installed."""
    return {"sources": [source for source in context["shell"].sources if source.name in names]}
