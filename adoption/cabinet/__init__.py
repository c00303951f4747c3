"""«Беру к себе», the municipality's first screen, an adoption's page, launches to confirm."""
