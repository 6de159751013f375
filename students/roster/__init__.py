"""Reading a roster of pupils out of a spreadsheet. Pure Python: nothing in here knows Django or the database.

The way of a file: `reading.read_table` (bytes to cells) → `headers.recognise` (which column is what) →
`rows.clean_row` (cells to values, with issues) → `duplicates.Seen` (twice in one file) → `verdicts.decide`
(new, update, unchanged, refused: compared with the pupils the caller knows).
"""
