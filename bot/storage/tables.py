"""The tables. Every column that can hold a person's words or address is sealed.

`*_at` and `*_until` are milliseconds since 1970, UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

# The revision that this code was written for; `suluh migrate` brings the database there.
SCHEMA_REVISION = "0004"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite hands out row numbers only for a column of exactly this type.
RowNumber = BigInteger().with_variant(Integer, "sqlite")

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("address_blind", LargeBinary(32), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # The person asked for no more messages; NULL once that was taken back.
    Column("stopped_at", BigInteger),
    # Why the provider says that nothing reaches this address; NULL when the person writes.
    Column("unreachable_code", String(32)),
    UniqueConstraint("channel", "address_blind"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("level", String(8), nullable=False, server_default="biasa"),
    # When a worker may take it; NULL while nothing waits. Urgent ones are taken first.
    Column("ready_at", BigInteger),
    Column("urgent", Integer, nullable=False, server_default="0"),
    # The worker that has it now. `attempts` counts takes since the last finished turn.
    Column("claim_token", String(22)),
    Column("claim_until", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    # When the person wrote last: WhatsApp lets nobody answer freely a day later.
    Column("heard_at", BigInteger),
    # When he or she was last asked, with a template, to write.
    Column("reopened_at", BigInteger),
    UniqueConstraint("contact_id"),
    Index(None, "ready_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    # NULL until the turn that answered it was committed.
    Column("turn_id", String(22)),
    UniqueConstraint("channel", "external_id"),
    Index(None, "conversation_id", "turn_id"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("turn_id", String(22), nullable=False),
    Column("position", Integer, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Replies go before notices, which nobody waits for.
    Column("is_notice", Integer, nullable=False, server_default="0"),
    # What a held message waits for: `window`, or `more`, which the person asks for.
    Column("held_for", String(8)),
    Column("provider_id", String(128)),
    Column("error_code", String(32)),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("turn_id", "position"),
    Index(None, "conversation_id", "id"),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
)

trackers = Table(
    "trackers",
    metadata,
    Column(
        "conversation_id",
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("state_sealed", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Files that came with messages. What is in them stands sealed in `attachment_chunks`.
attachments = Table(
    "attachments",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("inbox_id", ForeignKey("inbox.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    # waiting, kept or refused; `reason` says why it was refused.
    Column("state", String(8), nullable=False),
    Column("reason", String(16)),
    # What it is and its bytes: as the provider says while it waits, as it is once it is kept.
    Column("media_type", String(32)),
    Column("size", BigInteger),
    # Whoever fetches it holds the number of its attempt: a later one takes the row away.
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Claims that ran out: the file may have brought a process down.
    Column("abandoned", Integer, nullable=False, server_default="0"),
    Column("due_at", BigInteger, nullable=False),
    Column("claim_until", BigInteger),
    # Where the provider has it; NULL once that is of no use any more.
    Column("source_sealed", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    UniqueConstraint("inbox_id", "position"),
    Index(None, "conversation_id", "state"),
    Index(None, "state", "due_at"),
)

attachment_chunks = Table(
    "attachment_chunks",
    metadata,
    Column("attachment_id", ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Finished rounds of the quiz, apart from any conversation. `right` names the questions that
# were answered rightly.
quiz_rounds = Table(
    "quiz_rounds",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("month", String(7), nullable=False),
    Column("stage", String(8), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("right", String(1024), nullable=False),
    Index(None, "month"),
)

# Questions that found no answer, freed of what leads to a person, and not tied to any
# conversation. `guesses` are the likeliest labels, best first.
unanswered = Table(
    "unanswered",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("question_sealed", LargeBinary, nullable=False),
    Column("guesses", String(256), nullable=False),
    Index(None, "day"),
)

# What is true of the whole database: which server key it was made with.
installation = Table(
    "installation",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

# One row a running process, so that any of them can tell whether a worker is alive.
processes = Table(
    "processes",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
