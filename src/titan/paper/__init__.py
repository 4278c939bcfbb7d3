"""Papers that people hold: typeset by typst from our own templates, PDF/A, in every script."""
