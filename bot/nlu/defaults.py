"""The settings of the classifier, where `config.yml` says nothing else."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    # Smaller is smoother.
    "C": 0.5,
    # Features in fewer texts than this are left out.
    "min_texts": 3,
    # What pieces of words weigh beside whole words.
    "piece_weight": 1.4,
    # Less likely than this is not understood.
    "threshold": 0.3,
    # Less likely than this, or with a smaller lead than the margin, is asked about.
    "answer_from": 0.5,
    "margin": 0.15,
    # Examples that the calibration holds out.
    "calibration_share": 0.2,
    # How much of a question that leans on the last answer is read with its subject.
    "subject_weight": 0.7,
    # What speaks for staying with that answer, in margins.
    "stay_bonus": 0.3,
    # A short question that is this clear by itself leans on nothing. The second number is for
    # one that points back ("biayanya") or names nothing, the third for one that points back and
    # is no question of a topic ("bukan itu"), the fourth for what short questions look like alone.
    "clear_alone": 0.5,
    "clear_pointing": 0.97,
    "clear_dialog": 0.75,
    "clear_look_alike": 0.95,
    # A word of which no topic has this share of the examples names none.
    "generic_below": 0.2,
}
