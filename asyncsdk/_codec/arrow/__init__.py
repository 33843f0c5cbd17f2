"""Makes Arrow columns and tables of models: what `to_arrow` gives, and what extraction stores."""
