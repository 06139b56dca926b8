// The realtime server: what Frappe publishes on Redis goes to the browsers that may see it.
//
//     node realtime.mjs --sites DIR
//
// Ports and Redis are those of sites/common_site_config.json. It listens on the loopback address only, knows no secret
// of its own, and asks Frappe (frappe/realtime.py) who a socket is and what it may follow. Either server may be down
// for a while: Redis is connected to again, Frappe is asked again.

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createClient } from "@redis/client";
import { parse as parseCookies } from "cookie";
import { Server } from "socket.io";
import { isSameHost, serveRooms } from "./rooms.mjs";

const LOOPBACK = "127.0.0.1";
const WEB_TIMEOUT = 30_000;
// A browser that is refused does not try again by itself, so a web server that is just starting is waited for.
const WEB_ATTEMPTS = 30;

const { values: options } = parseArgs({ options: { sites: { type: "string", default: "." } } });
const config = JSON.parse(fs.readFileSync(path.join(options.sites, "common_site_config.json"), "utf8"));

// Ask Frappe as the socket's user. *.localhost need not resolve on this machine: the site is named in a header instead.
async function askFrappe(socket, method, args = {}) {
	const { cookie, authorization } = socket.handshake.headers;
	const sid = parseCookies(cookie ?? "").sid;
	const headers = { accept: "application/json", "x-frappe-site-name": socket.nsp.name.slice(1) };
	if (sid) headers.cookie = `sid=${encodeURIComponent(sid)}`;
	if (authorization) headers.authorization = authorization;

	const url = `http://${LOOPBACK}:${config.webserver_port}/api/method/${method}?${new URLSearchParams(args)}`;
	const response = await fetchPatiently(url, { headers, redirect: "error" });
	return { status: response.status, message: (await response.json().catch(() => ({}))).message };
}

async function fetchPatiently(url, init) {
	for (let attempt = 1; ; attempt++) {
		try {
			return await fetch(url, { ...init, signal: AbortSignal.timeout(WEB_TIMEOUT) });
		} catch (error) {
			const isDown = ["ECONNREFUSED", "ECONNRESET"].includes(error.cause?.code);
			if (!isDown || attempt === WEB_ATTEMPTS) throw error;
			await sleep(1000);
		}
	}
}

function forwardEvents(io) {
	const redis = createClient({
		url: config.redis_queue,
		socket: { reconnectStrategy: (attempt) => Math.min(attempt * 200, 2000) },
	});
	let isUp = false;
	redis.on("ready", () => {
		isUp = true;
		console.log("redis_queue connected");
	});
	redis.on("error", () => {
		if (isUp) console.log("redis_queue lost, trying again");
		isUp = false;
	});
	redis.connect();
	redis.subscribe("events", (text) => {
		const { namespace, room, event, message } = JSON.parse(text);
		if (namespace && room) io.of(`/${namespace}`).to(room).emit(event, message);
	});
	return redis;
}

const server = http.createServer((_request, response) => response.writeHead(404).end());
const io = new Server(server, {
	allowRequest: ({ headers }, done) => done(null, isSameHost(headers)),
	cleanupEmptyChildNamespaces: true,
	cors: { origin: true, credentials: true },
	serveClient: false,
});
serveRooms(io, askFrappe);
const redis = forwardEvents(io);

for (const signal of ["SIGINT", "SIGTERM"]) {
	process.once(signal, () => {
		redis.destroy();
		io.close(() => process.exit(0));
	});
}
server.on("error", (error) => {
	console.error(`realtime server: ${error.message}`);
	process.exit(1);
});
server.listen(config.socketio_port, LOOPBACK, () => {
	console.log(`realtime server on ${LOOPBACK}:${config.socketio_port}`);
});
