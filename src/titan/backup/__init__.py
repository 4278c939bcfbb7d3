"""Backup and restore: database and evidence together, in one file, consistent while Titan serves.

    <backup>.tar
      database/…               SQLite: the file itself, gzipped; PostgreSQL: one gzipped COPY per table
      evidence/<sha256>        the files that this very state of the database speaks of
      manifest.json            what is inside, with sizes and SHA-256, and the migrations it was made at

The database is read first, as of one moment; evidence is only ever added before the database speaks of it, so
whatever that moment speaks of is still there afterwards. Sessions of browsers and remembered tries are left out.
"""
