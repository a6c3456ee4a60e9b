"""What goes to the alerter."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

from probe.config.load import loads
from probe.model.channel import ChannelSettings
from probe.model.sensitive import Sensitive
from probe.model.settings import Heartbeat, Settings
from probe.runtime.alerts.job import AlertJob

HOOK = ChannelSettings(name="hook", type="webhook", options=(("url", Sensitive("https://h/s3cr3t", "https://h/***")),))


def settings(folder: Path) -> Settings:
    text = b"version: 1\napis: {shop: {base_url: 'http://127.0.0.1', checks: {home: {get: /}}}}"
    return loads(text, file="checks.yaml", environment={}, folder=folder)


def test_nothing_is_needed_where_there_is_nobody_to_tell(tmp_path: Path) -> None:
    plain = settings(tmp_path)
    assert not AlertJob.of(plain).is_needed
    assert AlertJob.of(replace(plain, channels=(HOOK,))).is_needed
    assert AlertJob.of(replace(plain, heartbeat=Heartbeat(url=Sensitive.plain("https://h/")))).is_needed


def test_it_survives_the_pipe_and_shows_no_secret(tmp_path: Path) -> None:
    job = AlertJob.of(replace(settings(tmp_path), channels=(HOOK,)))
    assert pickle.loads(pickle.dumps(job)) == job
    assert "s3cr3t" not in repr(job)
    assert [facts.id for facts in job.checks] == ["shop/home"]
