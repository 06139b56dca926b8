import tempfile
import unittest

from grievance_cell.emulator import store
from grievance_cell.emulator.store import Clock, Entry, Faults, Store

CITIZEN = "919876500001"
TEXT = {"type": "text", "text": {"body": "नमस्ते"}}


class TestStore(unittest.TestCase):
	def setUp(self):
		self.clock = Clock()
		self.store = Store(self.clock)
		self.addCleanup(self.store.close)

	def test_an_in_gets_what_the_network_adds(self):
		entry = self.store.add(CITIZEN, "in", "queued", {**TEXT, "from": "1", "id": "x", "timestamp": "1"})
		self.assertEqual(list(entry.message), ["from", "from_user_id", "id", "timestamp", "type", "text"])
		self.assertEqual((entry.message["from"], entry.message["id"]), (CITIZEN, entry.id))
		self.assertTrue(entry.id.startswith("wamid.HBgMOTE5ODc2NTAwMDAx"))
		self.assertEqual(set(entry.view()), {"id", "direction", "state", "timestamp", "message"})

	def test_hidden_number(self):
		self.store.set_profile(CITIZEN, None, True)
		message = self.store.add(CITIZEN, "in", "queued", TEXT).message
		self.assertNotIn("from", message)
		self.assertEqual(message["from_user_id"], self.store.citizen(CITIZEN).user_id)

	def test_states_of_an_out_move_forward_only(self):
		entry = self.store.add(CITIZEN, "out", "sent", TEXT)
		self.assertTrue(self.store.move(entry.id, "read"))
		self.assertFalse(self.store.move(entry.id, "delivered"))
		failed = self.store.add(CITIZEN, "out", "failed", TEXT)
		self.assertFalse(self.store.move(failed.id, "read"))
		self.assertFalse(self.store.move("unknown", "read"))

	def test_window(self):
		self.assertFalse(self.store.window_open(CITIZEN))
		self.store.add(CITIZEN, "in", "queued", TEXT)
		self.assertTrue(self.store.window_open(CITIZEN))
		self.clock.advance(store.WINDOW - 5)
		self.assertTrue(self.store.window_open(CITIZEN))
		self.clock.advance(6)
		self.assertFalse(self.store.window_open(CITIZEN))
		self.store.add(CITIZEN, "in", "queued", TEXT)
		self.assertTrue(self.store.window_open(CITIZEN))

	def test_a_thread_of_earlier_messages_keeps_its_ids_and_opens_a_window_if_it_is_young(self):
		now = int(self.clock.now())
		entries = [
			Entry("wamid.old.1", CITIZEN, "in", "delivered", str(now - 60), TEXT),
			Entry("wamid.old.2", CITIZEN, "out", "delivered", str(now - 50), TEXT),
		]
		self.store.add_thread(CITIZEN, "सुनीता", entries)
		self.assertEqual(
			[entry["id"] for entry in self.store.thread(CITIZEN)], ["wamid.old.1", "wamid.old.2"]
		)
		self.assertEqual(self.store.unread(CITIZEN), ["wamid.old.2"])
		self.assertTrue(self.store.move("wamid.old.2", "read"))
		self.assertTrue(self.store.window_open(CITIZEN))
		(row,) = self.store.overview()
		self.assertEqual((row["name"], row["last"]["id"]), ("सुनीता", "wamid.old.2"))
		self.store.add_thread(
			"919876500002", "Ravi", [Entry("wamid.old.3", "", "in", "delivered", "1", TEXT)]
		)
		self.assertFalse(self.store.window_open("919876500002"))

	def test_media_url_and_life(self):
		media = self.store.add_media(b"abc", "image/png", "a.png", inbound=True)
		key = self.store.new_media_url(media.id)
		self.clock.advance(299)
		self.assertEqual(self.store.media_of_url(key), media)
		self.clock.advance(2)
		self.assertIsNone(self.store.media_of_url(key))
		self.clock.advance(store.INBOUND_MEDIA_LIFE)
		self.assertIsNone(self.store.live_media(media.id))

	def test_changes(self):
		first = self.store.add(CITIZEN, "in", "queued", TEXT)
		self.store.add("919876500002", "in", "queued", TEXT)
		change = self.store.changes(CITIZEN, "", -1, 0)
		self.assertTrue(change["reset"])
		self.assertEqual([e["id"] for e in change["entries"]], [first.id])
		place = (change["generation"], change["revision"])
		self.assertEqual(self.store.changes(CITIZEN, *place, 0)["entries"], [])
		self.store.move(first.id, "delivered")
		self.assertEqual(self.store.changes(CITIZEN, *place, 5)["entries"][0]["state"], "delivered")
		self.store.reset()
		change = self.store.changes(CITIZEN, *place, 5)
		self.assertTrue(change["reset"])
		self.assertEqual(change["entries"], [])

	def test_kept_in_a_folder(self):
		with tempfile.TemporaryDirectory() as folder:
			kept = Store(self.clock, folder)
			entry = kept.add(CITIZEN, "in", "queued", TEXT)
			media = kept.add_media(b"abc", "image/png", "a.png", inbound=True)
			kept.add_template({"name": "a", "language": "hi", "status": "APPROVED"})
			kept.close()
			again = Store(self.clock, folder)
			self.assertEqual(again.thread(CITIZEN), [entry.view()])
			self.assertEqual([e.id for e in again.undelivered()], [entry.id])
			self.assertEqual(again.media_path(media.id).read_bytes(), b"abc")
			self.assertIsNotNone(again.find_template("a", "hi"))
			self.assertGreater(int(again.add_media(b"d", "image/png", "", True).id), int(media.id))


class TestFaults(unittest.TestCase):
	def test_replaces_the_whole_set(self):
		faults = Faults()
		faults.replace({"duplicate": 1})
		faults.replace({"delay": 2})
		self.assertEqual((faults.get("duplicate"), faults.get("delay")), (0, 2))

	def test_an_error_is_used_up(self):
		faults = Faults()
		faults.replace({"error": {"code": 131000, "times": 2}})
		self.assertEqual(faults.take_error()["code"], 131000)
		self.assertEqual(faults.view()["error"]["times"], 1)
		faults.take_error()
		self.assertIsNone(faults.take_error())

	def test_refuses_what_it_does_not_know(self):
		bad = (
			{"explode": 1},
			{"duplicate": -1},
			{"duplicate": "two"},
			{"drop": 0.5},
			{"error": 5},
			{"error": {"code": "x"}},
			{"error": {"code": 1, "times": 0}},
			{"error": {"code": 1, "http_status": 200}},
			{"error": {"code": 1, "when": "now"}},
		)
		for values in bad:
			with self.assertRaises(ValueError, msg=values):
				Faults().replace(values)
