"""A version is numbered by what changed, nothing is removed unannounced, and what is frozen stays as it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from rdflib import DCTERMS, OWL, Graph, Literal

from byregion import iri
from byregion.assets import folder
from byregion.cli.release import command
from byregion.dataset import layout, read_graph
from byregion.errors import DataError, ReleaseError
from byregion.release import (
    CHECKSUMS,
    MIGRATION,
    Release,
    Version,
    Vocabulary,
    altered,
    draft,
    freeze,
    releases,
    review,
    stated,
)

DATA = Path(__file__).parent / "data" / "release"
FIRST, NEXT = Version(0, 1, 0), Version(0, 2, 0)


class Tree:
    """A tree of our own to change and to release from."""

    def __init__(self, root: Path) -> None:
        shutil.copytree(DATA / "tree", root)
        self.vocabulary = Vocabulary(root / "ontology", root / "shapes")
        self.releases = root / "ontology" / "releases"

    def change(self, case: str, part: str = "ontology/byregion.ttl") -> None:
        """Rewrite a file with what a case of `changes/` changes."""
        graph = read_graph(self.vocabulary.ontology.parent / part)
        graph.update((DATA / "changes" / f"{case}.ru").read_text(encoding="utf-8"))
        self._write(graph, part)

    def state(self, version: Version, prior: Version | None = None) -> None:
        """Let the ontology say that it is `version`."""
        graph = read_graph(self.vocabulary.ontology / "byregion.ttl")
        graph.set((iri.ONTOLOGY, OWL.versionInfo, Literal(str(version))))
        graph.set((iri.ONTOLOGY, OWL.versionIRI, version.name))
        graph.set((iri.ONTOLOGY, DCTERMS.bibliographicCitation, Literal(f"Version {version}.")))
        if prior:
            graph.set((iri.ONTOLOGY, OWL.priorVersion, prior.name))
        self._write(graph, "ontology/byregion.ttl")

    def _write(self, graph: Graph, part: str) -> None:
        (self.vocabulary.ontology.parent / part).write_text(layout(graph), encoding="utf-8")

    def freeze(self, version: Version) -> Release:
        return freeze(self.vocabulary, self.releases, version)

    def faults(self) -> tuple[str, ...]:
        found = review(self.vocabulary, self.releases)
        return (*found.faults, *found.due)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "tree")


@pytest.fixture
def released(tree: Tree) -> Tree:
    """The tree after its first release, 0.1.0."""
    tree.freeze(FIRST)
    return tree


# --- This project's own ontology --------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_the_ontology_between_releases():
    found = review(Vocabulary.current(), folder("ontology") / "releases")
    assert found.faults == ()
    assert found.stated == stated(read_graph(folder("ontology") / "byregion.ttl"))


def test_every_frozen_version_is_as_it_was_frozen():
    frozen = releases(folder("ontology") / "releases")
    assert frozen[0].version == FIRST
    for release in frozen:
        assert altered(release) == []
        assert stated(release.vocabulary.graph()) == release.version
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS], cwd=release.folder, check=True)


def test_the_ontology_is_ahead_of_the_last_frozen_version_as_soon_as_it_differs():
    found = review(Vocabulary.current(), folder("ontology") / "releases")
    assert found.last is not None
    assert found.stated > found.last.version or found.changes == ()


def onwards(vocabulary: Vocabulary) -> None:
    """Add a property and a concept, as somebody does who has something new to say."""
    for name in ("byregion.ttl", "concepts.ttl"):
        file = vocabulary.ontology / name
        file.write_bytes(file.read_bytes() + (DATA / "onwards" / name).read_bytes())


def test_whoever_adds_a_term_or_a_concept_to_the_ontology_need_do_nothing_else(tmp_path: Path):
    for part in ("ontology", "shapes"):
        shutil.copytree(folder(part), tmp_path / part)
    own = Vocabulary(tmp_path / "ontology", tmp_path / "shapes")
    onwards(own)
    found = review(own, own.ontology / "releases")
    assert found.faults == ()
    assert found.last is not None and found.stated > found.last.version
    assert "Added the property `br:hope`." in draft(found.changes)
    assert "Added the concept `concept:hope`." in draft(found.changes)


def test_the_next_release_leaves_the_frozen_one_as_it_is(tmp_path: Path):
    first, *_ = releases(folder("ontology") / "releases")
    tree = Tree(tmp_path / "own")
    shutil.rmtree(tmp_path / "own")
    for part in ("ontology", "shapes"):
        shutil.copytree(first.folder / part, tmp_path / "own" / part)
    kept = Release(FIRST, Path(shutil.copytree(first.folder, tree.releases / str(FIRST))))
    tree.state(NEXT, prior=FIRST)
    onwards(tree.vocabulary)
    released = tree.freeze(NEXT)
    assert "br:hope" in (released.folder / "ontology" / "byregion.ttl").read_text(encoding="utf-8")
    assert altered(kept) == []
    assert (kept.folder / CHECKSUMS).read_bytes() == (first.folder / CHECKSUMS).read_bytes()
    with pytest.raises(ReleaseError, match=r"the ontology states that it is 0\.2\.0"):
        tree.freeze(FIRST)


def test_a_grave_change_is_due_with_its_number_and_migration_only_at_the_release(released: Tree):
    released.state(NEXT, prior=FIRST)
    released.change("major.retyped")
    found = review(released.vocabulary, released.releases)
    assert found.faults == ()
    assert "0.2.0 is too small: what changed since 0.1.0 is major" in found.due[0]
    with pytest.raises(ReleaseError, match="too small"):
        released.freeze(NEXT)


def test_what_differs_from_a_frozen_version_may_not_bear_its_number(released: Tree):
    released.change("patch.label-corrected")
    found = review(released.vocabulary, released.releases)
    assert "0.1.0 is too small" in found.faults[0]


# --- Numbers ----------------------------------------------------------------------------------------------------------


def test_versions_are_compared_as_numbers():
    assert Version.parse("0.10.0") > Version.parse("0.9.12")
    assert str(Version.parse("1.20.3")) == "1.20.3"


@pytest.mark.parametrize("text", ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-beta", "v1.0.0", "1.0.0\n"])
def test_what_is_no_version_is_refused(text: str):
    with pytest.raises(ReleaseError, match="three numbers"):
        Version.parse(text)


def test_before_the_first_release_any_version_will_do(tree: Tree):
    found = review(tree.vocabulary, tree.releases)
    assert (found.stated, found.last, found.least, found.changes, found.faults) == (FIRST, None, None, (), ())


def test_nothing_has_changed_right_after_a_release(released: Tree):
    found = review(released.vocabulary, released.releases)
    assert (found.changes, found.least, found.faults) == ((), FIRST, ())
    with pytest.raises(ReleaseError, match="nothing has changed"):
        released.freeze(FIRST)


@pytest.mark.parametrize(
    ("case", "least"),
    [("patch.label-corrected", "0.1.1"), ("minor.deprecated", "0.2.0"), ("major.retyped", "1.0.0")],
)
def test_the_least_version_follows_from_the_greatest_change(released: Tree, case: str, least: str):
    released.change("patch.described-anew")
    released.change(case)
    assert review(released.vocabulary, released.releases).least == Version.parse(least)


def test_a_version_that_is_too_small_is_refused_with_the_changes_and_what_would_do(released: Tree):
    released.change("minor.deprecated")
    released.state(Version(0, 1, 1), prior=FIRST)
    with pytest.raises(ReleaseError, match=r"0\.1\.1 is too small.*0\.1\.0 is minor.*state 0\.2\.0 or more") as caught:
        released.freeze(Version(0, 1, 1))
    assert "minor: Deprecated `br:Plan`: use br:Statement." in str(caught.value)
    assert {change.impact for change in caught.value.changes} == {"minor", "patch"}
    assert not (released.releases / "0.1.1").exists()


def test_a_version_may_be_greater_than_it_must(released: Tree):
    released.change("patch.label-corrected")
    released.state(Version(3, 0, 0), prior=FIRST)
    assert released.freeze(Version(3, 0, 0)).version == Version(3, 0, 0)


def test_a_version_before_the_last_is_refused_even_where_nothing_else_changed(released: Tree):
    released.state(Version(0, 0, 9))
    assert "0.0.9 is too small" in released.faults()[0]


def test_only_the_version_that_is_stated_is_released(tree: Tree):
    with pytest.raises(ReleaseError, match=r"states that it is 0\.1\.0"):
        tree.freeze(NEXT)


def test_the_ontology_must_state_its_version_once(tree: Tree):
    with pytest.raises(ReleaseError, match="one owl:versionInfo, not 0"):
        stated(read_graph(tree.vocabulary.ontology / "concepts.ttl"))


def test_what_the_ontology_says_beside_its_number_must_agree(released: Tree):
    released.change("patch.label-corrected")
    graph = read_graph(released.vocabulary.ontology / "byregion.ttl")
    graph.set((iri.ONTOLOGY, OWL.versionInfo, Literal("0.2.0")))
    (released.vocabulary.ontology / "byregion.ttl").write_text(layout(graph), encoding="utf-8")
    version_iri, prior, citation = released.faults()
    assert version_iri == "owl:versionIRI of the ontology must be <https://w3id.org/byregion/def/0.2.0>"
    assert prior == "owl:priorVersion of the ontology must be <https://w3id.org/byregion/def/0.1.0>"
    assert "must name 0.2.0" in citation


def test_the_first_version_has_none_before_it(tree: Tree):
    tree.state(FIRST, prior=Version(0, 0, 1))
    assert tree.faults() == ("owl:priorVersion of the ontology must be left out: no version is frozen before this one",)


# --- Deprecation before removal ---------------------------------------------------------------------------------------


def test_a_term_that_was_not_deprecated_may_not_be_removed(released: Tree):
    released.change("major.class-removed")
    assert any(fault.startswith("br:Plan is gone but was not deprecated") for fault in released.faults())


def test_a_concept_that_was_not_deprecated_may_not_be_removed(released: Tree):
    released.change("major.concept-removed", "ontology/concepts.ttl")
    assert any(fault.startswith("concept:trust is gone") for fault in released.faults())


def test_a_shape_may_be_removed_without_notice(released: Tree):
    released.change("minor.shape-removed", "shapes/Statement.ttl")
    released.state(NEXT, prior=FIRST)
    assert released.faults() == ()


def test_what_is_deprecated_must_have_something_instead(released: Tree):
    graph = read_graph(released.vocabulary.ontology / "byregion.ttl")
    graph.remove((None, DCTERMS.isReplacedBy, None))
    (released.vocabulary.ontology / "byregion.ttl").write_text(layout(graph), encoding="utf-8")
    assert any(fault.startswith("br:Tip is deprecated; say") for fault in released.faults())


# --- A major release --------------------------------------------------------------------------------------------------


@pytest.fixture
def major(released: Tree) -> Tree:
    """The tree without br:Tip, which the first release deprecated: ready to be 1.0.0 but for the migration."""
    path = released.vocabulary.ontology / "byregion.ttl"
    graph = read_graph(path)
    graph.remove((next(graph.subjects(OWL.deprecated)), None, None))
    path.write_text(layout(graph), encoding="utf-8")
    released.state(Version(1, 0, 0), prior=FIRST)
    return released


def bring(tree: Tree, version: str = "1.0.0") -> Path:
    return Path(shutil.copytree(DATA / "migration", tree.releases / version))


def test_a_major_release_without_its_migration_is_refused(major: Tree):
    (fault,) = major.faults()
    assert "a major release brings along migrate.ru, report.rq, before.ttl, after.ttl" in fault


def test_a_major_release_is_frozen_with_its_migration(major: Tree):
    bring(major)
    release = major.freeze(Version(1, 0, 0))
    assert {path.name for path in release.folder.iterdir()} == {*MIGRATION, "ontology", "shapes", CHECKSUMS}
    assert altered(release) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("migrate.ru", "DELETE WHERE { ?s ?p ?o }", "does not make after.ttl"),
        ("migrate.ru", "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "still finds something"),
        ("migrate.ru", "DELETE WHERE { ?tip a br:Tip }", "cannot be run"),
        ("report.rq", "SELECT ?s WHERE { ?s a <urn:none> }", "finds nothing in before.ttl"),
        ("report.rq", "SELECT ?s { ?s", "cannot be run"),
    ],
)
def test_a_migration_that_does_not_do_its_work_is_refused(major: Tree, name: str, text: str, fault: str):
    (bring(major) / name).write_text(text, encoding="utf-8")
    assert any(fault in found for found in major.faults())


# --- Frozen files -----------------------------------------------------------------------------------------------------


def test_a_release_holds_the_files_byte_for_byte(tree: Tree):
    (tree.vocabulary.ontology / "context.jsonld").write_text('{"@context": {}}\n', encoding="utf-8")
    release = tree.freeze(FIRST)
    assert releases(tree.releases) == (release,)
    assert set(release.vocabulary.files()) == set(tree.vocabulary.files())
    assert "ontology/context.jsonld" in release.vocabulary.files()
    for name, path in tree.vocabulary.files().items():
        assert release.vocabulary.files()[name].read_bytes() == path.read_bytes()


def test_the_checksums_are_those_of_sha256sum(tree: Tree):
    release = tree.freeze(FIRST)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS], cwd=release.folder, check=True)


def test_a_frozen_file_that_was_altered_added_or_taken_away_is_found(released: Tree):
    (release,) = releases(released.releases)
    (release.folder / "shapes" / "Statement.ttl").write_bytes(b"# nothing\n")
    (release.folder / "ontology" / "concepts.ttl").rename(release.folder / "ontology" / "words.ttl")
    found = {Path(finding.where).name: finding.message.rpartition("; ")[2] for finding in altered(release)}
    assert found == {
        "Statement.ttl": "this file differs from its checksum",
        "concepts.ttl": "this file is missing",
        "words.ttl": "this file was added",
    }
    with pytest.raises(ReleaseError, match="stays as it is"):
        review(released.vocabulary, released.releases)


def test_a_folder_without_checksums_is_in_preparation_and_no_release(tree: Tree):
    leftover = tree.releases / "0.1.0" / "shapes" / "Gone.ttl"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"# from an attempt that was cut off\n")
    assert releases(tree.releases) == ()
    assert "shapes/Gone.ttl" not in tree.freeze(FIRST).vocabulary.files()


def test_a_release_in_a_folder_that_is_no_version_is_an_error(released: Tree):
    (released.releases / "0.1.0").rename(released.releases / "first")
    with pytest.raises(ReleaseError, match="'first' is no version"):
        releases(released.releases)


def test_a_folder_without_turtle_is_an_error(tmp_path: Path):
    with pytest.raises(DataError, match="no Turtle file"):
        Vocabulary(tmp_path, tmp_path).files()


# --- The changelog and the command ------------------------------------------------------------------------------------


def test_the_draft_of_the_changelog_has_a_section_for_ontology_and_for_shapes(released: Tree):
    for case in ("patch.label-corrected", "minor.class-added", "minor.deprecated"):
        released.change(case)
    released.change("major.max-count-lowered", "shapes/Statement.ttl")
    assert draft(review(released.vocabulary, released.releases).changes) == (DATA / "changelog.md").read_text("utf-8")


@pytest.fixture
def byregion(tree: Tree, monkeypatch: pytest.MonkeyPatch):
    """The verb over the tree instead of the project's own ontology, which must not be released by a test."""
    monkeypatch.setattr("byregion.assets._PACKAGE", tree.vocabulary.ontology.parent / "server" / "byregion")
    (tree.vocabulary.ontology.parent / "pyproject.toml").write_text("", encoding="utf-8")

    def run(*words: str) -> Result:
        return CliRunner().invoke(click.Group(commands={"release": command}), ["release", *words])

    return run


def test_the_command_freezes_and_then_has_nothing_to_release(byregion, tree: Tree):
    assert byregion().stdout == ""
    assert byregion("--check").exit_code == 0
    assert byregion("0.1.0", "--check").exit_code == 0
    assert not tree.releases.exists()
    assert byregion("0.1.0").exit_code == 0
    assert [release.version for release in releases(tree.releases)] == [FIRST]
    assert "nothing has changed since 0.1.0" in byregion("--check").stderr


def test_the_command_ends_with_1_where_the_version_will_not_do(byregion, tree: Tree):
    assert byregion("0.1.0").exit_code == 0
    tree.change("minor.deprecated")
    for words in ([], ["--check"], ["0.1.0"]):
        result = byregion(*words)
        assert result.exit_code == 1, words
        assert "0.1.0 is too small" in result.stderr
    assert byregion().stdout == "### Ontology\n\n- Deprecated `br:Plan`: use br:Statement.\n"
    tree.state(NEXT, prior=FIRST)
    assert byregion("0.3.0", "--check").exit_code == 1
    assert byregion("0.2.0", "--check").exit_code == 0


def test_the_command_refuses_what_is_no_version(byregion):
    assert byregion("next").exit_code != 0
