"""A local WhatsApp: the Graph API on one side, a phone screen on the other (see README.md).

Runs by itself on the loopback address and imports no frappe, so that it can stand for Meta in tests.
"""
