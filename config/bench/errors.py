"""What ends a command before its time."""


class BenchError(Exception):
	"""Say in one line what is wrong and what to do; shown without a traceback."""


class Stopped(BaseException):
	"""Tell that somebody asked this command to stop, by Ctrl-C or a signal."""

	def __init__(self, signum: int):
		super().__init__(signum)
		self.signum = signum
