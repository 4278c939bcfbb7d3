"""Calendar files (RFC 5545): the zone, the events."""
