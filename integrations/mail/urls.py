"""Pages of e-mail, below /partners/mail/."""

from django.urls import path

from . import views

PAGES = [
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("preview/<int:pk>/<slug:key>/", views.preview, name="mail_preview"),
    path("people/<int:pk>/", views.subscription, name="subscription"),
]
