"""Wider text (WCAG 1.4.12), which axe does not see: nothing is cut off by it, and nothing scrolls sideways."""

from typing import Any

# WCAG 1.4.12, as a reader's own style sheet would set it.
SPACING = """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(`* { line-height: 1.5 !important;
    letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"""
# Texts that their own box cuts off, and cells that what is in them sticks out of; what scrolls, and what is hidden on
# purpose or shortened with a mark (a grid of rows, which shows each row whole on a page of its own), is not cut off.
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
    const s = getComputedStyle(e), hides = ['hidden', 'clip'];
    if (!e.checkVisibility() || s.clipPath !== 'none' || s.textOverflow === 'ellipsis'
        || e.closest('svg, .sluis-visually-hidden')) return false;
    if (e.matches('td, th') && s.overflowY === 'visible' && e.scrollHeight > e.clientHeight + 4) return true;
    if (!e.childNodes.length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return false;
    return (hides.includes(s.overflowX) && e.scrollWidth > e.clientWidth + 1)
        || (hides.includes(s.overflowY) && !s.webkitLineClamp.match(/\\d/) && e.scrollHeight > e.clientHeight + 1);
    }).map(e => e.outerHTML.slice(0, 120))"""


def cut_off(page: Any) -> list[str]:
    """What of this page is not seen whole with wider text; asked last, for the page stays as it is then."""
    page.evaluate(SPACING)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*page.evaluate(CUT), *(["scrolls sideways"] if wide else [])]
