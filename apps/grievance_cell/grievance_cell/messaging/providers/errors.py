"""What to do about each of Meta's error codes, the one place that knows them.

Codes as documented by Meta, read in 2026; a code that is not here fails its message and nothing else.
"""

from dataclasses import dataclass

# The message waits and goes out later, longer each time.
RETRY = "retry"
# The number has sent too much: all its messages wait, and it is not this message's fault.
PAUSE = "pause"
# The number may not send at all until somebody has done something about it.
STOP = "stop"
# Only a template may be sent now.
USE_TEMPLATE = "use template"
# What we know of the template is not what Meta has; another may do.
DISTRUST_TEMPLATE = "distrust template"
# Nothing reaches this citizen's number.
UNREACHABLE = "unreachable"
# The request was wrong, which only we can put right.
OUR_MISTAKE = "our mistake"
FAIL = "fail"


@dataclass(frozen=True)
class Remedy:
	"""`seconds`: of a pause its length; of a retry the base of the wait, which is raised to the number of attempts."""

	kind: str
	seconds: int = 0


PAIR_RATE = 131056
OUTSIDE_WINDOW = 131047
LATER = Remedy(RETRY, 2)

REMEDIES = {
	# Temporary trouble at Meta's.
	1: LATER,
	2: LATER,
	131000: LATER,
	131016: LATER,
	131057: LATER,
	133004: LATER,
	# Rates: of the pair, of the number, of the app and the account, and of a number that is reported as spam.
	PAIR_RATE: Remedy(RETRY, 4),
	130429: Remedy(PAUSE, 10),
	4: Remedy(PAUSE, 300),
	80007: Remedy(PAUSE, 300),
	131048: Remedy(PAUSE, 1800),
	# The token, its rights, the account or the number.
	3: Remedy(STOP),
	10: Remedy(STOP),
	33: Remedy(STOP),
	190: Remedy(STOP),
	**{code: Remedy(STOP) for code in range(200, 300)},
	368: Remedy(STOP),
	131005: Remedy(STOP),
	131031: Remedy(STOP),
	131045: Remedy(STOP),
	133010: Remedy(STOP),
	# The window and the templates: absent, mismatched, paused, disabled.
	OUTSIDE_WINDOW: Remedy(USE_TEMPLATE),
	132000: Remedy(DISTRUST_TEMPLATE),
	132001: Remedy(DISTRUST_TEMPLATE),
	132007: Remedy(DISTRUST_TEMPLATE),
	132012: Remedy(DISTRUST_TEMPLATE),
	132015: Remedy(DISTRUST_TEMPLATE),
	132016: Remedy(DISTRUST_TEMPLATE),
	# The citizen: no WhatsApp there; Meta's cap and its experiments, which no other try gets past.
	131026: Remedy(UNREACHABLE),
	130472: Remedy(FAIL),
	131049: Remedy(FAIL),
	131050: Remedy(FAIL),
	# A request that was wrong in itself: parameters, sender as recipient, type, file, a template's text.
	100: Remedy(OUR_MISTAKE),
	131008: Remedy(OUR_MISTAKE),
	131009: Remedy(OUR_MISTAKE),
	131021: Remedy(OUR_MISTAKE),
	131051: Remedy(OUR_MISTAKE),
	131052: Remedy(OUR_MISTAKE),
	131053: Remedy(OUR_MISTAKE),
	132005: Remedy(OUR_MISTAKE),
	132018: Remedy(OUR_MISTAKE),
	# Money and country, which the administration has to settle with Meta; what was said in the window still goes out.
	131042: Remedy(FAIL),
	130497: Remedy(FAIL),
}


class ProviderError(Exception):
	"""A message was not taken. `retryable` tells whether a later try may succeed; `code` is Meta's, 0 for none."""

	def __init__(self, code: int, message: str, retryable: bool):
		super().__init__(message)
		self.code = code
		self.retryable = retryable

	@property
	def remedy(self) -> Remedy:
		return remedy_of(self.code, self.retryable)


def remedy_of(code: int, retryable: bool = False) -> Remedy:
	return REMEDIES.get(code) or (LATER if retryable else Remedy(FAIL))
