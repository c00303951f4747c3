"""An organisation in a territory takes over a practice: stages with dates and evidence."""
