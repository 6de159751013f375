"""What the district pages show, by the connection that can read nothing else (DISTRICT_DATABASE)."""
