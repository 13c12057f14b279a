"""The kinds of news that people may choose to be told of; their keys are the scopes of incidents."""

from config.team.notices import Kind

ADMINS = "integrations.view_connection"
ALL = {
    "connection": Kind(
        "Connection", "The token is not accepted, lacks a permission, or expires soon; nobody answers there.", ADMINS
    ),
    "account": Kind("Ad accounts", "One is stopped, full, out of reach, or lacks the terms or the task.", ADMINS),
    "audience": Kind("Custom audiences", "One was deleted or flagged.", ADMINS),
}
