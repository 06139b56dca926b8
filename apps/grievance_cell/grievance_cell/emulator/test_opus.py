import struct
import unittest

from grievance_cell.emulator import opus

HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)


def element(code, content):
	size = (len(content) | 0x0800000000000000 >> 3).to_bytes(8, "big")
	return code.to_bytes((code.bit_length() + 7) // 8, "big") + b"\x01" + size[1:] + content


def webm(packets, codec=b"A_OPUS", unknown_sizes=True):
	track = element(0xAE, element(0xD7, b"\1") + element(0x86, codec) + element(0x63A2, HEAD))
	blocks = b"".join(element(0xA3, b"\x81\0\0\x80" + packet) for packet in packets)
	if unknown_sizes:
		cluster = b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + element(0xE7, b"\0") + blocks
		segment = b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + element(0x1654AE6B, track) + cluster
	else:
		segment = element(0x18538067, element(0x1654AE6B, track) + element(0x1F43B675, blocks))
	return element(0x1A45DFA3, b"") + segment


def pages(ogg):
	"""Split an Ogg file; returns [(flags, position, number, [packets])] with every checksum looked at."""
	found = []
	while ogg:
		_magic, _version, flags, position, _serial, number, checksum, count = struct.unpack_from(
			"<4sBBqIIIB", ogg
		)
		lacing = ogg[27 : 27 + count]
		size = 27 + count + sum(lacing)
		page = bytearray(ogg[:size])
		page[22:26] = bytes(4)
		assert opus._checksum(page) == checksum
		packets, at, packet = [], 27 + count, b""
		for length in lacing:
			packet += ogg[at : at + length]
			at += length
			if length < 255:
				packets.append(packet)
				packet = b""
		found.append((flags, position, number, packets))
		ogg = ogg[size:]
	return found


class TestOpus(unittest.TestCase):
	def test_packets_survive(self):
		packets = [bytes([0x78]) + bytes([n % 251]) * size for n, size in enumerate([3, 254, 255, 700] * 30)]
		for unknown_sizes in (True, False):
			found = pages(opus.webm_to_ogg(webm(packets, unknown_sizes=unknown_sizes)))
			self.assertEqual([packet for page in found[2:] for packet in page[3]], packets)
			self.assertEqual(found[0][0], 2)
			self.assertEqual(found[0][3], [HEAD])
			self.assertTrue(found[1][3][0].startswith(b"OpusTags"))
			self.assertEqual(found[-1][0], 4)
			self.assertEqual([page[2] for page in found], list(range(len(found))))

	def test_positions_count_samples(self):
		# 0x78: CELT, 20 ms, one frame: 960 samples each, after the 312 to be skipped
		found = pages(opus.webm_to_ogg(webm([b"\x78abc"] * 50)))
		self.assertEqual(found[-1][1], 312 + 50 * 960)

	def test_refuses_anything_else(self):
		for data in (
			b"",
			b"RIFF",
			b"\0" * 50,
			webm([b"\x78"], codec=b"V_VP8"),
			webm([]),
			webm([b"\x78"])[:40],
		):
			with self.assertRaises(ValueError, msg=data[:8]):
				opus.webm_to_ogg(data)
