"""Tooltips that show names as they are: Qt takes whatever looks like HTML for HTML."""

from html import escape

from PySide6.QtGui import Qt


def tip(text: str) -> str:
    """Give a tooltip's text; nothing in it is markup, whoever named a folder or a device."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>"
