"""Settings: what admins look after, and everybody's own account."""

from django.urls import path

from .views import audit, invitations, keys, me, notices, people

app_name = "team"
urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/sessions/<int:pk>/end/", me.end_session, name="session_end"),
    path("me/sessions/end-others/", me.end_others, name="sessions_end"),
    path("people/", people.index, name="people"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/invitations/<int:pk>/withdraw/", invitations.withdraw, name="invitation_withdraw"),
    path("people/<int:pk>/", people.role, name="person"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="person_deactivate"),
    path("people/<int:pk>/activate/", people.activate, name="person_activate"),
    path("people/<int:pk>/two-step-off/", people.two_step_off, name="person_two_step"),
    path("notices/", notices.index, name="notices"),
    path("notices/read/", notices.read, name="notices_read"),
    path("notices/choose/", notices.choose, name="notices_choose"),
    path("notices/<int:pk>/open/", notices.open_one, name="notice_open"),
    path("audit/", audit.index, name="audit"),
    path("audit.csv", audit.export, name="audit_csv"),
    path("keys/", keys.keys, name="keys"),
    path("keys/new/", keys.new_key, name="key_new"),
    path("keys/<int:pk>/revoke/", keys.revoke_key, name="key_revoke"),
]
