"""The small SaaS that is being saved, and everything around it: tracker, chat, mail, board, till, host."""
