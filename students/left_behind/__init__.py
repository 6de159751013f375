"""Who counts as left behind (留守) on a day, under which official definition, and why. Pure: no Django here.

Never typed in, always worked out of dated facts (domain.md §1.1): `facts` says what is known of a child and
the two parents, `definitions` what each authority counts. What isn't known makes the answer "not collected",
but only where it matters.
"""
