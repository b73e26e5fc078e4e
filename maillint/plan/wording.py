"""What the words of a plan mean where its author chooses them: metrics, conditions, sources.

They are read in English, Russian and Ukrainian.
"""

from __future__ import annotations

from maillint.patterns import regex

_WORD = regex(r"[^\W_]{1,40}")
_COUNTED = frozenset(
    {"open", "opens", "opened", "unopened", "opening", "openings", "openers",
     "click", "clicks", "clicked", "unclicked", "clickers", "nonopeners", "nonclickers", "ctr",
     "ctor", "clickthrough", "clickthroughs",
     "открытие", "открытия", "открытий", "открыл", "открыла", "открыли", "открыто", "открывшие", "открывшим",
     "открываемость", "клик", "клика", "клики", "кликов", "кликам", "кликнул", "кликнула", "кликнули",
     "кликабельность", "переход", "перехода", "переходы", "переходов", "перешел", "перешёл", "перешла", "перешли",
     "відкриття", "відкриттів", "відкрив", "відкрила", "відкрили", "відкрито", "відкриваність",
     "клік", "кліка", "кліку", "кліки", "кліків", "клікнув", "клікнула", "клікнули", "клікабельність",
     "перехід", "переходу", "переходів", "перейшов", "перейшла", "перейшли"}
)  # fmt: skip
_AROUND = frozenset(
    {"a", "about", "after", "all", "an", "and", "any", "at", "average", "before", "by", "cent", "count", "day", "days",
     "did", "didn", "do", "does", "doesn", "don", "email", "emails", "first", "for", "has", "hasn", "have", "haven",
     "hour", "hours", "human", "if", "in", "it", "last", "least", "link", "links", "mail", "mails", "message",
     "messages", "never", "no", "non", "not", "number", "of", "on", "once", "one", "only", "or", "our", "per",
     "percentage", "previous", "rate", "rates", "ratio", "recipient", "s", "second", "share", "step", "t", "the",
     "then", "they", "this", "those", "through", "to", "total", "touch", "twice", "unique", "was", "when", "who",
     "within", "without",
     "без", "более", "в", "все", "всего", "дней", "день", "для", "дня", "доля", "до", "если", "за", "и", "из", "или",
     "их", "количество", "коэффициент", "кто", "кому", "на", "не", "ни", "от", "первого", "первое", "первом", "письма",
     "письме", "письмо", "письму", "писем", "по", "показатель", "после", "предыдущее", "процент", "раз", "рассылка",
     "рассылки", "с", "со", "средний", "средняя", "ссылка", "ссылке", "ссылки", "ссылкам", "ссылку", "уникальные",
     "уникальных", "хоть", "час", "часа", "часов", "через", "число",
     "або", "відсоток", "від", "годин", "години", "днів", "з", "загалом", "зі", "й", "кількість", "лист",
     "листа", "листі", "листів", "ні", "першого", "перший", "перше", "посилання", "посиланню", "посиланням",
     "після", "показник", "попередній", "розсилка", "розсилки", "середня", "середній", "та", "у", "унікальні",
     "унікальних", "хто", "частка", "якщо", "і", "із"}
)  # fmt: skip
_ANSWERED = frozenset(
    {"reply", "replies", "replied", "answer", "answered", "interested", "positive", "interest",
     "ответ", "ответа", "ответы", "ответов", "ответил", "ответила", "ответили", "ответивший", "ответившие", "интерес",
     "заинтересован", "заинтересована", "заинтересованы",
     "відповідь", "відповіді", "відповідей", "відповів", "відповіла", "відповіли", "інтерес", "зацікавлений",
     "зацікавлена", "зацікавлені"}
)  # fmt: skip
_DENIED = frozenset({"no", "not", "without", "never", "non", "t", "un", "не", "нет", "без", "ні", "немає"})


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; what is written as one (``no-reply``, ``open_rate``) is taken apart."""
    return _WORD.findall(text.lower())


def is_about_tracking(text: str) -> bool:
    """Whether a metric or a condition is about opens or clicks and nothing else (``open rate``, ``not opened``).

    A word for something else makes it another matter: ``opened an account``, ``clicks on the price list``.
    """
    words = words_of(text)
    return any(word in _COUNTED for word in words) and all(
        word in _COUNTED or word in _AROUND or word.isdigit() for word in words
    )


def waits_for_answer(condition: str) -> bool:
    """Whether a step is sent to those only who have answered or shown interest."""
    words = words_of(condition)
    return not _ANSWERED.isdisjoint(words) and _DENIED.isdisjoint(words)
