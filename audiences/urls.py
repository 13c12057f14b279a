"""Who the brand knows: profiles, segments, imports."""

from django.urls import path

from .views import imports, profiles, segments

app_name = "audiences"
urlpatterns = [
    path("profiles/", profiles.index, name="profiles"),
    path("segments/", segments.index, name="segments"),
    path("imports/", imports.index, name="imports"),
]
