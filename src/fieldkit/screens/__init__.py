"""What people see: one module per screen, widgets they share in `widgets`."""
