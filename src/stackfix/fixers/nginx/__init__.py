"""Repairs of nginx configurations, wherever they lie. May import repairs to formats, and the proxy's facts."""
