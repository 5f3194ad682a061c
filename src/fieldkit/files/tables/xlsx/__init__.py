"""XLSX files read part by part, within bounds, whatever they claim to hold."""
