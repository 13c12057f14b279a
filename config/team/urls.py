"""Settings: what admins look after."""

from django.urls import path

from .views import invitations, keys, people

app_name = "team"
urlpatterns = [
    path("people/", people.index, name="people"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/invitations/<int:pk>/withdraw/", invitations.withdraw, name="invitation_withdraw"),
    path("people/<int:pk>/", people.role, name="person"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="person_deactivate"),
    path("people/<int:pk>/activate/", people.activate, name="person_activate"),
    path("keys/", keys.keys, name="keys"),
    path("keys/new/", keys.new_key, name="key_new"),
    path("keys/<int:pk>/revoke/", keys.revoke_key, name="key_revoke"),
]
