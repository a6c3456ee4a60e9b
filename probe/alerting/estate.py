"""The checks and APIs that alerts are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from probe.model.check import Api, CheckFacts
from probe.model.rule import AlertRule, ProberCondition, Subject, SubjectKind

Pair: TypeAlias = tuple[str, Subject]
"""A rule, by its name, and one of those that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """All that the file defines.

    Attributes:
        members: the checks of each API.
    """

    location: str
    checks: Mapping[str, CheckFacts]
    apis: Mapping[str, Api]
    members: Mapping[str, tuple[CheckFacts, ...]]

    @classmethod
    def of(cls, checks: Iterable[CheckFacts], apis: Iterable[Api], *, location: str) -> Estate:
        """That of these."""
        by_id = {check.id: check for check in checks}
        members: dict[str, list[CheckFacts]] = {}
        for check in by_id.values():
            members.setdefault(check.api, []).append(check)
        return cls(
            location=location,
            checks=by_id,
            apis={api.id: api for api in apis},
            members={api: tuple(its) for api, its in members.items()},
        )

    def subjects(self, rule: AlertRule) -> tuple[Subject, ...]:
        """What a rule is about."""
        if any(isinstance(level.condition, ProberCondition) for level in rule.levels):
            return (Subject(SubjectKind.PROBER, self.location),)
        held = [check for check in self.checks.values() if rule.scope.holds(check.id, check.labels)]
        if rule.per is SubjectKind.API:
            return tuple(Subject(SubjectKind.API, api) for api in dict.fromkeys(check.api for check in held))
        return tuple(Subject(SubjectKind.CHECK, check.id) for check in held)

    def about(self, subjects: Mapping[str, Iterable[Subject]]) -> dict[str, tuple[Pair, ...]]:
        """By check, the rules, each of these subjects, that its states matter to."""
        found: dict[str, list[Pair]] = {}
        for rule, its in subjects.items():
            for subject in its:
                for check in self.checks_of(subject):
                    found.setdefault(check.id, []).append((rule, subject))
        return {check: tuple(pairs) for check, pairs in found.items()}

    def checks_of(self, subject: Subject) -> tuple[CheckFacts, ...]:
        """The checks that a subject consists of."""
        if subject.kind is SubjectKind.CHECK:
            check = self.checks.get(subject.id)
            return (check,) if check else ()
        return self.members.get(subject.id, ()) if subject.kind is SubjectKind.API else ()

    def needs(self, name: str) -> tuple[str, ...]:
        """What a check depends on, or an API by its id: what all of its checks do."""
        check = self.checks.get(name)
        members = (check,) if check else self.members.get(name, ())
        first = members[0].depends_on if members else ()
        return tuple(each for each in first if all(each in member.depends_on for member in members))

    def api_of(self, subject: Subject) -> str:
        """The API's id; of the prober, a word for it."""
        if subject.kind is SubjectKind.CHECK:
            return subject.id.partition("/")[0]
        return subject.id if subject.kind is SubjectKind.API else "prober"

    def labels(self, subject: Subject) -> tuple[tuple[str, str], ...]:
        """Those of a check, or of an API; none of what no file defines any more."""
        if subject.kind is SubjectKind.CHECK:
            check = self.checks.get(subject.id)
            return check.labels if check else ()
        api = self.apis.get(subject.id) if subject.kind is SubjectKind.API else None
        return api.labels if api else ()
