"""A till that behaves as Stripe does where it matters: strict fields, stored answers per idempotency key, odd failures."""
