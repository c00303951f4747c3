"""An organiser's workbook, whatever its layout, becomes a plan for the programme."""
