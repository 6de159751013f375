"""The pages of the district."""
