"""Technology Partners, custom audiences, and what can be done about people on their way."""

from django.urls import include, path

from .channels import CHANNELS
from .partner import PARTNERS
from .views import attempts, audience, audiences, by_hand, confirming, outgoing, partners

app_name = "integrations"
urlpatterns = [
    path("", partners.index, name="partners"),
    path("audiences/", audiences.index, name="audiences"),
    path("audiences/look/", audiences.look, name="look_at_audiences"),
    path("audiences/<int:pk>/", audience.detail, name="audience"),
    path("audiences/<int:pk>/recreate/", audiences.recreate, name="recreate"),
    path("steps/<int:pk>/retry/", by_hand.retry, name="retry_step"),
    path("steps/<int:pk>/cancel/", by_hand.cancel, name="cancel"),
    path("steps/<int:pk>/attempts/", attempts.index, name="attempts"),
    path("steps/<int:pk>/attempts.csv", attempts.export, name="attempts_csv"),
    path("outgoing/<int:pk>/retry/", outgoing.retry, name="retry_outgoing"),
    path("outgoing/<int:pk>/cancel/", outgoing.cancel, name="cancel_outgoing"),
    path("<slug:key>/", partners.detail, name="partner"),
    path("<slug:key>/token/", partners.token, name="token"),
    path("<slug:key>/check/", partners.check, name="check"),
    path("<slug:key>/disconnect/", partners.disconnect, name="disconnect"),
    path("<slug:key>/tick/<slug:what>/", confirming.tick, name="tick"),
    path("<slug:key>/untick/<slug:what>/", confirming.untick, name="untick"),
    path("<slug:key>/retry/<slug:scope>/<int:pk>/", partners.retry, name="retry"),
    *(path(f"{key}/", include(list(one.urls))) for key, one in (PARTNERS | CHANNELS).items()),
]
