"""What the file may say, as pydantic models: the one source of validation and of `probe schema`.

Meaning is given elsewhere (`build`); here stands only which keys exist and what kind of value each takes.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    JsonValue,
    WithJsonSchema,
    model_validator,
)

from probe.config.expressions import (
    ExpressionError,
    expectation_from_fields,
    expectation_schema,
    parse_expectation,
)
from probe.config.fields import (
    Duration,
    HeaderName,
    Hops,
    LabelName,
    LabelValue,
    Plain,
    Retries,
    Size,
    Slug,
    Text,
    Values,
    wrong,
)
from probe.config.references import has_reference
from probe.model.check import Expectation, Severity

METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
BODIES: Final = ("json", "form", "body")
_FILLED_IN: Final = re.compile(r"\$\{(?:env|file):")


class Section(BaseModel):
    """A mapping of the file: a key that it doesn't know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class BasicAuth(Section):
    """User name and password (RFC 7617)."""

    username: Text
    password: Annotated[Text, Field(description="By reference only: ${env:NAME} or ${file:path}.")]


class ApiKeyAuth(Section):
    """A key in a header or in the query."""

    header: HeaderName | None = None
    query: Annotated[str, Field(min_length=1)] | None = None
    value: Annotated[Text, Field(description="By reference only: ${env:NAME} or ${file:path}.")]

    @model_validator(mode="after")
    def _one_place(self) -> ApiKeyAuth:
        if (self.header is None) == (self.query is None):
            raise wrong("say where the key goes: either header or query")
        return self


class Auth(Section):
    """Exactly one way to authenticate; none of them means none at all."""

    basic: BasicAuth | None = None
    bearer: Annotated[Text, Field(description="By reference only: ${env:NAME} or ${file:path}.")] | None = None
    api_key: ApiKeyAuth | None = None


class ConfirmFields(Section):
    """Fast retries inside the slot: a failure counts once they failed too."""

    retries: Annotated[Retries, Field(description="How many, 0 to 10. Default: 2.")] | None = None
    after: (
        Annotated[
            Duration,
            Field(description="The pause before each. Default: 3s, or a tenth of the interval."),
        ]
        | None
    ) = None


class TlsFields(Section):
    """How the target's certificate is judged."""

    verify: (
        Annotated[bool, Field(strict=True, description="false accepts any certificate; the report warns.")] | None
    ) = None
    ca_file: Annotated[Text, Field(description="PEM file of an authority to trust beside the system's.")] | None = None


def _read_auth(value: object) -> object:
    if value == "none":
        return Auth()
    if isinstance(value, dict):
        if len(value) != 1:
            raise wrong("name exactly one of basic, bearer, api_key")
        return value
    raise wrong("write a mapping with one of basic, bearer, api_key; or none")


def _read_expectation(value: object, severity: Severity = Severity.FAIL) -> Expectation:
    try:
        if isinstance(value, str):
            if _FILLED_IN.search(value):
                raise wrong("references are not filled in within expectations, for these are shown to people")
            return parse_expectation(value, severity)
        if isinstance(value, dict):
            if set(value) == {"warn"}:
                return _read_expectation(value["warn"], Severity.WARN)
            if len(value) == 1 and " " in (text := next(iter(value))):
                raise wrong(f"text that contains \": \" must stand in quotes: - '{text}: …'")
            return expectation_from_fields(value, severity)
    except ExpressionError as error:
        raise wrong(str(error)) from None
    raise wrong("write an expectation as a sentence, such as: status == 200")


AuthField: TypeAlias = Annotated[
    Auth,
    BeforeValidator(_read_auth),
    Field(json_schema_extra={"anyOf": [{"const": "none"}, {"type": "object"}]}),
]
ExpectationField: TypeAlias = Annotated[
    InstanceOf[Expectation],
    BeforeValidator(_read_expectation),
    WithJsonSchema(expectation_schema()),
]


class Common(Section):
    """What `defaults` sets for all, an API for its checks, and a check for itself; the nearest wins."""

    interval: Annotated[Duration, Field(description="How often: 1s or more. Default: 1m.")] | None = None
    timeout: (
        Annotated[
            Duration,
            Field(description="Total deadline of an attempt. Default: 10s, or half the interval."),
        ]
        | None
    ) = None
    confirm: ConfirmFields | None = None
    redirects: Annotated[Hops, Field(description="How many hops to follow. Default: 0, a 3xx is a result.")] | None = (
        None
    )
    max_body: Annotated[Size, Field(description="Longest decoded body; longer is a failure. Default: 8MiB.")] | None = (
        None
    )
    tls: TlsFields | None = None
    auth: AuthField | None = None
    headers: Annotated[dict[HeaderName, Text], Field(description="Added to those of the level above.")] = {}
    labels: Annotated[dict[LabelName, LabelValue], Field(description="Added to those of the level above.")] = {}


class CheckFields(Common):
    """One request at a regular interval, and what its response must show."""

    name: Plain | None = None
    get: Text | None = None
    head: Text | None = None
    post: Text | None = None
    put: Text | None = None
    patch: Text | None = None
    delete: Text | None = None
    options: Text | None = None
    trace: Text | None = None
    method: Annotated[str, Field(pattern=r"^[A-Z]{1,20}$", description="Any other method; then give url.")] | None = (
        None
    )
    url: Text | None = None
    query: Annotated[dict[str, Values], Field(description="Added to the URL, encoded.")] = {}
    json_: Annotated[JsonValue, Field(alias="json", description="A body in JSON.")] = None
    form: Annotated[dict[str, Values], Field(description="A body of form fields.")] | None = None
    body: Annotated[Text, Field(description="A body as it is.")] | None = None
    expect: Annotated[list[ExpectationField], Field(max_length=100)] = []

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

    name: Plain | None = None
    base_url: Annotated[Text, Field(description="What the paths of its checks are appended to.")] | None = None
    checks: Annotated[dict[Slug, CheckFields], Field(min_length=1)]


class ReportFields(Section):
    """The static site."""

    directory: Annotated[str, Field(min_length=1)] = "reports"
    every: Duration = 300_000_000
    title: Plain = "API availability"


def _read_version(value: object) -> object:
    if value != 1 or isinstance(value, bool):
        raise wrong("write version: 1, the only one there is")
    return value


class FileFields(Section):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="probe checks file")

    version: Annotated[Literal[1], BeforeValidator(_read_version)]
    store: Annotated[Text, Field(description="Where results go: sqlite:///file or postgresql://user@host/name.")] = (
        "sqlite:///probe.db"
    )
    timezone: Annotated[str, Field(description="IANA name; the calendar of days in reports.")] = "UTC"
    location: Annotated[Slug, Field(description="Where this prober stands.")] = "default"
    listen: Annotated[str, Field(description="host:port of /metrics, /healthz, /readyz and the reports.")] | None = None
    defaults: Common = Common()
    apis: Annotated[dict[Slug, ApiFields], Field(min_length=1)]
    report: ReportFields = ReportFields()


def must_be_reference(text: str) -> None:
    """Refuse a secret that stands in the file itself.

    Raises:
        ValueError: with what to write instead.
    """
    if not has_reference(text):
        raise ValueError("a secret must not stand in the file; write ${env:NAME} or ${file:/path} and keep it there")


def json_schema() -> dict[str, object]:
    """The JSON Schema of the file, for editors and other tools."""
    schema = FileFields.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
