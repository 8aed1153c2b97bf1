"""Each choice of the question `cloud` is one module, one folder and its versions."""

from __future__ import annotations

import pytest
from support import ROOT

from scaffolder.repository import end_of_life
from scaffolder.repository.clouds import CLOUDS
from scaffolder.template import answers
from scaffolder.template.bundled import configuration
from scaffolder.tools import package_data

WITHOUT = "none"
"""A cluster of one's own: there is nothing to know of a cloud."""

each_cloud = pytest.mark.parametrize("name", CLOUDS)


def test_the_choices_of_the_question_are_the_modules_in_the_same_order() -> None:
    question = next(one for one in answers.questions() if one.name == "cloud")
    assert [choice.value for choice in question.choices_given({})] == [*CLOUDS, WITHOUT]


@each_cloud
def test_each_cloud_has_its_module(name: str) -> None:
    assert (ROOT / f"scaffolder/repository/clouds/{name}.py").is_file()


@each_cloud
@pytest.mark.parametrize("folder", ["bootstrap", "shared", "env", "modules"])
def test_each_cloud_has_its_folders_of_the_template(name: str, folder: str) -> None:
    assert (ROOT / f"templates/[[ {name} ]]/terraform/{folder}").is_dir()


def test_each_answer_has_its_facts_with_the_same_names() -> None:
    facts = {cloud["name"]: cloud for cloud in configuration()["known_clouds"]["default"]}
    assert set(facts) == {*CLOUDS, WITHOUT}
    assert len({frozenset(fact) for fact in facts.values()}) == 1
    for cloud in facts.values():
        parts = ROOT / f"templates/[[ {cloud['folder']} ]]/_parts"
        assert {"cloud.yml", "switch.yml"} <= {part.name for part in parts.iterdir()}


@each_cloud
def test_the_version_of_its_kubernetes_is_pinned_and_has_an_end(name: str) -> None:
    cluster = CLOUDS[name].CLUSTER
    end = end_of_life.end_of(cluster, package_data.versions()[cluster]["version"])
    assert end
    assert end.day


def test_what_tells_a_cloud_belongs_to_one() -> None:
    signs = [
        sign
        for cloud in CLOUDS.values()
        for sign in (cloud.CLUSTER, *cloud.CLUSTER_SIGNS, *cloud.STATE_LOCKS)
    ]
    assert sorted(signs) == sorted(set(signs))
