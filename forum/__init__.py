"""Series, forums, venues, rooms, sections, quotas."""
