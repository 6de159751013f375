"""The second factor: an app's code, a passkey, or a code of a printed sheet, for everybody who works here.

django-allauth keeps the factors (mfa.Authenticator) and speaks WebAuthn; what it leaves open is closed here:
seeds are encrypted and codes hashed, a code works once by a mark in the database, tries are counted there
too, and no browser is ever trusted to need none (security.md, ASVS 5.0.0 V6.3.3, V6.5).
"""
