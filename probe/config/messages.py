"""pydantic's errors in the words a person needs: what, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from probe import __version__
from probe.config.choices import TAGS
from probe.config.document import Path

_NOT_YET: Final = frozenset({
    "aws_sigv4", "capture", "digest", "mtls", "oauth2", "steps",
})  # fmt: skip
"""Keys of the format's design that this version doesn't carry out: to say so beats "unknown key", and to ignore them would lie."""

_ELSEWHERE: Final = {
    **dict.fromkeys(("endpoints", "monitors", "modules", "targets"), "apis: {name: {checks: …}}"),
    **dict.fromkeys(("conditions", "assertions", "validators"), "expect: [status == 200]"),
    **dict.fromkeys(("retry", "retries", "maxretries"), "confirm: {retries: 2}"),
    **dict.fromkeys(("failure-threshold", "failure_threshold", "runs"), "confirm: {runs: 3}"),
    **dict.fromkeys(("success-threshold", "success_threshold", "recoveries"), "confirm: {recoveries: 2}"),
    **dict.fromkeys(("availability", "objective", "objectives", "slos"), "slo: {availability: {target: 99.9%}}"),
    **dict.fromkeys(("maintenance_windows", "mute_time_intervals", "time_intervals"), "maintenance: [{name: …, on: all, from: …, to: …}]"),
    **dict.fromkeys(("retry_interval", "retryInterval"), "confirm: {after: 3s}"),
    **dict.fromkeys(("ignore_tls", "ignoreTls", "insecure", "skip_verify", "insecure_skip_verify"), "tls: {verify: false}"),
    **dict.fromkeys(("follow_redirects", "maxredirects"), "redirects: 3"),
    **dict.fromkeys(("group", "tags"), "labels: {team: …}"),
    **dict.fromkeys(("every", "frequency"), "interval: 1m"),
    **dict.fromkeys(("token", "bearer_token"), 'auth: {bearer: "${env:NAME}"}'),
    **dict.fromkeys(("http2", "http_version", "enable_http2", "force_attempt_http2"), "http: 2"),
    **dict.fromkeys(("keep_alive", "keepalive", "reuse_connection"), "connection: reuse"),
    **dict.fromkeys(("proxy_url", "http_proxy", "https_proxy"), "proxy: http://host:3128"),
    **dict.fromkeys(("dns_server", "dns_servers", "dns_resolver", "nameservers", "resolver"), "dns: {servers: [127.0.0.1]}"),
    **dict.fromkeys(("ip_version", "ip_protocol", "preferred_ip_protocol"), "dns: {family: ipv4}"),
    **dict.fromkeys(("ca", "cafile", "ca_cert", "ca_file", "cacert"), "tls: {ca_file: file.pem}"),
    **dict.fromkeys(("cert", "cert_file", "certificate", "client_cert"), "tls: {certificate: file.pem}"),
    **dict.fromkeys(("server_name", "servername", "sni"), "tls: {server_name: host}"),
    "verify": "tls: {verify: false}",
    "min_version": "tls: {min_version: 1.3}",
    "family": "dns: {family: ipv4}",
    "servers": "dns: {servers: [127.0.0.1]}",
    "ttl": "dns: {ttl: 30s}",
    **dict.fromkeys(("alerting", "alert_rules", "rules"), "alerts: [{name: down, when: down}]"),
    **dict.fromkeys(("notifiers", "receivers", "providers", "integrations"), "channels: {mail: {type: email, …}}"),
    **dict.fromkeys(("contact_groups", "groups", "teams"), "contacts: {team: [mail]}"),
    **dict.fromkeys(("dead_mans_switch", "healthcheck", "watchdog"), "heartbeat: https://…"),
    "dependencies": "depends_on: [api/check]",
    "basic_auth": 'auth: {basic: {username: …, password: "${env:NAME}"}}',
}  # fmt: skip
"""Words of other tools, and what they are called here; and words of ours that belong further in."""

_WITHIN: Final = {
    **dict.fromkeys(("ignore_tls", "insecure", "skip_verify", "insecure_skip_verify"), "verify: false"),
    **dict.fromkeys(("ca", "cafile", "ca_cert", "cacert"), "ca_file: file.pem"),
    **dict.fromkeys(("cert", "cert_file", "client_cert"), "certificate: file.pem"),
    **dict.fromkeys(("key_file", "private_key"), "key: file.pem"),
    **dict.fromkeys(("sni", "servername"), "server_name: host"),
    **dict.fromkeys(("nameserver", "nameservers", "resolver", "resolvers"), "servers: [127.0.0.1]"),
    **dict.fromkeys(("condition", "conditions", "expr", "expression", "if"), "when: down"),
    **dict.fromkeys(("severity", "priority"), "level: critical"),
    **dict.fromkeys(
        ("channel", "channels", "contact", "contacts", "receiver", "receivers", "send_to"), "notify: [mail]"
    ),
    **dict.fromkeys(
        ("mute_for", "repeat_interval", "renotify_interval", "silence_time", "minimum_reminder_interval"), "remind: 4h"
    ),
    **dict.fromkeys(("failure_threshold", "failures", "times", "min_failure_duration"), "for: 3"),
    **dict.fromkeys(("recover_after", "success_threshold"), "recover: 2"),
    **dict.fromkeys(("send_resolved", "send_on_resolved"), "resolved: true"),
    **dict.fromkeys(("min_location_failed", "min_locations_failed"), "min_locations: 2"),
    **dict.fromkeys(("active_time_intervals", "effective_interval"), "effective: {daily: …}"),
    **dict.fromkeys(("scope", "checks", "apis"), "on: {api: …}"),
    **dict.fromkeys(("description", "annotations", "message"), "note: text"),
    **dict.fromkeys(("runbook_url",), "runbook: https://…"),
    "alert": "name: down",
    **dict.fromkeys(
        ("host", "server", "port", "smarthost", "smtp_host", "username", "user", "password", "auth_password"),
        'smtp: "${env:SMTP_URL}"',
    ),
    **dict.fromkeys(("webhook_url", "endpoint"), 'url: "${env:HOOK_URL}"'),
    **dict.fromkeys(("starttls", "require_tls"), "tls: required"),
}
"""The same, where they stand in `tls`, `dns`, a rule or a channel already."""

_PHRASES: Final = {
    "missing": "is required",
    "string_type": "write text",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "bool_type": "write true or false",
    "dict_type": "write a mapping (key: value)",
    "model_type": "write a mapping (key: value)",
    "model_attributes_type": "write a mapping (key: value)",
    "list_type": "write a list (one item a line, each behind “- ”)",
    "string_too_short": "must not be empty",
}
_GROUPS: Final = {
    "apis": "write each API under its name, as in shop: {checks: …}",
    "checks": "write each check under its name, as in home: {get: /}",
}
"""What other tools have as lists."""

_LIMITS: Final = {
    "greater_than_equal": ("must be at least {}", "ge"),
    "less_than_equal": ("must be at most {}", "le"),
    "string_too_long": ("must have at most {} characters", "max_length"),
    "too_long": ("must have at most {} entries", "max_length"),
    "too_short": ("must have at least {} entry", "min_length"),
    "string_pattern_mismatch": ("must match {}", "pattern"),
    "enum": ("write {}", "expected"),
    "literal_error": ("write {}", "expected"),
}


class Mistake(NamedTuple):
    """One thing that is wrong: where below the validated value, what to say, and whether the key itself is the mistake."""

    path: Path
    message: str
    is_unknown_key: bool


def explain(error: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    """Every mistake that pydantic found in a value of this model."""
    details = error.errors(include_url=False, include_input=True)
    return [Mistake(_path(detail), _message(detail, model), detail["type"] == "extra_forbidden") for detail in details]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "timeout"?`, or nothing when nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f'; did you mean "{near[0]}"?' if near else ""


def _path(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part != "[key]" and part not in TAGS)


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(detail["loc"][-1]), _keys_at(model, detail["loc"][:-1]))
    if kind == "string_pattern_mismatch" and detail["loc"][-1] == "method":
        return "write the method in capitals, such as PURGE"
    if kind == "dict_type" and detail["loc"][-1] in _GROUPS:
        return f"{_GROUPS[str(detail['loc'][-1])]}{_found(detail)}"
    if kind in _LIMITS:
        phrase, limit = _LIMITS[kind]
        return phrase.format(str(context[limit]).replace("'", ""))  # pydantic puts words in quotes
    if kind in _PHRASES:
        return f"{_PHRASES[kind]}{_found(detail)}"
    return detail["msg"]


def _found(detail: ErrorDetails) -> str:
    if detail["type"] in ("missing", "string_too_short"):
        return ""
    value = detail["input"]
    if isinstance(value, dict | list):
        return f"; found a {'mapping' if isinstance(value, dict) else 'list'}"
    shown = "nothing" if value is None else f'"{value}"' if isinstance(value, str) else str(value).lower()
    return f"; found {shown if len(shown) <= 60 else shown[:60] + '…'}"


def _unknown_key(key: str, known: Sequence[str]) -> str:
    if key in _NOT_YET:
        return f"is not in this version of probe ({__version__}); remove it"
    word = key.replace("-", "_")
    for meant in filter(None, (_ELSEWHERE.get(key), _WITHIN.get(key), _WITHIN.get(word))):
        if meant.partition(":")[0] in known:
            return f"unknown key; write {meant}"
    return f"unknown key{did_you_mean(key, known) or '; known are ' + ', '.join(sorted(known))}"


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that the section at a path knows."""
    section: type[BaseModel] = model
    for part in path:
        field = next(
            (field for name, field in section.model_fields.items() if part in (name, field.alias)),
            None,
        )
        inner = _section_in(field.annotation) if field else None
        section = inner or section
    return [field.alias or name for name, field in section.model_fields.items()]


def _section_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section_in(argument) for argument in get_args(annotation))
    return next(filter(None, found), None)
