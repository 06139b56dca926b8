"""Public services over WhatsApp: applications, certificates and bills."""
