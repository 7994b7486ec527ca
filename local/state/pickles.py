"""Services' objects as bytes: pickled, because moto's have no other form.

What is read back may name only what is listed here: the classes of moto's and of the emulator, and the few of the
standard library in their attributes. A file that somebody slipped in can therefore call nothing else.
"""

import hashlib
import importlib
import io
import pickle
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast
from weakref import WeakValueDictionary

from joserfc.jwk import RSAKey
from moto.core.base_backend import BackendDict, BaseBackend
from moto.s3.utils import _VersionedKeyStore  # pyright: ignore[reportPrivateUsage] - the type of a bucket's objects

LARGE = 4096
"""Bytes from which a value is kept apart, once for all that hold it."""
_STANDARD = {
    ("builtins", "set"),
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("re", "_compile"),
}
_OWN = ("local.", "moto.")

Backends = BackendDict[BaseBackend]


def find_backends(module: str) -> Backends | None:
    """Return a service's backends by the module of their class; None when nobody has asked for the service yet."""
    names = vars(sys.modules[module]) if module in sys.modules else {}
    return next((value for value in names.values() if _are_backends(value, module)), None)


class Pickler(pickle.Pickler):
    """Writes objects; a backend among them by its name, so that there is one of each again afterwards.

    Args:
        large: Takes the large values, by their SHA-256 in hexadecimal.
    """

    def __init__(self, large: dict[str, bytes]) -> None:
        self._file = io.BytesIO()
        self._large = large
        super().__init__(self._file, pickle.HIGHEST_PROTOCOL)

    def pickled(self, value: object) -> bytes:
        """Return an object as bytes."""
        self.dump(value)
        return self._file.getvalue()

    def persistent_id(self, obj: object) -> tuple[Any, ...] | None:
        """Say how an object is written that is not pickled."""
        if isinstance(obj, bytes):
            return self._large_value(obj) if len(obj) >= LARGE else None
        if isinstance(obj, BaseBackend):
            return "backend", type(obj).__module__, obj.account_id, obj.region_name
        if isinstance(obj, _VersionedKeyStore):
            return ("objects",)
        if isinstance(obj, WeakValueDictionary):
            return "weak", dict(cast("dict[object, object]", obj))
        if isinstance(obj, defaultdict) and "<lambda>" in getattr(obj.default_factory, "__qualname__", ""):
            return "by name", dict(cast("dict[object, object]", obj))
        return ("key", obj.as_dict(private=True)) if isinstance(obj, RSAKey) else None

    def _large_value(self, value: bytes) -> tuple[str, str]:
        sha256 = hashlib.sha256(value).hexdigest()
        self._large[sha256] = value
        return "large", sha256


class Unpickler(pickle.Unpickler):
    """Reads what `Pickler` wrote.

    Args:
        content: The bytes.
        large: Returns a large value by its SHA-256.
    """

    def __init__(self, content: bytes, large: Callable[[str], bytes]) -> None:
        super().__init__(io.BytesIO(content))
        self._get_large = large

    def find_class(self, module: str, name: str, /) -> Any:  # noqa: ANN401 - pickle's type
        """Return a class that may be named.

        Raises:
            pickle.UnpicklingError: It may not.
        """
        if (module, name) in _STANDARD:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith(_OWN) and "." not in name else None
        # What such a module has only imported is not its own.
        if getattr(found, "__module__", None) != module:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return found

    def persistent_load(self, pid: Any) -> Any:  # noqa: ANN401 - pickle's type
        """Return an object that is not pickled."""
        match pid:
            case ("large", str() as sha256):
                return self._get_large(sha256)
            case ("backend", str() as module, str() as account, str() as region):
                return backends_of(module)[account][region]
            case ("objects",):
                return _VersionedKeyStore()
            case ("weak", dict()):
                return WeakValueDictionary(pid[1])
            case (
                "by name",
                dict(),
            ):  # moto's, of the versions' aliases: no other defaultdict has a factory of its own
                return defaultdict[Any, Any](dict, pid[1])
            case ("key", dict()):
                return RSAKey.import_key(pid[1])
            case _:
                raise pickle.UnpicklingError(f"it has something unknown, {pid!r}")


def backends_of(module: str) -> Backends:
    """Return a service's backends by the module of their class, importing it.

    Raises:
        pickle.UnpicklingError: There are none.
    """
    if module.startswith(_OWN):
        importlib.import_module(module)
    backends = find_backends(module)
    if backends is None:
        raise pickle.UnpicklingError(f"it names the service {module}")
    return backends


def _are_backends(value: object, module: str) -> bool:
    return isinstance(value, BackendDict) and cast("Any", value).backend.__module__ == module
