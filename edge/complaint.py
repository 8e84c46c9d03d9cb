"""What is wrong, said once and not every time: on a device that is offline for days the log lies beside the pictures."""

import logging


class Complaint:
    """One kind of trouble that comes and goes."""

    def __init__(self, log: logging.Logger) -> None:
        self.text = ""
        """What is wrong now; empty while nothing is."""
        self._log = log

    def tell(self, text: str) -> None:
        """Log what is wrong, unless it was the last thing said."""
        if text != self.text:
            self._log.warning("%s", text)
        self.text = text

    def clear(self) -> None:
        """Take note that it is well again."""
        self.text = ""
