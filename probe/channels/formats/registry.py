"""The forms that a webhook's body may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from probe.channels.formats.alertmanager import ALERTMANAGER
from probe.channels.formats.cloudevents import CLOUDEVENTS
from probe.channels.formats.form import Form
from probe.channels.formats.standard import STANDARD

_ALL: Final[tuple[Form, ...]] = (STANDARD, CLOUDEVENTS, ALERTMANAGER)
FORMS: Final[Mapping[str, Form]] = {form.name: form for form in _ALL}
"""Every form by its name; the first is the default."""
