"""Areas from a spreadsheet of one's own, or from a file of the Local Government Directory as it is.

The Directory (lgdirectory.gov.in, "Download Directory") heads its files differently from one to the next. What is read
of each row is the areas that it names by their codes, from the state down; the last one is what the row is about, and
those above it are made if they are not there yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import frappe
from frappe import _

from grievance_cell.organisation.areas import rebuild_tree, renew_version
from grievance_cell.organisation.importing import (
	CHANGED,
	LEFT_OUT,
	NEW,
	UNCHANGED,
	Column,
	Masters,
	Outcome,
	RowError,
	code,
	decimal,
	folded,
	one_of,
	several,
)
from grievance_cell.organisation.spreadsheets import Row, known_by

DOCTYPE = "Local Area"
STATE, DISTRICT, TEHSIL, BLOCK, PANCHAYAT, VILLAGE, TOWN, WARD = (
	"State",
	"District",
	"Tehsil",
	"Block",
	"Gram Panchayat",
	"Village",
	"Municipal Body",
	"Ward",
)
LOCAL_BODY = "localbody"
# What the Directory calls each, from the outermost inwards.
LEVELS = {
	STATE: ("state",),
	DISTRICT: ("district",),
	TEHSIL: ("subdistrict",),
	BLOCK: ("developmentblock", "block"),
	LOCAL_BODY: (LOCAL_BODY,),
	WARD: ("ward",),
	VILLAGE: ("village",),
}
# The second is how many of its files spell it.
IN_ENGLISH = ("nameinenglish", "nameinenglsih", "name")
# In what each lies, the nearest first: the tree is the administrative one.
LIES_IN = {
	DISTRICT: (STATE,),
	TEHSIL: (DISTRICT,),
	BLOCK: (DISTRICT,),
	TOWN: (DISTRICT,),
	PANCHAYAT: (BLOCK, TEHSIL, DISTRICT),
	VILLAGE: (PANCHAYAT, BLOCK, TEHSIL, DISTRICT),
	WARD: (TOWN, PANCHAYAT),
}
# Local bodies by a word of their type; those of a district or a block are no areas here.
KINDS = (
	(PANCHAYAT, ("gram", "village panchayat", "grama")),
	(None, ("district", "zila", "zilla", "intermediate", "block", "janpad", "taluk", "mandal", "samiti")),
	(TOWN, ("munic", "nagar", "town", "corporation", "cantonment", "notified", "urban")),
)
KEPT = [
	"name", "area_type", "lgd_code", "area_name", "title", "parent_local_area", "is_group", "latitude", "longitude",
]  # fmt: skip
NAMED = ["language", "name_text", "is_alias"]


@dataclass
class Area:
	"""One area that the file names; `above` holds what it may lie in, the nearest first."""

	row: int
	area_type: str
	area_name: str
	lgd_code: str = ""
	names: dict[str, list[str]] = field(default_factory=dict)
	aliases: list[str] = field(default_factory=list)
	position: dict[str, float] = field(default_factory=dict)
	above: list["Area | str"] = field(default_factory=list)
	also_in: list["Area | str"] = field(default_factory=list)
	# What the row's cells call others of the file, by their id.
	calls: dict[int, str] = field(default_factory=dict)
	is_group: bool = False
	# That its row does not say in what it lies: it stays where it is.
	without_parent: bool = False
	# That a row only mentions it: it is made, but never changed.
	in_passing: bool = False
	document: str | None = None
	error: str = ""


class AreasOnSite:
	"""What is there, by code and by name, together with what this import has added."""

	def __init__(self):
		self.rows = {}
		self.by_code: dict[tuple[str, str], str] = {}
		self.with_code: dict[str, list[str]] = {}
		self.by_name: dict[str, list[str]] = {}
		for row in frappe.get_all(DOCTYPE, fields=KEPT, order_by="creation, name"):
			self.add(row)
		self.names = self._rows_of("Local Area Name", NAMED)
		self.also_in = self._rows_of("Local Area Membership", ["area"])

	@staticmethod
	def _rows_of(table: str, fields: list[str]) -> dict[str, list]:
		found: dict[str, list] = {}
		for row in frappe.get_all(
			table, {"parenttype": DOCTYPE}, ["parent", *fields], order_by="parent, idx"
		):
			found.setdefault(row.pop("parent"), []).append(row)
		return found

	def add(self, row) -> None:
		if old := self.rows.get(row.name):
			for each in {folded(old.area_name), folded(old.title)}:
				self.by_name[each].remove(row.name)
			if old.lgd_code:
				self.by_code.pop((old.area_type, old.lgd_code))
				self.with_code[old.lgd_code].remove(row.name)
		self.rows[row.name] = frappe._dict({fieldname: row.get(fieldname) for fieldname in KEPT})
		if row.lgd_code:
			self.by_code[row.area_type, row.lgd_code] = row.name
			self.with_code.setdefault(row.lgd_code, []).append(row.name)
		for name in {folded(row.area_name), folded(row.title)}:
			self.by_name.setdefault(name, []).append(row.name)

	def named(self, text: str) -> list[str]:
		"""List the areas that a cell may mean: a document's name, `Block 3673`, a code, a name, `Ward 5, Champa`."""
		if text in self.rows:
			return [text]
		for area_type in area_types():
			if folded(text).startswith(f"{folded(area_type)} "):
				rest = text[len(area_type) :].strip()
				if (area_type, code(rest)) in self.by_code:
					return [self.by_code[area_type, code(rest)]]
				found = [
					each
					for each in self.by_name.get(folded(rest), [])
					if self.rows[each].area_type == area_type
				]
				if found:
					return found
		return self.with_code.get(code(text)) or self.by_name.get(folded(text), [])

	def one_named(self, text: str) -> str:
		return the_one(self.named(text), text)

	def title(self, name: str | None, in_full: bool = False) -> str:
		"""Name an area by its title, in full with what tells it from another of that title."""
		if name not in self.rows:
			return name or ""
		row = self.rows[name]
		return f"{_(row.area_type)} {row.title} ({row.lgd_code or name})" if in_full else row.title


def the_one(found: list, text: str):
	"""Return the only one of those that a cell may mean; to guess would put areas in a wrong place."""
	if not found:
		raise RowError(_("There is no area {0}").format(text))
	if len(found) > 1:
		raise RowError(
			_("{0} areas are called {1}: write its type and LGD code, as in {2}").format(
				len(found), text, "Block 3673"
			)
		)
	return found[0]


def area_types() -> list[str]:
	return frappe.get_meta(DOCTYPE).get_field("area_type").options.split("\n")


class Areas(Masters):
	doctype = DOCTYPE
	named_by = "area_name"
	stems = ("name", "area")
	columns = (
		Column("area_type", "area_type", read=one_of(DOCTYPE, "area_type"), required=True),
		Column("lgd_code", "lgd_code", read=code),
		Column("area_name", "area_name", ("name",), required=True),
		Column("aliases", read=several),
		Column("parent"),
		Column("also_in", read=several),
		Column("latitude", "latitude", read=decimal),
		Column("longitude", "longitude", read=decimal),
	)
	sample = (
		{"area_type": "State", "lgd_code": "22", "area_name": "Chhattisgarh", "name_hi": "छत्तीसगढ़"},
		{
			"area_type": "District",
			"area_name": "Janjgir-Champa",
			"name_hi": "जांजगीर-चांपा",
			"aliases": "Janjgir Champa;Janjgir",
			"parent": "State 22",
		},
		{
			"area_type": "Municipal Body",
			"area_name": "Champa",
			"name_hi": "चांपा",
			"aliases": "Chanpa;चाम्पा",
			"parent": "Janjgir-Champa",
			"latitude": "22.03",
			"longitude": "82.65",
		},
	)

	@classmethod
	def are_headings(cls, known: set[str]) -> bool:
		return super().are_headings(known) or any(
			level_headings(names, "code") & known and level_headings(names, *IN_ENGLISH) & known
			for names in LEVELS.values()
		)

	def __init__(self, table, settings) -> None:
		super().__init__(table, settings)
		self.site = AreasOnSite()
		self.is_own = super().are_headings(set(table.headings))
		self.within = self.site.rows.get(settings.get("within"))
		# Of this import, by what tells an area from another.
		self.areas: dict[tuple, Area] = {}
		# The same by what a cell may call them.
		self.called: dict[tuple | str, list[Area]] = {}

	def unread(self) -> list[str]:
		if self.is_own:
			return super().unread()
		read = set().union(
			*(level_headings(names, "code", *IN_ENGLISH, "nameinlocal") for names in LEVELS.values())
		)
		read |= {"localbodytypename", "localbodytype", "wardnumber"}
		return [written for known, written in self.table.headings.items() if known not in read]

	def apply(self) -> None:
		for row in self.table.rows:
			try:
				if outcome := self.gather(row):
					self.outcomes.append(outcome)
			except RowError as error:
				self.fail(row.number, "", str(error))
		if self.is_own:
			for area in list(self.areas.values()):
				try:
					self.find_others(area)
				except RowError as error:
					self.fail(area.row, area.area_name, str(error))
		for area in self.from_above():
			if area.error:
				continue
			self.attempt(area.row, area.area_name, lambda area=area: self.place(area))
		self.outcomes.sort(key=lambda outcome: outcome.row)

	def gather(self, row: Row) -> Outcome | None:
		return self.own_area(row) if self.is_own else self.directory_areas(row)

	# A spreadsheet of one's own

	def own_area(self, row: Row) -> None:
		values = self.values(row)
		for heading in ("area_type", "area_name"):
			if heading not in values:
				raise RowError(_("{0} is missing").format(heading))
		parent = self.cell(row, "parent")
		area = Area(
			row.number,
			values["area_type"],
			values["area_name"],
			values.get("lgd_code", ""),
			names={language: [row.get(each)] for each, language in self.languages.items() if row.get(each)},
			aliases=several(self.cell(row, "aliases")),
			position={each: values[each] for each in ("latitude", "longitude") if each in values},
			above=[parent] if parent else self.outermost(values["area_type"]),
			without_parent=not parent,
			also_in=several(self.cell(row, "also_in")),
		)
		self.add(area, folded(parent))

	def find_others(self, area: Area) -> None:
		"""Find what of the file the row's cells name; what it does not have is looked for on the site."""
		for those in (area.above, area.also_in):
			for position, text in enumerate(those):
				found = [each for each in self.called_in_file(text) if each is not area]
				if found and text not in self.site.rows:
					those[position] = the_one(found, text)
					area.calls[id(those[position])] = text

	def called_in_file(self, text: str) -> list[Area]:
		"""List what of the file a cell may mean: `Block 3673`, a code, `Block Nawagarh`, a name, `Ward 5, Champa`."""
		key = folded(text)
		if found := self.called.get(("code", code(key))) or self.called.get(key):
			return found
		name, _comma, around = key.rpartition(", ")
		return [each for each in self.called.get(name, []) if self.lies_in(each, around)]

	def lies_in(self, area: Area, around: str) -> bool:
		parent = area.above[0] if area.above else ""
		if isinstance(parent, Area):
			return folded(parent.area_name) == around
		parent = self.site.rows[parent].area_name if parent in self.site.rows else parent
		return folded(parent) in (around, *(f"{folded(each)} {around}" for each in area_types()))

	def add(self, area: Area, parent: str) -> None:
		key = (
			(area.area_type, area.lgd_code)
			if area.lgd_code
			else (area.area_type, folded(area.area_name), parent)
		)
		if key in self.areas:
			raise RowError(_("Row {0} is the same").format(self.areas[key].row))
		self.areas[key] = area
		name, area_type = folded(area.area_name), folded(area.area_type)
		texts = [name, f"{area_type} {name}"]
		if lgd_code := folded(area.lgd_code):
			texts += [("code", lgd_code), ("code", f"{area_type} {lgd_code}")]
		for each in texts:
			self.called.setdefault(each, []).append(area)

	# A file of the Local Government Directory

	def directory_areas(self, row: Row) -> Outcome | None:
		chain: dict[str, Area] = {}
		for level, names in LEVELS.items():
			if lgd_code := code(row.get(*level_headings(names, "code"))):
				area_type = self.kind_of_body(row, lgd_code) if level == LOCAL_BODY else level
				if area_type is None:
					return self.left_out(row)
				chain[area_type] = self.directory_area(row, area_type, names, lgd_code)
		if not chain:
			# A line below the table, such as when it was made.
			return None
		if self.within and not self.cut_to_within(chain):
			return self.left_out(row)
		own = list(chain.values())[-1]
		for area in chain.values():
			area.in_passing = area is not own
			area.above = [chain[each] for each in LIES_IN.get(area.area_type, ()) if each in chain]
			area.above = area.above or self.outermost(area.area_type)
			if area.area_type == VILLAGE and TEHSIL in chain and area.above[0] is not chain[TEHSIL]:
				area.also_in = [chain[TEHSIL]]
		for area in chain.values():
			self.mention(area)
		return None

	def directory_area(self, row: Row, area_type: str, names: tuple, lgd_code: str) -> Area:
		english = row.get(*level_headings(names, *IN_ENGLISH, ordered=True))
		if not english and area_type == WARD and row.get("wardnumber"):
			english = f"Ward {code(row.get('wardnumber'))}"
		local = row.get(*level_headings(names, "nameinlocal"))
		language = self.settings.get("local_language")
		known = {language: [local]} if local and language and not local.isascii() else {}
		return Area(row.number, area_type, english, lgd_code, names=known)

	def kind_of_body(self, row: Row, lgd_code: str) -> str | None:
		"""Tell a town from a gram panchayat; None for the bodies of a district or a block."""
		for area_type in (TOWN, PANCHAYAT):
			if (area_type, lgd_code) in self.site.by_code:
				return area_type
		if words := folded(row.get("localbodytypename", "localbodytype")):
			return next((kind for kind, parts in KINDS if any(part in words for part in parts)), TOWN)
		headings = self.table.headings
		return PANCHAYAT if {"villagecode", "parentlocalbodycode"} & set(headings) else TOWN

	def left_out(self, row: Row) -> Outcome:
		names = (
			row.get(*level_headings(each, *IN_ENGLISH, ordered=True)) for each in reversed(LEVELS.values())
		)
		return Outcome(row.number, next(filter(None, names), ""), LEFT_OUT)

	def cut_to_within(self, chain: dict[str, Area]) -> bool:
		"""Drop from a chain what the chosen area lies in; tell whether the row's area lies in the chosen one."""
		chosen = self.within
		if named := chain.get(chosen.area_type):
			same = (
				named.lgd_code == chosen.lgd_code
				if chosen.lgd_code
				else folded(named.area_name) == folded(chosen.area_name)
			)
			if not same:
				return False
			named.document = chosen.name
		for each in (STATE, DISTRICT):
			if each == chosen.area_type:
				break
			chain.pop(each, None)
		return bool(chain)

	def outermost(self, area_type: str) -> list["Area | str"]:
		"""Return in what an area lies of which the file does not say: the chosen area."""
		if not self.within or area_type == STATE or self.within.area_type == area_type:
			return []
		return [self.within.name]

	def mention(self, area: Area) -> None:
		key = (area.area_type, area.lgd_code)
		known = self.areas.get(key)
		if known and not known.in_passing and not area.in_passing:
			raise RowError(_("Row {0} is the same").format(known.row))
		if known:
			area = self.merged(known, area)
		self.areas[key] = area
		area.above = [
			self.areas[each.area_type, each.lgd_code] if isinstance(each, Area) else each
			for each in area.above
		]
		area.also_in = [self.areas[each.area_type, each.lgd_code] for each in area.also_in]

	def merged(self, known: Area, area: Area) -> Area:
		"""Keep one of two mentions of an area, with the name and the place that only the other has."""
		kept, other = (known, area) if area.in_passing else (area, known)
		kept.area_name = kept.area_name or other.area_name
		kept.above = kept.above or other.above
		if kept is not known:
			# Others lie in it already.
			known.__dict__.update(kept.__dict__)
		return known

	# Both

	def from_above(self) -> Iterator[Area]:
		"""Give the areas, each after all that it lies in; those in a circle are errors."""
		areas = sorted({id(area): area for area in self.areas.values()}.values(), key=lambda area: area.row)
		for area in areas:
			for other in area.above[:1]:
				if isinstance(other, Area):
					other.is_group = True
		done: set[int] = set()
		# From an area to what it lies in, as far as the walk has come.
		path: dict[int, Area] = {}
		waiting = areas[::-1]
		while waiting:
			area = waiting[-1]
			if id(area) in done:
				waiting.pop()
			elif id(area) in path:
				del path[id(area)]
				done.add(id(area))
				yield waiting.pop()
			else:
				path[id(area)] = area
				others = [each for each in (*area.above[:1], *area.also_in) if isinstance(each, Area)]
				for other in reversed(others):
					if id(other) in path:
						self.refuse_all(list(path.values())[list(path).index(id(other)) :])
					else:
						waiting.append(other)

	def refuse_all(self, circle: list[Area]) -> None:
		for area in circle:
			if not area.error:
				self.fail(area.row, area.area_name, _("It stands below itself in the end"))

	def fail(self, number: int, what: str, error: str) -> None:
		super().fail(number, what, error)
		for area in self.areas.values():
			if area.row == number and area.area_name == what:
				area.error = area.error or error

	def document_of(self, other: "Area | str", area: Area) -> str:
		"""Name the document of what an area lies in, unless its row may mean another one."""
		if isinstance(other, str):
			return the_one(self.meant_on_site(other, area), other)
		if other.error:
			raise RowError(_("{0} in row {1} has an error").format(other.area_name, other.row))
		if text := area.calls.get(id(other)):
			return the_one(list({other.document: 1} | dict.fromkeys(self.meant_on_site(text, area))), text)
		return other.document

	def meant_on_site(self, text: str, area: Area) -> list[str]:
		"""List what a cell may mean, but for the area itself: a tehsil is often called as its district is."""
		return [each for each in self.site.named(text) if not self.is_same(area, self.site.rows[each])]

	@staticmethod
	def is_same(area: Area, row) -> bool:
		if area.area_type != row.area_type:
			return False
		if area.lgd_code and row.lgd_code:
			return area.lgd_code == row.lgd_code
		return folded(area.area_name) == folded(row.area_name)

	def place(self, area: Area) -> Outcome | None:
		parent = self.document_of(area.above[0], area) if area.above else None
		also_in = [self.document_of(each, area) for each in area.also_in]
		name = area.document or (
			self.site.by_code.get((area.area_type, area.lgd_code)) if area.lgd_code else None
		)
		name = name or self.same_without_code(area, parent)
		if name and area.in_passing:
			area.document = name
			self.make_group(area, name)
			return None
		if not area.area_name:
			raise RowError(
				_("There is no {0} with the LGD code {1}, and the row has no name for it").format(
					_(area.area_type), area.lgd_code
				)
			)
		if name:
			return self.change(area, name, parent, also_in)
		return self.make(area, parent, also_in)

	def same_without_code(self, area: Area, parent: str | None) -> str | None:
		"""Find what was entered by hand before its code was known, or has none; of a row without a parent wherever it lies."""
		same = [
			name
			for name in self.site.by_name.get(folded(area.area_name), ())
			if (row := self.site.rows[name]).area_type == area.area_type
			and (not row.lgd_code or not area.lgd_code)
		]
		if area.without_parent and not area.lgd_code:
			same = [name for name in same if self.is_below(name, parent)]
			return the_one(same, area.area_name) if same else None
		return next(
			(name for name in same if (self.site.rows[name].parent_local_area or None) == parent), None
		)

	def is_below(self, name: str | None, around: str | None) -> bool:
		"""Tell whether an area of the site lies somewhere in another; all do in None."""
		while name and name != around:
			name = self.site.rows[name].parent_local_area
		return (name or None) == around

	def make(self, area: Area, parent: str | None, also_in: list[str]) -> Outcome:
		document = frappe.new_doc(DOCTYPE)
		document.update(
			{
				"area_type": area.area_type,
				"area_name": area.area_name,
				"lgd_code": area.lgd_code,
				"parent_local_area": parent,
				"old_parent": parent,
				"is_group": int(area.is_group),
				"names": self.names_of(area, []),
				"also_in": [{"area": each} for each in also_in],
				**area.position,
			}
		)
		document.flags.one_of_many = True
		document.insert()
		return self.done(area, document, Outcome(area.row, document.title, NEW))

	def change(self, area: Area, name: str, parent: str | None, also_in: list[str]) -> Outcome:
		present = self.site.rows[name]
		values = dict(area.position)
		# `Ward 5, Champa` only says which one it is.
		if area.area_name != present.title:
			values["area_name"] = area.area_name
		if area.lgd_code:
			values["lgd_code"] = area.lgd_code
		if parent and self.is_nearer(area, parent, present.parent_local_area):
			self.refuse_circle(name, parent)
			values["parent_local_area"] = parent
		lies_in = values.get("parent_local_area") or present.parent_local_area
		lies_also = [row.area for row in self.site.also_in.get(name, [])]
		added = [each for each in also_in if each not in (*lies_also, lies_in)]
		names = self.site.names.get(name, [])
		named = self.names_of(area, names)
		changes = [
			(self.label_of(fieldname), *self.told_apart(fieldname, present[fieldname], value))
			for fieldname, value in values.items()
			if self.written(fieldname, present[fieldname]) != self.written(fieldname, value)
		]
		if (shown := [self.shown_names(each) for each in (names, named)])[0] != shown[1]:
			changes.append((self.label_of("names"), *shown))
		if added:
			titles = (
				", ".join(self.site.title(each) for each in those)
				for those in (lies_also, [*lies_also, *added])
			)
			changes.append((self.label_of("also_in"), *titles))
		if not changes:
			area.document = name
			self.make_group(area, name)
			return Outcome(area.row, present.title, UNCHANGED)
		document = frappe.get_doc(DOCTYPE, name)
		document.update(
			{**values, "old_parent": lies_in, "is_group": int(document.is_group or area.is_group)}
		)
		document.set("names", named)
		document.extend("also_in", [{"area": each} for each in added])
		document.flags.one_of_many = True
		document.save()
		return self.done(area, document, Outcome(area.row, document.title, CHANGED, changes))

	def done(self, area: Area, document, outcome: Outcome) -> Outcome:
		area.document = document.name
		self.site.add(document)
		if document.parent_local_area:
			self.make_group(area, document.parent_local_area, wanted=True)
		if self.finish_tree not in self.last_steps:
			self.last_steps.append(self.finish_tree)
		return outcome

	def make_group(self, area: Area, name: str, wanted: bool = False) -> None:
		if (wanted or area.is_group) and not self.site.rows[name].is_group:
			frappe.db.set_value(DOCTYPE, name, "is_group", 1)
			self.site.rows[name].is_group = 1

	def refuse_circle(self, name: str, parent: str | None) -> None:
		while parent:
			if parent == name:
				raise RowError(_("It stands below itself in the end"))
			parent = self.site.rows[parent].parent_local_area

	def is_nearer(self, area: Area, parent: str, present: str | None) -> bool:
		"""Tell whether a parent is to take the present one's place: not if that one is nearer, as a gram panchayat than a tehsil."""
		if not present or parent == present:
			return True
		if self.is_own:
			return not area.without_parent
		ranks = {area_type: rank for rank, area_type in enumerate(LIES_IN.get(area.area_type, ()))}
		new, old = (ranks.get(self.site.rows[each].area_type) for each in (parent, present))
		return new is not None and old is not None and new <= old

	def names_of(self, area: Area, present: list) -> list[dict]:
		"""Add names to those that an area has; a name in a language takes the place of the one in it. None is taken away."""
		rows = [dict(row) for row in present]
		for language, texts in area.names.items():
			main = next((row for row in rows if row["language"] == language and not row["is_alias"]), None)
			if main:
				main["name_text"] = texts[0]
			else:
				rows.append({"language": language, "name_text": texts[0], "is_alias": 0})
		known = {row["name_text"] for row in rows}
		local = self.settings.get("local_language") or "hi"
		for alias in area.aliases:
			if alias not in known:
				known.add(alias)
				rows.append(
					{"language": "en" if alias.isascii() else local, "name_text": alias, "is_alias": 1}
				)
		return rows

	@staticmethod
	def shown_names(rows: list) -> str:
		return "; ".join(f"{row['name_text']} ({row['language']})" for row in rows)

	def written(self, fieldname: str, value) -> str:
		if fieldname in ("latitude", "longitude"):
			return str(float(value or 0))
		return super().written(fieldname, value)

	def shown_cell(self, fieldname: str, value, in_full: bool = False) -> str:
		if fieldname == "parent_local_area":
			return self.site.title(value, in_full)
		return super().shown_cell(fieldname, value)

	def still_stands(self) -> bool:
		# Read with a lock, areas are as they now are, and not as they were when this began.
		stored = frappe.db.sql("select name, parent_local_area from `tabLocal Area` for update")
		return {name: parent or None for name, parent in stored} == {
			name: row.parent_local_area or None for name, row in self.site.rows.items()
		}

	def finish_tree(self) -> None:
		renew_version()
		rebuild_tree()


def level_headings(names: tuple[str, ...], *parts: str, ordered: bool = False):
	found = [known_by(f"{name}{part}") for part in parts for name in names]
	return found if ordered else set(found)
