"""The state machine over openings and offers, long (L4): every zero of its invariants with the bound that its number of runs allows."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from hsched_core.domain.actions import OfferSlot
from tests.generative.test_desk_machine import SLOW_IS_FINE, DeskMachine

RUNS, STEPS = 600, 40


class CountingMachine(DeskMachine):
    """Counts runs, offers that went out, bookings and audit entries."""

    runs = offers = bookings = entries = 0

    def teardown(self) -> None:
        super().teardown()
        CountingMachine.runs += 1
        CountingMachine.offers += sum(isinstance(one.action, OfferSlot) for one in self.world.post.effects)
        CountingMachine.bookings += len(self.world.booked())
        CountingMachine.entries += len(self.world.store.tables.audit)


def test_what_must_never_happen_to_an_offer_does_not_in_a_long_run() -> None:
    """Runs of up to forty steps; the twins that break each invariant stand beside the small one."""
    search = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=SLOW_IS_FINE)

    run_state_machine_as_test(CountingMachine, settings=search)

    offers = CountingMachine.offers
    print(
        f"\ndesk: {CountingMachine.runs} runs, {CountingMachine.entries} audit entries, {offers} offers, {CountingMachine.bookings} booked"
    )
    print(f"0 violations; at 95 % fewer than {3 / offers:.1e} of offers answered late, doubled, lost from the list or booked twice (3/N)")
    assert offers > RUNS
