"""Builds the HUD's two font files from JetBrains Mono (SIL Open Font License 1.1).

    npm pack jetbrains-mono@1.0.6 && tar xzf jetbrains-mono-1.0.6.tgz
    pip install fonttools brotli
    python3 assets/build-font.py package/fonts/webfonts

Needed only to change the font: its output in assets/public/fonts is what ships.

What it changes, and why:
- Thin spaces (U+2009, U+202F) are added at a third of a digit's width: amounts are grouped with them.
- The lightning sign is also mapped to U+E000. Browsers draw U+26A1 from the system's colour emoji font even
  where a web font has it; the HUD's canvas draws the private code point instead.
- Hinting is dropped: it doubles the size and iPads ignore it.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

LIGHTNING = 0x26A1
DRAWN_LIGHTNING = 0xE000
THIN_SPACES = (0x2009, 0x202F)
THIN_WIDTH = 200
TARGET = Path(__file__).parent / "public" / "fonts"


def build(source: Path, target: Path) -> None:
    font = TTFont(source)
    font["glyf"]["thinspace"] = Glyph()
    font["hmtx"]["thinspace"] = (THIN_WIDTH, 0)
    for table in font["cmap"].tables:
        if not table.isUnicode():
            continue
        for code in THIN_SPACES:
            table.cmap[code] = "thinspace"
        table.cmap[DRAWN_LIGHTNING] = table.cmap[LIGHTNING]

    options = Options()
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "zero"]
    options.flavor = "woff2"
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap().keys())
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size} bytes, {len(font.getBestCmap())} characters")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER-WITH-JetBrainsMonoNL-*.woff2")
    folder = Path(sys.argv[1])
    for weight in ("Regular", "Bold"):
        build(folder / f"JetBrainsMonoNL-{weight}.woff2", TARGET / f"matrix-mono-{weight.lower()}.woff2")


if __name__ == "__main__":
    main()
