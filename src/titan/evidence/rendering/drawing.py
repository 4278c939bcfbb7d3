"""One page as a picture: a page of a PDF, or the photo that a file is."""

from __future__ import annotations

from pathlib import Path

import pillow_heif
import pypdfium2
from PIL import Image, ImageOps

from titan.evidence.limits import MAX_PIXELS, NotAccepted
from titan.evidence.rendering import Size
from titan.evidence.rules import MediaType

# The longer side in pixels: A4 at 150 dpi can be read, the small one recognised.
SIDES = {Size.SMALL: 420, Size.LARGE: 1754}
QUALITY = 82


def draw(media_type: MediaType, path: Path, page: int, folder: Path) -> None:
    """Write page `page` (from 1) of the file at `path` into `folder`, once for each Size, as JPEG."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    picture = _picture(media_type, path, page)
    for size, side in sorted(SIDES.items(), key=lambda item: -item[1]):
        picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture.save(folder / size.value, "JPEG", quality=QUALITY, optimize=True)


def _picture(media_type: MediaType, path: Path, page: int) -> Image.Image:
    if media_type is MediaType.PDF:
        return _page_of_pdf(path, page)
    if media_type is MediaType.HEIC:
        return _on_paper(pillow_heif.open_heif(path).to_pillow())
    if media_type in {MediaType.JPEG, MediaType.PNG}:
        with Image.open(path, formats=[media_type.name]) as image:
            # A photo is decoded at a fraction of its size where that suffices.
            image.draft("RGB", (2 * SIDES[Size.LARGE], 2 * SIDES[Size.LARGE]))
            return _on_paper(ImageOps.exif_transpose(image))
    raise NotAccepted("It has no pages to draw.")


def _page_of_pdf(path: Path, page: int) -> Image.Image:
    with pypdfium2.PdfDocument(path) as document:
        shown = document[page - 1]
        picture = shown.render(scale=SIDES[Size.LARGE] / max(shown.get_size())).to_pil()
    return _on_paper(picture)


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits a pixel: Pillow would cut them off instead of scaling them.
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
