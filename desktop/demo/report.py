"""The story as one HTML file without anything outside it: the figures, the plots, the pictures."""

import base64
import io
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template

from PIL import Image as PictureFile

from desktop.app import Plant
from desktop.core.evaluation import Evaluation
from desktop.core.images import Image
from desktop.core.texts import _
from desktop.core.verdict import Verdict
from desktop.core.words import worded
from desktop.demo import plots
from desktop.demo.story import Passed, Tale
from desktop.language import RESOURCES, spoken
from edge.contract.keys import Area

_THUMBNAIL = 176
_SHOWN = 8


def write_report(tale: Tale, plant: Plant, target: Path) -> None:
    """Write the report of a demo's run."""
    after = tale.after
    verdict = tale.verdict if after else None
    page = Template((RESOURCES / "report.html").read_text(encoding="utf-8"))
    parts = [_headline(tale), _numbers(tale), _screens(tale), _examples(plant)]
    if verdict is not None and after is not None:
        old = tale.before_again.field if tale.before_again else None
        parts += [
            _verdict(verdict),
            _measures(verdict, old, after.measured.field, plant.taxonomy().shown(spoken())),
            _changed(verdict, plant),
        ]
    parts.append(_steps(tale))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        page.substitute(lang=spoken().replace("_", "-"), title=_("Sortloop: one turn of the circle"), body="\n".join(parts)),
        encoding="utf-8",
    )


def _headline(tale: Tale) -> str:
    first, second = tale.first_field, tale.second_field
    if first is None:
        return ""
    if second is None:
        text = _("The second model was held back by the gate.")
    else:
        text = _("The devices answered {before:.1%} right; after one turn of the circle, {after:.1%}.").format(
            before=first.accuracy, after=second.accuracy
        )
    return f"<h1>{escape(text)}</h1>"


def _numbers(tale: Tale) -> str:
    cells: list[tuple[str, str]] = []
    if tale.first_field:
        cells.append((f"{tale.first_field.pictures}", _("pictures passed three cameras")))
        cells.append((f"{sum(tale.first_field.sent.values())}", _sent(tale.first_field)))
    if tale.sorted:
        cells.append(
            (
                f"{tale.sorted.images}",
                _("sorted with {keys} keys, {blind} of them blind").format(keys=tale.sorted.keys, blind=tale.sorted.blind),
            )
        )
    for made, label in (
        (tale.before, _("to train the first model, on {n} pictures")),
        (tale.after, _("to train the second, on {n}")),
    ):
        if made:
            cells.append((f"{made.seconds:.1f} s", label.format(n=made.pictures)))
    return (
        '<section class="numbers">'
        + "".join(f"<div><b>{escape(a)}</b><span>{escape(b)}</span></div>" for a, b in cells)
        + "</section>"
    )


def _screens(tale: Tale) -> str:
    """Show the window as it went through its half of the circle."""
    if not tale.screens:
        return ""
    pictures = ""
    for title, path in tale.screens:
        words = escape(title)
        source = f"data:image/webp;base64,{_screen(path)}"
        pictures += f'<figure><img src="{source}" alt="{words}"><figcaption>{words}</figcaption></figure>'
    heading = escape(_("In the window, by keys alone"))
    return f'<section class="card screens"><h3>{heading}</h3>{pictures}</section>'


def _screen(path: Path) -> str:
    packed = io.BytesIO()
    with PictureFile.open(path) as picture:
        picture.convert("RGB").save(packed, "WEBP", quality=80)
    return base64.b64encode(packed.getvalue()).decode()


def _sent(passed: Passed) -> str:
    reasons = ", ".join(f"{worded(why)} {n}" for why, n in sorted(passed.sent.items()))
    return _("sent home ({reasons})").format(reasons=reasons)


def _verdict(verdict: Verdict) -> str:
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in verdict.reasons)
    title = {
        "pass": _("Not worse, probably better: it was sent"),
        "first": _("The first model"),
        "refuse": _("Worse: it was refused"),
        "insufficient": _("Not shown to be good enough yet"),
    }[verdict.verdict]
    caption = escape(_("Difference in accuracy, points"))
    return (
        f'<section class="card verdict {escape(verdict.verdict)}"><div><h2>{escape(title)}</h2><ul>{reasons}</ul></div>'
        f"<figure><figcaption>{caption}</figcaption>{plots.interval(verdict)}</figure></section>"
    )


def _measures(verdict: Verdict, old: Evaluation | None, new: Evaluation, shown: Mapping[str, str]) -> str:
    key = plots.legend((_("before"), _("after")))
    cards = (
        (_("Recall by class"), key, plots.recalls(verdict, shown)),
        (_("Confusion, after"), escape(_("rows true, columns said")), plots.confusion(new, shown)),
        (_("Reliability"), key, plots.reliability(old, new)),
        (_("Precision over coverage"), key, plots.coverage(old, new)),
    )
    return (
        '<section class="cards">'
        + "".join(
            f'<figure class="card"><figcaption><b>{escape(title)}</b><i>{note}</i></figcaption>{plot}</figure>'
            for title, note, plot in cards
        )
        + "</section>"
    )


def _changed(verdict: Verdict, plant: Plant) -> str:
    cards = ""
    for title, names in ((_("Newly broken"), verdict.newly_broken), (_("Newly right"), verdict.newly_right)):
        pictures = _pictures(plant, [plant.catalog.image(name) for name in names[:_SHOWN]])
        more = escape(_("and {n} more").format(n=len(names) - _SHOWN)) if len(names) > _SHOWN else ""
        cards += f'<div class="card"><h3>{escape(title)} ({len(names)})</h3>{pictures}<i>{more}</i></div>'
    return f'<section class="cards">{cards}</section>'


def _examples(plant: Plant) -> str:
    """Show some field pictures of each class."""
    rows = ""
    shown = plant.taxonomy().shown(spoken())
    for cls in plant.taxonomy().active():
        images = [image for image in plant.catalog.images(Area.LABELED) if image.cls == cls]
        chosen = images[:: max(1, len(images) // _SHOWN)][:_SHOWN]
        rows += f'<div class="row"><span class="cls">{_glyph(cls)}{escape(shown[cls])}</span>{_pictures(plant, chosen)}</div>'
    title = escape(_("What the cameras saw"))
    return f'<section class="card"><h3>{title}</h3>{rows}</section>'


def _pictures(plant: Plant, images: Iterable[Image | None]) -> str:
    return '<div class="pictures">' + "".join(_picture(plant, image) for image in images if image) + "</div>"


def _picture(plant: Plant, image: Image) -> str:
    data = base64.b64encode(plant.pictures.thumbnail(image, _THUMBNAIL)).decode()
    said = image.prediction.label if image.prediction else "–"
    note = escape(_("{cls}; the camera said {said}").format(cls=image.cls, said=said))
    return f'<img src="data:image/jpeg;base64,{data}" alt="{note}" title="{note}">'


def _steps(tale: Tale) -> str:
    taken = [*tale.steps, (_("together"), sum(seconds for _title, seconds in tale.steps))]
    rows = "".join(f"<tr><td>{escape(title)}</td><td>{seconds:.1f} s</td></tr>" for title, seconds in taken)
    heading = escape(_("What took how long"))
    return f'<section class="card"><h3>{heading}</h3><table>{rows}</table></section>'


def _glyph(cls: str) -> str:
    path = RESOURCES / "glyphs" / f"{cls}.svg"
    drawing = path.read_text(encoding="utf-8") if path.is_file() else ""
    return f'<span class="glyph {escape(cls)}">{drawing}</span>'
