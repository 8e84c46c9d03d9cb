"""Whatever a labeller, a rival, the delivery and the power cut do, each image is in one place, with the right label."""

import contextlib
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desktop.core.filters import Filter
from desktop.core.images import image_of
from desktop.core.journal import Ended, Journal, State
from desktop.core.marks import Status
from desktop.core.pages import Order
from desktop.core.sorting import SessionState, SortSession
from edge.contract.keys import Area, key_of, locate
from edge.contract.names import Side
from edge.contract.records import dump, load
from tests.unit.field import CLASSES, Clock, field_image, ids

OPEN, UNSURE, DISCARDED, RIVAL = "open", "unsure", "discarded", "rival"
FILTERS = [
    Filter(),
    Filter(unsure=True),
    Filter(devices=("pi-1",)),
    Filter(classes=("soda-can",)),
    Filter(max_confidence=0.5),
    Filter(text="pi-2"),
]


@dataclass(eq=False)
class Entry:
    """One step as the model remembers it."""

    before: dict[str, str]
    after: dict[str, str]
    ids: list[str]


@dataclass
class Bucket:
    """Where each image lies: name → key and ETag; moves are told apart by the decision's id."""

    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def put(self, image):
        self.places[image.name] = (image.key, image.etag)

    def image(self, name):
        key, etag = self.places[name]
        return image_of(key, etag, 1000, 0)

    def raw(self):
        return [self.image(name) for name, (key, _) in self.places.items() if locate(key).area is Area.RAW]

    def move(self, decision, etag):
        """Move as a store does: only from where the image is said to lie; asked again, answer the same."""
        one = decision.choice
        if decision.id not in self.moved:
            if self.places[one.name] != (one.source, etag):
                return Ended(decision.id, State.LOST, winner=RIVAL, whereabouts=self.places[one.name][0])
            self.moved[decision.id] = f"{decision.id}-etag"
            self.places[one.name] = (one.target, self.moved[decision.id])
        return Ended(decision.id, State.DONE, etag=self.moved[decision.id])


class Sorting(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.new_id = ids()
        self.bucket = Bucket()
        self.known = {}
        self.labels: dict[str, str] = {}
        self.here: set[str] = set()
        self.taken: set[str] = set()
        self.gone: set[str] = set()
        self.stack: list[Entry] = []
        self.undone: list[Entry] = []
        self.words: dict[str, list[tuple[Entry, str]]] = {}
        for number in range(9):
            self.put(field_image(number, (*CLASSES, None)[number % 4], 0.1 * number, device=f"pi-{number % 2 + 1}"))
        for number in (9, 10):
            self.put(field_image(number, "clutter", 0.7, side=Side.TEST))
        first = field_image(11, dhash=5)
        for number in (11, 12, 13):
            self.put(field_image(number, dhash=5, captured_ms=first.captured_ms + number))

    @initialize(advance=st.booleans(), suggestions=st.booleans())
    def open(self, advance, suggestions):
        self.flags = advance, suggestions
        self.start()

    def put(self, image):
        self.bucket.put(image)
        self.known[image.name] = image
        self.labels[image.name] = OPEN

    def find(self, name):
        return self.bucket.image(name) if name in self.bucket.places else None

    def catalog(self):
        """Give the raw images as the catalog would: with their fingerprints."""
        return [self.known[image.name] if image.key == self.known[image.name].key and image.etag == self.known[image.name].etag
                else image for image in self.bucket.raw()]  # fmt: skip

    def start(self):
        self.journal = Journal(Path(self.folder.name) / "journal.sqlite", self.clock, self.new_id)
        self.session = SortSession(
            self.catalog(), self.journal, labeller="ann", classes=CLASSES, now_ms=self.clock, find=self.find, page_size=4
        )
        self.session.auto_advance, self.session.suggestions = self.flags
        self.gone.clear()
        self.words.clear()
        coming = {name for name, key in self.journal.overlay().items() if locate(key).area is Area.RAW}
        self.here = {image.name for image in self.bucket.raw()} | coming

    # What a labeller does.

    def chosen(self, data):
        tiles = data.draw(st.lists(st.sampled_from(self.session.tiles), min_size=1, max_size=3)) if self.session.tiles else []
        return [image for tile in tiles for image in tile.images]

    def expect(self, images, after, act):
        """Do one step and hold it against what should change."""
        names = {image.name for image in images} & self.here - self.gone
        before = {name: self.labels[name] for name in names if self.labels[name] != after}
        decisions = act()
        assert {decision.choice.name for decision in decisions} == set(before)
        if before:
            entry = Entry(before, dict.fromkeys(before, after), [decision.id for decision in decisions])
            self.stack.append(entry)
            self.undone.clear()
            self.say(entry, before)

    def say(self, entry, names):
        for name in names:
            self.labels[name] = entry.after[name]
            self.words.setdefault(name, []).append((entry, entry.after[name]))

    @rule(data=st.data(), after=st.sampled_from((*CLASSES, DISCARDED, UNSURE, OPEN)))
    def decide(self, data, after):
        images = self.chosen(data)
        acts = {DISCARDED: self.session.discard, UNSURE: self.session.unsure, OPEN: self.session.send_back}
        self.expect(images, after, lambda: acts[after](images) if after in acts else self.session.assign(images, after))

    @rule(data=st.data())
    def confirm(self, data):
        unseen = {image.name for image in self.chosen(data)}
        rest = self.session.rest(unseen)
        assert all(self.labels[image.name] == OPEN and image.name not in unseen for image in rest)
        self.expect(rest, self.session.page.cls if rest else None, lambda: self.session.confirm(unseen))

    @rule(data=st.data())
    def skip(self, data):
        self.session.skip(self.chosen(data))

    @rule()
    def undo(self):
        self.take_back()

    def take_back(self):
        """Undo one step; tell whether there was one."""
        while self.stack and self.failed(self.stack[-1]):
            self.stack.pop()
        undone = self.session.undo()
        if not self.stack:
            assert undone == []
            return False
        entry = self.stack.pop()
        self.undone.append(entry)
        assert [decision.id for decision in undone] == entry.ids
        for decision in undone:
            name = decision.choice.name
            if not decision.state.failed:
                self.labels[name] = entry.before[name]
                self.brought(decision)
                self.words[name] = [word for word in self.words.get(name, []) if word[0] is not entry]
        return True

    @rule()
    def redo(self):
        while self.undone and self.failed(self.undone[-1]):
            self.undone.pop()
        again = self.session.redo()
        if not self.undone:
            assert again == []
            return
        entry = self.undone.pop()
        standing = {decision.choice.name for decision in self.journal.get(entry.ids) if not decision.state.failed}
        assert {decision.choice.name for decision in again} == standing
        renewed = Entry({name: entry.before[name] for name in standing}, {name: entry.after[name] for name in standing},
                        [decision.id for decision in again])  # fmt: skip
        self.stack.append(renewed)
        for decision in again:
            name = decision.choice.name
            self.labels[name] = renewed.after[name]
            self.brought(decision)
            if name in self.here - self.gone:
                self.words.setdefault(name, []).append((renewed, renewed.after[name]))

    def brought(self, decision):
        name = decision.choice.name
        if self.labels[name] in (OPEN, UNSURE) and decision.choice.source != decision.choice.target:
            self.here.add(name)

    def failed(self, entry):
        return all(decision.state.failed for decision in self.journal.get(entry.ids))

    @rule()
    def undo_all_and_redo_all(self):
        before = {name: label for name, label in self.labels.items() if name not in self.taken}
        steps = 0
        while self.take_back():
            steps += 1
        assert all(label == OPEN for name, label in self.labels.items() if name not in self.taken)
        self.agrees()
        for _step in range(steps):
            self.redo()
        assert {name: self.labels[name] for name in before} == before

    # Looking around.

    @rule(data=st.data(), act=st.sampled_from(["move", "turn", "open", "arrange"]))
    def look(self, data, act):
        if act == "move":
            self.session.move(data.draw(st.integers(-9, 9)))
        elif act == "turn":
            self.turn(forwards=data.draw(st.booleans()))
        elif act == "arrange":
            self.session.arrange(data.draw(st.sampled_from(Order)), data.draw(st.sampled_from(FILTERS)))
        elif self.session.tiles:
            self.session.open_burst(data.draw(st.sampled_from(self.session.tiles)))

    def turn(self, *, forwards):
        page, more = self.session.page, bool(self.session.upcoming(1))
        turned = self.session.next_page() if forwards else self.session.previous_page()
        assert turned is more
        assert (self.session.page is not page) is turned
        assert not turned or self.session.page.left

    # What the world does.

    @precondition(lambda self: len(self.known) < 20)
    @rule(cls=st.sampled_from((*CLASSES, None)), side=st.sampled_from(Side))
    def arrive(self, cls, side):
        self.put(field_image(len(self.known) + 20, cls, 0.5, side=side))

    @rule()
    def sync(self):
        shown = [tile.images[0].name for tile in self.session.tiles]
        self.session.arrived(self.catalog())
        self.here |= {image.name for image in self.bucket.raw()}
        assert not shown or [tile.images[0].name for tile in self.session.tiles] == shown

    @precondition(lambda self: self.bucket.raw())
    @rule(data=st.data(), told=st.booleans())
    def rival(self, data, told):
        """Somebody else sorts an image that still lies where it was; this computer hears of it now, or when it moves it."""
        name = data.draw(st.sampled_from([image.name for image in self.bucket.raw()]))
        self.bucket.places[name] = (key_of(Area.LABELED, name, RIVAL), "rival-etag")
        self.taken.add(name)
        if told:
            self.lose(name)

    def lose(self, name):
        self.session.gone(name, RIVAL, self.bucket.places[name][0])
        if name in self.here:
            self.gone.add(name)
            self.words.pop(name, None)

    @rule(limit=st.integers(1, 5), dies=st.sampled_from(["no", "no", "no", "before", "after"]))
    def deliver(self, limit, dies="no"):
        """Deliver a batch; the process may die before the moves or between the moves and the journal."""
        begun = self.journal.begin(self.journal.deliverable(limit))
        if dies == "before":
            return
        ends = [self.bucket.move(decision, self.journal.source_etag(decision)) for decision in begun]
        if dies == "after":
            return
        self.journal.finish(ends)
        for decision, end in zip(begun, ends, strict=True):
            assert end.state is State.DONE or decision.choice.name in self.taken
            if end.state is State.LOST:
                self.lose(decision.choice.name)

    @rule()
    def settle(self):
        """Deliver all: then the bucket says what the labeller said, and nobody else's word was overwritten."""
        while self.journal.waiting():
            self.deliver(100)
        for name, (key, _etag) in self.bucket.places.items():
            if name in self.taken:
                assert key == key_of(Area.LABELED, name, RIVAL)
            elif self.labels[name] in CLASSES:
                assert key == key_of(Area.LABELED, name, self.labels[name])
            else:
                assert key == key_of(Area.DISCARDED if self.labels[name] == DISCARDED else Area.RAW, name)

    @rule()
    def restart(self):
        state = load(SessionState, dump(self.session.state()))
        self.journal.close()
        self.start()
        self.session.restore(state)
        assert (self.session.order, self.session.filter) == (state.order, state.filter)
        waiting = set(self.waiting())
        if state.focus in waiting and self.session.filter.matches(self.find(state.focus)):
            assert state.focus in {image.name for image in self.session.focused.images}

    def waiting(self):
        wanted = UNSURE if self.session.filter.unsure else OPEN
        return [name for name in self.here - self.gone if self.labels[name] == wanted]

    # What holds after each of them.

    @invariant()
    def agrees(self):
        for name in self.here:
            image = self.session.image(name)
            mark = self.session.mark(image)
            if name in self.gone:
                assert mark.status is Status.GONE
                assert self.session.lost[name] == mark
            else:
                shown = mark.cls if mark.status is Status.LABELLED else mark.status.value
                passed_over = mark.status is Status.SKIPPED and self.labels[name] in (OPEN, UNSURE)
                assert passed_over or shown == self.labels[name]
                place = locate(self.session.where(image))
                assert place.cls == (self.labels[name] if self.labels[name] in CLASSES else None)
        assert set(self.session.lost) == self.gone

    @invariant()
    def counts(self):
        last = Counter(words[-1][1] for words in self.words.values() if words)
        figures = self.session.figures()
        assert figures.labelled == {cls: last[cls] for cls in CLASSES if last[cls]}
        assert (figures.discarded, figures.unsure) == (last[DISCARDED], last[UNSURE])
        assert self.session.facets().total == sum(
            self.session.filter.matches(self.session.image(name)) for name in self.waiting()
        )

    @invariant()
    def pages_hold_what_waits(self):
        pages = [page for page in [self.session.page, *self.session.upcoming(1000)] if page]
        on_pages = [image.name for page in pages for tile in page.tiles for image in tile.images]
        waiting = set(self.waiting())
        assert len(on_pages) == len(set(on_pages))
        for page in pages:
            assert page.left == sum(image.name in waiting for tile in page.tiles for image in tile.images)
        assert self.session.figures().left == len(waiting.intersection(on_pages))
        wanted = {name for name in waiting if self.session.filter.matches(self.session.image(name))}
        assert wanted <= set(on_pages)

    @invariant()
    def focus_is_valid(self):
        session = self.session
        if session.tiles:
            assert session.focused is session.tiles[session.focus]
        else:
            assert (session.focused, session.focus) == (None, 0)
        shown = {image.name for tile in session.tiles for image in tile.images}
        on_page = {image.name for tile in session.page.tiles for image in tile.images} if session.page else set()
        assert on_page & set(self.waiting()) <= shown <= on_page

    @invariant()
    def the_strip_shows_what_stands(self):
        standing = [one for entry in self.stack for one in entry.ids]
        assert [one.id for one in self.session.recent(8)] == sorted(standing, reverse=True)[:8]

    def teardown(self):
        with self.folder, contextlib.ExitStack() as opened:  # both are let go of, whatever settling finds
            if hasattr(self, "session"):
                opened.callback(self.journal.close)
                self.settle()


TestSorting = Sorting.TestCase
TestSorting.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
