"""The dashboard's addresses. Everything needs a sign-in unless it says otherwise."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config.team.views import invitations

from . import help, views
from .api import api
from .styleguide import styleguide

admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", views.home, name="home"),
    path("styleguide/", styleguide, name="styleguide"),
    path("help/", help.index, name="help"),
    path("help/about/<str:id>/", help.entry, name="help_entry"),
    path("help/<slug:slug>/", help.section, name="help_section"),
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.measured, name="metrics"),
    path("accounts/email/", views.closed, name="account_email"),
    path("accounts/2fa/", include("config.team.two_step_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("invitation/", invitations.accept, name="invitation"),
    path("invitation/<str:text>/", invitations.open_link, name="invitation_open"),
    path("canvases/", include("canvas.urls")),
    path("audience/", include("audiences.urls")),
    path("partners/", include("integrations.urls")),
    path("settings/", include("config.team.urls")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
]
