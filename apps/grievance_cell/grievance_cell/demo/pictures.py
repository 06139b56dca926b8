"""The photos and the voice note that the people of the demo send: small, few, and each shared by many cases."""

import io
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from grievance_cell.demo import stories

SIZE = (640, 480)
OF_EACH = 3
VOICE_NOTE = Path(__file__).parent / "data" / "voice_note.ogg"
SKY, WALL, EARTH, ROAD, WATER, LEAVES, RUST, MUD = (
	"#a9c7dd", "#c9a27a", "#a08c6f", "#8d8a84", "#5b8aa6", "#5d7a45", "#7d5b43", "#4c4a36",
)  # fmt: skip


def files() -> dict[str, bytes]:
	"""Draw a few photos of what is wrong, and of what was done, by group of categories; and read the voice note."""
	found = {"voice": VOICE_NOTE.read_bytes()}
	groups = dict.fromkeys(row["parent"] for row in stories.rows("categories") if row["parent"])
	for group in groups:
		for when in ("before", "after"):
			for number in range(1, OF_EACH + 1):
				found[f"{when}-{group}-{number}"] = photo(group, when == "after", number)
	return found


def photo(group: str, is_done: bool, number: int) -> bytes:
	"""Draw a street in the sun with the matter in it, broken or mended; returns a PNG."""
	lot = Random(f"{group} {number}")
	image = Image.new("RGB", SIZE, SKY)
	draw = ImageDraw.Draw(image)
	horizon = lot.randint(190, 240)
	draw.rectangle((0, horizon, *SIZE), EARTH)
	for _house in range(lot.randint(2, 4)):
		left, width, height = lot.randint(-40, 560), lot.randint(90, 170), lot.randint(70, 150)
		draw.rectangle(
			(left, horizon - height, left + width, horizon + 20), lot.choice((WALL, "#b9c4a3", "#d8c9a8"))
		)
		draw.rectangle((left + 30, horizon - height + 40, left + 60, horizon + 20), RUST)
	draw.polygon(((230, horizon + 10), (410, horizon + 10), (640, 480), (0, 480)), ROAD)
	MATTERS.get(group, signboard)(draw, lot, is_done, horizon)
	# A cheap camera.
	for _grain in range(900):
		x, y = lot.randrange(SIZE[0]), lot.randrange(SIZE[1])
		draw.point((x, y), lot.choice(("#ffffff", "#333333", "#777777")))
	stream = io.BytesIO()
	# Frappe writes each JPEG anew, without what a camera notes in it; that takes longer than all else of a case.
	image.quantize(48).save(stream, "PNG")
	return stream.getvalue()


def hand_pump(draw, lot, is_done, horizon):
	x = lot.randint(260, 360)
	draw.ellipse((x - 110, 400, x + 130, 450), WATER if is_done else MUD)
	draw.rectangle((x, 220, x + 34, 420), "#6f7f86")
	draw.line((x + 17, 230, x - 90, 200 if is_done else 330), "#4a5459", 14)
	draw.rectangle((x + 34, 270, x + 90, 290), "#6f7f86")
	if is_done:
		draw.rectangle((x + 78, 290, x + 88, 410), WATER)


def pole(draw, lot, is_done, horizon):
	x = lot.randint(240, 380)
	draw.rectangle((x, 60, x + 16, 430), "#5a5650")
	draw.line((x - 60, 90, x + 76, 90), "#5a5650", 10)
	for end in (0, 640):
		draw.line((end, 70, x, 95 if is_done or end else 300), "#222222", 4)
	draw.ellipse((x + 60, 92, x + 100, 120), "#fff3b0" if is_done else "#555555")


def road(draw, lot, is_done, horizon):
	for _hole in range(lot.randint(4, 7)):
		x, y, size = lot.randint(120, 480), lot.randint(horizon + 60, 440), lot.randint(40, 90)
		draw.ellipse((x, y, x + size, y + size // 3), "#6b6964" if is_done else MUD)
		if not is_done:
			draw.ellipse((x + 8, y + 5, x + size - 12, y + size // 3 - 4), WATER)


def drain(draw, lot, is_done, horizon):
	draw.polygon(((150, horizon + 10), (190, horizon + 10), (120, 480), (10, 480)), "#6d6a63")
	draw.polygon(((160, horizon + 15), (180, horizon + 15), (95, 480), (30, 480)), WATER if is_done else MUD)
	for _piece in range(0 if is_done else 60):
		y = lot.randint(horizon + 15, 460)
		x = 170 - (y - horizon) // 3 + lot.randint(-25, 60)
		draw.rectangle(
			(x, y, x + lot.randint(6, 22), y + lot.randint(5, 14)), lot.choice(("#d8d2c4", "#a8553c", LEAVES))
		)


def field(draw, lot, is_done, horizon):
	for row in range(12):
		y = horizon + 20 + row * 20
		draw.line((0, y, 640, y + lot.randint(-8, 8)), LEAVES if is_done else "#b79b55", 10)


def paper(draw, lot, is_done, horizon):
	draw.polygon(((120, 90), (520, 70), (540, 440), (130, 450)), "#f4f0e2")
	for line in range(14):
		y = 130 + line * 22
		draw.line((160, y, lot.randint(330, 500), y - 4), "#6b6b78", 4)
	if is_done:
		draw.ellipse((400, 340, 500, 430), outline="#3b4d9b", width=7)


def signboard(draw, lot, is_done, horizon):
	draw.rectangle((210, 120, 430, 230), "#2f6b4f" if is_done else "#7a4238")
	draw.rectangle((240, 230, 254, 400), "#5a5650")
	draw.rectangle((388, 230, 402, 400), "#5a5650")
	for line in range(3):
		draw.line((235, 150 + line * 26, lot.randint(330, 405), 150 + line * 26), "#ffffff", 6)


MATTERS = {
	"Water": hand_pump,
	"Electricity": pole,
	"Roads and bridges": road,
	"Cleaning and drains": drain,
	"Farming and livestock": field,
	"Ration and gas": paper,
	"Land and certificates": paper,
	"Pension and schemes": paper,
}
