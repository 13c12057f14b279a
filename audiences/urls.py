"""Who the brand knows: profiles, segments, imports."""

from django.urls import path

from .views import erasures, filters, import_undo, imports, profile_edit, profiles, reasons, segments

app_name = "audiences"
urlpatterns = [
    path("profiles/", profiles.index, name="profiles"),
    path("profiles/search/", profiles.search, name="profiles_search"),
    path("profiles/<int:pk>/", profiles.detail, name="profile"),
    path("profiles/<int:pk>/edit/", profile_edit.edit, name="profile_edit"),
    path("profiles/<int:pk>/erase/", erasures.erase, name="profile_erase"),
    path("erasures/", erasures.index, name="erasures"),
    path("erasures/search/", erasures.search, name="erasures_search"),
    path("erasures/<slug:number>/", erasures.detail, name="erasure"),
    path("segments/", segments.index, name="segments"),
    path("segments/counts/", segments.counts, name="segment_counts"),
    path("segments/new/", segments.new, name="segment_new"),
    path("segments/filter/", filters.filter_edit, name="filter_edit"),
    path("segments/people/", filters.filter_people, name="filter_people"),
    path("segments/<int:pk>/", segments.segment, name="segment"),
    path("segments/<int:pk>/people/", segments.people, name="segment_people"),
    path("segments/<int:pk>/find/", reasons.find, name="segment_find"),
    path("segments/<int:pk>/people/<int:profile>/", reasons.person, name="segment_person"),
    path("segments/<int:pk>/delete/", segments.delete, name="segment_delete"),
    path("imports/", imports.index, name="imports"),
    path("imports/upload/", imports.upload, name="import_upload"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/answer/", imports.answer, name="import_answer"),
    path("imports/<int:pk>/start/", imports.start, name="import_start"),
    path("imports/<int:pk>/discard/", imports.discard, name="import_discard"),
    path("imports/<int:pk>/undo/", import_undo.undo, name="import_undo"),
    path("imports/<int:pk>/refused.csv", imports.refused, name="import_refused"),
]
