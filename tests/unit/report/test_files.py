from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound

from probe.model.errors import ConfigurationError
from probe.report.contents import Page, pages
from probe.report.files import MANIFEST, Written, check_writable, write
from tests.unit.report.material import check, site

PAGES = pages(site(check("list"), check("get")))
FEWER = pages(site(check("list")))


def files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def at(path: str) -> Page:
    return replace(PAGES[0], path=path)


def test_it_writes_every_page_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    assert write(tmp_path / "new" / "site", PAGES) == Written(changed=4, unchanged=0, removed=0)
    assert files(tmp_path / "new" / "site") == {page.path for page in PAGES} | {MANIFEST}


def test_a_page_that_did_not_change_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html")}
    inodes = {path: path.stat().st_ino for path in tmp_path.rglob("*.html")}
    assert write(tmp_path, PAGES) == Written(changed=0, unchanged=4, removed=0)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert {path: path.stat().st_ino for path in inodes} == inodes


def test_a_page_is_replaced_whole_never_written_into(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    index = tmp_path / "index.html"
    with index.open(encoding="utf-8") as reader:
        index.write_text("older", encoding="utf-8")
        write(tmp_path, PAGES)
        assert reader.read() == "older"
    assert index.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_pages_of_checks_that_are_gone_are_removed(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    assert write(tmp_path, FEWER).removed == 1
    assert files(tmp_path) == {page.path for page in FEWER} | {MANIFEST}


def test_a_folder_left_empty_goes_too(tmp_path: Path) -> None:
    write(tmp_path, [at("index.html"), at("checks/old/one.html")])
    write(tmp_path, [at("index.html")])
    assert not (tmp_path / "checks" / "old").exists()


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    for name in ("README.md", "checks/orders/mine.html", "apis/notes.txt"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    write(tmp_path, [])
    assert files(tmp_path) == {"README.md", "checks/orders/mine.html", "apis/notes.txt", MANIFEST}


@pytest.mark.parametrize("path", ["../out.html", "/tmp/out.html", "a/../../out.html", "", "a\0b"])
def test_a_path_that_would_leave_the_directory_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="would leave the report directory"):
        write(tmp_path / "site", [at("index.html"), at(path)])
    assert files(tmp_path) == set()


def test_a_link_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site" / "checks").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="would leave"):
        write(tmp_path / "site", [at("checks/a.html")])


@pytest.mark.parametrize("manifest", ["", "[]", '{"pages": 3}', '{"pages": ["../victim.html", "/etc/x.html", 7]}'])
def test_a_manifest_can_not_make_it_remove_files_elsewhere(tmp_path: Path, manifest: str) -> None:
    site_directory = tmp_path / "site"
    site_directory.mkdir()
    (tmp_path / "victim.html").write_text("keep", encoding="utf-8")
    (site_directory / MANIFEST).write_text(manifest, encoding="utf-8")
    assert write(site_directory, [at("index.html")]).removed == 0
    assert (tmp_path / "victim.html").exists()


def test_a_crash_between_two_pages_leaves_none_without_an_owner(tmp_path: Path) -> None:
    broken = replace(PAGES[1], template="missing.html")
    with pytest.raises(TemplateNotFound):
        write(tmp_path, [PAGES[0], broken])
    owned = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["pages"]
    assert owned == ["apis/orders.html", "index.html"]
    assert write(tmp_path, [PAGES[1]]).removed == 1


def test_files_have_the_modes_that_the_umask_asks_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path, PAGES[:1])
    finally:
        os.umask(before)
    assert (tmp_path / "index.html").stat().st_mode & 0o777 == 0o640


def test_a_directory_that_can_not_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for refuse in (check_writable, lambda directory: write(directory, PAGES)):
        with pytest.raises(ConfigurationError) as caught:
            refuse(tmp_path / "file" / "site")
        assert "report.directory" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_checking_makes_the_directory_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    check_writable(tmp_path / "deep" / "site")
    assert list((tmp_path / "deep" / "site").iterdir()) == []
