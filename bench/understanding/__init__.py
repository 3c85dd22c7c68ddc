"""How well people are understood, on sentences that nobody trained on (`make eval`).

`bench/heldout/` was written apart from the training data by writers who had not seen it, is
never trained on and never looked at to write training data; `bench/tuning/` likewise, but
thresholds and features were chosen on it. `bench/context/` holds follow-ups and messages
with two wishes: the half marked `tune` was chosen on, the half marked `test` only measured.
"""
