"""Check a Graph API message request as Meta does: plain data in, an error or None out.

Limits and error codes are those that Meta documents for the Cloud API. Lengths are counted in characters
(Unicode code points), so that a Devanagari vowel sign counts as one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

TEXT_BODY = 4096
INTERACTIVE_BODY = 1024
CAPTION = 1024
HEADER = FOOTER = 60
BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
LIST_BUTTON = 20
LIST_ROWS = 10
LIST_SECTIONS = 10
SECTION_TITLE = 24
ROW_TITLE = 24
ROW_DESCRIPTION = 72
ROW_ID = 200
CALLBACK_DATA = 512
TEMPLATE_BODY = 1024

MB = 1024 * 1024
DOCUMENT_TYPES = (
	"text/plain",
	"application/pdf",
	"application/msword",
	"application/vnd.ms-excel",
	"application/vnd.ms-powerpoint",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
MEDIA_TYPES = {
	"image": (("image/jpeg", "image/png"), 5 * MB),
	"audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
	"video": (("video/mp4", "video/3gpp"), 16 * MB),
	"sticker": (("image/webp",), MB // 2),
	"document": (DOCUMENT_TYPES, 100 * MB),
}
MESSAGE_TYPES = ("text", "interactive", "template", "location", "contacts", "reaction", *MEDIA_TYPES)

TITLES = {
	4: "Application request limit reached",
	33: "Parameter value is not valid",
	100: "Invalid parameter",
	190: "Invalid OAuth access token",
	368: "Temporarily blocked for policies violations",
	80007: "Rate limit issues",
	130429: "Rate limit hit",
	130472: "User's number is part of an experiment",
	130497: "Business account is restricted from messaging users in this country",
	131000: "Something went wrong",
	131005: "Access denied",
	131008: "Required parameter is missing",
	131009: "Parameter value is not valid",
	131016: "Service unavailable",
	131021: "Recipient cannot be sender",
	131026: "Message undeliverable",
	131031: "Account has been locked",
	131042: "Business eligibility payment issue",
	131045: "Incorrect certificate",
	131047: "Re-engagement message",
	131048: "Spam rate limit hit",
	131049: "This message was not delivered to maintain healthy ecosystem engagement.",
	131051: "Unsupported message type",
	131052: "Media download error",
	131053: "Media upload error",
	131056: "(Business Account, Consumer Account) pair rate limit hit",
	131057: "Account in maintenance mode",
	132000: "Number of parameters does not match the expected number of params",
	132001: "Template name does not exist in the translation",
	132005: "Template hydrated text too long",
	132007: "Template format character policy violated",
	132012: "Parameter format does not match format in the created template",
	132015: "Template is paused",
	132016: "Template is disabled",
	132018: "There's an issue with the parameters in your template",
}
HTTP_STATUS = {
	190: 401,
	368: 403,
	130429: 429,
	130497: 403,
	131000: 500,
	131005: 403,
	131016: 503,
	131031: 403,
	131045: 500,
	131048: 429,
	131056: 429,
	131057: 500,
	132001: 404,
}


@dataclass
class GraphError(Exception):
	"""An answer that Meta gives instead of doing what was asked."""

	code: int
	details: str
	subcode: int | None = None
	message: str = ""
	kind: str = "OAuthException"
	http_status: int | None = None

	def title(self) -> str:
		return TITLES.get(self.code, "Something went wrong")

	def status(self) -> int:
		return self.http_status or HTTP_STATUS.get(self.code, 400)

	def body(self, trace_id: str) -> dict:
		"""Return the JSON of the answer to a request."""
		error = {
			"message": self.message or f"(#{self.code}) {self.title()}",
			"type": self.kind,
			"code": self.code,
			"error_data": {"messaging_product": "whatsapp", "details": self.details},
			"fbtrace_id": trace_id,
		}
		if self.subcode:
			error["error_subcode"] = self.subcode
		return {"error": error}

	def in_status(self) -> dict:
		"""Return the error as a failed status webhook carries it."""
		return {
			"code": self.code,
			"title": self.title(),
			"message": self.title(),
			"error_data": {"details": self.details},
			"href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
		}


def outside_window() -> GraphError:
	return GraphError(
		131047,
		"Message failed to send because more than 24 hours have passed since the customer last replied "
		"to this number.",
	)


def bad_token() -> GraphError:
	return GraphError(190, "The access token is missing or wrong.", message="Invalid OAuth access token.")


def unknown_object(object_id: str, method: str) -> GraphError:
	text = (
		f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be "
		"loaded due to missing permissions, or does not support this operation."
	)
	return GraphError(100, text, subcode=33, message=text, kind="GraphMethodException")


def normalise_number(value) -> str | None:
	"""Return a phone number as bare digits as Meta does ("+91 98765-00001"), None if it is not one."""
	digits = re.sub(r"[+\-() ]", "", value) if isinstance(value, str) else ""
	return digits if re.fullmatch(r"[1-9][0-9]{6,14}", digits) else None


def is_user_id(value) -> bool:
	"""Tell whether this is a business-scoped user id."""
	return isinstance(value, str) and bool(re.fullmatch(r"[A-Z]{2}(\.ENT)?\.\w{1,128}", value))


def is_free_form(body: dict) -> bool:
	"""Tell whether a checked request needs the 24-hour window to be open."""
	return body.get("type", "text") != "template"


def check_message(
	body, find_template: Callable[[str, str], dict | None], has_media: Callable[[str], bool]
) -> GraphError | None:
	"""Check a POST /{phone_number_id}/messages request that sends something."""
	try:
		_check(body, find_template, has_media)
	except GraphError as error:
		return error
	return None


def check_read_receipt(body: dict) -> GraphError | None:
	"""Check a request that marks a message as read and perhaps shows that an answer is being typed."""
	try:
		_require(body.get("messaging_product") == "whatsapp", 100, "messaging_product must be whatsapp")
		_require(body.get("status") == "read", 100, 'status must be "read"')
		_text(body, "message_id", "message_id")
		typing = body.get("typing_indicator")
		if typing is not None:
			right = isinstance(typing, dict) and typing.get("type") == "text"
			_require(right, 131009, 'typing_indicator["type"] must be "text"')
	except GraphError as error:
		return error
	return None


def check_template(body) -> GraphError | None:
	"""Check a request that creates a message template."""
	try:
		_check_new_template(body)
	except GraphError as error:
		return error
	return None


def check_upload(mime_type: str, size: int) -> GraphError | None:
	"""Check a media upload by its type and its size in bytes."""
	base = mime_type.split(";")[0].strip().lower()
	for types, limit in MEDIA_TYPES.values():
		if base in types:
			if size > limit:
				return GraphError(100, f"File of {size} bytes is over the limit of {limit} for {base}")
			return GraphError(100, "The file is empty") if not size else None
	known = ", ".join(t for types, _limit in MEDIA_TYPES.values() for t in types)
	return GraphError(
		100, f"Param file must be a file with one of the following types: {known}. Received {mime_type!r}"
	)


def placeholders(text: str) -> list[str]:
	"""Return the names of a template text's {{placeholders}} in order, each once."""
	return list(dict.fromkeys(re.findall(r"\{\{\s*(\w+)\s*\}\}", text or "")))


def _check(body, find_template, has_media):
	_require(isinstance(body, dict), 100, "The body must be a JSON object")
	_require("messaging_product" in body, 100, "The parameter messaging_product is required.")
	_require(body["messaging_product"] == "whatsapp", 100, 'Param messaging_product must be "whatsapp"')
	recipient_type = body.get("recipient_type", "individual")
	_require(recipient_type == "individual", 100, 'Param recipient_type must be "individual"')
	_check_recipient(body)
	callback = body.get("biz_opaque_callback_data", "")
	right = isinstance(callback, str) and len(callback) <= CALLBACK_DATA
	_require(right, 131009, f"biz_opaque_callback_data must be at most {CALLBACK_DATA} characters")
	if "context" in body:
		_text(_object(body, "context"), "message_id", 'context["message_id"]')
	kind = body.get("type", "text")
	wanted = ", ".join(MESSAGE_TYPES).upper()
	_require(kind in MESSAGE_TYPES, 100, f'Param type must be one of {{{wanted}}} - got "{kind}".')
	if kind == "text":
		_check_text(_object(body, "text"))
	elif kind == "interactive":
		_check_interactive(_object(body, "interactive"), has_media)
	elif kind == "template":
		_check_template_use(_object(body, "template"), find_template, has_media)
	elif kind == "location":
		_check_location(_object(body, "location"))
	elif kind == "contacts":
		_check_contacts(body.get("contacts"))
	elif kind == "reaction":
		_check_reaction(_object(body, "reaction"))
	else:
		_check_media(_object(body, kind), kind, has_media)


def _require(condition, code: int, details: str):
	if not condition:
		raise GraphError(code, details)


def _object(parent: dict, name: str) -> dict:
	value = parent.get(name)
	_require(value is not None, 131008, f"Required parameter is missing: {name}")
	_require(isinstance(value, dict), 100, f"Param {name} must be a JSON object.")
	return value


def _list(value, name: str) -> list:
	_require(value is not None, 131008, f"Required parameter is missing: {name}")
	_require(isinstance(value, list), 100, f"Param {name} must be an array.")
	_require(all(isinstance(v, dict) for v in value), 100, f"Param {name} must hold JSON objects.")
	return value


def _text(parent: dict, key: str, name: str, longest: int | None = None, code: int = 131009) -> str:
	"""Return a required, non-blank string within its length."""
	value = parent.get(key)
	_require(value is not None, 131008, f"Required parameter is missing: {name}")
	_require(isinstance(value, str), 100, f"Param {name} must be a string.")
	right = value.strip() and (longest is None or len(value) <= longest)
	limit = "" if longest is None else f", Max length: {longest}"
	_require(right, code, f"{name} length invalid. Min length: 1{limit}")
	return value


def _optional_text(parent: dict, key: str, name: str, longest: int):
	if parent.get(key) is not None:
		_text(parent, key, name, longest)


def _unique(values: list[str], name: str):
	_require(len(set(values)) == len(values), 131009, f"Duplicated {name}")


def _check_recipient(body: dict):
	to, recipient = body.get("to"), body.get("recipient")
	_require(to or recipient, 100, "The parameter to is required.")
	if to:
		_require(isinstance(to, str | int), 100, "Param to must be a string.")
		_require(normalise_number(str(to)), 131009, "Param to is not a valid phone number.")
	else:
		_require(is_user_id(recipient), 131009, "Param recipient is not a valid business-scoped user ID.")


def _check_text(text: dict):
	body = text.get("body")
	_require(body is not None, 131008, 'Required parameter is missing: text["body"]')
	_require(isinstance(body, str), 100, "Param text['body'] must be a string.")
	_require(body.strip(), 100, "Param text['body'] must be at least 1 characters long.")
	_require(len(body) <= TEXT_BODY, 100, f"Param text['body'] must be at most {TEXT_BODY} characters long.")


def _check_media(media: dict, kind: str, has_media):
	media_id, link = media.get("id"), media.get("link")
	_require(bool(media_id) != bool(link), 100, f"Param {kind} must have exactly one of id and link.")
	if media_id:
		_require(has_media(str(media_id)), 131009, f"{kind}: media {media_id} does not exist.")
	else:
		_require(_is_url(link), 131009, f"{kind}: link is not an http or https address.")
	if "caption" in media:
		_require(kind in ("image", "video", "document"), 100, f"Param {kind} has no caption.")
		_optional_text(media, "caption", "Caption", CAPTION)
	if "filename" in media:
		_require(kind == "document", 100, f"Param {kind} has no filename.")
		_optional_text(media, "filename", "Filename", 240)


def _is_url(link) -> bool:
	return (
		isinstance(link, str) and urlsplit(link).scheme in ("http", "https") and bool(urlsplit(link).netloc)
	)


def _check_location(location: dict):
	for name, limit in (("latitude", 90), ("longitude", 180)):
		try:
			value = float(location.get(name, ""))
		except (TypeError, ValueError):
			raise GraphError(131009, f"Location {name} must be a number.") from None
		_require(-limit <= value <= limit, 131009, f"Location {name} must be between -{limit} and {limit}.")


def _check_contacts(contacts):
	for contact in _list(contacts, "contacts"):
		name = _object(contact, "name")
		_text(name, "formatted_name", 'contacts name["formatted_name"]')
	_require(contacts, 131009, "contacts must not be empty.")


def _check_reaction(reaction: dict):
	_text(reaction, "message_id", 'reaction["message_id"]')
	_require(
		isinstance(reaction.get("emoji"), str), 131008, 'Required parameter is missing: reaction["emoji"]'
	)


def _check_interactive(interactive: dict, has_media):
	kind = interactive.get("type")
	checks = {
		"button": _check_buttons,
		"list": _check_list,
		"cta_url": _check_cta_url,
		"location_request_message": _check_location_request,
	}
	known = ", ".join(checks)
	_require(kind in checks, 131009, f"interactive type must be one of {known} - got {kind!r}.")
	_text(_object(interactive, "body"), "text", "Body text", INTERACTIVE_BODY)
	if interactive.get("footer") is not None:
		_require(kind != "location_request_message", 100, "A location request has no footer.")
		_text(_object(interactive, "footer"), "text", "Footer text", FOOTER)
	if interactive.get("header") is not None:
		_check_header(_object(interactive, "header"), kind, has_media)
	checks[kind](_object(interactive, "action"))


def _check_header(header: dict, kind: str, has_media):
	header_type = header.get("type")
	allowed = ("text", "image", "video", "document") if kind in ("button", "cta_url") else ("text",)
	right = header_type in allowed and kind != "location_request_message"
	_require(right, 131009, f"Header type {header_type!r} is not allowed in a {kind} message.")
	if header_type == "text":
		_text(header, "text", "Header text", HEADER)
	else:
		_check_media(_object(header, header_type), header_type, has_media)


def _check_buttons(action: dict):
	buttons = _list(action.get("buttons"), "buttons")
	right = 1 <= len(buttons) <= BUTTONS
	_require(right, 131009, f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS}")
	replies = []
	for button in buttons:
		_require(button.get("type") == "reply", 131009, 'Button type must be "reply"')
		reply = _object(button, "reply")
		_text(reply, "title", "Button title", BUTTON_TITLE)
		_text(reply, "id", "Button id", BUTTON_ID)
		replies.append(reply)
	_unique([r["title"] for r in replies], "title in buttons")
	_unique([r["id"] for r in replies], "id in buttons")


def _check_list(action: dict):
	_text(action, "button", "Button", LIST_BUTTON)
	sections = _list(action.get("sections"), "sections")
	right = 1 <= len(sections) <= LIST_SECTIONS
	_require(right, 131009, f"Invalid sections count. Min: 1, Max: {LIST_SECTIONS}")
	rows = []
	for section in sections:
		if len(sections) > 1 or section.get("title"):
			_text(section, "title", "Section title", SECTION_TITLE)
		section_rows = _list(section.get("rows"), "rows")
		_require(section_rows, 131009, "A section must have at least one row.")
		rows.extend(section_rows)
	_require(len(rows) <= LIST_ROWS, 131009, f"Total row count exceed max allowed count: {LIST_ROWS}")
	for row in rows:
		_text(row, "title", "Row title", ROW_TITLE)
		_text(row, "id", "Row id", ROW_ID)
		_optional_text(row, "description", "Row description", ROW_DESCRIPTION)
	_unique([r["id"] for r in rows], "id in rows")


def _check_cta_url(action: dict):
	_require(action.get("name") == "cta_url", 131009, 'action["name"] must be "cta_url"')
	parameters = _object(action, "parameters")
	_text(parameters, "display_text", "Button text", BUTTON_TITLE)
	_require(_is_url(parameters.get("url")), 131009, "url is not an http or https address.")


def _check_location_request(action: dict):
	_require(action.get("name") == "send_location", 131009, 'action["name"] must be "send_location"')


def _check_template_use(use: dict, find_template, has_media):
	name = _text(use, "name", 'template["name"]')
	language = _text(_object(use, "language"), "code", 'language["code"]')
	template = find_template(name, language)
	status = template["status"] if template else "PENDING"
	_require(status != "PAUSED", 132015, f"Template {name} is paused due to low quality.")
	_require(status != "DISABLED", 132016, f"Template {name} is disabled.")
	missing = f"template name ({name}) does not exist in {language}"
	_require(status == "APPROVED", 132001, missing)
	given = _list(use.get("components", []), "components")
	for component in template["components"]:
		if component["type"] == "BODY":
			_check_parameters(component["text"], _parameters(given, "body"), "body")
		elif component["type"] == "HEADER":
			_check_header_parameters(component, _parameters(given, "header"), has_media)
		elif component["type"] == "BUTTONS":
			_check_button_parameters(component["buttons"], given)


def _parameters(given: list[dict], part: str) -> list[dict]:
	found = [c for c in given if str(c.get("type")).lower() == part]
	return _list(found[0].get("parameters", []), f"{part} parameters") if found else []


def _check_parameters(text: str, parameters: list[dict], part: str):
	wanted = placeholders(text)
	counts = f"number of localizable_params ({len(parameters)}) does not match the expected number of params"
	_require(len(parameters) == len(wanted), 132000, f"{part}: {counts} ({len(wanted)})")
	for parameter in parameters:
		_require(
			parameter.get("type") in ("text", "currency", "date_time"), 132012, f"{part}: text is expected"
		)
		value = parameter.get("text")
		if parameter["type"] == "text":
			_require(isinstance(value, str) and value, 131008, f"{part}: a parameter has no text")
			bad = re.search(r"[\n\t]| {5}", value)
			_require(
				not bad,
				132018,
				"Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
			)
	if any(not name.isdigit() for name in wanted):
		names = [p.get("parameter_name") for p in parameters]
		_require(
			sorted(map(str, names)) == sorted(wanted), 132000, f"{part}: parameter names must be {wanted}"
		)


def _check_header_parameters(component: dict, parameters: list[dict], has_media):
	kind = component.get("format", "TEXT").lower()
	if kind == "text":
		_check_parameters(component["text"], parameters, "header")
		return
	right = len(parameters) == 1 and parameters[0].get("type") == kind
	_require(right, 132012, f"header: Format mismatch, expected {kind.upper()}")
	if kind == "location":
		_check_location(_object(parameters[0], "location"))
	else:
		_check_media(_object(parameters[0], kind), kind, has_media)


def _check_button_parameters(buttons: list[dict], given: list[dict]):
	used = {str(c.get("index")): c for c in given if str(c.get("type")).lower() == "button"}
	known = {str(i) for i in range(len(buttons))}
	_require(set(used) <= known, 132012, "buttons: there is no button with this index")
	for index, button in enumerate(buttons):
		if button["type"] == "URL" and placeholders(button.get("url", "")):
			component = used.get(str(index), {})
			parameters = _list(component.get("parameters", []), "button parameters")
			_require(
				len(parameters) == 1, 132000, f"buttons: the address of button {index} needs one parameter"
			)


def _check_new_template(body):
	_require(isinstance(body, dict), 100, "The body must be a JSON object")
	name = body.get("name")
	right = isinstance(name, str) and re.fullmatch(r"[a-z0-9_]{1,512}", name)
	_require(right, 100, "Param name may hold lower-case letters, digits and underscores only")
	right = isinstance(body.get("language"), str) and re.fullmatch(
		r"[a-z]{2,3}(_[A-Z]{2})?", body["language"]
	)
	_require(right, 100, "Param language is not a language code")
	categories = ("UTILITY", "MARKETING", "AUTHENTICATION")
	_require(
		body.get("category") in categories, 100, f"Param category must be one of {', '.join(categories)}"
	)
	components = _list(body.get("components"), "components")
	kinds = [c.get("type") for c in components]
	_require(kinds.count("BODY") == 1, 100, "components must have one BODY")
	_require(len(set(kinds)) == len(kinds), 100, "components may have each type once")
	parameter_format = str(body.get("parameter_format", "POSITIONAL")).upper()
	_require(
		parameter_format in ("POSITIONAL", "NAMED"), 100, "Param parameter_format is POSITIONAL or NAMED"
	)
	for component in components:
		_check_new_component(component, parameter_format == "NAMED")


def _check_new_component(component: dict, named: bool):
	kind = component.get("type")
	if kind == "BODY":
		text = _text(component, "text", "BODY text", TEMPLATE_BODY, code=100)
		bare = text.strip()
		right = not bare.startswith("{{") and not bare.endswith("}}")
		_require(right, 100, "Variables can't be at the start or end of the template.")
		_check_variables(component, text, named)
	elif kind == "HEADER":
		formats = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")
		_require(
			component.get("format") in formats, 100, f"HEADER format must be one of {', '.join(formats)}"
		)
		if component["format"] == "TEXT":
			text = _text(component, "text", "HEADER text", HEADER, code=100)
			_require(len(placeholders(text)) <= 1, 100, "HEADER may have one variable")
			_check_variables(component, text, named)
	elif kind == "FOOTER":
		text = _text(component, "text", "FOOTER text", FOOTER, code=100)
		_require(not placeholders(text), 100, "FOOTER may not have variables")
	elif kind == "BUTTONS":
		buttons = _list(component.get("buttons"), "buttons")
		_require(1 <= len(buttons) <= 10, 100, "BUTTONS must have 1 to 10 buttons")
		for button in buttons:
			known = button.get("type") in ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE")
			_require(known, 100, f"Unknown button type {button.get('type')!r}")
			_text(button, "text", "Button text", 25, code=100)
	else:
		raise GraphError(100, f"Unknown component type {kind!r}")


def _check_variables(component: dict, text: str, named: bool):
	"""Check that variables are all names or {{1}}, {{2}}, ... as the template says, with an example for each."""
	names, kind = placeholders(text), component["type"].lower()
	numbers = sorted(int(name) for name in names if name.isdecimal())
	if named:
		_require(not numbers, 100, "Variables of a NAMED template have names")
	else:
		_require(len(numbers) == len(names), 100, "Variables of a POSITIONAL template are numbers")
		right = numbers == list(range(1, len(numbers) + 1))
		_require(right, 100, "Variables must count {{1}}, {{2}}, ...")
	if not names:
		return
	example = component.get("example")
	_require(isinstance(example, dict), 100, f"{component['type']} with variables needs an example")
	if named:
		given = _list(example.get(f"{kind}_text_named_params"), f"{kind}_text_named_params")
		right = sorted(str(each.get("param_name")) for each in given) == sorted(names)
	else:
		given = example.get(f"{kind}_text")
		# a body's examples are in one more list, for there may be several sets of them
		given = given[0] if kind == "body" and isinstance(given, list) and given else given
		right = isinstance(given, list) and len(given) == len(names)
	_require(right, 100, f"{component['type']} needs an example for each of its variables")
