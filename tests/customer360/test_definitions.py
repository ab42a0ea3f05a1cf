"""Every figure of money says what it means in one sentence, which the pages show as help, and says it once."""

from collections import Counter

import pytest

from customer360.models import AccountSummary, Bill, FinancialTransaction, MatchEvent, Payment, PaymentTender
from customer360.visibility.viewer import help_text

MONEY = (AccountSummary, Bill, FinancialTransaction, MatchEvent, Payment, PaymentTender)


@pytest.mark.parametrize("model", MONEY, ids=lambda model: model.__name__)
def test_every_field_has_one_sentence_that_defines_it_and_no_other(model: type) -> None:
    names = [field.name for field in model._meta.concrete_fields] + list(model.derived_fields)
    sentences = {name: help_text(model, name) for name in names}
    for name, sentence in sentences.items():
        assert sentence.endswith(".") and sentence.count(". ") == 0, f"{model.__name__}.{name}: {sentence!r}"
    twice = [sentence for sentence, times in Counter(sentences.values()).items() if times > 1]
    assert twice == []
