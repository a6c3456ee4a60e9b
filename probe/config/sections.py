"""The smaller mappings of the file: authentication, TLS, names, addresses, fast retries, expectations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    InstanceOf,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from probe.assertions.registry import SUBJECTS
from probe.config.addresses import Host, NameServer, Network
from probe.config.expressions import ExpressionError, expectation_from_fields, expectation_schema, parse_expectation
from probe.config.fields import FOREVER, Age, Duration, HeaderName, MinTls, Retries, Row, Secret, Size, Text, wrong
from probe.model.check import Expectation, Family, Severity
from probe.model.units import DAY

MOST_SERVERS: Final = 8
MOST_NETWORKS: Final = 1000
MOST_TARGETS: Final = 8
BY_REFERENCE: Final = "By reference only: ${env:NAME} or ${file:path}."
_WARNS: Final = re.compile(r"warn\b[: ]")
_FILLED_IN: Final = re.compile(r"\$\{(?:env|file):")


def required(*keys: str) -> JsonDict:
    """The JSON Schema of a mapping that has these keys."""
    return {"required": [*keys]}


class Section(BaseModel):
    """A mapping of the file: a key that it doesn't know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class BasicAuth(Section):
    """User name and password (RFC 7617)."""

    username: Annotated[Text, Field(description="Without a colon.")]
    password: Annotated[Secret, Field(description=BY_REFERENCE)]


class ApiKeyAuth(Section):
    """A key in a header or in the query."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [required("header"), required("query")]})

    header: Annotated[HeaderName | None, Field(description="The header that carries it.")] = None
    query: Annotated[str | None, Field(min_length=1, description="Or the parameter of the URL that does.")] = None
    value: Annotated[Secret, Field(description=BY_REFERENCE)]

    @model_validator(mode="after")
    def _one_place(self) -> ApiKeyAuth:
        if (self.header is None) == (self.query is None):
            raise wrong("say where the key goes: either header or query")
        return self


class Auth(Section):
    """Exactly one way to authenticate; none of them means none at all."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    basic: Annotated[BasicAuth | None, Field(description="User name and password.")] = None
    bearer: Annotated[Secret | None, Field(description=f"A token. {BY_REFERENCE}")] = None
    api_key: Annotated[ApiKeyAuth | None, Field(description="A key in a header or in the query.")] = None


class ConfirmFields(Section):
    """When a failure counts: once its fast retries failed too, and so many results in a row."""

    retries: Annotated[Retries | None, Field(description="How many, 0 to 10. Default: 2.")] = None
    after: Annotated[
        Duration | None,
        Field(description="The pause before each. Default: 3s, or a tenth of the interval if that is less."),
    ] = None
    runs: Annotated[Row | None, Field(description="Results in a row that must be down for an outage. Default: 1.")] = (
        None
    )
    recoveries: Annotated[
        Row | None, Field(description="Results in a row that must be up, or degraded, for its end. Default: 1.")
    ] = None


class TlsFields(Section):
    """How the target's certificate is judged."""

    verify: Annotated[
        bool | None,
        Field(strict=True, description="false accepts any certificate; the report warns of it. Default: true."),
    ] = None
    ca_file: Annotated[
        Text | None, Field(description="PEM file of an authority to trust beside the system's own; or none.")
    ] = None
    min_version: Annotated[
        MinTls | None, Field(description="The oldest version that is accepted, 1.2 or 1.3. Default: 1.2.")
    ] = None
    server_name: Annotated[
        Host | None, Field(description="Whose certificate is expected; or none. Default: the host of the URL.")
    ] = None
    certificate: Annotated[
        Text | None, Field(description="PEM file of the client's own certificate chain; or none.")
    ] = None
    key: Annotated[
        Text | None, Field(description="PEM file of its private key; or none. Default: certificate holds it too.")
    ] = None


class DnsFields(Section):
    """How the target's name becomes addresses."""

    servers: Annotated[
        list[NameServer] | None,
        Field(
            max_length=MOST_SERVERS,
            description="Name servers, each address or address:port. Default: those of the system.",
        ),
    ] = None
    ttl: Annotated[
        Duration | None, Field(description="How long an answer may be used again, 0s to 1d. Default: 0s, never.")
    ] = None
    timeout: Annotated[
        Duration | None, Field(description="For the resolution. Default: 5s, or the check's timeout if that is less.")
    ] = None
    family: Annotated[
        Family | None, Field(description="Which addresses to connect to: any, ipv4 or ipv6. Default: any.")
    ] = None


class AddressFields(Section):
    """Which addresses may be connected to, whatever a name leads to."""

    allow: Annotated[
        list[Network], Field(max_length=MOST_NETWORKS, description="Networks that are allowed, whatever denies them.")
    ] = []
    deny: Annotated[list[Network], Field(max_length=MOST_NETWORKS, description="Networks that are denied.")] = []
    deny_private: Annotated[bool, Field(strict=True, description="Deny all but public addresses. Default: false.")] = (
        False
    )


class ControlFields(Section):
    """Addresses that tell whether the prober's own network works."""

    targets: Annotated[
        list[Text],
        Field(min_length=1, max_length=MOST_TARGETS, description="URLs that answer nearly always, and are not yours."),
    ]
    timeout: Annotated[Duration, Field(description="Of each request. Default: 3s.")] = 3_000_000
    every: Annotated[Duration, Field(description="How often they are asked, 1s to 1h. Default: 30s.")] = 30_000_000


class RetentionFields(Section):
    """For how long results are kept: a duration, or forever."""

    raw: Annotated[Age, Field(description="Single results, at least 2d. Default: 14d.")] = 14 * DAY
    hour: Annotated[Age, Field(description="Their hours, at least as long as raw. Default: 400d.")] = 400 * DAY
    day: Annotated[Age, Field(description="Their days, at least as long as hour. Default: forever.")] = FOREVER
    evidence: Annotated[
        Age, Field(description="Why they were not up, and what went to and fro, at least 1d. Default: 30d.")
    ] = 30 * DAY


class SpoolFields(Section):
    """Where results wait on disk while the store takes none."""

    directory: Annotated[
        str | None, Field(min_length=1, description="Default: beside an SQLite store's file, or beside this file.")
    ] = None
    limit: Annotated[Size, Field(description="How large it may grow, at least 1MiB. Default: 1GiB.")] = 2**30


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
            return _from_sentence(value, severity)
        if isinstance(value, dict):
            return _from_mapping(value, severity)
    except ExpressionError as error:
        raise wrong(str(error)) from None
    raise wrong("write an expectation as a sentence, such as: status == 200")


def _from_sentence(text: str, severity: Severity) -> Expectation:
    if _FILLED_IN.search(text):
        raise wrong("references are not filled in within expectations, for these are shown to people")
    if _WARNS.match(text):
        raise wrong("put warn: before the quotation marks, as in - warn: latency < 300ms")
    return parse_expectation(text, severity)


def _from_mapping(fields: dict[str, object], severity: Severity) -> Expectation:
    """The object form; a single key is a warning, or a sentence that YAML took for a mapping."""
    if len(fields) == 1:
        key, value = next(iter(fields.items()))
        if key == "warn":
            return _read_expectation(value, Severity.WARN)
        if key in SUBJECTS:
            raise wrong(f"write it as a sentence, such as: {SUBJECTS[key].example}")
        if " " in key:
            raise wrong(f"text that contains \": \" must stand in quotes: - '{key}: …'")
    return expectation_from_fields(fields, severity)


@dataclass(frozen=True, slots=True)
class _OrTheWord:
    """Says in the JSON Schema that one word may stand there as well."""

    word: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"const": self.word}, handler(core)]}


AuthField: TypeAlias = Annotated[Auth, BeforeValidator(_read_auth), _OrTheWord("none")]
ExpectationField: TypeAlias = Annotated[
    InstanceOf[Expectation],
    BeforeValidator(_read_expectation),
    WithJsonSchema(expectation_schema()),
]
