"""The assistant: what it knows, keeps and decides, without any channel."""

import os

# Rasa 3.6 needs SQLAlchemy 1.4, which tells everybody so on stderr. It reads this when it is first
# imported, by whichever module that is.
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
