"""Enterprises, products and markets: what members and artisans make and sell."""
