"""Django's PostgreSQL backend, which tells the database for whom each transaction works (core.tenancy)."""
