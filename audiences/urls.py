"""Who the brand knows: profiles, segments, imports."""

from django.urls import path

from .views import filters, imports, profiles, segments

app_name = "audiences"
urlpatterns = [
    path("profiles/", profiles.index, name="profiles"),
    path("segments/", segments.index, name="segments"),
    path("segments/filter/", filters.filter_edit, name="filter_edit"),
    path("imports/", imports.index, name="imports"),
]
