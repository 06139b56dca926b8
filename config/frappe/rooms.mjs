// Who is told what: the socket.io half of the realtime server. Rooms are named as frappe/realtime.py names them, and
// whether a socket may enter the room of a doctype or a document is asked of Frappe each time.

// A page may only connect to the host that it came from. Browsers always send Origin here, since the ports differ.
export function isSameHost({ origin, host }) {
	if (!URL.canParse(origin ?? "") || !URL.canParse(`http://${host}`)) return false;
	return new URL(origin).hostname === new URL(`http://${host}`).hostname;
}

// Serve every site as the namespace of its name, which is where Frappe's client connects to.
// `ask(socket, method, args)` calls a Frappe method as the socket's user: {status, message}.
export function serveRooms(io, ask) {
	const sites = io.of(/^\/[\w.-]+$/);

	sites.use(async (socket, next) => {
		try {
			const { status, message } = await ask(socket, "frappe.realtime.get_user_info");
			if (status !== 200 || !message?.user) return next(new Error("Not authenticated"));
			socket.data.user = message.user;
			socket.data.isDeskUser = message.user_type === "System User";
			next();
		} catch {
			next(new Error("Frappe cannot be reached"));
		}
	});

	sites.on("connection", (socket) => {
		socket.join("website");
		if (socket.data.user === "Guest") return;
		socket.join(`user:${socket.data.user}`);
		if (socket.data.isDeskUser) socket.join("all");
		// Every argument that the client sends is the name of something; whatever else is not heard.
		socket.use(([_event, ...names], next) => names.every(isName) && next());
		followTasks(socket);
		followDoctypes(socket, ask);
		followDocuments(socket, ask);
		showViewers(socket, ask);
	});
}

const isName = (value) => (typeof value === "string" && value !== "") || Number.isFinite(value);

// Frappe keeps no permission for a task: whoever was told its id may follow it.
function followTasks(socket) {
	const room = (id) => `task_progress:${id}`;
	socket.on("task_subscribe", (id) => socket.join(room(id)));
	socket.on("progress_subscribe", (id) => socket.join(room(id)));
	socket.on("task_unsubscribe", (id) => socket.leave(room(id)));
}

function followDoctypes(socket, ask) {
	const { enter, leave } = guardedRooms(socket, ask);
	socket.on("doctype_subscribe", (doctype) => {
		enter(`doctype:${doctype}`, "frappe.realtime.can_subscribe_doctype", { doctype });
	});
	socket.on("doctype_unsubscribe", (doctype) => leave(`doctype:${doctype}`));
}

function followDocuments(socket, ask) {
	const { enter, leave } = guardedRooms(socket, ask);
	socket.on("doc_subscribe", (doctype, docname) => {
		enter(`doc:${doctype}/${docname}`, "frappe.realtime.can_subscribe_doc", { doctype, docname });
	});
	socket.on("doc_unsubscribe", (doctype, docname) => leave(`doc:${doctype}/${docname}`));
}

// Everyone who has a form open sees who else has.
function showViewers(socket, ask) {
	const { enter, leave } = guardedRooms(socket, ask);
	const opened = new Map();

	async function tellViewers(room, document) {
		const viewers = await socket.nsp.in(room).fetchSockets();
		const users = [...new Set(viewers.map((viewer) => viewer.data.user))];
		socket.nsp.to(room).emit("doc_viewers", { ...document, users });
	}

	function close(room) {
		const document = opened.get(room);
		opened.delete(room);
		leave(room);
		if (document) return tellViewers(room, document);
	}

	socket.on("doc_open", async (doctype, docname) => {
		const room = `open_doc:${doctype}/${docname}`;
		if (await enter(room, "frappe.realtime.can_subscribe_doc", { doctype, docname })) {
			opened.set(room, { doctype, docname });
			await tellViewers(room, { doctype, docname });
		}
	});
	socket.on("doc_close", (doctype, docname) => close(`open_doc:${doctype}/${docname}`));
	socket.on("disconnect", () => Promise.all([...opened.keys()].map(close)));
}

// Frappe takes a moment to answer. Who has left or gone meanwhile must not be put into the room after all.
function guardedRooms(socket, ask) {
	const wanted = new Set();

	async function enter(room, method, args) {
		wanted.add(room);
		const allowed = await ask(socket, method, args).then(({ status }) => status === 200, () => false);
		if (!allowed || !socket.connected || !wanted.has(room)) return false;
		socket.join(room);
		return true;
	}

	function leave(room) {
		wanted.delete(room);
		socket.leave(room);
	}

	return { enter, leave };
}
