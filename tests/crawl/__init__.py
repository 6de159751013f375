"""Every page somebody can click to, as each role: it opens, in both languages, and shows nobody of another school."""
