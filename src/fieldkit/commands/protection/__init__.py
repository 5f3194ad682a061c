"""Commands about passphrases: encrypting the data, opening it, who may open it."""
