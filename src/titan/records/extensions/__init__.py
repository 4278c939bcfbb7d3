"""An authority decides that records are valid longer: which ones, until when, why; and the decision taken back."""
