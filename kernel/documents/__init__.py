"""Documents as files: PDF by typst, QR codes, spreadsheets."""
