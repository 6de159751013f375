"""What every API view shares: problems, paging, parsing, throttling, the schema. No domain word in here."""
