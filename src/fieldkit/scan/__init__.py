"""What a scanner reads from an Aadhaar card: checked, bounded, and reduced to what is kept.

Pure but for the certificates, which are files. The payload, the photo and the reference number
stay here: only a card leaves, and nothing of a code that cannot be read.
"""
