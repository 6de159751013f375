"""The weekly rota as a pure problem: which family calls when. No Django, no database, no clock, no chance.

problem: what is given · units: who calls together · solve: the best plan, tier by tier ·
explain: why a family has no call · check: an independent look at a plan.
"""
