"""From what the file says to what it means: inheritance, defaults, and the rules that span several keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from probe.config.burning import BurnNotes
from probe.config.connection import ConnectionBuilder, Vetting, definition, facts
from probe.config.depending import Dependencies
from probe.config.document import Path
from probe.config.filling import Blame, Filling
from probe.config.levels import Level, merged, nearest, place
from probe.config.never import why_never
from probe.config.objectives import ObjectiveBuilder
from probe.config.references import References
from probe.config.request import RequestBuilder
from probe.config.schema import ApiFields, CheckFields, Common
from probe.config.sections import ConfirmFields
from probe.model.check import Api, Check, Confirm, Request
from probe.model.sensitive import Redactor
from probe.model.sla import GroupRule
from probe.model.units import DAY, MINUTE, SECOND, Micros, format_duration

DEFAULT_INTERVAL: Final = MINUTE
DEFAULT_TIMEOUT: Final = 10 * SECOND
DEFAULT_RETRIES: Final = 2
DEFAULT_AFTER: Final = 3 * SECOND
DEFAULT_MAX_BODY: Final = 8 * 2**20
LARGEST_BODY: Final = 256 * 2**20


@dataclass(frozen=True, slots=True)
class CheckBuilder:
    """Builds the frozen checks; what is wrong goes to `blame`, and the rest is still looked at."""

    references: References
    folder: FilePath
    blame: Blame
    defaults: Common
    vetting: Vetting
    objectives: ObjectiveBuilder
    burning: BurnNotes
    dependencies: Dependencies

    def api(self, key: str, fields: ApiFields, *, size: int) -> Api:
        """The group itself, without its checks, of which it has as many as its `size`."""
        path: Path = ("apis", key)
        levels = (Level(fields, path), Level(self.defaults, ("defaults",)))
        group = fields.group or GroupRule()
        self.dependencies.read(fields.depends_on, path, of=key)
        if group.quorum > size:
            self.blame(
                (*path, "group"), f"a quorum of {group.quorum} can never be met by {size} check{'s'[: size > 1]}"
            )
        return Api(
            id=key,
            name=fields.name or _title(key),
            labels=tuple(sorted({**self.defaults.labels, **fields.labels}.items())),
            group=group,
            objectives=tuple(placed.objective for placed in self.objectives.objectives(levels)),
            apdex=nearest(levels, lambda level: level.apdex, None),
        )

    def examine(self, fields: Common, path: Path) -> None:
        """Look at what the defaults or an API say that perhaps no check inherits."""
        filling = Filling(self.references, self.blame)
        level = Level(fields, path)
        RequestBuilder(filling).examine(level)
        ConnectionBuilder(filling, self.folder, self.vetting).examine(level)
        self.objectives.objectives([level])
        self._refuse_no_time(fields, path)

    def check(self, api: str, key: str, fields: CheckFields, group: ApiFields) -> Check:
        """One check with all that it inherits from `group`, its API, and from the defaults."""
        path: Path = ("apis", api, "checks", key)
        levels = (Level(fields, path), Level(group, ("apis", api)), Level(self.defaults, ("defaults",)))
        interval = nearest(levels, lambda level: level.interval, DEFAULT_INTERVAL)
        timeout = nearest(levels, lambda level: level.timeout, min(DEFAULT_TIMEOUT, interval // 2))
        confirm = _confirm(levels, interval)
        filling = Filling(self.references, self.blame)
        built = RequestBuilder(filling)
        request = built.request(
            fields,
            levels,
            max_redirects=nearest(levels, lambda level: level.redirects, 0),
            max_body=nearest(levels, lambda level: level.max_body, DEFAULT_MAX_BODY),
            connection=ConnectionBuilder(filling, self.folder, self.vetting).connection(levels, timeout),
        )
        self._refuse_misfits(levels, interval, timeout, confirm, request.max_body)
        self._refuse_no_time(fields, path)
        self._refuse_what_never_holds(path, fields, request)
        labels = {**self.defaults.labels, **group.labels, **fields.labels}
        placed = self.objectives.objectives(levels)
        check = Check(
            id=f"{api}/{key}",
            api=api,
            name=fields.name or _title(key),
            interval=interval,
            timeout=timeout,
            confirm=confirm,
            request=request,
            expectations=built.expectations(fields),
            labels=tuple(sorted(labels.items())),
            definition=_fingerprint(request, fields, levels, interval, timeout, confirm),
            connects=facts(levels, request.connection),
            objectives=tuple(item.objective for item in placed),
            apdex=nearest(levels, lambda level: level.apdex, None),
            depends_on=self._depends_on(api, key, fields, group),
            redactor=Redactor.of(filling.secrets),
        )
        self.burning.note(check, placed)
        return check

    def _depends_on(self, api: str, key: str, fields: CheckFields, group: ApiFields) -> tuple[str, ...]:
        """What its API depends on, but for itself, and what it depends on besides."""
        id_ = f"{api}/{key}"
        own = self.dependencies.read(fields.depends_on, ("apis", api, "checks", key), of=id_)
        return tuple(dict.fromkeys((*(each for each in group.depends_on if each != id_), *own)))

    def _refuse_misfits(
        self,
        levels: Sequence[Level],
        interval: Micros,
        timeout: Micros,
        confirm: Confirm,
        max_body: int,
    ) -> None:
        """Rules that span keys. Blamed is the nearest level that holds one of them: a mistake in `defaults` is one mistake."""
        if not SECOND <= interval <= 7 * DAY:
            self.blame(place(levels, "interval"), f"must be between 1s and 7d; it is {format_duration(interval)}")
        elif not 0 < timeout <= interval:
            self.blame(
                place(levels, "timeout", "interval"),
                f"must be more than 0s and fit the interval of {format_duration(interval)}; it is {format_duration(timeout)}",
            )
        elif timeout + confirm.retries * confirm.after > interval:
            needed = format_duration(timeout + confirm.retries * confirm.after)
            message = (
                f"timeout {format_duration(timeout)} and {confirm.retries} retries, each after {format_duration(confirm.after)}, "
                f"take {needed}: more than the interval of {format_duration(interval)}; shorten timeout or confirm, or lengthen interval"
            )
            self.blame(place(levels, "timeout", "confirm", "interval"), message)
        if not 0 < max_body <= LARGEST_BODY:
            self.blame(place(levels, "max_body"), f"must be more than 0B and at most {LARGEST_BODY // 2**20}MiB")

    def _refuse_no_time(self, fields: Common, path: Path) -> None:
        if fields.apdex == 0:
            self.blame((*path, "apdex"), "must be more than 0s: nobody would be satisfied")

    def _refuse_what_never_holds(self, path: Path, fields: CheckFields, request: Request) -> None:
        for index, item in enumerate(fields.expect):
            if reason := why_never(item, request):
                self.blame((*path, "expect", index), reason)


def _confirm(levels: Sequence[Level], interval: Micros) -> Confirm:
    said = merged(levels, lambda level: level.confirm, ConfirmFields())
    return Confirm(
        retries=DEFAULT_RETRIES if said.retries is None else said.retries,
        after=min(DEFAULT_AFTER, interval // 10) if said.after is None else said.after,
        runs=said.runs or 1,
        recoveries=said.recoveries or 1,
    )


def _fingerprint(
    request: Request,
    fields: CheckFields,
    levels: Sequence[Level],
    interval: Micros,
    timeout: Micros,
    confirm: Confirm,
) -> str:
    """Of all that decides a result, secrets only as the references that they are.

    What only decides how results are judged (objectives, results in a row) is not in it: the past is judged by what the
    file says now.
    """
    said = [
        request.method, request.url.shown, [(name, value.shown) for name, value in request.headers],
        request.body and request.body.shown, request.max_redirects, request.max_body,
        [(item.text, item.severity) for item in fields.expect], interval, timeout, confirm.retries, confirm.after,
        definition(levels, request.connection),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _title(slug: str) -> str:
    return slug.replace("-", " ").capitalize()
