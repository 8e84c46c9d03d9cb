"""The plots: the numbers they say, what they open, and that nothing to show is a sentence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt

from desktop.core.evaluation import evaluate
from desktop.core.gate import judge
from desktop.core.taxonomy import default_taxonomy
from desktop.core.verdict import GateSettings
from desktop.ui.plots.axis import outwards, round_numbers, round_step
from desktop.ui.plots.coverage import Coverage, accepted
from desktop.ui.plots.curve import Curve
from desktop.ui.plots.dumbbell import Dumbbell
from desktop.ui.plots.interval import Interval
from desktop.ui.plots.matrix import Matrix
from desktop.ui.plots.reliability import Reliability
from desktop.ui.plots.sparkline import Sparkline
from desktop.ui.theme import LIGHT, look, wear
from desktop.ui.words import ends, points, short_model, whole_points
from tests.judging import answers, pictures

CLASSES = {one.id: one for one in default_taxonomy().classes}
NAMES = ("beer-mug", "clutter", "soda-can")
TRUTH = ["beer-mug"] * 20 + ["clutter"] * 20 + ["soda-can"] * 20
OLD = answers(NAMES, ["clutter"] * 6 + TRUTH[6:], 0.7)
NEW = answers(NAMES, [*TRUTH[:58], "clutter", "clutter"], 0.9)
SHOWN = {"beer-mug": "Beer mug"}


@pytest.fixture
def verdict():
    return judge(pictures(TRUTH), NEW, OLD, attempt=1, settings=GateSettings(min_images=10))


@pytest.fixture
def evaluation():
    return evaluate(pictures(TRUTH), NEW)


def shown(qtbot, plot, width=420, height=300):
    """Paint a plot once."""
    qtbot.addWidget(plot)
    plot.resize(width, height)
    plot.show()
    plot.grab()
    return plot


def blank(plot):
    """Tell whether a plot painted nothing but its ground."""
    image = plot.grab().toImage()
    first = image.pixel(0, 0)
    return all(image.pixel(x, y) == first for x in range(0, image.width(), 3) for y in range(0, image.height(), 3))


def every_plot():
    return [Interval(), Dumbbell(), Matrix(), Reliability(), Coverage(), Curve("accuracy", "epoch")]


def test_a_plot_with_nothing_to_show_says_why(qtbot):
    for plot in every_plot():
        shown(qtbot, plot)
        assert plot.empty
        assert plot.accessibleDescription() == plot.empty
        assert not blank(plot), type(plot)


def test_the_interval_says_its_three_numbers_and_the_margin(qtbot, verdict):
    plot = shown(qtbot, Interval())
    plot.show_verdict(verdict)
    low, high = ends(verdict.difference.low, verdict.difference.high)
    for number in (points(verdict.difference.value), low, high, "−3"):
        assert number in plot.accessibleDescription()
    assert not plot.empty


def test_an_interval_against_nothing_is_a_sentence(qtbot, verdict):
    plot = shown(qtbot, Interval())
    plot.show_verdict(replace(verdict, difference=None))
    assert "in service" in plot.empty


def test_the_recalls_say_a_loss_with_its_minus(qtbot, verdict):
    plot = shown(qtbot, Dumbbell())
    plot.show_verdict(verdict, CLASSES, SHOWN)
    plot.grab()
    rows = plot.accessibleDescription().split("; ")
    assert len(rows) == 3
    assert "Beer mug" in rows[0]
    assert "+30.0" in rows[0]
    assert "−10.0" in rows[2]
    assert plot.told_at(QPointF(100, 10)) == rows[0]


def test_arrows_move_through_the_matrix_and_enter_opens(qtbot, evaluation):
    matrix = shown(qtbot, Matrix())
    matrix.show_evaluation(evaluation, CLASSES, SHOWN)
    opened = []
    matrix.opened.connect(lambda truth, said: opened.append((truth, said)))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(matrix, key)
    assert matrix.cell == ("soda-can", "clutter")
    assert matrix.accessibleDescription().startswith("2 pictures of soda-can")
    qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert opened == [("soda-can", "clutter")]


def test_a_cell_without_pictures_opens_nothing(qtbot, evaluation):
    matrix = shown(qtbot, Matrix())
    matrix.show_evaluation(evaluation, CLASSES, SHOWN)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.cell == ("beer-mug", "clutter")
    with qtbot.assertNotEmitted(matrix.opened):
        qtbot.keyClick(matrix, Qt.Key.Key_Return)


def test_a_click_opens_the_cell_under_it(qtbot, evaluation):
    matrix = shown(qtbot, Matrix())
    matrix.show_evaluation(evaluation, CLASSES, SHOWN)
    matrix.grab()
    spot = next(
        QPointF(x, y)
        for x in range(0, matrix.width(), 4)
        for y in range(0, matrix.height(), 4)
        if matrix.told_at(QPointF(x, y)).startswith("2 pictures of soda-can")
    )
    with qtbot.waitSignal(matrix.opened) as caught:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=spot.toPoint())
    assert caught.args == ["soda-can", "clutter"]


def test_many_classes_fit_into_the_matrix(qtbot):
    names = tuple(f"class-{number}" for number in range(14))
    matrix = shown(qtbot, Matrix(), 380, 420)
    matrix.show_evaluation(evaluate(pictures(names), answers(names, names)), {}, {})
    matrix.grab()
    told = {matrix.told_at(QPointF(x, y)) for x in range(0, 380, 3) for y in range(0, 420, 3)}
    assert {f"1 picture of {name}, said: {name}" for name in names} <= told


def test_the_curves_say_the_gap_and_what_can_be_accepted(qtbot, evaluation):
    old = evaluate(pictures(TRUTH), OLD)
    reliability, coverage = shown(qtbot, Reliability()), shown(qtbot, Coverage())
    reliability.show_evaluations(old, evaluation, "m-old", "m-new")
    coverage.show_evaluations(old, evaluation, "m-old", "m-new")
    assert f"m-new gap {evaluation.ece:.2f}" in reliability.accessibleDescription()
    assert "m-old" in coverage.accessibleDescription()
    for plot in (reliability, coverage):
        plot.grab()


def test_what_can_be_accepted_is_the_largest_share_that_is_precise_enough():
    sure = evaluate(pictures("aab"), answers("ab", "aaa", [0.9, 0.8, 0.7]))
    assert accepted(sure) == pytest.approx(2 / 3)
    assert accepted(sure, 0.6) == 1.0
    assert accepted(evaluate(pictures("a"), answers("ab", "b"))) == 0.0


def test_the_curve_says_its_last_value_and_its_lines(qtbot):
    curve = shown(qtbot, Curve("accuracy", "epoch"))
    curve.show_course([(1, 0.8), (2, 0.9)], [("m-7f3a", 0.918), ("m-51c0", 0.889)], 12)
    assert curve.accessibleDescription() == "epoch 2: 0.900; m-7f3a 0.918; m-51c0 0.889"
    curve.grab()
    curve.show_course([(1, 0.8)], [])
    assert not blank(curve)


def test_a_sparkline_takes_gaps_and_equal_values(qtbot):
    line = shown(qtbot, Sparkline("temperature"), 80, 24)
    for values in ([1.0, None, 3.0, 3.0], [2.0, 2.0], [5.0]):
        line.show_values(values, "told")
        assert not blank(line), values
    line.show_values([], "no word yet")
    assert line.empty == "no word yet"


def test_plots_follow_the_theme(qtbot, verdict):
    plot = shown(qtbot, Interval())
    plot.show_verdict(verdict)
    dark = plot.grab().toImage()
    wear(LIGHT)
    assert look() is LIGHT
    assert plot.grab().toImage() != dark


@given(st.floats(-1, 1), st.floats(1e-3, 2), st.integers(2, 10))
def test_round_ends_enclose_the_values_and_lie_on_round_numbers(low, span, about):
    begin, end, step = outwards(low, low + span, about)
    assert begin <= low + step * 1e-5
    assert end >= low + span - step * 1e-5
    assert step == pytest.approx(round_step(span, about))
    assert span / step <= about * (1 + 1e-6)
    numbers = round_numbers(begin, end, step)
    assert numbers[0] == pytest.approx(begin, abs=1e-6)
    assert numbers[-1] == pytest.approx(end, abs=1e-6)


def test_figures_are_written_as_people_read_them():
    assert [points(0.0333), points(-0.024), points(-0.0001)] == ["+3.3", "−2.4", "0.0"]
    assert [whole_points(-0.03), whole_points(0), whole_points(0.005)] == ["−3", "0", "+0.5"]
    assert ends(-0.0296, 0.0291) == ("−3.0", "+3.0")
    assert short_model("7f3a9c" + "0" * 58) == "m-7f3a"
