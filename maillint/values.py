"""Values: classes that hold fields, like those of ``dataclasses``, but cheap to make.

A class of ``dataclasses`` costs most of a millisecond when its module is imported (it writes and compiles six
functions), and a start imports more than a hundred. Here the functions are shared by all classes, and only
``__init__`` is compiled, when the class is first called. ``NamedTuple`` stands in for typing's likewise.
``docs/decisions.md`` has the figures.
"""

from __future__ import annotations

from collections import namedtuple
from operator import attrgetter, itemgetter

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 -- type checkers know it by this name

    _Class = TypeVar("_Class", bound=type)
    _Value = TypeVar("_Value")
else:

    def dataclass_transform(**kwargs):
        """Stand in for typing's."""
        return lambda function: function


_MISSING: Any = type("missing", (), {"__slots__": ()})()


class _Field:
    """What is said of one field; see ``field``."""

    __slots__ = ("compare", "default", "factory", "init", "repr")

    def __init__(self, default: Any, factory: Any, init: bool, repr: bool, compare: bool) -> None:  # noqa: A002
        self.default, self.factory = default, factory
        self.init, self.repr, self.compare = init, repr, compare


def field(
    *,
    default: Any = _MISSING,
    default_factory: Any = _MISSING,
    init: bool = True,
    repr: bool = True,  # noqa: A002 -- the names of dataclasses.field
    compare: bool = True,
) -> Any:
    """Describe a field by more than its default, as ``dataclasses.field`` does."""
    return _Field(default, default_factory, init, repr, compare)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: _Class, /) -> _Class:
    """Make a class of annotated fields a value: with ``__init__``, ``__repr__``, equality by fields, and a hash.

    As ``dataclasses.dataclass(frozen=True)``; its instances have a ``__dict__``, so ``cached_property`` works.
    """
    made: _Class = _made(cls, True, True)
    return made


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def entity(cls: _Class, /) -> _Class:
    """Make a class as ``frozen`` does, but one whose instances are equal to themselves alone, and hashed so."""
    made: _Class = _made(cls, True, False)
    return made


@dataclass_transform(field_specifiers=(field,))
def mutable(cls: _Class, /) -> _Class:
    """Make a class as ``frozen`` does, but one whose fields may be assigned to; it has no hash."""
    made: _Class = _made(cls, False, True)
    return made


def _made(cls: Any, is_frozen: bool, eq: bool) -> Any:
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        fields.update(base.__dict__.get("__value_fields__", ()))
    own = cls.__dict__
    for name, annotation in own.get("__annotations__", {}).items():
        if annotation.startswith("ClassVar"):
            continue
        default = own.get(name, _MISSING)
        if isinstance(default, _Field):
            fields[name] = default
            if default.default is _MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, default.default)
        else:
            fields[name] = _Field(default, _MISSING, True, True, True)
    cls.__value_fields__ = fields
    cls.__match_args__ = tuple([name for name, said in fields.items() if said.init])  # type: ignore[misc]

    calls = 0

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > _FEW_CALLS or not _fill(self, fields, args, kwargs):
            made = cls.__init__ = _compile_init(cls, fields)
            made(self, *args, **kwargs)

    cls.__init__ = init
    if "__repr__" not in own:
        cls.__repr__ = _repr
    if eq:
        names = [name for name, known in fields.items() if known.compare]
        cls.__value_key__ = attrgetter(*names) if names else _no_key
        if "__eq__" not in own:
            cls.__eq__ = _eq
        cls.__hash__ = _hash if is_frozen else None
    if is_frozen:
        cls.__setattr__ = _set
        cls.__delattr__ = _delete
    return cls


_FEW_CALLS = 20
"""A class that is called more often gets functions of its own, which take as long to compile as some hundred calls."""


def _fill(self: Any, fields: dict[str, _Field], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Do what the compiled ``__init__`` does; False where the arguments are not right, which that can tell better."""
    given = self.__dict__
    place = 0
    used = 0
    for name, said in fields.items():
        if said.init and place < len(args):
            value = args[place]
            place += 1
            if value is _MISSING or name in kwargs:
                return False
        elif said.init and name in kwargs:
            value = kwargs[name]
            used += 1
        elif said.factory is not _MISSING:
            value = said.factory()
        elif said.default is not _MISSING:
            value = said.default
        else:
            return False
        given[name] = value
    if place < len(args) or used < len(kwargs):
        return False
    if hasattr(type(self), "__post_init__"):
        self.__post_init__()
    return True


_FEW_FIELDS = 8
"""An instance that its fields are put in one by one has no dictionary, which takes 64 bytes; each one costs 40 ns."""


def _compile_init(cls: type, fields: dict[str, _Field]) -> Any:
    """Write ``__init__`` with the fields as parameters: no loop, no keyword dictionary at each call."""
    any_put: Any = object.__setattr__
    known: dict[str, Any] = {"_MISSING": _MISSING, "_put": any_put}
    if cls.__setattr__ is any_put:
        first, put = "", "    self.{name} = {value}"
    elif len(fields) <= _FEW_FIELDS:
        first, put = "", "    _put(self, {name!r}, {value})"
    else:
        first, put = "    _fields = self.__dict__\n", "    _fields[{name!r}] = {value}"
    parameters, lines = [], []
    for name, said in fields.items():
        if said.factory is not _MISSING:
            known[f"_make_{name}"] = said.factory
            made = f"_make_{name}()"
            if said.init:
                parameters.append(f"{name}=_MISSING")
                made = f"{made} if {name} is _MISSING else {name}"
            lines.append(put.format(name=name, value=made))
        elif said.default is not _MISSING:
            known[f"_default_{name}"] = said.default
            parameters.append(f"{name}=_default_{name}")
            lines.append(put.format(name=name, value=name))
        else:
            parameters.append(name)
            lines.append(put.format(name=name, value=name))
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    head = f"def __init__({', '.join(['self', *parameters])}):\n{first}"
    made_functions: dict[str, Any] = {}
    exec(head + ("\n".join(lines) or "    pass"), known, made_functions)
    return made_functions["__init__"]


def _repr(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name, said in self.__value_fields__.items() if said.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _no_key(self: Any) -> tuple[()]:
    return ()


def _eq(self: Any, other: Any) -> Any:
    if self is other:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    key = self.__class__.__value_key__
    return key(self) == key(other)


def _hash(self: Any) -> int:
    return hash(self.__class__.__value_key__(self))


def _set(self: Any, name: str, given: object) -> None:
    raise AttributeError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> None:
    raise AttributeError(f"cannot delete field {name!r}")


# -- named tuples -------------------------------------------------------------------------------------

_ITEMS = namedtuple("_ITEMS", "a b c d e f g h i j k l")
_READERS = [vars(_ITEMS)[name] for name in "abcdefghijkl"]
"""What reads an item of a named tuple by its place, as fast as those of ``collections``."""


class _TupleClass(type):
    """Makes classes of annotated fields into tuples with names; ``__new__`` is compiled when first called."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
        namespace["__slots__"] = ()
        if bases == (tuple,):
            return super().__new__(cls, name, bases, namespace)
        fields = tuple(namespace.get("__annotations__", ()))
        defaults = {field: namespace[field] for field in fields if field in namespace}
        more = [property(itemgetter(place)) for place in range(len(_READERS), len(fields))]
        namespace.update(zip(fields, [*_READERS, *more], strict=False), _fields=fields, __match_args__=fields)

        calls = 0

        def new(this: Any, *args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls <= _FEW_CALLS and not kwargs and len(args) == len(fields):
                return tuple.__new__(this, args)
            made.__new__ = _compile_new(fields, defaults)
            return made.__new__(this, *args, **kwargs)

        namespace["__new__"] = new
        made: Any = super().__new__(cls, name, bases, namespace)
        made._field_defaults = defaults
        return made


def _compile_new(fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    parameters = [f"{name}=_defaults[{name!r}]" if name in defaults else name for name in fields]
    made = eval(
        f"lambda _cls, {', '.join(parameters)}: _new(_cls, ({', '.join(fields)},))",
        {"_new": tuple.__new__, "_defaults": defaults},
    )
    return staticmethod(made)


if not TYPE_CHECKING:

    class NamedTuple(tuple, metaclass=_TupleClass):
        """Stands in for ``typing.NamedTuple``, and costs a tenth of it for each class."""

        @classmethod
        def _make(cls, iterable):
            """Make one of the items of an iterable."""
            return cls(*iterable)

        def _replace(self, /, **changes):
            """Return one like this but for some fields."""
            return type(self)(**{**self._asdict(), **changes})

        def _asdict(self):
            """The items by the names of the fields."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            shown = [f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)]
            return f"{type(self).__name__}({', '.join(shown)})"

        def __getnewargs__(self):
            return tuple(self)


# -- all of them --------------------------------------------------------------------------------------


def replace(old: _Value, /, **changes: Any) -> _Value:
    """Return a value like another but for some fields."""
    cls: Any = type(old)
    for name, said in cls.__value_fields__.items():
        if said.init and name not in changes:
            changes[name] = getattr(old, name)
    made: _Value = cls(**changes)
    return made


def field_names(given: Any) -> tuple[str, ...]:
    """The names of a value's fields (or of its class's), in order."""
    return tuple(given.__value_fields__)


def as_dict(given: Any) -> Any:
    """Return a value, and the values in it, as plain dictionaries, lists and tuples."""
    if hasattr(type(given), "__value_fields__"):
        return {name: as_dict(getattr(given, name)) for name in given.__value_fields__}
    if isinstance(given, (list, tuple)):
        return [as_dict(item) for item in given]
    if isinstance(given, dict):
        return {name: as_dict(item) for name, item in given.items()}
    return given
