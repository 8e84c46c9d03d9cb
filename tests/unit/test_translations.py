"""Every visible text is there in every language, with the same fields to fill in."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages import extract, pofile

from desktop.language import RESOURCES, catalog

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "ngettext": (1, 2)}
TRANSLATIONS = sorted((RESOURCES / "translations").glob("*.po"))


def messages() -> set[str | tuple[str, str]]:
    found = extract.extract_from_dir(ROOT / "desktop", [("**.py", "python")], keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.stem)
def test_every_text_is_translated_and_none_is_left_over(path):
    with path.open("rb") as file:
        translated = {message.id: message for message in pofile.read_po(file) if message.id}
    wanted = messages()
    assert sorted(map(str, wanted - translated.keys())) == []
    assert sorted(map(str, translated.keys() - wanted)) == []
    assert [message.id for message in translated.values() if message.fuzzy or not message.string] == []


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.stem)
def test_a_translation_has_the_fields_of_its_original(path):
    with path.open("rb") as file:
        translated = [message for message in pofile.read_po(file) if message.id]
    wrong = []
    for message in translated:
        original = message.id if isinstance(message.id, str) else message.id[1]
        versions = [message.string] if isinstance(message.string, str) else list(message.string)
        wrong += [original for version in versions if fields(version) - fields(original)]
        wrong += [original for version in versions if isinstance(message.id, str) and fields(version) != fields(original)]
    assert wrong == []


def test_only_literals_are_given_to_the_translator():
    strange = []
    for path in (ROOT / "desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                texts = node.args[:1] if node.func.id == "_" else node.args[:2]
                if not all(isinstance(text, ast.Constant) and isinstance(text.value, str) for text in texts):
                    strange.append(f"{path.name}:{node.lineno}")
    assert strange == []


def test_chinese_is_complete_and_spoken():
    assert "zh_CN" in {path.stem for path in TRANSLATIONS}
    assert catalog("zh_CN").gettext("class") == "类别"


def test_an_unknown_language_is_english():
    assert catalog("xx").gettext("class") == "class"
