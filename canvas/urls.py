"""Canvases: the list, the builder, analytics."""

from django.urls import path

from .views import analytics, builder, canvases, history, moving, review, sections, step_people, steps, versions

app_name = "canvas"
urlpatterns = [
    path("", canvases.index, name="list"),
    path("new/", canvases.create, name="create"),
    path("new/<slug:key>/", canvases.create_from, name="create_from"),
    path("import/", canvases.import_document, name="import"),
    path("<int:pk>/export/", canvases.export, name="export"),
    path("<int:pk>/duplicate/", canvases.duplicate, name="duplicate"),
    path("<int:pk>/archive/", canvases.archive, name="archive"),
    path("<int:pk>/stop/", canvases.stop, name="stop"),
    path("<int:pk>/resume/", canvases.resume, name="resume"),
    path("<int:pk>/analytics/", analytics.canvas, name="analytics"),
    path("<int:pk>/analytics.csv", analytics.export, name="analytics_csv"),
    path("<int:pk>/analytics/<slug:key>/", step_people.step, name="step_analytics"),
    path("<int:pk>/analytics/<slug:key>/people/", step_people.index, name="step_people"),
    path("<int:pk>/analytics/<slug:key>/people.csv", step_people.export, name="step_people_csv"),
    path("<int:pk>/build/", builder.builder, name="builder"),
    path("<int:pk>/add/", builder.add, name="add"),
    path("<int:pk>/link/", builder.link, name="link"),
    path("<int:pk>/undo/", history.undo, name="undo"),
    path("<int:pk>/redo/", history.redo, name="redo"),
    path("<int:pk>/basics/", sections.basics, name="basics"),
    path("<int:pk>/entry/", sections.entry, name="entry"),
    path("<int:pk>/entry/where/", sections.entry_where, name="entry_where"),
    path("<int:pk>/audience/", sections.audience, name="audience"),
    path("<int:pk>/review/", review.review, name="review"),
    path("<int:pk>/launch/", review.launch, name="launch"),
    path("<int:pk>/edit/", versions.edit, name="edit"),
    path("<int:pk>/discard/", versions.discard, name="discard"),
    path("<int:pk>/versions/", versions.index, name="versions"),
    path("<int:pk>/versions/<int:number>/restore/", versions.restore, name="restore"),
    path("<int:pk>/steps/<slug:key>/", steps.step, name="step"),
    path("<int:pk>/steps/<slug:key>/preview/", steps.preview, name="preview"),
    path("<int:pk>/steps/<slug:key>/type/", steps.change_type, name="change_type"),
    path("<int:pk>/steps/<slug:key>/delete/", steps.delete, name="delete_step"),
    path("<int:pk>/steps/<slug:key>/menu/", moving.menu, name="step_menu"),
    path("<int:pk>/steps/<slug:key>/duplicate/", moving.duplicate, name="duplicate_step"),
    path("<int:pk>/steps/<slug:key>/move/", moving.move, name="move_step"),
]
