"""The day itself for whoever is not in the room: joining online, presence minute by minute, figures one can believe."""
