"""Citizens' grievances over WhatsApp, settled in time: a Frappe app."""

__version__ = "0.3.0"
