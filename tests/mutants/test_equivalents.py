"""The list of mutants that change nothing stays true to the code."""

from tests.mutants import permissions


def test_each_named_mutant_exists():
    assert set(permissions.EQUIVALENT) <= {mutant.key for mutant in permissions.made()}
