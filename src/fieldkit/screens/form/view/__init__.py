"""How a form looks: lines of styled text, the choices below them, the panel beside them. Pure."""
