"""Pictures as plotly's JSON: the linked views, and the figures of the risk study and the lesson."""
