"""Statistics about children without the children: the tables, what is hidden, the attack that judges it.

Pure Python with NumPy and SciPy, no Django: `tables` declares what is published, `protecting` hides and
rounds, `attacking` is the adversary, `releasing` lets out what the adversary can't use.
Source of the thresholds: NCES 2011-603 (most US states hide below 10), Ofqual's rounding policy.
"""
