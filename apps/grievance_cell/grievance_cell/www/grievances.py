"""The page /grievances."""

from grievance_cell.oversight import public_page

no_cache = 1


def get_context(context):
	return public_page.fill(context)
