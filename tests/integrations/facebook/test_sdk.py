"""Meta's own SDK against our sandbox, and beside our client: a second reader of the contract.

It works unchanged for every call that we use, so the sandbox answers as Meta's code expects it. What we send for the
same people differs from what it sends in the ways listed here and in no other: graph-api.md, section 8, says of each
that the SDK is wrong.
"""

import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.customaudience import CustomAudience
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from integrations.facebook import graph as client
from integrations.facebook import users
from integrations.facebook.match_fields import cell, normalise
from tests.cast import ACCOUNT, TOKEN

NEW = {"name": "Win back", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY", "description": "a mark"}
SAME = [
    ("EMAIL", " Mary.Smith+News@Example.COM ", "mary.smith+news@example.com"),
    ("PHONE", "+1 (650) 555-1212", "16505551212"),
    ("FN", "Jean-Luc", "jeanluc"), ("LN", "O'Neil", "oneil"), ("FI", "m", "m"),
    ("GEN", "Female", "f"), ("GEN", " M ", "m"),
    ("CT", "Los Angeles", "losangeles"), ("CT", "São Paulo", "sopaulo"), ("ST", "ca", "ca"),
    ("ZIP", "37221-3312", "37221"), ("COUNTRY", "US", "us"),
]  # fmt: skip
DIFFERENT = {
    "an unknown value is an empty cell, never the hash of nothing": ("FN", "", "", ""),
    "mobile advertiser ids are not hashed": (
        "MADID", "B67385F8-9A82-4670-8C0A-6F9EA7513F5F", "b67385f8-9a82-4670-8c0a-6f9ea7513f5f",
        "b67385f8-9a82-4670-8c0a-6f9ea7513f5f",
    ),
    "an external id stays as it is": ("EXTERN_ID", "User_12345", "User_12345", "user_12345"),
    "accents in names are kept": ("FN", "Valéry", "valéry", "valry"),
    "names in other scripts are kept": ("LN", "정", "정", ""),
    "the 00 and the trunk zero of a phone go": ("PHONE", "0044 (0)20 7946 0958", "442079460958", "004402079460958"),
    "an extension is no part of a phone": ("PHONE", "+1 650 555 1212 ext. 5", "16505551212", "165055512125"),
    "an initial is one letter": ("FI", "Mary", "m", "mary"),
    "a gender is m, f or nothing": ("GEN", "non-binary", "", "n"),
    "a US state is two letters": ("ST", "New York", "ny", "newyork"),
    "a ZIP has no white space": ("ZIP", "M1 1AE", "m11ae", "m1 1ae"),
    "a country is its ISO code": ("COUNTRY", "Germany", "de", "ge"),
    "the United Kingdom is gb": ("COUNTRY", "UK", "gb", "uk"),
    "what is no address is not sent": ("EMAIL", "none@", "", "none@"),
}  # fmt: skip
"""What, and what is hashed: by us, by the SDK."""
UNHASHED_BY_SDK, UNHASHED_BY_US = {"EXTERN_ID"}, {"EXTERN_ID", "MADID"}
COUNTRIES = {"ST": "US", "ZIP": ""}


@pytest.fixture
def api(sandbox):
    session = FacebookSession(access_token=TOKEN)
    session.GRAPH = sandbox.url
    yield FacebookAdsApi(session)
    session.requests.close()


@pytest.fixture
def audience(api) -> CustomAudience:
    return AdAccount(ACCOUNT, api=api).create_custom_audience(params=NEW)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sdk_cell(key: str, raw: str) -> str:
    [[found]] = CustomAudience.format_params([key], [[raw]], is_raw=True)["payload"]["data"]
    return found


# Every call that we use


def test_the_token_tells_about_itself(api):
    told = api.call("GET", ("debug_token",), {"input_token": TOKEN}).json()["data"]
    assert told["is_valid"] and told["type"] == "SYSTEM_USER" and "ads_management" in told["scopes"]
    assert User("me", api=api).api_get(fields=["id", "name"])["id"]
    granted = api.call("GET", ("me", "permissions")).json()["data"]
    assert {"permission": "ads_management", "status": "granted"} in granted


def test_ad_accounts_are_paged_through(api, sandbox):
    for number in range(30):
        sandbox.account(f"act_5{number:03}")
    found = list(User("me", api=api).get_ad_accounts(fields=["name", "account_status"], params={"limit": 10}))
    assert len({account["id"] for account in found}) == 34 and found[0]["account_status"] == 1
    assert AdAccount(ACCOUNT, api=api).api_get(fields=["account_status", "tos_accepted"])["account_status"] == 1


def test_an_audience_is_made_read_listed_and_deleted(api, sandbox, audience):
    read = CustomAudience(audience["id"], api=api).api_get(fields=["name", "operation_status", "description"])
    assert (read["name"], read["operation_status"]["code"]) == ("Win back", 410)
    listed = AdAccount(ACCOUNT, api=api).get_custom_audiences(fields=["id", "subtype"], params={"limit": 1})
    assert [one["subtype"] for one in listed] == ["CUSTOM"]
    audience.api_delete()
    with pytest.raises(FacebookRequestError) as gone:
        CustomAudience(audience["id"], api=api).api_get(fields=["id"])
    assert (gone.value.api_error_code(), gone.value.api_error_subcode()) == (100, 33)


def test_people_are_added_and_removed(sandbox, audience):
    sandbox.settings(delete_minimum=0)
    people = [["a@example.com", "Mary"], ["b@example.com", "Joe"]]
    session = {"session_id": 7, "batch_seq": 1, "last_batch_flag": True}
    told = audience.add_users(["EMAIL", "FN"], people, is_raw=True, session=session).json()
    assert (told["num_received"], told["num_invalid_entries"], told["session_id"]) == (2, 0, "7")
    assert sandbox.count(audience["id"]) == 2
    assert audience.remove_users(["EMAIL", "FN"], people[:1], is_raw=True).json()["num_received"] == 1
    assert sandbox.count(audience["id"]) == 1


def test_errors_are_read_alike(api, sandbox, audience):
    sandbox.revoke(TOKEN)
    with pytest.raises(FacebookRequestError) as refused:
        audience.add_users(["EMAIL"], [["a@example.com"]], is_raw=True)
    error = refused.value
    assert (error.http_status(), error.api_error_code(), error.api_error_subcode()) == (400, 190, 467)
    assert error.api_error_type() == "OAuthException"


def test_a_throttle_carries_the_headers_that_it_reads(sandbox, audience):
    sandbox.fault("rate_80003", minutes=7)
    with pytest.raises(FacebookRequestError) as refused:
        audience.add_users(["EMAIL"], [["a@example.com"]], is_raw=True)
    usage = json.loads(refused.value.http_headers()["x-business-use-case-usage"])
    assert usage["1001"][0]["estimated_time_to_regain_access"] == 7


# The same people


@pytest.mark.parametrize(("key", "raw", "normalised"), SAME)
def test_what_both_send_alike(key, raw, normalised):
    assert cell(key, raw, COUNTRIES.get(key, "")) == sdk_cell(key, raw) == hashed(normalised)


@pytest.mark.parametrize(("part", "key", "raw"), [("1997", "DOBY", "1997"), ("02", "DOBM", "2"), ("16", "DOBD", "16")])
def test_dates_of_birth_are_alike_though_we_take_them_whole(part, key, raw):
    assert cell(key, "2/16/1997") == cell(key, "1997-02-16") == sdk_cell(key, raw) == hashed(part)


@pytest.mark.parametrize(("key", "raw", "ours", "theirs"), DIFFERENT.values(), ids=DIFFERENT)
def test_where_the_sdk_is_wrong(key, raw, ours, theirs):
    assert normalise(key, raw, COUNTRIES.get(key, "")) == ours
    expected = ours if key in UNHASHED_BY_US or not ours else hashed(ours)
    assert cell(key, raw, COUNTRIES.get(key, "")) == expected
    assert sdk_cell(key, raw) == (theirs if key in UNHASHED_BY_SDK else hashed(theirs))
    assert cell(key, raw, COUNTRIES.get(key, "")) != sdk_cell(key, raw)


def test_the_rows_that_facebook_holds_are_the_same(sandbox, audience, api):
    """Over the wire: both fill a list with the same people, in the fields that the SDK gets right."""
    schema = ["EMAIL", "PHONE", "LN", "COUNTRY"]
    raw = [[f"jane{number}@example.com", f"+1 650 555 12{number}", "Smith", "US"] for number in range(10, 20)]
    audience.add_users(schema, raw, is_raw=True)
    ours = AdAccount(ACCOUNT, api=api).create_custom_audience(params=NEW)["id"]
    rows = [tuple(cell(key, text, "US") for key, text in zip(schema, row, strict=True)) for row in raw]
    users.post(client.Graph(TOKEN), f"{ours}/users", schema, rows, 7)
    assert sandbox.rows(ours) == sandbox.rows(audience["id"]) and sandbox.count(ours) == 10


def sent(hooked, act) -> dict:
    """The last request that left a session of requests, in its parts."""
    requests = []
    hooked.hooks["response"] = [lambda response, **_: requests.append(response.request)]
    act()
    hooked.hooks["response"] = []
    request = requests[-1]
    query, body = parse_qs(urlsplit(request.url).query), request.body or b""
    content = request.headers.get("Content-Type", "")
    form = {} if "json" in content else {name: one for name, [one] in parse_qs(body).items()}
    params = json.loads(body) if "json" in content else {name: json.loads(text) for name, text in form.items()}
    return {
        "method": request.method, "path": urlsplit(request.url).path, "query": set(query), "content": content,
        "bearer": request.headers.get("Authorization", ""), "params": params,
    }  # fmt: skip


def test_the_requests_differ_in_these_ways_only(sandbox, audience, api):
    row = [hashed("jane@example.com")]
    theirs = sent(api._session.requests, lambda: audience.add_users(["EMAIL"], [["jane@example.com"]], is_raw=True))
    path = f"{audience['id']}/users"
    ours = sent(client.session(), lambda: users.post(client.Graph(TOKEN), path, ["EMAIL"], [row], 7))
    assert ours["method"] == theirs["method"] == "POST"
    assert ours["path"] == theirs["path"] == f"/v26.0/{path}"
    # The token in a header, not in a URL that is logged on the way (1.4).
    assert (ours["query"], ours["bearer"]) == (set(), f"Bearer {TOKEN}")
    assert (theirs["query"], theirs["bearer"]) == ({"access_token"}, "")
    # JSON in the body; the SDK's form holds the payload as JSON text. Both are documented (1.3).
    assert ours["content"] == "application/json" and theirs["content"] == "application/x-www-form-urlencoded"
    # Rows are what they are whatever `is_raw` says (4.1); each batch of ours is a session of its own.
    assert theirs["params"]["payload"].pop("is_raw") is True
    session = ours["params"].pop("session")
    assert session == {"session_id": 7, "batch_seq": 1, "last_batch_flag": True, "estimated_num_total": 1}
    assert ours["params"] == theirs["params"] == {"payload": {"schema": ["EMAIL"], "data": [row]}}


def test_the_sdk_puts_those_who_leave_into_the_url_and_we_never_do(sandbox, audience, api):
    """There it breaks at some 2,000 rows, and every log on the way reads it (8, python#367)."""
    sandbox.settings(delete_minimum=0)
    path, row = f"{audience['id']}/users", [hashed("jane@example.com")]
    audience.add_users(["EMAIL"], [["jane@example.com"], ["joe@example.com"]], is_raw=True)
    theirs = sent(api._session.requests, lambda: audience.remove_users(["EMAIL"], [["joe@example.com"]], is_raw=True))
    ours = sent(client.session(), lambda: users.post(client.Graph(TOKEN), path, ["EMAIL"], [row], 7, method="DELETE"))
    assert (theirs["method"], theirs["query"], theirs["params"]) == ("DELETE", {"access_token", "payload"}, {})
    assert (ours["method"], ours["query"], ours["params"]["method"]) == ("POST", set(), "DELETE")
    assert ours["params"]["payload"] == {"schema": ["EMAIL"], "data": [row]} and sandbox.count(audience["id"]) == 0
