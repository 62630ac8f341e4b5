"""What customers are told, in which words, and by which letter."""
