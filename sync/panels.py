"""What the sync adds to the portal's pages: the way to its own."""

from customer360.context import NavigationItem, register
from sync.rights import may_see, may_see_matches

register(
    NavigationItem("Matches", "people", "matches", 75, may_see_matches, pages=("matches-exact", "matches-closing"))
)
register(
    NavigationItem(
        "Sync",
        "arrow-repeat",
        "sync",
        80,
        may_see,
        pages=("sync-rejected", "sync-run", "sync-run-stream"),
        is_about_sources=True,
    )
)
