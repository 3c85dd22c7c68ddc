"""The responses by which a person hears of a human: `nlu_data/ucapan.yml` holds the words."""

from __future__ import annotations

# The assistant answers again: the officer handed back, or said the last word a while ago.
BACK_AGAIN = "ucapan_petugas_selesai"
# The officer did not answer, and others are called.
STILL_WAITS = "ucapan_petugas_diam"
# Nobody has answered yet: the truth, and numbers to call.
NOBODY_YET = "ucapan_petugas_belum"
# A human is called: while the office is open, and while it is closed until a known hour or not.
CALLED, CALLED_CLOSED, CALLED_SOMETIME = (
    "ucapan_petugas_dipanggil", "ucapan_petugas_tutup", "ucapan_petugas_nanti",
)  # fmt: skip
# The person cried for help, and the officer who holds the conversation has not answered yet.
NOT_ANSWERED = "ucapan_petugas_sebentar"
# The person wants all deleted while an officer holds it: when it will be; that it will not.
ERASED_LATER, NOT_ERASED = "ucapan_petugas_hapus", "ucapan_petugas_tidak_hapus"
# The desk has nobody who could read it: whom to call instead.
NOBODY_AT_ALL = "ucapan_petugas_tidak_ada"
# That a human is called, after first aid and in one sentence.
CALLED_BESIDE_FIRST_AID = "ucapan_petugas_juga"
