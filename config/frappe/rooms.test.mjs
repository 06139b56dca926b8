import assert from "node:assert/strict";
import http from "node:http";
import { once } from "node:events";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";
import { isSameHost, serveRooms } from "./rooms.mjs";

const SITE = "grievance.localhost";
const server = http.createServer();
const io = new Server(server);
const clients = [];

// Frappe's part: an officer may read Grievance, a clerk nothing; documents are answered slowly.
async function ask(socket, method, { doctype } = {}) {
	const user = socket.handshake.headers.user ?? "Guest";
	if (method === "frappe.realtime.get_user_info") {
		return { status: 200, message: { user, user_type: user === "citizen" ? "Website User" : "System User" } };
	}
	if (method === "frappe.realtime.can_subscribe_doc") await sleep(30);
	return { status: user === "officer" && doctype === "Grievance" ? 200 : 403 };
}

before(async () => {
	serveRooms(io, ask);
	await once(server.listen(0, "127.0.0.1"), "listening");
});
afterEach(() => clients.splice(0).forEach((client) => client.disconnect()));
after(() => io.close());

async function clientOf(user, site = SITE) {
	const url = `http://127.0.0.1:${server.address().port}/${site}`;
	const client = connect(url, { forceNew: true, transports: ["websocket"], extraHeaders: user ? { user } : {} });
	clients.push(client);
	client.seen = [];
	client.onAny((event, message) => client.seen.push([event, message]));
	await once(client, "connect");
	return client;
}

async function publish(room, site = SITE) {
	await sleep(80);
	io.of(`/${site}`).to(room).emit("told", room);
	await sleep(40);
}

const rooms = (client) => client.seen.filter(([event]) => event === "told").map(([, room]) => room);

test("a guest hears what is meant for the website and nothing else", async () => {
	const guest = await clientOf();
	guest.emit("task_subscribe", "1");
	guest.emit("doctype_subscribe", "Grievance");
	for (const room of ["website", "all", "user:Guest", "task_progress:1", "doctype:Grievance"]) await publish(room);
	assert.deepEqual(rooms(guest), ["website"]);
});

test("what goes to all goes to desk users of that site only", async () => {
	const officer = await clientOf("officer");
	const citizen = await clientOf("citizen");
	const elsewhere = await clientOf("officer", "other.localhost");
	await publish("all");
	assert.deepEqual([officer, citizen, elsewhere].map(rooms), [["all"], [], []]);
});

test("Frappe decides who follows a doctype or a document", async () => {
	const officer = await clientOf("officer");
	const clerk = await clientOf("clerk");
	for (const client of [officer, clerk]) {
		client.emit("doctype_subscribe", "Grievance");
		client.emit("doc_subscribe", "Grievance", 7);
	}
	await publish("doctype:Grievance");
	await publish("doc:Grievance/7");
	assert.deepEqual(rooms(officer), ["doctype:Grievance", "doc:Grievance/7"]);
	assert.deepEqual(rooms(clerk), []);
	officer.emit("doctype_unsubscribe", "Grievance");
	await publish("doctype:Grievance");
	assert.equal(rooms(officer).length, 2);
});

test("who leaves before Frappe has answered stays out", async () => {
	const officer = await clientOf("officer");
	officer.emit("doc_subscribe", "Grievance", "A");
	officer.emit("doc_unsubscribe", "Grievance", "A");
	await publish("doc:Grievance/A");
	assert.deepEqual(rooms(officer), []);
});

test("those who have a form open see who else has", async () => {
	const first = await clientOf("officer");
	const second = await clientOf("officer");
	first.emit("doc_open", "Grievance", "A");
	await sleep(80);
	second.emit("doc_open", "Grievance", "A");
	await sleep(80);
	second.disconnect();
	await sleep(80);
	const viewers = first.seen.filter(([event]) => event === "doc_viewers").map(([, message]) => message);
	assert.equal(viewers.length, 3);
	assert.deepEqual(viewers.at(-1), { doctype: "Grievance", docname: "A", users: ["officer"] });
});

test("nonsense does no harm", async () => {
	const officer = await clientOf("officer");
	officer.emit("doctype_subscribe", { toString: null });
	officer.emit("doc_open", null, 5);
	officer.emit("doc_subscribe", "Grievance", { toString: null });
	officer.emit("doc_close", "Grievance", { toString: null });
	officer.emit("task_unsubscribe");
	await publish("all");
	assert.deepEqual(rooms(officer), ["all"]);
});

test("a page may connect to the host that it came from", () => {
	assert.ok(isSameHost({ origin: "http://localhost:8000", host: "localhost:9000" }));
	assert.ok(!isSameHost({ origin: "http://elsewhere.example", host: "localhost:9000" }));
	assert.ok(!isSameHost({ host: "localhost:9000" }));
	assert.ok(!isSameHost({ origin: "null", host: "localhost:9000" }));
});
