"""A face for whoever watches the server: logs in lines that programs read, and figures for Prometheus.

Neither holds personal data: requests are known by the pattern of their address, people by the number of their login,
errors by their kind and place, since the text of an error may quote what somebody typed.
"""
