"""Settings: what admins look after."""

from django.urls import path

from . import views

app_name = "team"
urlpatterns = [
    path("keys/", views.keys, name="keys"),
    path("keys/new/", views.new_key, name="key_new"),
    path("keys/<int:pk>/revoke/", views.revoke_key, name="key_revoke"),
]
