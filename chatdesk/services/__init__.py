"""The verbs. No Qt; they speak in events."""
