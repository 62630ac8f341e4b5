"""Customer channels that behave as the real services do, on loopback: for the demo and the tests."""
