"""Sign-up, quotas, waiting list, tickets, the door, attendance."""
