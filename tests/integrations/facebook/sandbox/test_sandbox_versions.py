"""Checklist point 1: the version gate."""

import pytest


@pytest.mark.parametrize("version", ["v25.0", "v26.0"])
def test_a_live_version_is_served_and_named_in_the_header(graph, version):
    graph.version = version
    answer = graph.get("me")
    assert answer.status_code == 200
    assert answer.headers["facebook-api-version"] == version


@pytest.mark.parametrize("version", ["v24.0", "v12.0"])
def test_an_older_version_is_refused(graph, refused, version):
    graph.version = version
    assert refused(graph.get("act_1001")) == (400, 2635, None)


def test_a_path_without_a_version_is_refused(graph, refused):
    graph.version = ""
    assert refused(graph.get("act_1001")) == (400, 2635, None)


def test_a_version_that_never_was_is_an_unknown_path(graph, refused):
    graph.version = "v99.0"
    assert refused(graph.get("me")) == (400, 2500, None)


def test_the_live_versions_can_be_set(graph, sandbox, refused):
    sandbox.settings(versions=["v27.0", "v26.0"])
    assert graph.get("me").status_code == 200
    graph.version = "v25.0"
    assert refused(graph.get("me")) == (400, 2635, None)


def test_an_app_with_auto_upgrade_gets_a_warning_instead(graph, sandbox):
    sandbox.settings(auto_upgrade=True)
    graph.version = "v24.0"
    answer = graph.get("me")
    assert answer.status_code == 200
    assert answer.headers["facebook-api-version"] == "v25.0"
    assert "auto-upgraded to v25.0 as v24.0" in answer.headers["X-Ad-Api-Version-Warning"]
