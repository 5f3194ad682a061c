"""Devices: enrolment by code, authentication by token, and the administrator's list."""
