"""Pages of webhooks, below /partners/webhook/."""

from django.urls import path

from . import views

PAGES = [
    path("key/", views.key, name="webhook_key"),
    path("preview/<int:pk>/<slug:key>/", views.preview, name="webhook_preview"),
]
