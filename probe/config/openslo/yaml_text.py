"""Plain values to YAML."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import yaml

from probe.config.document import is_text

_WIDEST: Final = 100


class _Dumper(yaml.SafeDumper):
    """Lists stand indented below their key, and a value that occurs twice is written twice."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """PyYAML's own hook."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """PyYAML's own hook."""
        return True


def _number(dumper: yaml.SafeDumper, value: Fraction) -> yaml.ScalarNode:
    """Exactly, where decimals can."""
    whole = value.denominator == 1
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'int' if whole else 'float'}", decimal(value))


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """In quotes where we would read something else: PyYAML knows the rules of YAML 1.1 only."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if is_text(value) else "'")


_Dumper.add_representer(Fraction, _number)
_Dumper.add_representer(str, _text)


def decimal(value: Fraction) -> str:
    """All its decimals, or the 17 that a double has where they don't end."""
    rest = value.denominator
    places = 0
    while rest > 1 and places < 40:
        places += 1
        rest = Fraction(value * 10**places).denominator
    if rest > 1:
        return f"{float(value):.17f}".rstrip("0")
    text = f"{int(value * 10**places):0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


def yaml_text(value: Mapping[str, object]) -> str:
    """A document of one mapping, in its own order."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_WIDEST
    )
