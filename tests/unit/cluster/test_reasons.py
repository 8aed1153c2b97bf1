"""An API server's reason for no verdict, printed once for all that it is true of."""

from __future__ import annotations

from scaffolder.tools.cluster import Answer, Ruling, reasons


def unjudged(message: str, subject: str = "") -> Answer:
    return Answer(ruling=Ruling.UNJUDGED, message=message, subject=subject)


def forbidden(resource: str, verb: str = "patch") -> Answer:
    return unjudged(
        f'{resource}.apps "x" is forbidden: User "me" cannot {verb} resource "{resource}" in API group "apps" '
        'in the namespace "team"'
    )


def test_groups_that_cannot_be_looked_up_for_the_same_reason_are_one_line() -> None:
    answers = [
        unjudged("cannot be looked up: busy", version) for version in ("v1", "apps/v1", "v1")
    ]
    assert reasons(answers) == ["apps/v1, v1 cannot be looked up: busy"]


def test_rights_that_are_missing_are_one_line_for_each_verb() -> None:
    answers = [forbidden("services"), forbidden("deployments"), forbidden("pods", "create")]
    assert reasons(answers) == [
        'User "me" cannot create resource pods in the namespace "team"',
        'User "me" cannot patch resource deployments, services in the namespace "team"',
    ]


def test_what_an_authorizer_adds_is_kept() -> None:
    said = 'User "me" cannot get resource "pods" in API group "" in the namespace "team": ask the cloud'
    assert reasons([unjudged(said)]) == [
        'User "me" cannot get resource pods in the namespace "team": ask the cloud'
    ]


def test_another_message_is_as_the_server_wrote_it() -> None:
    assert reasons([unjudged("etcd {0} is away"), unjudged("etcd {0} is away")]) == [
        "etcd {0} is away"
    ]
