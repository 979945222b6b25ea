"""The house rules a machine can hold (docs/architecture.md). Who may import whom at all is in pyproject.toml."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = set(settings.ROOMS)
# The doors of a room. `core` is all doors: it is there to be used.
DOORS = {"models", "access", "actions", "events", "hooks"}
LONGEST_FILE = 400
# A benchmark measures what is inside.
BENCH = ROOT / "demo" / "bench"


def sources(*folders: str) -> list[Path]:
    """Our Python files, but for migrations: those are made."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that a file imports, dotted, with its line: `from sms.models import Number` is `sms.models.Number`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_allowed(name: str, room: str) -> bool:
    other, *inside = name.split(".")
    if other == room or other not in ROOMS:
        return True
    if any(part.startswith("_") for part in inside):
        return False
    return other == "core" or (bool(inside) and inside[0] in DOORS)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_are_entered_by_their_doors(room: str) -> None:
    offences = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sources(room)
        for line, name in imports(path)
        if not is_allowed(name, room) and BENCH not in path.parents
    ]
    assert not offences


def test_core_knows_no_room() -> None:
    rooms_above = ROOMS - {"core"}
    offences = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sources("core")
        for line, name in imports(path)
        if name.split(".")[0] in rooms_above
    ]
    assert not offences


def test_imports_stand_at_the_top() -> None:
    """An import inside a function hides a cycle; only `AppConfig.ready` has to wait for the others."""
    offences = [f"{path.relative_to(ROOT)}:{line}" for path in sources(*ROOMS) for line in hidden_imports(path)]
    assert not offences


def hidden_imports(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "ready":
            yield from (inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom))


def test_files_stay_short() -> None:
    too_long = {
        str(path.relative_to(ROOT)): length
        for path in sources(*ROOMS, "config", "tests")
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not too_long
