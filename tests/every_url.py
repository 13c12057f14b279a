"""Who may open what: product.md's role table, address by address. A page that stands in no row fails the tests.

A row says who may look and who may change: a role and those above it, or one of the words below.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLResolver, get_resolver

NOBODY, ANYBODY, SIGNED_IN, STAFF, WITH_KEY = "nobody", "anybody", "signed in", "staff", "with a key"
NEVER = "never"
"""The method doesn't exist there: 405."""
V, M, A = "Viewer", "Marketer", "Admin"
CAST = ("Anonymous", "Newcomer", "Staff", V, M, A)
"""Staff and Newcomer have no role; Admins of the tests are staff."""
MAY = {
    NOBODY: set(), ANYBODY: set(CAST), SIGNED_IN: {*CAST} - {"Anonymous"}, STAFF: {"Staff", A}, NEVER: set(),
    V: {V, M, A}, M: {M, A}, A: {A},
}  # fmt: skip
PAGE, PART, FILE, ELSEWHERE = "page", "part of a page", "file", "leads elsewhere"


@dataclass(frozen=True)
class Row:
    get: str
    post: str = NEVER
    kind: str = PAGE


DASHBOARD = {
    "home": Row(V),
    "help": Row(V),
    "help_section": Row(V),
    "help_entry": Row(V),
    "styleguide": Row(STAFF),
    "alive": Row(ANYBODY, kind=FILE),
    "ready": Row(ANYBODY, kind=FILE),
    "metrics": Row(NOBODY, kind=FILE),
    "canvas:list": Row(V),
    "canvas:create": Row(M, M),
    "canvas:create_from": Row(NEVER, M),
    "canvas:import": Row(NEVER, M),
    "canvas:export": Row(M, kind=FILE),
    "canvas:duplicate": Row(NEVER, M),
    "canvas:archive": Row(NEVER, M),
    "canvas:stop": Row(NEVER, M),
    "canvas:resume": Row(NEVER, M),
    "canvas:analytics": Row(V),
    "canvas:analytics_csv": Row(V, kind=FILE),
    "canvas:step_analytics": Row(V),
    "canvas:why_not": Row(V, kind=PART),
    "canvas:step_people": Row(NEVER, V),
    "canvas:step_people_csv": Row(NEVER, V, kind=FILE),
    "canvas:builder": Row(V),
    "canvas:add": Row(M, M),
    "canvas:link": Row(M, M),
    "canvas:undo": Row(NEVER, M),
    "canvas:redo": Row(NEVER, M),
    "canvas:basics": Row(V, M),
    "canvas:entry": Row(V, M),
    "canvas:entry_where": Row(NEVER, M),
    "canvas:audience": Row(V, M),
    "canvas:review": Row(V, M),
    "canvas:launch": Row(NEVER, M),
    "canvas:edit": Row(NEVER, M),
    "canvas:discard": Row(NEVER, M),
    "canvas:versions": Row(V),
    "canvas:restore": Row(NEVER, M),
    "canvas:step": Row(V, M),
    "canvas:preview": Row(NEVER, M),
    "canvas:change_type": Row(NEVER, M),
    "canvas:delete_step": Row(M, M),
    "canvas:step_menu": Row(M),
    "canvas:duplicate_step": Row(NEVER, M),
    "canvas:move_step": Row(M, M),
    "audiences:profiles": Row(V),
    "audiences:profiles_search": Row(NEVER, V),
    "audiences:profile": Row(V),
    "audiences:profile_edit": Row(M, M),
    "audiences:profile_erase": Row(M, M),
    "audiences:erasures": Row(M),
    "audiences:erasures_search": Row(NEVER, M),
    "audiences:erasure": Row(M),
    "audiences:segments": Row(V),
    "audiences:segment_counts": Row(V, kind=PART),
    "audiences:segment_new": Row(M, M),
    "audiences:filter_edit": Row(NEVER, M),
    "audiences:filter_people": Row(NEVER, M),
    "audiences:segment": Row(V, M),
    "audiences:segment_people": Row(V, kind=PART),
    "audiences:segment_find": Row(NEVER, V),
    "audiences:segment_person": Row(V),
    "audiences:segment_delete": Row(M, M),
    "audiences:imports": Row(M),
    "audiences:import_upload": Row(NEVER, M),
    "audiences:import": Row(M),
    "audiences:import_answer": Row(NEVER, M),
    "audiences:import_start": Row(NEVER, M),
    "audiences:import_discard": Row(NEVER, M),
    "audiences:import_undo": Row(M, M),
    "audiences:import_refused": Row(M, kind=FILE),
    "integrations:facebook_rehearsal": Row(NEVER, M),
    "integrations:mail_preview": Row(NEVER, M),
    "integrations:webhook_preview": Row(NEVER, M),
    "integrations:webhook_key": Row(A, A),
    "integrations:subscription": Row(NEVER, M),
    "integrations:unsubscribe": Row(ANYBODY, ANYBODY),
    "integrations:partners": Row(A),
    "integrations:partner": Row(A),
    "integrations:token": Row(NEVER, A),
    "integrations:check": Row(NEVER, A),
    "integrations:disconnect": Row(A, A),
    "integrations:facebook_app_review": Row(A),
    "integrations:tick": Row(NEVER, A),
    "integrations:untick": Row(NEVER, A),
    "integrations:retry": Row(NEVER, M),
    "integrations:audiences": Row(V),
    "integrations:audience": Row(V),
    "integrations:look_at_audiences": Row(NEVER, M),
    "integrations:recreate": Row(M, M),
    "integrations:retry_step": Row(NEVER, M),
    "integrations:cancel": Row(NEVER, M),
    "integrations:retry_outgoing": Row(NEVER, M),
    "integrations:cancel_outgoing": Row(NEVER, M),
    "integrations:attempts": Row(V),
    "integrations:attempts_csv": Row(V, kind=FILE),
    "team:me": Row(SIGNED_IN, SIGNED_IN),
    "team:session_end": Row(NEVER, SIGNED_IN),
    "team:sessions_end": Row(NEVER, SIGNED_IN),
    "team:people": Row(A),
    "team:invite": Row(A, A),
    "team:invitation_withdraw": Row(NEVER, A),
    "team:person": Row(A, A),
    "team:person_deactivate": Row(A, A),
    "team:person_activate": Row(NEVER, A),
    "team:person_two_step": Row(NEVER, A),
    "invitation": Row(ANYBODY, ANYBODY),
    "invitation_open": Row(ANYBODY, kind=ELSEWHERE),
    "team:notices": Row(V),
    "team:notices_read": Row(NEVER, V),
    "team:notices_choose": Row(NEVER, V),
    "team:notice_open": Row(NEVER, V, kind=ELSEWHERE),
    "team:audit": Row(A),
    "team:audit_csv": Row(A, kind=FILE),
    "team:keys": Row(A),
    "team:key_new": Row(A, A),
    "team:key_revoke": Row(A, A),
}
ACCOUNT = {
    "account_login": Row(ANYBODY, ANYBODY),
    "account_logout": Row(ANYBODY, ANYBODY),
    "account_inactive": Row(ANYBODY),
    "account_signup": Row(ANYBODY, ANYBODY),
    "account_reauthenticate": Row(SIGNED_IN, SIGNED_IN),
    "account_email": Row(NOBODY, NOBODY),
    "account_email_verification_sent": Row(ANYBODY),
    "account_change_password": Row(SIGNED_IN, SIGNED_IN),
    "account_set_password": Row(SIGNED_IN, SIGNED_IN),
    "account_reset_password": Row(ANYBODY, ANYBODY),
    "account_reset_password_done": Row(ANYBODY),
    "account_reset_password_from_key": Row(ANYBODY, ANYBODY),
    "account_reset_password_from_key_done": Row(ANYBODY),
    "account_confirm_login_code": Row(ANYBODY, ANYBODY),
    "account_confirm_email": Row(ANYBODY, ANYBODY),
    "mfa_index": Row(SIGNED_IN),
    "mfa_authenticate": Row(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate": Row(SIGNED_IN, SIGNED_IN),
    "mfa_activate_totp": Row(SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": Row(SIGNED_IN, SIGNED_IN),
    "mfa_view_recovery_codes": Row(SIGNED_IN),
    "mfa_generate_recovery_codes": Row(SIGNED_IN, SIGNED_IN),
    "mfa_download_recovery_codes": Row(SIGNED_IN, SIGNED_IN, kind=FILE),
    "mfa_list_webauthn": Row(SIGNED_IN),
    "mfa_add_webauthn": Row(SIGNED_IN, SIGNED_IN),
    "mfa_edit_webauthn": Row(SIGNED_IN, SIGNED_IN),
    "mfa_remove_webauthn": Row(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate_webauthn": Row(SIGNED_IN, SIGNED_IN),
    "mfa_login_webauthn": Row(ANYBODY, ANYBODY),
}
API = {
    "api:track_users": ("POST", "users.track"),
    "api:delete_users": ("POST", "users.delete"),
    "api:read_user": ("GET", "users.read"),
    "api:read_erasure": ("GET", "users.delete"),
    "api:list_segments": ("GET", "segments"),
    "api:create_segment": ("POST", "segments"),
    "api:read_segment": ("GET", "segments"),
    "api:replace_segment": ("PUT", "segments"),
    "api:list_canvases": ("GET", "canvases"),
    "api:create_canvas": ("POST", "canvases"),
    "api:read_canvas": ("GET", "canvases"),
    "api:replace_canvas": ("PUT", "canvases"),
    "api:launch_canvas": ("POST", "canvases.launch"),
    "api:stop_canvas": ("POST", "canvases.launch"),
    "api:trigger": ("POST", "canvases.trigger"),
    "api:resume_canvas": ("POST", "canvases.launch"),
    "api:read_analytics": ("GET", "analytics"),
    "api:list_people": ("GET", "analytics"),
    "api:read_facebook": ("GET", "partners"),
    "api:connect_facebook": ("PUT", "partners"),
    "api:disconnect_facebook": ("DELETE", "partners"),
}
API_FOR_ALL = {"api:openapi-json": 200, "api:openapi-view": 200, "api:api-root": 404}
# What staff without a role may open: nothing of a model, only the frame around them.
ADMIN = {
    "admin:index": Row(STAFF, STAFF),
    "admin:login": Row(STAFF, STAFF, kind=ELSEWHERE),
    "admin:logout": Row(NEVER, STAFF),
    "admin:password_change": Row(STAFF, STAFF),
    "admin:password_change_done": Row(STAFF),
    "admin:autocomplete": Row(NOBODY),
    "admin:jsi18n": Row(STAFF, kind=FILE),
    "admin:view_on_site": Row(NOBODY, NOBODY),
    "admin:auth_user_password_change": Row(A, A),
    "admin:app_list": Row(A, A),
}
MODELS = (
    "team_user", "auth_group", "team_invitation", "team_apikey", "team_auditevent", "team_keptanswer",
    "audiences_profile",
    "audiences_event", "audiences_purchase", "audiences_customattribute",
    "audiences_segment", "audiences_import", "canvas_canvas",
    "canvas_revision", "canvas_version", "canvas_step", "canvas_entryrun", "canvas_cohort", "canvas_entry",
    "canvas_conversion", "canvas_wayconversion", "canvas_entryday", "canvas_listener",
    "canvas_arrival", "canvas_arrivalhour", "integrations_connection", "integrations_connectionsecret",
    "integrations_adaccount",
    "integrations_customaudience", "integrations_syncbatch", "integrations_batchhour", "integrations_member",
    "integrations_attempt",
    "audiences_erasure", "integrations_removal", "integrations_identity", "audiences_eventname", "canvas_trigger",
    "integrations_outlet", "integrations_dispatch", "integrations_dispatchhour",
    "integrations_confirmation", "mail_suppression",
    "integrations_incident", "integrations_manifest", "team_notice", "team_noticechoice",
    "webhook_signingkey",
)  # fmt: skip
for model in MODELS:
    ADMIN |= {
        f"admin:{model}_changelist": Row(A, A), f"admin:{model}_history": Row(A, A),
        f"admin:{model}_change": Row(A, NOBODY), f"admin:{model}_add": Row(NOBODY, NOBODY),
        f"admin:{model}_delete": Row(NOBODY, NOBODY),
    }  # fmt: skip
ADMIN["admin:team_user_change"] = Row(A, A)
TABLE = DASHBOARD | ACCOUNT | ADMIN
# Where the rows don't tell all: name, methods, who, and what they get.
ODD = (
    ("account_logout", "get", {"Anonymous"}, "sign in"),
    ("account_logout", "post", set(CAST), "sign in"),
    ("metrics", "get", set(CAST), "not there"),
    ("metrics", "post", {"Anonymous"}, "never"),
    ("mfa_login_webauthn", "get post", {"Anonymous"}, "sign in"),
    ("account_confirm_login_code", "get post", {"Anonymous"}, "sign in"),
    ("account_email", "get post", {*CAST} - {"Anonymous"}, "not there"),
    ("account_confirm_email", "post", set(CAST), "not there"),
    ("team:notice_open", "post", {V, M}, "not there"),
    ("admin:login", "get post", {"Newcomer", V, M}, "forbidden"),
    ("admin:logout", "get post", {"Newcomer", V, M}, "let in"),
    ("admin:view_on_site", "get post", {"Staff", A}, "not there"),
    ("admin:app_list", "get post", {"Staff"}, "not there"),
)
WITHOUT_A_FORM = {"integrations:unsubscribe"}
"""What another program may POST: the address itself is what it has to show (RFC 8058)."""
UNNAMED = {"api:": {"<anything:rest>"}, "admin:": {"<path:object_id>/", "(?P<url>.*)$"}}
"""Answers to what is not there, and the admin's old addresses of a row, which lead to the new ones."""


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, str]]:
    """The name of every URL pattern of the project, and the pattern itself without what stands before it."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name or ''}", str(one.pattern)


def expected(name: str, who: str, method: str) -> str:
    """How the table wants somebody to be answered: let in, sign in, forbidden, not there, or never."""
    for odd, methods, these, answer in ODD:
        if name == odd and method in methods.split() and who in these:
            return answer
    row = TABLE[name]
    may = getattr(row, method)
    if who in MAY[may]:
        return "let in"
    if who == "Anonymous" and ANYBODY not in (row.get, row.post):
        return "sign in"
    if name in ADMIN and who not in MAY[STAFF]:
        return "sign in"
    if may == NEVER:
        return NEVER
    return "sign in" if may == STAFF else "forbidden"
