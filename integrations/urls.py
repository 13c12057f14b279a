"""Technology Partners."""

from django.urls import path

from .views import partners

app_name = "integrations"
urlpatterns = [
    path("", partners.index, name="partners"),
    path("<slug:key>/", partners.detail, name="partner"),
    path("<slug:key>/token/", partners.token, name="token"),
    path("<slug:key>/check/", partners.check, name="check"),
    path("<slug:key>/disconnect/", partners.disconnect, name="disconnect"),
    path("<slug:key>/retry/<slug:scope>/<int:pk>/", partners.retry, name="retry"),
]
