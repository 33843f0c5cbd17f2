"""When a request is sent again: the table, and what holds for every policy and history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk._sending.retry import Again, Answered, History, Lost, NotSent, Outcome, Settled, decide, ordered_pause
from asyncsdk._sending.settings import RetryPolicy

POLICY = RetryPolicy(attempts=4, backoff=0.5, max_backoff=8.0, max_wait=120.0)
FRESH = History()
READS = ("GET", "HEAD", "DELETE")
WRITES = ("POST", "PATCH", "PUT")

methods = st.sampled_from(READS + WRITES)
waits = st.none() | st.floats(0, 10_000)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Answered, st.integers(100, 599), waits, st.booleans(), st.booleans()),
    st.builds(NotSent, st.booleans()),
    st.builds(Lost),
)
histories = st.builds(History, st.integers(1, 9), st.floats(0, 300), st.booleans())
policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 6),
    backoff=st.floats(0, 10),
    max_backoff=st.floats(0, 60),
    max_wait=st.floats(0, 600),
    repeat=st.sets(st.sampled_from(WRITES)),
)
chances = st.floats(0, 1, exclude_max=True)


def after(method: str, outcome: Outcome, history: History = FRESH, policy: RetryPolicy = POLICY) -> object:
    decision = decide(policy, method, outcome, history, 0.5)
    return "again" if isinstance(decision, Again) else decision.verdict


@pytest.mark.parametrize("method", READS + WRITES)
def test_what_was_not_sent_is_sent_again(method: str) -> None:
    assert after(method, NotSent()) == "again"


@pytest.mark.parametrize("method", READS + WRITES)
def test_a_certificate_that_is_not_trusted_is_final(method: str) -> None:
    assert after(method, NotSent(final=True)) == "not_sent"


@pytest.mark.parametrize("method", READS + WRITES)
def test_429_always_goes_again(method: str) -> None:
    """It was refused unread, so nothing can happen twice."""
    assert after(method, Answered(429)) == "again"
    assert after(method, Answered(429, wait=10)) == "again"


@pytest.mark.parametrize("outcome", [Lost(), Answered(502), Answered(503), Answered(504), Answered(200, garbled=True)])
@pytest.mark.parametrize("method", READS)
def test_reads_and_deletes_go_again_after_bad_luck(method: str, outcome: Outcome) -> None:
    assert after(method, outcome) == "again"


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Lost(), "unknown"),
        (Answered(502), "unknown"),
        (Answered(504), "unknown"),
        (Answered(503), "unknown"),
        (Answered(503, own=True), "answer"),
        (Answered(503, wait=3.0), "unknown"),
        (Answered(503, wait=3.0, own=True), "answer"),
        (Answered(201, garbled=True), "answer"),
    ],
)
@pytest.mark.parametrize("method", WRITES)
def test_writes_whose_answer_was_lost_never_go_again(method: str, outcome: Outcome, verdict: str) -> None:
    assert after(method, outcome) == verdict


@pytest.mark.parametrize("method", READS + WRITES)
def test_a_write_goes_again_where_the_server_says_when(method: str) -> None:
    assert decide(POLICY, method, Answered(429, wait=3.0), FRESH, 0.9) == Again(3.0, True, "status 429", shared=True)
    assert decide(POLICY, method, Answered(529, wait=3.0), FRESH, 0.9) == Again(3.0, True, "status 529")


def test_a_503_that_says_when_holds_back_what_was_asked_and_nobody_else() -> None:
    assert decide(POLICY, "GET", Answered(503, wait=3.0), FRESH, 0.9) == Again(3.0, True, "status 503", shared=False)
    assert after("GET", Answered(503, wait=121.0)) == "answer"


def test_a_write_that_was_carried_out_is_not_repeated_even_on_request() -> None:
    policy = RetryPolicy(repeat={"PATCH"})
    assert after("PATCH", Answered(200, garbled=True), policy=policy) == "answer"


def test_repeat_opts_in_for_the_named_method_only() -> None:
    policy = RetryPolicy(repeat={"patch"})
    assert after("PATCH", Lost(), policy=policy) == "again"
    assert after("POST", Lost(), policy=policy) == "unknown"
    assert after("PATCH", Lost(), History(attempts=4), policy) == "unknown"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 418, 501, 301])
@pytest.mark.parametrize("method", READS + WRITES)
def test_every_other_status_is_an_answer(method: str, status: int) -> None:
    assert after(method, Answered(status)) == "answer"


def test_a_404_is_the_done_of_a_delete_whose_first_answer_was_lost() -> None:
    assert after("DELETE", Answered(404), History(attempts=2, lost=True)) == "done"
    assert after("DELETE", Answered(404), History(attempts=2)) == "answer"
    assert after("GET", Answered(404), History(attempts=2, lost=True)) == "answer"


def test_waits_the_server_orders_are_bounded_by_their_sum() -> None:
    assert after("GET", Answered(429, wait=20), History(waited=100)) == "again"
    assert after("GET", Answered(429, wait=21), History(waited=100)) == "answer"


@pytest.mark.parametrize("status", [429, 503])
def test_an_order_of_no_time_at_all_is_one_second(status: int) -> None:
    """Servers round down: obeyed to the letter, "0" would be a loop that asks thousands of times."""
    decision = decide(POLICY, "GET", Answered(status, wait=0.0), FRESH, 0.9)
    assert decision == Again(1.0, True, f"status {status}", shared=status == 429)
    assert after("GET", Answered(status, wait=0.0), History(waited=119.5)) == "answer"


def test_what_is_ordered_holds_for_everybody_whatever_becomes_of_the_request() -> None:
    assert ordered_pause(Answered(429, wait=3000.0)) == 3000.0
    assert ordered_pause(Answered(429, wait=0.0)) == 1.0
    assert ordered_pause(Answered(429, wait=86400.0 * 365)) == 3600.0, "a mistake must not silence a token for a year"
    for outcome in (Answered(429), Answered(503, wait=3.0), Answered(529, wait=3.0), Answered(200), Lost(), NotSent()):
        assert ordered_pause(outcome) is None


def test_a_429_without_a_wait_holds_everybody_back_too() -> None:
    decision = decide(POLICY, "POST", Answered(429), FRESH, 0.5)
    assert isinstance(decision, Again)
    assert decision.shared
    assert not decision.ordered, "it counts as an attempt: nothing else would bound it"


@pytest.mark.parametrize(
    "outcome",
    [
        NotSent(),
        NotSent(final=True),
        Answered(429),
        Answered(429, wait=900.0),
        Answered(503, own=True),
        Answered(400, own=True),
        Answered(401),
        Answered(404),
        Answered(409, own=True),
        Answered(302),
    ],
)
def test_a_write_that_may_have_happened_stays_unknown_whatever_comes_after(outcome: Outcome) -> None:
    """With repeat={"PATCH"}: sent, answer lost, then no connection. "Nothing was sent" would be a lie."""
    policy = RetryPolicy(repeat={"PATCH"}, max_wait=60.0)
    over = History(attempts=99, lost=True)
    assert after("PATCH", outcome, over, policy) == "unknown"
    assert after("GET", outcome, over, policy) != "unknown"


@given(policies, methods, outcomes, histories, chances)
def test_no_wait_is_longer_than_the_policy_allows(
    policy: RetryPolicy, method: str, outcome: Outcome, history: History, chance: float
) -> None:
    decision = decide(policy, method, outcome, history, chance)
    if isinstance(decision, Again) and decision.ordered:
        assert history.waited + decision.seconds <= policy.max_wait
    elif isinstance(decision, Again):
        assert 0 <= decision.seconds <= policy.max_backoff
        assert history.attempts < policy.attempts


@given(policies, methods, outcomes, histories, chances)
def test_a_write_that_may_have_happened_is_repeated_only_on_request(
    policy: RetryPolicy, method: str, outcome: Outcome, history: History, chance: float
) -> None:
    decision = decide(policy, method, outcome, history, chance)
    uncertain = isinstance(outcome, Lost) or (
        isinstance(outcome, Answered) and outcome.status in {408, 502, 504, 520, 522, 524, 527, 530}
    )
    if method in WRITES and method not in policy.repeat and uncertain:
        assert decision == Settled("unknown")


@given(policies, methods, st.lists(outcomes, min_size=60, max_size=60), chances)
def test_every_request_ends(policy: RetryPolicy, method: str, fates: list[Outcome], chance: float) -> None:
    """However the server answers, the attempts and the seconds are bounded."""
    attempts, ordered, waited = 0, 0, 0.0
    for outcome in fates:
        attempts += 1
        decision = decide(policy, method, outcome, History(attempts - ordered, waited), chance)
        if isinstance(decision, Settled):
            break
        if decision.ordered:
            ordered += 1
            waited += decision.seconds
    assert waited <= policy.max_wait
    assert attempts - ordered <= policy.attempts


@given(policies, methods, outcomes, histories, chances)
def test_the_jitter_is_full(
    policy: RetryPolicy, method: str, outcome: Outcome, history: History, chance: float
) -> None:
    """Half the chance, half the wait: nobody who failed together comes back together."""
    whole = decide(policy, method, outcome, history, chance)
    half = decide(policy, method, outcome, history, chance / 2)
    if isinstance(whole, Again) and not whole.ordered:
        assert isinstance(half, Again)
        assert half.seconds == pytest.approx(whole.seconds / 2)


PATIENT = RetryPolicy(attempts=4, patience=600.0)
LATE = History(attempts=400, failing=599.0)
PASSING: tuple[Outcome, ...] = (NotSent(), Lost(), *map(Answered, (429, 500, 502, 503, 504, 520, 524, 529)))


@pytest.mark.parametrize("outcome", PASSING)
def test_patience_goes_on_through_what_passes_until_it_is_over(outcome: Outcome) -> None:
    assert after("GET", outcome, LATE, PATIENT) == "again"
    assert after("GET", outcome, History(attempts=400, failing=600.0), PATIENT) != "again"


def test_without_patience_the_attempts_alone_decide() -> None:
    for outcome in PASSING:
        assert after("GET", outcome, History(attempts=4, failing=0.0)) != "again"


@pytest.mark.parametrize(
    "outcome",
    [*map(Answered, (400, 401, 403, 404, 409, 412, 501, 505)), NotSent(final=True), Answered(200, garbled=True)],
)
def test_patience_ends_at_once_with_what_does_not_pass(outcome: Outcome) -> None:
    assert after("GET", outcome, LATE, PATIENT) != "again"


@pytest.mark.parametrize("outcome", [Lost(), Answered(500), Answered(502), Answered(504)])
@pytest.mark.parametrize("method", WRITES)
def test_patience_repeats_no_write_that_may_have_been_carried_out(method: str, outcome: Outcome) -> None:
    assert after(method, outcome, LATE, PATIENT) != "again"
