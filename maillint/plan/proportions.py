"""Arithmetic of rates: what a test of two arms can tell, and what a count of none still allows.

Sources: NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3 (two proportions) and 7.2.4.1 (Wilson's interval);
Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions" (2003), 4.2 (sample size); Hanley and
Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249 (1983), 1743 (rule of three).
"""

from __future__ import annotations

from math import ceil, erfc, exp, lgamma, sqrt

from maillint.values import frozen

ALPHA = 0.05
"""How often a test of two equal arms may call one the winner (two-sided)."""

POWER = 0.8
"""How often a test is to find the difference that it was made for."""

FEWEST_EACH = 5
"""Expected counts below this are too few for the normal distribution (Cochran's rule)."""


@frozen
class Comparison:
    """Two arms compared: their rates (0 to 1), the probability of such a difference by chance, and how that was found.

    ``exact``: by Fisher's exact test, since the counts are few.
    """

    first: float
    second: float
    p_value: float
    exact: bool

    @property
    def differ(self) -> bool:
        """Whether chance alone would seldom make such a difference."""
        return self.p_value < ALPHA


class MeaninglessError(ValueError):
    """Counts of which no comparison says anything."""


def compare(count: int, sent: int, other_count: int, other_sent: int) -> Comparison:
    """Compare two arms: by the pooled z test of two proportions, or by Fisher's exact test where counts are few.

    Raises MeaninglessError for counts that mean nothing: nothing sent, more counted than sent, none or all
    in both arms, or so few that even the clearest outcome would be chance.
    """
    if min(count, other_count) < 0 or min(sent, other_sent) < 1:
        raise MeaninglessError("nothing was sent in one of the arms")
    if count > sent or other_count > other_sent:
        raise MeaninglessError("an arm counts more than it sent")
    together, total = count + other_count, sent + other_sent
    if together == 0:
        raise MeaninglessError("neither arm counts anything")
    if together == total:
        raise MeaninglessError("both arms count all that was sent")
    rates = count / sent, other_count / other_sent
    fewest = min(together, total - together) * min(sent, other_sent) / total
    if fewest < FEWEST_EACH:
        least, most = max(0, together - other_sent), min(together, sent)
        if min(_fisher(extreme, sent, together - extreme, other_sent) for extreme in (least, most)) >= ALPHA:
            raise MeaninglessError("they are so few that no outcome would have said anything")
        return Comparison(*rates, _fisher(count, sent, other_count, other_sent), True)
    return Comparison(*rates, z_test(count, sent, other_count, other_sent), False)


def z_test(count: int, sent: int, other_count: int, other_sent: int) -> float:
    """The two-sided probability by the pooled z test (NIST 7.3.3); nobody or everybody in both is not allowed."""
    pooled = (count + other_count) / (sent + other_sent)
    error = sqrt(pooled * (1 - pooled) * (1 / sent + 1 / other_sent))
    return erfc(abs(count / sent - other_count / other_sent) / error / sqrt(2))


def _fisher(count: int, sent: int, other_count: int, other_sent: int) -> float:
    """The two-sided probability by Fisher's exact test: of all tables with these sums that are no likelier."""
    if count + other_count > (sent + other_sent) / 2:  # the same table with its columns changed over, and few to sum
        count, other_count = sent - count, other_sent - other_count
    together = count + other_count
    numbers = range(max(0, together - other_sent), min(together, sent) + 1)
    all_ways = _log_ways(sent + other_sent, together)
    chances = [exp(_log_ways(sent, number) + _log_ways(other_sent, together - number) - all_ways) for number in numbers]
    own = chances[count - numbers.start] * (1 + 1e-7)  # equal ones may differ by rounding
    return min(1.0, sum(chance for chance in chances if chance <= own))


def _log_ways(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)


def needed_per_arm(rate: float, other: float, alpha: float = ALPHA, power: float = POWER) -> int:
    """How many messages each arm needs to tell two rates (0 to 1) apart (Fleiss 4.2, without continuity correction).

    Raises MeaninglessError for rates that are equal or not between 0 and 1.
    """
    if not (0 <= rate <= 1 and 0 <= other <= 1) or rate == other:
        raise MeaninglessError("the two rates are equal")
    mean = (rate + other) / 2
    spread = _quantile(1 - alpha / 2) * sqrt(2 * mean * (1 - mean))
    spread += _quantile(power) * sqrt(rate * (1 - rate) + other * (1 - other))
    return ceil((spread / (rate - other)) ** 2)


def smallest_difference(rate: float, per_arm: int, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The lowest rate above ``rate`` that so many messages in each arm can tell from it; None if there is none."""
    low, high = rate, 1.0
    if per_arm < 1 or rate >= 1 or needed_per_arm(rate, high, alpha, power) > per_arm:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if middle <= rate or needed_per_arm(rate, middle, alpha, power) > per_arm:
            low = middle
        else:
            high = middle
    return high


def at_most(sent: int) -> float:
    """The rate (0 to 1) that none in so many still allows, at 95 %: the rule of three. ``sent`` is at least 1."""
    return min(1.0, 3 / sent)


def interval(count: int, sent: int, alpha: float = ALPHA) -> tuple[float, float]:
    """Wilson's interval of a rate (NIST 7.2.4.1); ``sent`` is at least 1, ``count`` from 0 to that."""
    z = _quantile(1 - alpha / 2)
    rate, square = count / sent, z * z
    middle = (rate + square / (2 * sent)) / (1 + square / sent)
    half = z * sqrt(rate * (1 - rate) / sent + square / (4 * sent * sent)) / (1 + square / sent)
    return max(0.0, middle - half), min(1.0, middle + half)


def _quantile(probability: float) -> float:
    from statistics import NormalDist  # noqa: PLC0415 -- 10 ms, for tests alone

    return NormalDist().inv_cdf(probability)
