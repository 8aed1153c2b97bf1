"""Amazon Web Services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from scaffolder.formats.regex import regex
from scaffolder.repository.clouds.cloud import (
    Grant,
    StateLock,
    Trust,
    is_wide_subject,
    issuer_of,
    kind_of,
    strings,
)
from scaffolder.repository.reading import Attribute, Block

TITLE = "AWS"
SPEAKS = (
    r"amazonaws\.com|aws-actions/|provider \"aws\"|hashicorp/aws"
    r"|\baws (?:eks|ecr|sts)\b|AWS_(?:REGION|ROLE)"
)
_REGIONS = """
af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1
ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5
ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1
eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1
me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1
us-iso-east-1 us-iso-west-1 us-isob-east-1 us-west-1 us-west-2
"""
REGIONS = frozenset(_REGIONS.split())
"""The regions that AWS names (https://docs.aws.amazon.com/global-infrastructure/latest/regions/)"""

REGION = r"\b((?:af|ap|ca|eu|il|me|mx|sa|us)-(?:gov-)?(?:north|south|east|west|central)[a-z]*-\d)\b"

CLUSTER = "eks"
CLUSTER_SIGNS = ("aws_eks_cluster", "terraform-aws-modules/eks")
CLUSTER_VERSIONS = ("eks_version",)
CLUSTERS_WITH_VERSION = ("aws_eks_cluster",)

# https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
STATE_LOCKS = {
    "s3": StateLock(settings=("use_lockfile", "dynamodb_table"), fix="use_lockfile = true"),
}
STATE_PLACE = ("bucket", "key")
STATE_ACCOUNT = ("account_id", "assume_role", "dynamodb_table", "kms_key_id", "profile", "role_arn")

SECRET_WORDS = ("AWS",)
SERIES = ("aws",)

_EVERYTHING = {"*", "*:*"}
_IDENTITY_POLICIES = {
    "aws_iam_policy",
    "aws_iam_role_policy",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
}
_PRINCIPAL = regex(r'\bPrincipal"?\s*[=:]')
_ADMINISTRATOR = regex(r"policy/AdministratorAccess\b")


def wide_grants(block: Block) -> Iterator[Grant]:
    """Yield what policies allow, in documents, in JSON and by reference."""
    kind = kind_of(block)
    if block.type == "data" and kind == "aws_iam_policy_document":
        for statement in block.each("statement"):
            yield from _of_statement(statement)
    if _holds_policy(block, kind):
        policy = block.attributes["policy"]
        yield from _of_policy(policy.line, policy.expression)
    if block.type == "resource":
        yield from _of_reference(block)


def _holds_policy(block: Block, kind: str) -> bool:
    """Return whether `policy` is a role's or a user's: a module's is, unless it has principals."""
    if "policy" not in block.attributes:
        return False
    if block.type == "module":
        return not _PRINCIPAL.search(block.attributes["policy"].expression)
    return block.type == "resource" and kind in _IDENTITY_POLICIES


def _of_reference(block: Block) -> Iterator[Grant]:
    for name in ("policy_arn", "managed_policy_arns"):
        attribute = block.attributes.get(name)
        if attribute and _ADMINISTRATOR.search(attribute.expression):
            yield Grant(line=attribute.line, allows="makes an administrator of the account")


def _of_statement(statement: Block) -> Iterator[Grant]:
    """Yield what a statement of a policy document allows.

    One with principals is a resource's own policy, whose "*" is that resource: everybody is too
    much there.
    """
    values = {name: strings(one.expression) for name, one in statement.attributes.items()}
    if values.get("effect", ["Allow"]) != ["Allow"]:
        return
    principals = [*statement.each("principals")]
    if principals:
        if not [*statement.each("condition")]:
            yield from _of_principals(principals, values.get("actions", []))
        return
    line = statement.attributes.get("actions", statement).line
    yield from _wide(line, values.get("actions", []), values.get("resources", []))


def _of_principals(principals: list[Block], actions: list[str]) -> Iterator[Grant]:
    allowed = _few(actions) if actions else "it"
    for principal in principals:
        identifiers = principal.attributes.get("identifiers")
        if identifiers and "*" in strings(identifiers.expression):
            allows = f"allows {allowed} to everybody, without a condition"
            yield Grant(line=principal.line, allows=allows, fix=_FOR_WHOM)


def _of_policy(line: int, expression: str) -> Iterator[Grant]:
    for start, text in _statements(expression):
        if re.search(r'"?Effect"?\s*[=:]\s*"Allow"', text):
            at = line + expression.count("\n", 0, start + text.index("Action"))
            yield from _wide(at, _values(text, "Action"), _values(text, "Resource"))


def _wide(line: int, actions: list[str], resources: list[str]) -> Iterator[Grant]:
    """Yield what one statement allows, all of it as one grant."""
    everything = next((action for action in actions if action in _EVERYTHING), "")
    services = [action for action in dict.fromkeys(actions) if action.endswith(":*")]
    if everything:
        yield Grant(line=line, allows=f'allows every action: "{everything}"')
    elif services and "*" in resources:
        yield Grant(line=line, allows=f"allows {_few(services)} on every resource")


_FOR_WHOM = "name who it is for, or add a condition; write an exception if everybody is meant"


def _few(actions: list[str]) -> str:
    """Return the first two actions, and how many there are more."""
    more = f" and {len(actions) - 2} more" if len(actions) > 2 else ""
    return (", " if more else " and ").join(actions[:2]) + more


def _statements(expression: str) -> Iterator[tuple[int, str]]:
    """Yield the innermost objects that have an Effect, with where they start."""
    opened: list[int] = []
    inner = -1
    for at, letter in enumerate(expression):
        if letter == "{":
            opened.append(at)
        elif letter == "}" and opened:
            start = opened.pop()
            text = expression[start : at + 1]
            if start > inner and _is_statement(text):
                inner = at
                yield start, text


def _is_statement(text: str) -> bool:
    return all(re.search(rf'\b{key}"?\s*[=:]', text) for key in ("Effect", "Action"))


def _values(text: str, key: str) -> list[str]:
    found = re.search(rf'\b{key}"?\s*[=:]\s*(\[[^\]]*\]|"[^"]*")', text)
    return strings(found[1]) if found else []


# ---- who may take a role -------------------------------------------------------------------------

_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
# Tokens of users and devices: what narrows them is the audience and the state of their login.
_OF_USERS = regex(r"cognito-identity|accounts\.google\.com|graph\.facebook|www\.amazon\.com")
# AWS compares these claims too, each names whose token it is:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_NARROWS = regex(r":(?:sub|repository(?:_id)?|job_workflow_ref|project_(?:id|path))\b")
_NO_SUBJECT = "no condition names the subject: every token of the issuer may take the role"
_PATTERN = regex(r"(?:For(?:AnyValue|AllValues):)?(?:StringLike|ArnLike)")


def trusts(block: Block) -> Iterator[Trust]:
    """Yield policies that let a token take a role: in JSON, in documents, in usual modules."""
    kind = kind_of(block)
    if block.type == "data" and kind == "aws_iam_policy_document":
        for statement in block.each("statement"):
            yield from _trust_of_document(statement)
    if block.type == "resource" and kind == "aws_iam_role":
        policy = block.attributes.get("assume_role_policy")
        for start, text in _statements(policy.expression) if policy else ():
            if policy and _WEB_IDENTITY in text and not _OF_USERS.search(text):
                line = policy.line + policy.expression.count("\n", 0, start)
                yield _trust_of_json(line, text)
    if block.type == "module" and "github-oidc" in _source(block):
        yield from _trust_of_module(block)


def _source(block: Block) -> str:
    source = block.attributes.get("source")
    return source.text if source else ""


def _expressions(*attributes: Mapping[str, Attribute]) -> str:
    values = chain.from_iterable(one.values() for one in attributes)
    return " ".join(value.expression for value in values)


def _trust_of_document(statement: Block) -> Iterator[Trust]:
    actions = statement.attributes.get("actions")
    if not actions or _WEB_IDENTITY not in strings(actions.expression):
        return
    conditions = [*statement.each("condition")]
    tests = [
        {name: condition.attributes[name] for name in condition.attributes}
        for condition in (*conditions, *statement.each("dynamic"))
    ]
    written = _expressions(*tests)
    principals = _expressions(*(one.attributes for one in statement.each("principals")))
    if _OF_USERS.search(written + principals):
        return
    if [*statement.each("dynamic")]:
        return  # what a dynamic block makes is not known before a plan
    if not _NARROWS.search(written.replace('"', "")):
        fix = issuer_of(written + principals).fix
        yield Trust(line=actions.line, problem=_NO_SUBJECT, fix=fix)
        return
    for names in tests:
        yield _compared(
            names["variable"].expression if "variable" in names else "",
            names["test"].text if "test" in names else "",
            names["values"].expression if "values" in names else "",
            names["values"].line if "values" in names else statement.line,
        )


def _compared(claim: str, test: str, values: str, line: int) -> Trust:
    """Return what a condition on one claim lets in."""
    if not _NARROWS.search(claim.replace('"', "")) or not _PATTERN.fullmatch(test):
        return Trust(line=line)
    wide = [text for text in strings(values) if is_wide_subject(text) or not text.strip("*")]
    if wide:
        issuer = issuer_of(wide[0]) if wide[0].strip("*") else issuer_of(claim)
        problem = f"the pattern {wide[0]} covers other {issuer.others}: each may take the role"
        return Trust(line=line, problem=problem, fix=issuer.fix)
    return Trust(line=line, patterns_elsewhere=_is_given(values))


def _is_given(values: str) -> bool:
    """Return whether values come from elsewhere: a variable, an attribute of a loop."""
    return bool(re.search(r"[a-z_]\w*\.\w|\$\{", re.sub(r'"[^"$]*"', "", values)))


_CONDITION = regex(
    r'"?((?:For(?:AnyValue|AllValues):)?(?:String|Arn)\w+)"?\s*[=:]\s*{([^{}]*(?:\${[^}]*}[^{}]*)*)}'
)
_CLAIM = regex(r'"([^"\n]*:sub)"\s*[=:]\s*(\[[^\]]*\]|[^\n]+)')


def _trust_of_json(line: int, text: str) -> Trust:
    if not _NARROWS.search(re.sub(r'"\s*[=:]', " ", text)):
        return Trust(line=line, problem=_NO_SUBJECT, fix=issuer_of(text).fix)
    for operator in _CONDITION.finditer(text):
        for claim in _CLAIM.finditer(operator[2]):
            at = line + text.count("\n", 0, operator.start(2) + claim.start())
            trust = _compared(claim[1], operator[1], claim[2], at)
            if trust.problem or trust.patterns_elsewhere:
                return trust
    return Trust(line=line)


def _trust_of_module(block: Block) -> Iterator[Trust]:
    """Yield what the subjects of a published module cover: it compares them as patterns."""
    subjects = block.attributes.get("subjects") or block.attributes.get("oidc_wildcard_subjects")
    if subjects is None:
        return
    wide = [
        text
        for text in strings(subjects.expression)
        if is_wide_subject(f"repo:{text.removeprefix('repo:')}")
    ]
    for text in wide[:1]:
        problem = f"the pattern {text} covers other repositories: each may take the role"
        yield Trust(line=subjects.line, problem=problem)
