"""The addresses of the sync's pages."""

from django.urls import path

from sync import views

urlpatterns = [
    path("sync", views.overview, name="sync"),
    path("sync/rejected", views.rejected, name="sync-rejected"),
    path("sync/rejected/rows", views.rejected_rows, name="sync-rejected-rows"),
    path("sync/runs/<uuid:run_id>", views.run, name="sync-run"),
    path("sync/streams/<str:stream>/run", views.run_stream, name="sync-run-stream"),
]
