"""Chapter 2, functions: functions of one variable that an edge can carry."""
