"""The server's database: connections, tables, rows, migrations. SQLite or PostgreSQL."""
