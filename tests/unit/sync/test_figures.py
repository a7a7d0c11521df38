"""How fast an applier has been of late."""

from __future__ import annotations

from migrator.sync.service.figures import LAST, Figures, quantile


def test_nothing_is_known_before_the_first_batch() -> None:
    figures = Figures()
    figures.learn(0, 5.0, None)
    assert set(figures.as_json().values()) == {None}


def test_only_the_last_batches_count() -> None:
    figures = Figures()
    figures.learn(1_000_000, 1.0, 99.0)
    for n in range(LAST):
        figures.learn(50, 0.1, n / LAST)
    assert figures.as_json() == {"keys_per_second": 500.0, "batch_p50": 0.1, "batch_p95": 0.1, "lag_p50": 0.495,
                                 "lag_p95": 0.945}


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile([4, 1, 3, 2], share) for share in (0.0, 0.25, 0.5, 0.95)] == [1, 1, 2, 4]
