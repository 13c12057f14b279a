"""Canvases: the list, the builder, analytics."""

from django.urls import path

from .views import canvases

app_name = "canvas"
urlpatterns = [
    path("", canvases.index, name="list"),
]
