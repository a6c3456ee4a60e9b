"""What the file may say, as pydantic models: the one source of validation and of `probe schema`.

Meaning is given elsewhere (`build`); here stands only which keys exist and what kind of value each takes.
"""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Final, Literal, TypeAlias, cast

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from probe.config.alert_fields import MOST_RULES, HeartbeatField, NotificationFields, RuleFields
from probe.config.channel_fields import MOST_CHANNELS, ChannelField
from probe.config.condition_schema import definitions, with_definitions
from probe.config.depending import MOST as MOST_DEPENDENCIES
from probe.config.fields import (
    Contact,
    Duration,
    FileSchema,
    HeaderName,
    Hops,
    HttpVersion,
    LabelName,
    LabelValue,
    Plain,
    ProxyField,
    Size,
    Slug,
    Text,
    Values,
    wrong,
)
from probe.config.sections import (
    AddressFields,
    AuthField,
    ConfirmFields,
    ControlFields,
    DnsFields,
    ExpectationField,
    RetentionFields,
    Section,
    SpoolFields,
    TlsFields,
    required,
)
from probe.config.service import GroupField, SlaFields, SloField
from probe.config.windows import MOST_WINDOWS, MaintenanceFields, Names
from probe.model.settings import DEFAULT_MAX_PER_HOST

METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
BODIES: Final = ("json", "form", "body")

Target: TypeAlias = Annotated[Text | None, Field(description="Where to: a path below base_url, or a whole URL.")]

DependsOn: TypeAlias = Annotated[
    list[str],
    Field(
        max_length=MOST_DEPENDENCIES, description="Checks and APIs: while one of them is down, nobody is told of this."
    ),
]


class Common(Section):
    """What `defaults` sets for all, an API for its checks, and a check for itself; the nearest wins."""

    interval: Annotated[Duration | None, Field(description="How often, 1s to 7d. Default: 1m.")] = None
    timeout: Annotated[
        Duration | None,
        Field(description="Total deadline of an attempt. Default: 10s, or half the interval if that is less."),
    ] = None
    confirm: Annotated[ConfirmFields | None, Field(description="When a failure counts.")] = None
    redirects: Annotated[
        Hops | None, Field(description="How many to follow, 0 to 10. Default: 0, so a 3xx is the answer.")
    ] = None
    max_body: Annotated[
        Size | None, Field(description="Longest body, decoded; a longer one is a failure. Default: 8MiB.")
    ] = None
    tls: Annotated[TlsFields | None, Field(description="How the target's certificate is judged.")] = None
    dns: Annotated[DnsFields | None, Field(description="How the target's name becomes addresses.")] = None
    connection: Annotated[
        Literal["new", "reuse"] | None,
        Field(description="new measures each attempt on a connection of its own, reuse on a kept one. Default: new."),
    ] = None
    http: Annotated[HttpVersion | None, Field(description="Version of HTTP: 1.1, or 2. Default: 1.1.")] = None
    proxy: Annotated[
        ProxyField | None,
        Field(description="HTTP proxy to go through; or none. That of the environment is never used."),
    ] = None
    unix_socket: Annotated[
        Text | None, Field(description="Socket to connect to instead of the URL's host and port; or none.")
    ] = None
    auth: Annotated[AuthField | None, Field(description="One of basic, bearer, api_key; or none.")] = None
    headers: Annotated[
        dict[HeaderName, Text], Field(description="Of the request; added to those of the level above.")
    ] = {}
    labels: Annotated[
        dict[LabelName, LabelValue], Field(description="For people and reports; added to those of the level above.")
    ] = {}
    slo: Annotated[SloField | None, Field(description="Service level objectives; or none.")] = None
    apdex: Annotated[
        Duration | None,
        Field(description="The latency up to which a user is satisfied; up to four times it, tolerates."),
    ] = None


class CheckFields(Common):
    """One request at a regular interval, and what its response must show."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [*(required(method) for method in METHODS), required("method", "url")],
            "dependentRequired": {"method": ["url"], "url": ["method"]},
            "not": {"anyOf": [required(*pair) for pair in combinations(BODIES, 2)]},
        }
    )

    name: Annotated[Plain | None, Field(description="What people read. Default: from the key.")] = None
    get: Target = None
    head: Target = None
    post: Target = None
    put: Target = None
    patch: Target = None
    delete: Target = None
    options: Target = None
    trace: Target = None
    method: Annotated[
        str | None, Field(pattern=r"^[A-Z]{1,20}$", description="Any other method, in capitals; then give url.")
    ] = None
    url: Annotated[Text | None, Field(description="Where to, together with method.")] = None
    query: Annotated[dict[str, Values], Field(description="Added to the URL, encoded.")] = {}
    json_: Annotated[JsonValue, Field(alias="json", description="A body in JSON.")] = None
    form: Annotated[dict[str, Values] | None, Field(description="A body of form fields.")] = None
    body: Annotated[Text | None, Field(description="A body as it is.")] = None
    depends_on: DependsOn = []
    expect: Annotated[
        list[ExpectationField],
        Field(max_length=100, description="What the response must show. Without one on it, the status is below 400."),
    ] = []

    @model_validator(mode="after")
    def _one_request(self) -> CheckFields:
        given = [method for method in METHODS if getattr(self, method) is not None]
        if self.method or self.url:
            if given or not (self.method and self.url):
                raise wrong("give method and url together, and no other method beside them")
        elif len(given) != 1:
            found = f"found {' and '.join(given)}" if given else "found none"
            raise wrong(f"say what to request with exactly one of {', '.join(METHODS)}; {found}")
        return self

    @model_validator(mode="after")
    def _one_body(self) -> CheckFields:
        given = {field for field in self.model_fields_set if field in ("json_", "form", "body")}
        if len(given) > 1:
            raise wrong("give at most one of json, form, body")
        return self

    @property
    def has_json(self) -> bool:
        """Whether a JSON body is given; `json: null` is one."""
        return "json_" in self.model_fields_set

    @property
    def request_line(self) -> tuple[str, str]:
        """The method, and where to as written."""
        for method in METHODS:
            if (target := getattr(self, method)) is not None:
                return method.upper(), target
        return self.method or "", self.url or ""


class ApiFields(Common):
    """A group of checks with one owner and, usually, one address."""

    name: Annotated[Plain | None, Field(description="What people read. Default: from the key.")] = None
    base_url: Annotated[Text | None, Field(description="What the paths of its checks are appended to.")] = None
    group: Annotated[
        GroupField | None, Field(description="When it is up: all, any, mean, or {quorum: 2}. Default: all.")
    ] = None
    depends_on: DependsOn = []
    checks: Annotated[dict[Slug, CheckFields], Field(min_length=1, description="Its checks, each by its name.")]


class ReportFields(Section):
    """The static site."""

    directory: Annotated[str, Field(min_length=1, description="Where it is written.")] = "reports"
    every: Annotated[Duration, Field(description="How often, 1s to 1d. Default: 5m.")] = 300_000_000
    title: Annotated[Plain, Field(description="What it is called.")] = "API availability"
    url: Annotated[Contact | None, Field(description="Where people find it: messages link to it.")] = None


def _read_version(value: object) -> object:
    if value != 1 or isinstance(value, bool):
        raise wrong("write version: 1, the only one there is")
    return value


class FileFields(Section):
    """The whole file."""

    model_config = ConfigDict(
        title="probe checks file",
        json_schema_extra={"patternProperties": {"^x-": {"description": "Yours: a place for anchors. Ignored."}}},
    )

    version: Annotated[Literal[1], BeforeValidator(_read_version), Field(description="Of this format.")]
    store: Annotated[Text, Field(description="Where results go: sqlite:///file or postgresql://user@host/name.")] = (
        "sqlite:///probe.db"
    )
    timezone: Annotated[str, Field(description="IANA name; the calendar of days in reports.")] = "UTC"
    location: Annotated[Slug, Field(description="Where this prober stands.")] = "default"
    listen: Annotated[
        str | None, Field(description="host:port of /metrics, /healthz, /readyz and the reports; omit for none.")
    ] = None
    defaults: Annotated[Common, Field(description="For all checks; an API or a check may say otherwise.")] = Common()
    apis: Annotated[dict[Slug, ApiFields], Field(min_length=1, description="Groups of checks, each by its name.")]
    report: Annotated[ReportFields, Field(description="The static site.")] = ReportFields()
    retention: Annotated[RetentionFields, Field(description="For how long results are kept.")] = RetentionFields()
    sla: Annotated[SlaFields, Field(description="By which rules availability is counted.")] = SlaFields()
    maintenance: Annotated[
        list[MaintenanceFields],
        Field(max_length=MOST_WINDOWS, description="When what some checks find doesn't count."),
    ] = []
    channels: Annotated[
        dict[Slug, ChannelField], Field(max_length=MOST_CHANNELS, description="Ways to tell people, each by its name.")
    ] = {}
    contacts: Annotated[
        dict[Slug, Names],
        Field(
            max_length=MOST_CHANNELS,
            description="Groups of channels, each by its name; rules name them as they name channels.",
        ),
    ] = {}
    notifications: Annotated[
        NotificationFields, Field(description="For all rules and channels that don't say otherwise.")
    ] = NotificationFields()
    alerts: Annotated[
        list[RuleFields],
        Field(
            max_length=MOST_RULES,
            description="When to tell whom of what. Default: the usual rules, where there are channels.",
        ),
    ] = []
    heartbeat: Annotated[
        HeartbeatField | None, Field(description="Where a ping goes after each complete cycle; a mapping, or its URL.")
    ] = None
    spool: Annotated[SpoolFields, Field(description="Where results wait while the store takes none.")] = SpoolFields()
    addresses: Annotated[
        AddressFields, Field(description="Which addresses may be connected to, whatever a name leads to.")
    ] = AddressFields()
    max_per_host: Annotated[
        int, Field(ge=1, le=10_000, strict=True, description="Requests to one host and port at the same time.")
    ] = DEFAULT_MAX_PER_HOST
    control: Annotated[
        ControlFields | None, Field(description="How the prober's own network is told from the targets.")
    ] = None
    contact: Annotated[
        Contact | None, Field(description="URL in the User-Agent, for those who find probe in their logs.")
    ] = None


def json_schema() -> dict[str, object]:
    """The JSON Schema of the file, for editors and other tools."""
    schema = FileFields.model_json_schema(by_alias=True, schema_generator=FileSchema)
    schema["$defs"] |= definitions()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **cast("dict[str, object]", with_definitions(schema)),
    }
