"""Put the Opus sound of a browser's WebM recording into the Ogg file that WhatsApp sends."""

import struct

CONTAINERS = {0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0}
"""EBML ids that hold others: Segment, Cluster, Tracks, TrackEntry, BlockGroup."""
CODEC_ID, CODEC_PRIVATE, SIMPLE_BLOCK, BLOCK = 0x86, 0x63A2, 0xA3, 0xA1
SERIAL = 0x47430001
LARGEST_PAGE = 255


def webm_to_ogg(data: bytes) -> bytes:
	"""Return the recording as Ogg Opus; raises ValueError when it is not WebM with one Opus track."""
	codec, header, packets = b"", b"", []
	try:
		for element, content in _elements(data, 0, len(data)):
			if element == CODEC_ID:
				if codec:
					raise ValueError("more than one track")
				codec = content
			elif element == CODEC_PRIVATE:
				header = content
			elif element in (SIMPLE_BLOCK, BLOCK):
				packets.append(_block(content))
	except (IndexError, struct.error):
		raise ValueError("the recording is cut off") from None
	if codec.rstrip(b"\0") != b"A_OPUS" or header[:8] != b"OpusHead" or not packets:
		raise ValueError("not an Opus recording")
	return _ogg(header, packets)


def _elements(data: bytes, at: int, end: int):
	"""Walk the EBML tree; yields (id, content) of everything that holds no other elements."""
	while at < end:
		element, at = _number(data, at, keep_marker=True)
		unknown = data[at] in (0xFF, 0x01) and _is_unknown(data, at)
		size, at = _number(data, at)
		stop = end if unknown else min(at + size, end)
		if element in CONTAINERS:
			# a live recording has containers without an end: their children are simply what follows
			if not unknown:
				yield from _elements(data, at, stop)
				at = stop
		else:
			yield element, data[at:stop]
			at = stop


def _is_unknown(data: bytes, at: int) -> bool:
	length = 9 - data[at].bit_length()
	value = int.from_bytes(data[at : at + length], "big")
	return value == (1 << (7 * length + 1)) - 1


def _number(data: bytes, at: int, keep_marker: bool = False) -> tuple[int, int]:
	"""Read a number of variable length; returns (value, place after it)."""
	first = data[at]
	if not first:
		raise ValueError("not an EBML file")
	length = 9 - first.bit_length()
	value = int.from_bytes(data[at : at + length], "big")
	return (value if keep_marker else value & ((1 << 7 * length) - 1)), at + length


def _block(content: bytes) -> bytes:
	"""Return the sound of a block: after its track number, two bytes of time and one of flags."""
	_track, at = _number(content, 0)
	if content[at + 2] & 0x06:
		raise ValueError("laced blocks are not known here")
	return content[at + 3 :]


def _ogg(header: bytes, packets: list[bytes]) -> bytes:
	vendor = b"emulator"
	tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
	pages = [_page([header], 0, 0, flags=2), _page([tags], 0, 1, flags=0)]
	position, waiting = struct.unpack_from("<H", header, 10)[0], []
	for index, packet in enumerate(packets):
		waiting.append(packet)
		position += _samples(packet)
		last = index == len(packets) - 1
		following = 0 if last else len(packets[index + 1]) // 255 + 1
		lacing = sum(len(p) // 255 + 1 for p in waiting)
		if last or lacing + following > LARGEST_PAGE:
			pages.append(_page(waiting, position, len(pages), flags=4 if last else 0))
			waiting = []
	return b"".join(pages)


def _samples(packet: bytes) -> int:
	"""Return how many samples at 48 kHz an Opus packet holds, by its first bytes (RFC 6716, 3.1)."""
	if not packet:
		return 0
	config, frames = packet[0] >> 3, packet[0] & 3
	if config < 12:
		length = (480, 960, 1920, 2880)[config & 3]
	elif config < 16:
		length = (480, 960)[config & 1]
	else:
		length = (120, 240, 480, 960)[config & 3]
	count = 1 if frames == 0 else 2 if frames < 3 else packet[1] & 0x3F if len(packet) > 1 else 0
	return length * count


def _page(packets: list[bytes], position: int, number: int, flags: int) -> bytes:
	lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
	head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, SERIAL, number, 0, len(lacing))
	page = bytearray(head + lacing + b"".join(packets))
	page[22:26] = struct.pack("<I", _checksum(page))
	return bytes(page)


def _table() -> list[int]:
	table = []
	for byte in range(256):
		value = byte << 24
		for _ in range(8):
			value = (value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1
		table.append(value & 0xFFFFFFFF)
	return table


TABLE = _table()


def _checksum(page: bytes) -> int:
	value = 0
	for byte in page:
		value = ((value << 8) & 0xFFFFFFFF) ^ TABLE[(value >> 24) ^ byte]
	return value
