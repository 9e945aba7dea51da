"""Finding and loading plug-ins. Nothing is global, and nothing is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pluggy
from attrs import frozen

from pmp_core import hooks
from pmp_core.errors import PluginError, nearest
from pmp_core.hooks import SourceKind, StorageKind

if TYPE_CHECKING:
    from pmp_core.rules import Rule


@frozen
class PluginDescription:
    """An installed plug-in, as its distribution describes it; not imported."""

    name: str
    distribution: str
    version: str
    module: str


class PluginSet:
    """The plug-ins that a host chose to load.

    `PluginSet.discover()` lists what is installed; `PluginSet.load()` imports it, or only what is named;
    `PluginSet(modules)` takes plug-in modules or objects as they are, for tests and embedding.
    """

    def __init__(self, plugins: Iterable[tuple[str, Any]] = ()) -> None:
        self._sources: dict[str, SourceKind] = {}
        self._storages: dict[str, StorageKind] = {}
        self.programmes: tuple[Path, ...] = ()
        self.rules: tuple[Rule, ...] = ()
        self.broken: dict[str, PluginError] = {}
        for name, plugin in plugins:
            self._take(name, plugin)

    @staticmethod
    def discover() -> tuple[PluginDescription, ...]:
        """The installed plug-ins, by name, without importing any."""
        return tuple(
            PluginDescription(
                point.name, point.dist.name if point.dist else "", point.dist.version if point.dist else "", point.value
            )
            for point in _installed()
        )

    @classmethod
    def load(cls, only: Iterable[str] | None = None) -> Self:
        """Import installed plug-ins and let them register.

        Args:
            only: names to load; None loads all. One that cannot be imported is kept in `broken` and told when it is asked
                for; one that is named here and not installed is an error at once.

        Raises:
            PluginError: `plugin-not-installed`, or what `register` raises.
        """
        points = {point.name: point for point in _installed()}
        wanted = list(points) if only is None else list(only)
        loaded = cls()
        for name in wanted:
            if name not in points:
                raise PluginError(
                    "plugin-not-installed",
                    f"No plug-in {name!r} is installed.",
                    remedy=f"Install it; installed are: {', '.join(points) or 'none'}.",
                )
            try:
                plugin = points[name].load()
            except Exception as error:  # whatever an adapter's import may raise, it must not take the others along
                loaded.broken[name] = PluginError(
                    "plugin-broken",
                    f"The plug-in {name!r} cannot be imported: {type(error).__name__}: {error}",
                    remedy="Reinstall it, or load the others with `only=[…]`.",
                )
                continue
            loaded._take(name, plugin)
        return loaded

    def _take(self, name: str, plugin: Any) -> None:
        manager = pluggy.PluginManager("pmp_core")
        manager.add_hookspecs(hooks)
        try:
            manager.register(plugin, name)
            manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(
                "plugin-invalid",
                f"The plug-in {name!r} has a hook that does not exist or takes other arguments: {error}",
                remedy="The hooks and their arguments are listed in docs/reference/hooks.md.",
            ) from error
        manager.hook.pmp_register_sources(register=lambda kind: self._add(self._sources, kind))
        manager.hook.pmp_register_storages(register=lambda kind: self._add(self._storages, kind))
        manager.hook.pmp_register_programmes(register=self._add_programme)
        manager.hook.pmp_register_rules(register=self._add_rule)

    @staticmethod
    def _add(kinds: dict[str, Any], kind: SourceKind | StorageKind) -> None:
        if kind.name in kinds:
            raise PluginError(
                "plugin-name-taken", f"Two plug-ins register {kind.name!r}.", remedy="Load only one of them with `only=[…]`."
            )
        kinds[kind.name] = kind

    def _add_programme(self, folder: Path) -> None:
        self.programmes += (folder,)

    def _add_rule(self, rule: Rule) -> None:
        self.rules += (rule,)

    @property
    def sources(self) -> tuple[SourceKind, ...]:
        """The kinds of source that were registered."""
        return tuple(self._sources.values())

    @property
    def storages(self) -> tuple[StorageKind, ...]:
        """The kinds of storage that were registered."""
        return tuple(self._storages.values())

    def source(self, name: str) -> SourceKind:
        """The kind of source with this name.

        Raises:
            PluginError: `source-unknown`, or what made its plug-in break.
        """
        with self._or_told(name, "source", self._sources):
            return self._sources[name]

    def storage(self, scheme: str) -> StorageKind:
        """The kind of storage that opens URLs of this scheme.

        Raises:
            PluginError: `storage-unknown`, or what made its plug-in break.
        """
        by_scheme = {scheme: kind for kind in self._storages.values() for scheme in kind.schemes}
        with self._or_told(scheme, "storage", by_scheme):
            return by_scheme[scheme]

    @contextmanager
    def _or_told(self, name: str, what: str, known: Iterable[str]) -> Iterator[None]:
        try:
            yield
        except KeyError:
            if self.broken:
                raise next(iter(self.broken.values())) from None
            near = nearest(name, known)
            raise PluginError(
                f"{what}-unknown",
                f"No plug-in that is loaded gives a {what} {name!r}.",
                remedy=f"Loaded: {', '.join(known) or 'none'}."
                + (f" Did you mean {near[0]!r}?" if near else " Install its plug-in."),
            ) from None


def _installed() -> list[EntryPoint]:
    return sorted(entry_points(group=hooks.ENTRY_POINT_GROUP), key=lambda point: point.name)


__all__ = ["PluginDescription", "PluginSet"]
