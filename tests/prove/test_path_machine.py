"""The state machine over the path, long: every zero of its invariants with the bound that its number of steps allows."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.generative.test_path_machine import SLOW_IS_FINE, PathMachine

RUNS, STEPS = 5_000, 60


class CountingMachine(PathMachine):
    """Counts runs, calls to the other side and audit entries."""

    runs = calls = entries = 0

    def teardown(self) -> None:
        super().teardown()
        CountingMachine.runs += 1
        CountingMachine.calls += len(self.world.ehr.calls) + len(self.world.post.calls)
        CountingMachine.entries += len(self.world.store.tables.audit)


def test_what_must_never_happen_does_not_in_a_long_run() -> None:
    """Five thousand runs of up to sixty steps."""
    search = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=SLOW_IS_FINE)

    run_state_machine_as_test(CountingMachine, settings=search)

    calls = CountingMachine.calls
    print(f"\npath: {CountingMachine.runs} runs, {CountingMachine.entries} audit entries, {calls} calls outside; 0 violations")
    print(f"at 95 % fewer than {3 / calls:.1e} of calls doubled, unapproved, in shadow, while stopped, or without consent (3/N)")
    assert calls > RUNS
