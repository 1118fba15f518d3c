"""The cyber field: incidents against networks and services, and vulnerabilities that are being exploited."""
