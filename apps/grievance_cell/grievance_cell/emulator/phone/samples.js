// Sample photos, voice note, document and places, so that trying the system needs no files at hand.

/** Offices of the demo district by the numbers of their postings: who writes from one may speak for it. */
export const OFFICES = [
	{ number: "919876500011", en: "JE, PHE (officer)", hi: "जेई, पीएचई (अधिकारी)" },
	{ number: "919876500012", en: "Engineer, Champa town (officer)", hi: "इंजीनियर, चांपा नगर (अधिकारी)" },
	{ number: "919876500013", en: "District Head, PHE (officer)", hi: "ज़िला प्रमुख, पीएचई (अधिकारी)" },
	{ number: "919876500014", en: "Councillor, Ward 5 (representative)", hi: "पार्षद, वार्ड 5 (जनप्रतिनिधि)" },
];

export const PLACES = [
	{ en: "Ward 5, Janjgir-Naila", hi: "वार्ड 5, जांजगीर-नैला", latitude: 22.001, longitude: 82.562 },
	{ en: "Khaira village, Nawagarh", hi: "ग्राम खैरा, नवागढ़", latitude: 21.89, longitude: 82.58 },
	{ en: "Ward 5, Champa", hi: "वार्ड 5, चांपा", latitude: 22.027, longitude: 82.642 },
	{ en: "Raipur (another district)", hi: "रायपुर (दूसरा ज़िला)", latitude: 21.2514, longitude: 81.6296 },
];

/** Draw a street with a blocked drain; returns a JPEG File. Each number is another photo. */
export async function samplePhoto(number = 1) {
	const canvas = document.createElement("canvas");
	canvas.width = 960;
	canvas.height = 720;
	const draw = canvas.getContext("2d");
	const sky = draw.createLinearGradient(0, 0, 0, 330);
	sky.addColorStop(0, "#8fb8d8");
	sky.addColorStop(1, "#e9dfc9");
	paint(draw, sky, [[0, 0], [960, 0], [960, 330], [0, 330]]);
	paint(draw, "#a08c6f", [[0, 330], [960, 330], [960, 720], [0, 720]]);
	paint(draw, "#c9a27a", [[0, 110], [330, 160], [330, 390], [0, 430]]);
	paint(draw, "#7d5b43", [[70, 230], [150, 238], [150, 410], [70, 420]]);
	paint(draw, "#b9c4a3", [[640, 170], [960, 90], [960, 450], [640, 390]]);
	paint(draw, "#5f6e58", [[770, 210], [860, 195], [860, 310], [770, 305]]);
	paint(draw, "#8d8a84", [[330, 380], [640, 380], [960, 720], [0, 720]]);
	paint(draw, "#5a5650", [[300, 395], [360, 388], [250, 720], [40, 720]]);
	paint(draw, "#2f3b2b", [[318, 400], [348, 396], [215, 720], [90, 720]]);
	for (let spot = 0; spot < 46; spot++) {
		const down = (spot * 53) % 300;
		draw.fillStyle = ["#d8d2c4", "#4c7a8c", "#a8553c", "#6f7d3a"][spot % 4];
		const across = 325 - down * 0.62 + ((spot * 29) % 46) - 14;
		draw.fillRect(across, 410 + down, 8 + (spot % 5) * 4, 6 + (spot % 3) * 5);
	}
	draw.fillStyle = "rgba(62, 76, 54, 0.75)";
	draw.beginPath();
	draw.ellipse(430, 610, 250, 62, -0.08, 0, 7);
	draw.fill();
	draw.fillStyle = "rgba(0, 0, 0, 0.55)";
	draw.fillRect(0, 660, 960, 60);
	draw.fillStyle = "#fff";
	draw.font = "30px 'Noto Sans Devanagari', 'Nirmala UI', sans-serif";
	draw.fillText(`नमूना फ़ोटो ${number} · ${new Date().toLocaleString("hi-IN")}`, 24, 701);
	const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
	return new File([blob], `sample-${number}.jpg`, { type: "image/jpeg" });
}

/** Write a page with a few words on it; returns a PDF File. */
export function sampleDocument() {
	const page = "BT /F1 20 Tf 60 760 Td (Sample document: application to the municipal office) Tj ET";
	const objects = [
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		`<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	];
	let text = "%PDF-1.4\n";
	const places = objects.map((object, index) => {
		const place = text.length;
		text += `${index + 1} 0 obj\n${object}\nendobj\n`;
		return `${String(place).padStart(10, "0")} 00000 n \n`;
	});
	const end = text.length;
	text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
	text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${end}\n%%EOF\n`;
	return new File([text], "application.pdf", { type: "application/pdf" });
}

function paint(draw, colour, corners) {
	draw.fillStyle = colour;
	draw.beginPath();
	for (const [x, y] of corners) draw.lineTo(x, y);
	draw.fill();
}

/** Send a photo as a phone does: JPEG, no side over 1600 pixels. A small JPEG or PNG stays as it is. */
export async function asPhoto(file) {
	const small = file.size < 1024 * 1024 && ["image/jpeg", "image/png"].includes(file.type);
	if (small) return file;
	const picture = await createImageBitmap(file);
	const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
	const canvas = document.createElement("canvas");
	canvas.width = Math.round(picture.width * scale);
	canvas.height = Math.round(picture.height * scale);
	canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
	const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
	return new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" });
}

export const canRecord = () => Boolean(window.MediaRecorder && MediaRecorder.isTypeSupported("audio/webm;codecs=opus"));

/** Record a stream; returns { stop() -> Promise<File> }. The emulator makes Ogg of the WebM. */
export function recorder(stream) {
	const parts = [];
	const machine = new MediaRecorder(stream, { mimeType: "audio/webm;codecs=opus" });
	machine.addEventListener("dataavailable", (event) => parts.push(event.data));
	const stopped = new Promise((done) => machine.addEventListener("stop", done));
	machine.start();
	return {
		async stop() {
			machine.stop();
			await stopped;
			for (const track of stream.getTracks()) track.stop();
			return new File([new Blob(parts, { type: "audio/webm" })], "voice.webm", { type: "audio/webm" });
		},
	};
}

/** Record two seconds of a tune as a voice note. */
export async function sampleVoice() {
	const context = new AudioContext();
	await context.resume();
	const tone = context.createOscillator();
	const loudness = context.createGain();
	const output = context.createMediaStreamDestination();
	loudness.gain.value = 0.3;
	[262, 330, 392, 523, 392, 330].forEach((pitch, step) =>
		tone.frequency.setValueAtTime(pitch, context.currentTime + step / 3),
	);
	tone.connect(loudness).connect(output);
	tone.start();
	const machine = recorder(output.stream);
	await new Promise((done) => setTimeout(done, 2000));
	const file = await machine.stop();
	await context.close();
	return file;
}
