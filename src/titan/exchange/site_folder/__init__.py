"""A site as a folder of files: companies, roles, areas, courses, resources, people and their training so far.

Read (`reading`, `layout`), hold against itself and the database (`checks`, `queries`), then write in one unit
of work (`commands`). The files and their columns are described in docs/site-folder.md.
"""
