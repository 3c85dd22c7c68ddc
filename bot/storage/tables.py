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
SCHEMA_REVISION = "0011"

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
    # When a message had that level last: it falls by itself after a while.
    Column("level_at", BigInteger),
    # The member of staff who answers instead of the assistant, and until when.
    Column("held_by", String(22)),
    Column("held_until", BigInteger),
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
    # When the person asked not to be answered, as somebody may be reading; writing lifts it.
    Column("quiet_at", BigInteger),
    # When he or she was last asked, with a template, to write.
    Column("reopened_at", BigInteger),
    UniqueConstraint("contact_id"),
    Index(None, "ready_at"),
    Index(None, "held_until"),
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
    # bot or staff.
    Column("author", String(8), nullable=False, server_default="bot"),
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

# Files that came with messages. What is in them stands sealed in `attachment_chunks`, each
# file under a key of its own.
attachments = Table(
    "attachments",
    metadata,
    Column("id", String(22), primary_key=True),
    # Both NULL once the file belongs to a tip alone: nothing leads from it to who sent it.
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE")),
    Column("inbox_id", ForeignKey("inbox.id", ondelete="CASCADE")),
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
    # The key of the chunks: sealed for the server until the file belongs to a tip that was
    # sent, from then on for the desk alone.
    Column("key_sealed", LargeBinary),
    Column("tip_id", ForeignKey("tips.id", ondelete="CASCADE")),
    Column("desk_key_id", ForeignKey("desk_keys.id")),
    Column("desk_sealed", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    UniqueConstraint("inbox_id", "position"),
    Index(None, "conversation_id", "state"),
    Index(None, "state", "due_at"),
    Index(None, "tip_id"),
)

attachment_chunks = Table(
    "attachment_chunks",
    metadata,
    Column("attachment_id", ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Who works at the desk. Each has a key pair; the private key opens with the password alone
# (Argon2id; `strength` says how slow), and so does everything that was sealed for it.
staff = Table(
    "staff",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(8), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("strength", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    # When the member was last at the desk.
    Column("seen_at", BigInteger),
    UniqueConstraint("name"),
)

# What a member needs beside the password: the secret of an app, sealed for the member.
staff_factors = Table(
    "staff_factors",
    metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("secret_sealed", LargeBinary, nullable=False),
    # The time step of the code that was used last: no code is good twice.
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# Codes on paper for who has lost the app; each is good once.
staff_codes = Table(
    "staff_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary(32), primary_key=True),
)

# Who is signed in at the desk. The member's private key is sealed with what stands in the
# browser's cookie alone; `id` is a hash of it.
staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    # password: the second factor is still to come; open: signed in.
    Column("stage", String(8), nullable=False),
    Column("key_sealed", LargeBinary, nullable=False),
    # The secret of an app that is not yet proven to be set up.
    Column("pending_sealed", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index(None, "staff_id"),
)

# Sign-ins that failed: by name, or by a browser that signed in here before. Hashes, no names.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("scope", String(22), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("blocked_until", BigInteger, nullable=False),
)

# The key pairs of the desk: what people report is sealed for the newest one.
desk_keys = Table(
    "desk_keys",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
)

# The private key of a pair, sealed for each who may open it: a member of staff by id, or
# "recovery", the key that was printed once.
desk_grants = Table(
    "desk_grants",
    metadata,
    Column("desk_key_id", ForeignKey("desk_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("holder", String(22), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

# What people reported. The body opens with the desk's private key alone. Times are rounded
# down to the hour, so that they do not tell which conversation it came from.
tips = Table(
    "tips",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("desk_key_id", ForeignKey("desk_keys.id"), nullable=False),
    # unfinished (left in the middle, urgent), new, read, working, referred, closed, withdrawn.
    Column("state", String(12), nullable=False),
    Column("level", String(8), nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    # The receipt: a slow hash to find the tip by, a public key to seal for its holder, and
    # what its holder is asked about before more than the state is told. NULL while unfinished.
    Column("receipt_hash", LargeBinary(32)),
    Column("reporter_key", LargeBinary(32)),
    Column("check_sealed", LargeBinary),
    # While that conversation lives; NULL after it, and always for a child.
    Column("conversation_id", ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("filed_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("retain_until", BigInteger, nullable=False),
    # A court or an investigation needs it: never purged until this is NULL again.
    Column("held_at", BigInteger),
    # Staff wrote to its reporter, and the conversation was not told yet.
    Column("has_news", Integer, nullable=False, server_default="0"),
    UniqueConstraint("receipt_hash"),
    Index(None, "conversation_id"),
    Index(None, "state"),
    Index(None, "retain_until"),
)

# What was said about a tip after it was sent: questions of staff, facts added by the reporter.
tip_entries = Table(
    "tip_entries",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("tip_id", ForeignKey("tips.id", ondelete="CASCADE"), nullable=False),
    # staff or reporter.
    Column("author", String(8), nullable=False),
    Column("desk_key_id", ForeignKey("desk_keys.id"), nullable=False),
    Column("desk_sealed", LargeBinary, nullable=False),
    # The same for the holder of the receipt; NULL for what the reporter wrote.
    Column("reporter_sealed", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Index(None, "tip_id", "id"),
    sqlite_autoincrement=True,
)

# Numbers, accounts, links and companies of recruiters as keyed slow hashes: two tips that
# name the same one find each other unopened.
tip_marks = Table(
    "tip_marks",
    metadata,
    Column("tip_id", ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("mark", LargeBinary(32), primary_key=True),
    Index(None, "kind", "mark"),
)

# How many tips there were, apart from the tips themselves.
tip_counts = Table(
    "tip_counts",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("kind", String(24), primary_key=True),
    Column("place", String(16), primary_key=True),
    Column("level", String(8), primary_key=True),
    Column("count", Integer, nullable=False),
)

# How many messages came on a day of Bengkulu, and from how many people. People of a day are
# counted and never listed, so they cannot be told apart from those of another day.
day_counts = Table(
    "day_counts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("people", Integer, nullable=False),
)

# What else is counted by month: see `bot.figures.tally`.
month_counts = Table(
    "month_counts",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("subject", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("part", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)

# Tips that are being told: the words stand in the tracker, here are only the times.
tip_drafts = Table(
    "tip_drafts",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    # asking, or receipt: sent, and the receipt waits to be confirmed.
    Column("stage", String(8), nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Column("reminded_at", BigInteger),
    Column("expires_at", BigInteger, nullable=False),
    # The unfinished tip that staff see already, or the one that was sent.
    Column("tip_id", ForeignKey("tips.id", ondelete="SET NULL")),
    Index(None, "expires_at"),
)

# Receipts that were none: by conversation, and "*" for all together. Wrong second facts: by tip.
receipt_tries = Table(
    "receipt_tries",
    metadata,
    Column("scope", String(22), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("blocked_until", BigInteger, nullable=False),
)

# Conversations that wait for a human, are held by one, or were. At most one of a conversation
# has not ended.
handoffs = Table(
    "handoffs",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    # wish, level, tip or staff: why a human is to look.
    Column("reason", String(8), nullable=False),
    Column("level", String(8), nullable=False),
    # waiting, held or ended.
    Column("state", String(8), nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    # Who held it last and did not answer.
    Column("silent_id", ForeignKey("staff.id")),
    # To whom the holder wants to hand it; the holder keeps it until then.
    Column("offered_to", ForeignKey("staff.id")),
    Column("opened_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger),
    Column("ended_at", BigInteger),
    # back (handed back) or lapsed (the lease ran out after the last word was said).
    Column("ending", String(8)),
    # How many steps of the ladder were taken since `steps_from`, and when the next one is due.
    Column("step", Integer, nullable=False, server_default="0"),
    Column("steps_from", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("acknowledged_at", BigInteger),
    # When the person was told that nobody has answered yet.
    Column("told_at", BigInteger),
    Index(None, "conversation_id"),
    Index(None, "state", "due_at"),
)

# What was said while a human was called or held the conversation, for the desk alone.
transcript = Table(
    "transcript",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    # person, bot, staff, or note: what only staff read.
    Column("author", String(8), nullable=False),
    Column("staff_id", String(22)),
    Column("desk_key_id", ForeignKey("desk_keys.id"), nullable=False),
    Column("desk_sealed", LargeBinary, nullable=False),
    # Where its files hang; which turn of the outbox brings it to the person.
    Column("inbox_id", RowNumber),
    Column("turn_id", String(22)),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "handoff_id", "id"),
    sqlite_autoincrement=True,
)

# What the model made of a message of the transcript: how grave it is, by which words, what the
# catalogue says to it. The words are the person's own, so it is for the desk alone.
transcript_readings = Table(
    "transcript_readings",
    metadata,
    # A new number with each change, so that open pages see it.
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("transcript_id", ForeignKey("transcript.id", ondelete="CASCADE"), nullable=False),
    Column("desk_key_id", ForeignKey("desk_keys.id"), nullable=False),
    # NULL while it is being read, and for ever where that failed: it is not tried twice.
    Column("desk_sealed", LargeBinary),
    UniqueConstraint("transcript_id"),
    sqlite_autoincrement=True,
)

# Calls to staff about a handoff. They hold its level and a link, nothing that was said.
alerts = Table(
    "alerts",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("step", Integer, nullable=False),
    # group, sms or mail.
    Column("way", String(8), nullable=False),
    Column("target_id", String(22)),
    # due, sent, failed, or none: there was nobody to call this way.
    Column("state", String(8), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error_code", String(32)),
    Column("provider_id", String(128)),
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    Index(None, "state", "due_at"),
    Index(None, "handoff_id"),
    sqlite_autoincrement=True,
)

# Whom alerts go to: telephones on duty (sms), in the order in which they are called, and
# mailboxes (mail).
alert_targets = Table(
    "alert_targets",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("way", String(8), nullable=False),
    Column("position", Integer, nullable=False),
    Column("label", String(64), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("way", "position"),
)

# When the office is open, in minutes after midnight in Bengkulu; a weekday (0 is Monday)
# without a row is closed.
office_hours = Table(
    "office_hours",
    metadata,
    Column("weekday", Integer, primary_key=True, autoincrement=False),
    Column("opens", Integer, nullable=False),
    Column("closes", Integer, nullable=False),
)

holidays = Table(
    "holidays",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("name", String(64), nullable=False),
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

# What staff did, in codes and ids: `storage.trail` chains the entries by keyed hashes. It is
# only added to, and shortened at its old end. `prev` is the hash of the entry before.
audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    # A member of staff by id, or a word for who is none: see `bot.privacy.audit.acts`.
    Column("actor", String(22), nullable=False),
    Column("act", String(24), nullable=False),
    # The id of a report, a handoff or a member of staff.
    Column("about", String(22)),
    # A code, such as the new state.
    Column("detail", String(24)),
    Column("count", Integer, nullable=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    UniqueConstraint("prev"),
    Index(None, "at"),
    Index(None, "actor"),
)

# Failed sign-ins since the last entry about them: strangers must not be able to fill the trail.
audit_failures = Table(
    "audit_failures",
    metadata,
    Column("act", String(24), primary_key=True),
    # A member of staff by id; empty while nobody is known.
    Column("whose", String(22), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
)

# What is true of the whole database: which server key it was made with, and where the trail
# begins since its oldest entries were deleted.
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
