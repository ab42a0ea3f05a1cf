"""The addresses of the sync's pages."""

from django.urls import path

from sync import views
from sync.matching import views as matching

urlpatterns = [
    path("sync", views.overview, name="sync"),
    path("sync/rejected", views.rejected, name="sync-rejected"),
    path("sync/rejected/rows", views.rejected_rows, name="sync-rejected-rows"),
    path("sync/runs/<uuid:run_id>", views.run, name="sync-run"),
    path("matches", matching.matches, name="matches"),
    path("matches/decide", matching.decide, name="matches-decide"),
    path("matches/<str:match_object>/exact", matching.exact, name="matches-exact"),
    path("matches/<str:match_object>/closing", matching.closing, name="matches-closing"),
    path("sync/streams/<str:stream>/run", views.run_stream, name="sync-run-stream"),
]
