"""What several features add to one list, each its own function, in an order they choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

F = TypeVar("F", bound=Callable[..., object])


class Contributors(Generic[F]):
    """Functions registered by `@contributors(order=…)`; lower `order` comes first, a repeated one counts once."""

    def __init__(self) -> None:
        self._known: list[tuple[int, F]] = []

    def __call__(self, order: int = 50) -> Callable[[F], F]:
        def register(function: F) -> F:
            if all(known is not function for _order, known in self._known):
                self._known.append((order, function))
                self._known.sort(key=lambda pair: pair[0])
            return function

        return register

    def __iter__(self) -> Iterator[F]:
        return iter([function for _order, function in self._known])
