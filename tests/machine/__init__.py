"""The whole flow as a state machine, against a model that shares no code with the application."""
