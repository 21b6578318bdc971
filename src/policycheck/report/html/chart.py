"""Charts as inline SVG, each with its numbers in words.

Nothing is told by colour alone: what is unknown is hatched, what is advice is dotted, and beside
every chart its numbers stand as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policycheck.report.html.markup import Markup, element

PARTS = ("pass", "violation", "advice", "unknown")
"""How checks in scope divide; the order is that of the bars."""
_HEIGHT = 100
_WIDTH = 1000

PATTERNS = Markup(
    '<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/>'
    '<rect width="2" height="6" class="hatch-line"/></pattern>'
    '<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" class="dots-ground"/>'
    '<circle cx="3" cy="3" r="1.3" class="dots-dot"/></pattern></defs></svg>'
)
"""What the bars are filled with; once in a page."""


def bar(counts: Mapping[str, int], words: str, scale: int | None = None) -> Markup:
    """Draw how checks divide, as one bar; `scale` is what the full width stands for."""
    whole = scale or sum(counts.values()) or 1
    start = 0.0
    parts: list[Markup] = []
    for name in PARTS:
        share = 100 * counts.get(name, 0) / whole
        if share:
            place = {"x": f"{start:.3f}%", "width": f"{share:.3f}%"}
            parts.append(element("rect", class_=f"part-{name}", y="0", height="100%", **place))
        start += share
    return element(
        "svg", element("title", words), parts, class_="bar", role="img", aria_label=words
    )


def trend(counts: Sequence[tuple[float, int]], words: str) -> Markup:
    """Draw a number over time as steps: (place between 0 and 1, count), places ascending."""
    most = max(count for _, count in counts) or 1
    points = [(place * _WIDTH, _HEIGHT - count / most * _HEIGHT) for place, count in counts]
    steps = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    steps += [f"H{x:.1f}V{y:.1f}" for x, y in points[1:]]
    line = "".join([*steps, f"H{_WIDTH}"])
    area = f"{line}V{_HEIGHT}H{points[0][0]:.1f}Z"
    return element(
        "svg",
        element("title", words),
        element("path", class_="trend-area", d=area),
        element("path", class_="trend-line", d=line, vector_effect="non-scaling-stroke"),
        class_="trend",
        role="img",
        aria_label=words,
        viewBox=f"0 -2 {_WIDTH} {_HEIGHT + 4}",
        preserveAspectRatio="none",
    )
