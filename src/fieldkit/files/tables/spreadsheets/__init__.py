"""XLSX and XLS files, read within bounds whatever they claim to hold."""
